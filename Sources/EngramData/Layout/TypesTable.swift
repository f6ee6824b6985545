import EngramKit
import Foundation

/// A SONATA types table: rows of named values by type id, from a CSV file whose columns are separated by spaces.
public struct TypesTable: Sendable, Equatable {
  /// Where it was read from.
  public let path: String
  /// Column names, in the file's order.
  public let columns: [String]
  /// Values by type id and column; a missing value (`NULL`) is absent.
  public let rows: [Int64: [String: String]]

  /// Reads the table of `kind`, `node` or `edge`.
  ///
  /// - Parameter population: Rows of other populations are left out where the table has a column `population`.
  /// - Throws: `Problem` with the line: no column `<kind>_type_id`, a wrong number of fields, an unclosed quote, an id
  ///   that is no integer.
  public init(reading path: String, kind: String, population: String? = nil) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Problem("cannot be read", at: path, fix: "check that the file exists and may be read")
    }
    try self.init(String(decoding: bytes, as: UTF8.self), kind: kind, population: population, at: path)
  }

  init(_ text: String, kind: String, population: String?, at path: String) throws {
    var lines: [(number: Int, fields: [String])] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let fields = try TypesTable.fields(line, at: "\(path):\(index + 1)")
      if !fields.isEmpty { lines.append((index + 1, fields)) }
    }
    let key = "\(kind)_type_id"
    guard let header = lines.first?.fields, let keyColumn = header.firstIndex(of: key) else {
      throw Problem("has no column \(key)", at: path, fix: "name the columns in the first line")
    }
    var rows: [Int64: [String: String]] = [:]
    for (number, fields) in lines.dropFirst() {
      guard fields.count == header.count else {
        throw Problem(
          "has \(fields.count) fields where the header names \(header.count)", at: "\(path):\(number)",
          fix: "put double quotes around fields with spaces, NULL where a value is missing")
      }
      guard let id = Int64(fields[keyColumn]) else {
        throw Problem("\(key) “\(fields[keyColumn])” is no integer", at: "\(path):\(number)")
      }
      var row: [String: String] = [:]
      for (name, field) in zip(header, fields) where field != "NULL" { row[name] = field }
      if let population, let own = row["population"], own != population { continue }
      rows[id] = row
    }
    self.path = path
    self.columns = header
    self.rows = rows
  }

  /// The fields of one line: runs of blanks separate them, double quotes keep blanks, `""` is a quote.
  static func fields(_ line: Substring, at place: String) throws -> [String] {
    var fields: [String] = []
    var field = ""
    var (quoted, started) = (false, false)
    var rest = line[...]
    while let character = rest.popFirst() {
      if quoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest.removeFirst()
        } else {
          quoted = false
        }
      } else if character == "\"" {
        (quoted, started) = (true, true)
      } else if character.isWhitespace {
        if started { fields.append(field) }
        (field, started) = ("", false)
      } else {
        field.append(character)
        started = true
      }
    }
    guard !quoted else { throw Problem("has a double quote that is not closed", at: place) }
    if started { fields.append(field) }
    return fields
  }

  /// The table beside an HDF5 file, by the names that writers use: `<population>_<kind>_types.csv`, the file's own
  /// name with `_types.csv` (`v1_nodes.h5`, `v1_node_types.csv`), or `<kind>_types.csv`.
  ///
  /// - Returns: nil when there is none.
  public static func beside(_ file: String, kind: String, population: String) throws -> TypesTable? {
    let url = URL(fileURLWithPath: file)
    let folder = (file as NSString).deletingLastPathComponent
    let stem = url.deletingPathExtension().lastPathComponent
    let base = stem.hasSuffix("_\(kind)s") ? String(stem.dropLast(kind.count + 2)) : stem
    let pair = population.replacing("_to_", with: "_").split(separator: "_", omittingEmptySubsequences: true)
    let names =
      ["\(population)_\(kind)_types.csv", "\(base)_\(kind)_types.csv"]
      + (kind == "edge" ? ["\(pair.joined(separator: "_"))_edge_types.csv"] : []) + ["\(kind)_types.csv"]
    for name in names {
      let path = (folder as NSString).appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: path) else { continue }
      return try TypesTable(reading: path, kind: kind, population: population)
    }
    return nil
  }
}
