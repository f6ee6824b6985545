/// Where the parts of a plot lie on the page.
struct Layout: Sendable {
  private(set) var frame: Frame
  private(set) var height: Double
  private(set) var titleHeight: Double
  private(set) var titleMarks: [Mark] = []
  private(set) var legend: Legend
  private(set) var xTicks: Ticks
  private(set) var yTicks: Ticks
  /// Whether the names under the horizontal axis stand at an angle.
  private(set) var turnedNames = false

  private static let right = 18.0

  init(_ plot: Plot, title: String?) {
    titleHeight = title == nil ? 6 : 32
    if let title {
      let text = fitted(title, size: Text.title, within: (Plot.width - 24) / 1.1)
      titleMarks = [.text(Text(text, at: Point(14, 21), size: Text.title, ink: .text, bold: true))]
    }
    let keys = plot.items.flatMap(\.keys)
    legend = Legend(keys, left: 14, width: Plot.width - 28)
    let top = titleHeight + legend.height + 8

    var xDomain = plot.x.domain(plot.extent.x)
    var yDomain = plot.y.domain(plot.extent.y)
    let isImage = plot.colourBar != nil

    // The vertical ticks decide the left margin; their number hardly depends on the margin.
    let guess = isImage ? 310 : Plot.height - 90
    yTicks = plot.y.ticks(yDomain, length: guess, spacing: 46)
    let names = plot.y.categories ?? plot.y.groups.map(\.name)
    let tickWidth =
      min(150, (yTicks.marks.compactMap(\.label) + names).map { textWidth($0, size: Text.tick) }.max() ?? 0)
    let bracket = plot.y.groups.isEmpty ? 0.0 : 8
    let left = 14 + (plot.y.caption(power: yTicks.power).isEmpty ? 0 : 22) + tickWidth + 9 + bracket
    let room = Plot.width - left - Self.right - (isImage ? ColourBar.width : 0)

    var box = Box(x: left, y: top, width: room, height: 262)
    if plot.equalScales {
      let wanted = room * yDomain.length / xDomain.length
      box.height = min(max(wanted, 190), 310)
      Self.equalise(&xDomain, &yDomain, box)
    } else if isImage {
      // A map over coordinates fills the width; a matrix has square cells.
      (box.width, box.height) =
        plot.y.reversed ? Self.imageSize(xDomain, yDomain, room: room) : (room, 262)
    }
    frame = Frame(
      box: box,
      x: Scale(
        domain: xDomain, logarithmic: plot.x.logarithmic, from: plot.x.reversed ? box.right : box.x,
        to: plot.x.reversed ? box.x : box.right),
      y: Scale(
        domain: yDomain, logarithmic: plot.y.logarithmic, from: plot.y.reversed ? box.y : box.bottom,
        to: plot.y.reversed ? box.bottom : box.y))
    yTicks = plot.y.ticks(yDomain, length: box.height, spacing: 46)
    xTicks = plot.x.ticks(xDomain, length: box.width, spacing: plot.x.logarithmic ? 60 : 74)

    var bottom = plot.x.groups.isEmpty ? 22.0 : 30
    if let categories = plot.x.categories, !categories.isEmpty {
      let widest = categories.map { textWidth($0, size: Text.tick) }.max() ?? 0
      turnedNames = widest + 8 > box.width / Double(categories.count)
      // At 40 degrees a name is 0.64 times as high as it is long.
      if turnedNames { bottom = 18 + 0.64 * min(widest, 150) }
    }
    let across = frame.x
    if plot.x.groups.contains(where: { Self.turns($0, across) }) {
      let widest = plot.x.groups.map { textWidth($0.name, size: Text.tick) }.max() ?? 0
      bottom = 24 + 0.64 * min(widest, 150)
      turnedNames = true
    }
    if !plot.x.caption(power: xTicks.power).isEmpty { bottom += 22 }
    height = (box.bottom + bottom + 8).rounded(.up)
  }

  /// Whether the name of a group is wider than the group.
  private static func turns(_ group: Axis.Group, _ x: Scale) -> Bool {
    let width = abs(x.place(Double(group.range.upperBound)) - x.place(Double(group.range.lowerBound)))
    return textWidth(group.name, size: Text.tick) + 4 > width
  }

  /// Extends the shorter domain until one unit is as long on both axes.
  private static func equalise(_ x: inout Extent, _ y: inout Extent, _ box: Box) {
    let unit = max(x.length / box.width, y.length / box.height)
    func widen(_ extent: Extent, _ length: Double) -> Extent {
      let middle = (extent.lower + extent.upper) / 2
      return Extent(middle - length / 2, middle + length / 2)
    }
    x = widen(x, unit * box.width)
    y = widen(y, unit * box.height)
  }

  /// Square cells unless that would make the picture a strip.
  private static func imageSize(_ x: Extent, _ y: Extent, room: Double) -> (Double, Double) {
    let most = min(room, 310)
    let ratio = y.length / x.length
    guard ratio > 0.4, ratio < 2.5 else { return (min(room, 400), ratio <= 0.4 ? 190 : 310) }
    return ratio <= 1 ? (most, most * ratio) : (most / ratio, most)
  }
}
