import EngramKit

/// What separates the fields of a line.
public enum Separator: UInt8, Sendable, CaseIterable {
  case comma = 0x2C
  case tab = 0x09
  case semicolon = 0x3B
  /// Any number of blanks.
  case blanks = 0x20

  /// The separator of a line: the first of tab, comma and semicolon outside quotes, else blanks.
  init(of line: borrowing Span<UInt8>) {
    var isQuoted = false
    for place in 0..<line.count {
      let byte = line[place]
      if byte == 0x22 { isQuoted.toggle() }
      if !isQuoted, byte != Separator.blanks.rawValue, let found = Separator(rawValue: byte) {
        self = found
        return
      }
    }
    self = .blanks
  }
}

/// Cuts lines into fields (RFC 4180), without the blanks around them.
struct FieldSplitter {
  let separator: Separator
  /// Where the fields of the line cut last are, quotes included.
  private(set) var fields: [Range<Int>] = []

  init(_ separator: Separator) { self.separator = separator }

  /// Cuts `line`; whether it has any content that is no comment.
  mutating func split(_ line: borrowing Span<UInt8>) -> Bool {
    fields.removeAll(keepingCapacity: true)
    var place = 0
    skipBlanks(line, &place)
    guard place < line.count, line[place] != 0x23 else { return false }
    while place <= line.count {
      skipBlanks(line, &place)
      let start = place
      if place < line.count, line[place] == 0x22 { skipQuoted(line, &place) }
      // networkx writes an edge's data as {'weight': 3}.
      if place < line.count, line[place] == 0x7B {
        while place < line.count, line[place] != 0x7D { place += 1 }
      }
      while place < line.count, !ends(line[place]) { place += 1 }
      var end = place
      while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 || line[end - 1] == 0x0D { end -= 1 }
      if separator != .blanks || end > start { fields.append(start..<end) }
      place += 1
    }
    return !fields.isEmpty
  }

  private func ends(_ byte: UInt8) -> Bool {
    separator == .blanks ? byte == 0x20 || byte == 0x09 : byte == separator.rawValue
  }

  private func skipBlanks(_ line: borrowing Span<UInt8>, _ place: inout Int) {
    while place < line.count, line[place] == 0x20 || (line[place] == 0x09 && separator != .tab) { place += 1 }
  }

  /// Moves behind the closing quote; a doubled quote stands for one.
  private func skipQuoted(_ line: borrowing Span<UInt8>, _ place: inout Int) {
    place += 1
    while place < line.count {
      if line[place] == 0x22 {
        place += 1
        guard place < line.count, line[place] == 0x22 else { return }
      }
      place += 1
    }
  }

  /// A field as text, without its quotes.
  func text(_ line: borrowing Span<UInt8>, _ field: Range<Int>) -> String {
    let whole = string(line.extracting(field))
    guard whole.utf8.count >= 2, whole.hasPrefix("\""), whole.hasSuffix("\"") else { return whole }
    return String(whole.dropFirst().dropLast()).replacing("\"\"", with: "\"")
  }

  /// All fields of the line cut last as texts.
  func texts(_ line: borrowing Span<UInt8>) -> [String] {
    var texts: [String] = []
    for field in fields { texts.append(text(line, field)) }
    return texts
  }

  /// A field as a number, quotes or not.
  func number(_ line: borrowing Span<UInt8>, _ field: Range<Int>) -> Double? {
    if let number = realNumber(line.extracting(field)) { return number }
    guard !field.isEmpty, line[field.lowerBound] == 0x22 else { return nil }
    return Double(text(line, field))
  }
}

/// A field as it is written: quoted where a separator, a quote or a line end is in it.
func quoted(_ text: String) -> String {
  let mustQuote = text.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D, 0x09, 0x3B].contains($0) }
  let hasEdge = text.first?.isWhitespace == true || text.last?.isWhitespace == true || text.hasPrefix("#")
  return mustQuote || hasEdge || text.isEmpty ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
}
