import Foundation

extension JSON {
  /// The value that a text holds: manifests, and what executables answer.
  ///
  /// - Throws: `Problem` with line and column of the first thing that is no JSON.
  /// - Complexity: O(*n*); arrays and objects may be nested 64 deep.
  public init(parsing bytes: [UInt8]) throws {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }

  /// The member `key` of an object, or nil.
  public subscript(_ key: String) -> JSON? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The text, or nil for anything else.
  public var asText: String? { if case .text(let text) = self { text } else { nil } }

  /// The whole number, or nil for anything else.
  public var asInteger: Int? { if case .integer(let number) = self { number } else { nil } }

  /// The number, whole ones and the texts of NaN and the infinities included, or nil for anything else.
  public var asReal: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number): number
    case .text("NaN"): .nan
    case .text("Infinity"): .infinity
    case .text("-Infinity"): -.infinity
    default: nil
    }
  }

  /// The truth value, or nil for anything else.
  public var asFlag: Bool? { if case .flag(let flag) = self { flag } else { nil } }

  /// The elements of a list, or nil for anything else.
  public var asList: [JSON]? { if case .list(let values) = self { values } else { nil } }
}

/// Reads one JSON text, byte by byte.
private struct JSONReader {
  let bytes: [UInt8]
  private var place = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws -> JSON {
    let value = try value()
    skipSpace()
    guard place == bytes.count else { throw wrong("something follows the value") }
    return value
  }

  private func wrong(_ what: String) -> Problem {
    let before = bytes[..<min(place, bytes.count)]
    let newline = UInt8(ascii: "\n")
    let line = before.count { $0 == newline } + 1
    let column = before.count - (before.lastIndex(of: newline).map { $0 + 1 } ?? 0) + 1
    return Problem("line \(line), column \(column): \(what)")
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func value() throws -> JSON {
    skipSpace()
    guard place < bytes.count else { throw wrong("the text ends where a value is wanted") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.list() }
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(_ read: (inout Self) throws -> JSON) throws -> JSON {
    guard depth < 64 else { throw wrong("values are nested deeper than 64") }
    depth += 1
    place += 1
    let value = try read(&self)
    depth -= 1
    return value
  }

  private mutating func word(_ word: String, _ value: JSON) throws -> JSON {
    guard bytes[place...].starts(with: word.utf8) else { throw wrong("no JSON value begins like this") }
    place += word.utf8.count
    return value
  }

  private mutating func object() throws -> JSON {
    var members: [String: JSON] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
        throw wrong("a key in quotation marks is wanted")
      }
      let key = try string()
      guard take(UInt8(ascii: ":")) else { throw wrong("a colon is wanted after '\(key)'") }
      guard members.updateValue(try value(), forKey: key) == nil else {
        throw wrong("'\(key)' is there twice")
      }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw wrong("a comma or } is wanted") }
    return .object(members)
  }

  private mutating func list() throws -> JSON {
    var values: [JSON] = []
    if take(UInt8(ascii: "]")) { return .list(values) }
    repeat { values.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw wrong("a comma or ] is wanted") }
    return .list(values)
  }

  private mutating func number() throws -> JSON {
    let start = place
    while place < bytes.count, "+-.0123456789eE".utf8.contains(bytes[place]) { place += 1 }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if let whole = Int(text), text != "-0" { return .integer(whole) }
    guard let number = Double(text) else {
      place = start
      throw wrong("no JSON value begins like this")
    }
    return .real(number)
  }

  private mutating func string() throws -> String {
    place += 1
    var text: [UInt8] = []
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] == UInt8(ascii: "\\") {
        text += try escaped()
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    guard place < bytes.count else { throw wrong("a text is not closed") }
    place += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// What an escape stands for, as UTF-8; a pair of surrogates is one character.
  private mutating func escaped() throws -> [UInt8] {
    let known: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "b"): 0x08,
      UInt8(ascii: "f"): 0x0C, UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
    ]
    place += 1
    guard place < bytes.count else { throw wrong("a text is not closed") }
    if let byte = known[bytes[place]] {
      place += 1
      return [byte]
    }
    guard bytes[place] == UInt8(ascii: "u") else { throw wrong("no such escape") }
    var units = [try unit()]
    if (0xD800..<0xDC00).contains(units[0]), bytes[place...].starts(with: "\\u".utf8) {
      place += 1
      units.append(try unit())
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func unit() throws -> UInt16 {
    let digits = bytes[min(place + 1, bytes.count)..<min(place + 5, bytes.count)]
    guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw wrong("four hexadecimal digits are wanted")
    }
    place += 5
    return unit
  }
}
