/// Paints a drawing as SVG text.
///
/// Inside the page colours are CSS classes; in a file of its own they are the fixed colours of a theme,
/// because editors and slides do not know CSS variables.
struct SVGWriter {
  enum Style {
    /// Classes `f-…` and `k-…` (fill and stroke) that the page's style sheet defines.
    case classes
    case fixed(Theme)
  }

  let style: Style
  /// Prefix of the ids in the element; unique within a page.
  let id: String
  private var body = ""
  private var clips = 0

  init(_ style: Style, id: String) {
    self.style = style
    self.id = id
  }

  /// The drawing as one `svg` element.
  static func element(_ drawing: Drawing, _ style: Style, id: String, title: String) throws -> String {
    var writer = SVGWriter(style, id: id)
    if case .fixed(let theme) = style {
      writer.body +=
        "<rect width=\"100%\" height=\"100%\" fill=\"\(theme.colour(.surface).hex)\"/>\n"
    }
    for mark in drawing.marks { try writer.paint(mark) }
    let size = "\(short(drawing.width)) \(short(drawing.height))"
    var head = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" role=\"img\""
    switch style {
    case .classes: head += " class=\"figure\""
    case .fixed:
      head += " width=\"\(short(drawing.width))\" height=\"\(short(drawing.height))\""
      head += " font-family=\"'DejaVu Sans','Liberation Sans',Arial,sans-serif\""
    }
    return head + " aria-labelledby=\"\(id)-t \(id)-d\">\n<title id=\"\(id)-t\">\(escaped(title))</title>"
      + "<desc id=\"\(id)-d\">\(escaped(drawing.description))</desc>\n" + writer.body + "</svg>\n"
  }

  /// The drawing as a file of its own.
  static func file(_ drawing: Drawing, _ theme: Theme, title: String) throws -> String {
    try "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + element(drawing, .fixed(theme), id: "f", title: title)
  }

  private mutating func paint(_ mark: Mark) throws {
    switch mark {
    case .path(let outlines, let fill, let stroke): path(outlines, fill, stroke)
    case .dots(let points, let diameter, let paint):
      guard !points.isEmpty else { return }
      let data = points.map { "M\(short($0.x)) \(short($0.y))h0" }.joined()
      let stroke = Stroke(paint.ink, width: diameter, opacity: paint.opacity, round: true)
      body += "<path d=\"\(data)\"\(attributes(nil, stroke))/>\n"
    case .text(let text): self.text(text)
    case .image(let bitmap, let box, let smooth):
      let data = try CairoCanvas.encoded(bitmap).base64EncodedString()
      body += "<image x=\"\(short(box.x))\" y=\"\(short(box.y))\" width=\"\(short(box.width))\""
      body += " height=\"\(short(box.height))\" preserveAspectRatio=\"none\""
      if !smooth { body += " style=\"image-rendering:pixelated\"" }
      body += " href=\"data:image/png;base64,\(data)\"/>\n"
    case .clipped(let box, let marks):
      clips += 1
      let clip = "\(id)-c\(clips)"
      body += "<clipPath id=\"\(clip)\"><rect x=\"\(short(box.x))\" y=\"\(short(box.y))\""
      body += " width=\"\(short(box.width))\" height=\"\(short(box.height))\"/></clipPath>\n"
      body += "<g clip-path=\"url(#\(clip))\">\n"
      for mark in marks { try paint(mark) }
      body += "</g>\n"
    }
  }

  private mutating func path(_ outlines: [Outline], _ fill: Paint?, _ stroke: Stroke?) {
    var data = ""
    for outline in outlines where !outline.points.isEmpty {
      for (place, point) in outline.points.enumerated() {
        data += (place == 0 ? "M" : "L") + "\(short(point.x)) \(short(point.y))"
      }
      if outline.closed { data += "Z" }
    }
    guard !data.isEmpty else { return }
    body += "<path d=\"\(data)\"\(attributes(fill, stroke))/>\n"
  }

  private func attributes(_ fill: Paint?, _ stroke: Stroke?) -> String {
    var classes: [String] = []
    var result = ""
    switch style {
    case .classes:
      if let fill { classes.append("f-\(fill.ink.name)") } else { result += " fill=\"none\"" }
      if let stroke { classes.append("k-\(stroke.paint.ink.name)") }
      if !classes.isEmpty { result += " class=\"\(classes.joined(separator: " "))\"" }
    case .fixed(let theme):
      result += " fill=\"\(fill.map { theme.colour($0.ink).hex } ?? "none")\""
      if let stroke { result += " stroke=\"\(theme.colour(stroke.paint.ink).hex)\"" }
    }
    if let fill, fill.opacity < 1 { result += " fill-opacity=\"\(short(fill.opacity))\"" }
    guard let stroke else { return result }
    if stroke.paint.opacity < 1 { result += " stroke-opacity=\"\(short(stroke.paint.opacity))\"" }
    if stroke.width != 1 { result += " stroke-width=\"\(short(stroke.width))\"" }
    if !stroke.dash.isEmpty {
      result += " stroke-dasharray=\"\(stroke.dash.map { short($0) }.joined(separator: " "))\""
    }
    if stroke.round { result += " stroke-linecap=\"round\" stroke-linejoin=\"round\"" }
    return result
  }

  private mutating func text(_ text: Text) {
    let x = short(text.at.x)
    let y = short(text.at.y)
    body += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(short(text.size))\""
    if text.anchor != .start { body += " text-anchor=\"\(text.anchor.rawValue)\"" }
    if text.bold { body += " font-weight=\"600\"" }
    if text.turn != 0 { body += " transform=\"rotate(\(short(text.turn)) \(x) \(y))\"" }
    body += attributes(Paint(text.ink), nil) + ">\(escaped(text.string))</text>\n"
  }
}

/// `number` with at most two decimals and no trailing zeros: a hundredth of a pixel cannot be seen.
func short(_ number: Double) -> String {
  guard number.isFinite, abs(number) < 1e9 else { return "0" }
  let hundredths = Int((number * 100).rounded())
  let sign = hundredths < 0 ? "-" : ""
  let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
  if rest == 0 { return "\(sign)\(whole)" }
  if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
  return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

/// `text` with the characters that mean something in XML written as entities; control characters removed.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\t", "\n": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value): break
    case "\u{fffe}", "\u{ffff}": break
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
