/// A piece of the page: text is escaped on the way in, so that no name or note can break out.
struct HTML: Sendable, ExpressibleByStringLiteral {
  private(set) var markup: String

  /// Markup that is known to be well formed.
  init(markup: String) { self.markup = markup }

  /// Text from anywhere.
  init(_ text: String) { markup = escaped(text) }

  init(stringLiteral text: String) { self.init(text) }

  /// An element; attribute values are escaped.
  static func tag(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [HTML] = [])
    -> HTML
  {
    var markup = "<\(name)"
    for (key, value) in attributes { markup += " \(key)=\"\(escaped(value))\"" }
    let isVoid = ["meta", "br", "hr", "wbr"].contains(name)
    if content.isEmpty, isVoid { return HTML(markup: markup + "/>") }
    markup += ">"
    for piece in content { markup += piece.markup }
    return HTML(markup: markup + "</\(name)>")
  }

  static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: HTML...
  ) -> HTML { tag(name, attributes, content) }

  /// Pieces one after the other.
  static func all(_ pieces: [HTML]) -> HTML { HTML(markup: pieces.map(\.markup).joined(separator: "\n")) }

  static let nothing = HTML(markup: "")
}

/// A table with a heading row; columns marked as numeric are set to the right.
struct Table {
  struct Column {
    var name: String
    var numeric = false
    var wide = false
  }

  var caption: String?
  var columns: [Column]
  var rows: [[HTML]] = []
  /// Whether the first cell of a row names the row.
  var namesRows = true

  /// The element, in a box that scrolls sideways by itself on a narrow screen.
  var html: HTML {
    let head = columns.map { column in
      HTML.tag("th", ["scope": "col", "class": column.numeric ? "n" : ""], HTML(column.name))
    }
    let body = rows.map { row in
      HTML.tag(
        "tr", [:],
        row.enumerated().map { place, cell in
          let column = columns[min(place, columns.count - 1)]
          let style = column.numeric ? "n" : column.wide ? "w" : ""
          return place == 0 && namesRows
            ? .tag("th", ["scope": "row"], cell) : .tag("td", ["class": style], cell)
        })
    }
    var content: [HTML] = []
    if let caption { content.append(.tag("caption", [:], HTML(caption))) }
    content += [.tag("thead", [:], .tag("tr", [:], head)), .tag("tbody", [:], body)]
    return .tag("div", ["class": "scroll"], .tag("table", [:], content))
  }
}
