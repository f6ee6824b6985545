/// A JSON value to be written: what `--json` prints, provenance lines, journals, requests to executables.
///
/// Equal values give equal text: keys are sorted, numbers are the shortest that read back exactly. JSON has no
/// NaN and no infinity; they are written as the texts `"NaN"`, `"Infinity"` and `"-Infinity"`, which Python's
/// `float()` and JavaScript's `Number()` turn back into numbers.
public enum JSON: Sendable, Equatable {
  case null
  case flag(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  /// Text or null.
  public init(_ text: String?) { self = text.map(JSON.text) ?? .null }
  /// A number or null.
  public init(_ number: Double?) { self = number.map(JSON.real) ?? .null }
  /// A list of texts.
  public init(_ texts: [String]) { self = .list(texts.map(JSON.text)) }
  /// A list of numbers.
  public init(_ numbers: [Double]) { self = .list(numbers.map(JSON.real)) }
  /// A list of whole numbers.
  public init(_ numbers: [Int]) { self = .list(numbers.map(JSON.integer)) }

  /// A parameter's value.
  public init(_ value: EngramKit.Value) {
    switch value {
    case .real(let number): self = .real(number)
    case .reals(let numbers): self.init(numbers)
    case .integer(let number): self = .integer(number)
    case .flag(let flag): self = .flag(flag)
    case .text(let text): self = .text(text)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  public init(stringLiteral text: String) { self = .text(text) }
  public init(arrayLiteral elements: JSON...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}

extension JSON: CustomStringConvertible {
  /// On one line, for files with one value a line.
  public var description: String {
    var text = ""
    write(into: &text, indent: nil)
    return text
  }

  /// On many lines, two spaces deeper at each level, for people; lists of plain values stay on one line.
  public var indented: String {
    var text = ""
    write(into: &text, indent: 0)
    return text
  }

  private var isPlain: Bool {
    switch self {
    case .list, .object: false
    default: true
    }
  }

  private func write(into text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .flag(let flag): text += flag ? "true" : "false"
    case .integer(let number): text += "\(number)"
    case .real(let number): text += Self.number(number)
    case .text(let string): Self.quote(string, into: &text)
    case .list(let values):
      let deeper = values.allSatisfy(\.isPlain) ? nil : indent
      Self.enclose("[", "]", values, into: &text, indent: deeper) { $0.write(into: &$1, indent: $2) }
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      Self.enclose("{", "}", sorted, into: &text, indent: indent) { member, text, deeper in
        Self.quote(member.key, into: &text)
        text += ": "
        member.value.write(into: &text, indent: deeper)
      }
    }
  }

  private static func enclose<Item>(
    _ open: String, _ close: String, _ items: [Item], into text: inout String, indent: Int?,
    _ write: (Item, inout String, Int?) -> Void
  ) {
    text += open
    let deeper = indent.map { $0 + 2 }
    for (position, item) in items.enumerated() {
      if position > 0 { text += deeper == nil ? ", " : "," }
      if let deeper { text += "\n" + String(repeating: " ", count: deeper) }
      write(item, &text, deeper)
    }
    if let indent, !items.isEmpty { text += "\n" + String(repeating: " ", count: indent) }
    text += close
  }

  private static func number(_ number: Double) -> String {
    guard number.isFinite else {
      return number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\""
    }
    return number == 0 && number.sign == .minus ? "-0.0" : shortest(number)
  }

  private static func quote(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
