import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a test asks of a drawing's or a page's markup; nil from the initialiser when it is not well formed.
final class SVGFacts: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
    /// Number of `title` and `desc` children.
    var named = 0
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  init?(_ markup: String) {
    super.init()
    let parser = XMLParser(data: Data(markup.utf8))
    parser.delegate = self
    guard parser.parse() else { return nil }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if let parent = open.last, name == "title" || name == "desc" { elements[parent].named += 1 }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let last = open.last { elements[last].text += string }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The numeric labels along an axis with their positions: those that share the other coordinate.
  ///
  /// - Parameter horizontal: Labels under the plot (centred); else those at its left (set to the right).
  func ticks(horizontal: Bool) -> [(value: Double, at: Double)] {
    all("text").compactMap { text in
      let wanted = horizontal ? "middle" : "end"
      let label = text.text.replacingOccurrences(of: "−", with: "-").replacingOccurrences(
        of: "\u{202f}", with: "")
      guard text.attributes["text-anchor"] == wanted, text.attributes["transform"] == nil,
        let value = Self.number(label),
        let position = text.attributes[horizontal ? "x" : "y"].flatMap(Double.init)
      else { return nil }
      return (value, position)
    }
  }

  /// A label as a number: plain, or a power of ten in superscripts.
  private static func number(_ label: String) -> Double? {
    if let plain = Double(label) { return plain }
    guard label.hasPrefix("10") else { return nil }
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let text = label.dropFirst(2).map { character -> String in
      character == "⁻" ? "-" : digits.firstIndex(of: character).map(String.init) ?? "?"
    }.joined()
    return Double(text).map { pow(10, $0) }
  }
}
