import EngramKit

/// A Python literal: what heads of `.npy` files, `params.py` and networkx edge lists are written in.
public indirect enum PythonLiteral: Sendable, Equatable {
  case none
  case flag(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A list or a tuple.
  case list([PythonLiteral])
  case object([String: PythonLiteral])

  /// Reads one literal that fills `text`.
  ///
  /// - Throws: `Problem` that says what was found where.
  public init(_ text: String) throws {
    var parser = Parser(bytes: Array(text.utf8))
    self = try parser.value(depth: 0)
    parser.skip()
    guard parser.at == parser.bytes.count else { throw parser.problem("the end") }
  }

  /// The number, if it is one.
  public var number: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }

  /// Any member of a list as integers; nil when it is no list of integers.
  var integers: [Int]? {
    guard case .list(let items) = self else { return nil }
    let numbers = items.compactMap { if case .integer(let number) = $0 { number } else { Int?.none } }
    return numbers.count == items.count ? numbers : nil
  }
}

private struct Parser {
  let bytes: [UInt8]
  var at = 0

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  func problem(_ wanted: String) -> Problem {
    let found = next.map { "“\(Character(UnicodeScalar($0)))”" } ?? "the end"
    return Problem("is no Python literal: \(found) at character \(at + 1) instead of \(wanted)")
  }

  mutating func skip() {
    while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 { at += 1 }
  }

  mutating func take(_ character: Character) -> Bool {
    skip()
    guard let byte = next, byte == character.asciiValue else { return false }
    at += 1
    return true
  }

  mutating func value(depth: Int) throws -> PythonLiteral {
    guard depth < 32 else {
      throw Problem(
        "is no Python literal: nested more than 32 deep", fix: "copy the file again from its source")
    }
    skip()
    if take("(") { return try list(")", depth) }
    if take("[") { return try list("]", depth) }
    if take("{") { return try object(depth) }
    if next == UInt8(ascii: "'") || next == UInt8(ascii: "\"") { return .text(try text()) }
    return try word()
  }

  private mutating func list(_ end: Character, _ depth: Int) throws -> PythonLiteral {
    var items: [PythonLiteral] = []
    var isTuple = end != ")"
    while !take(end) {
      items.append(try value(depth: depth + 1))
      if take(",") {
        isTuple = true
      } else {
        guard take(end) else { throw problem("“,” or “\(end)”") }
        break
      }
    }
    return isTuple || items.count != 1 ? .list(items) : items[0]
  }

  private mutating func object(_ depth: Int) throws -> PythonLiteral {
    var members: [String: PythonLiteral] = [:]
    while !take("}") {
      skip()
      let key = try text()
      guard take(":") else { throw problem("“:”") }
      members[key] = try value(depth: depth + 1)
      guard take(",") else {
        guard take("}") else { throw problem("“,” or “}”") }
        break
      }
    }
    return .object(members)
  }

  private mutating func text() throws -> String {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw problem("a quoted name")
    }
    at += 1
    var content: [UInt8] = []
    while let byte = next, byte != quote {
      at += 1
      if byte == UInt8(ascii: "\\"), let escaped = next {
        at += 1
        content.append(escaped == UInt8(ascii: "n") ? 0x0A : escaped == UInt8(ascii: "t") ? 0x09 : escaped)
      } else {
        content.append(byte)
      }
    }
    guard next == quote else { throw problem("a closing quote") }
    at += 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func word() throws -> PythonLiteral {
    let start = at
    while let byte = next, isWordByte(byte) { at += 1 }
    var word = String(decoding: bytes[start..<at], as: UTF8.self)
    switch word {
    case "None": return .none
    case "True": return .flag(true)
    case "False": return .flag(false)
    case "nan": return .real(.nan)
    default: break
    }
    // Python 2 wrote long integers with an L, Python allows 30_000.
    if word.hasSuffix("L") { word.removeLast() }
    word.removeAll { $0 == "_" }
    if let number = Int(word) { return .integer(number) }
    if let number = Double(word) { return .real(number) }
    at = start
    throw problem("a value")
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }
}
