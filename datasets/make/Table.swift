import EngramKit
import Foundation

/// A published text table, read whole; every message names file and line.
struct Table {
  let path: String
  /// Lines without their ends, numbered from 1 in messages.
  let lines: [Substring]

  /// - Throws: `Problem` when the file is absent or not text.
  init(_ path: String) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem(
        "no such table", at: path, fix: "run datasets/make/all, which fetches the published tables")
    }
    guard let text = String(data: data, encoding: .utf8) else { throw Problem("not UTF-8 text", at: path) }
    self.lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  /// The fields of every line that has any, blanks around them removed, with the line's number.
  ///
  /// - Throws: `Problem` at the first line without `count` fields.
  func rows(separator: Character, count: Int, skippingFirst header: Int = 0) throws -> [(
    line: Int, fields: [String]
  )] {
    var rows: [(line: Int, fields: [String])] = []
    for (index, line) in lines.enumerated().dropFirst(header) where !line.allSatisfy(\.isWhitespace) {
      let fields = line.split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }
      guard fields.count == count else {
        throw Problem("\(fields.count) fields where \(count) should be", at: "\(path):\(index + 1)")
      }
      rows.append((index + 1, fields))
    }
    return rows
  }

  /// `text` as a number.
  func number<N: LosslessStringConvertible>(_ text: String, line: Int, _ type: N.Type = N.self) throws -> N {
    guard let value = N(text) else { throw Problem("'\(text)' is not a number", at: "\(path):\(line)") }
    return value
  }
}
