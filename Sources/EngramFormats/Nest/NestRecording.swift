import EngramKit
import Foundation

/// What NEST's recording backend `ascii` writes: one file for each thread of a recorder (NEST 3).
public struct NestRecording: Sendable {
  /// All files of the recorder, sorted.
  public let files: [String]
  /// What NEST calls itself in the head.
  public let version: String
  /// Names of the columns: `sender`, then `time_ms` or `time_step` and `time_offset`, then what was recorded.
  public let columns: [String]

  /// Finds the files of the other threads and checks that their heads agree.
  ///
  /// - Throws: `Problem`: no head of NEST's, heads that differ.
  public init(reading path: String) throws {
    files = try NestRecording.threads(of: path)
    let (version, columns) = try NestRecording.head(try LineReader(path))
    for file in files where file != path {
      let other = try NestRecording.head(try LineReader(file))
      guard other.columns == columns else {
        throw Problem(
          "records \(other.columns.joined(separator: ", ")), but \(path) records \(columns.joined(separator: ", "))",
          at: file, fix: "keep the recordings of different simulations in different folders")
      }
    }
    (self.version, self.columns) = (version, columns)
  }

  /// The label and the recorder's number, of `label-0042-1.dat`.
  public var name: String {
    let stem = ((files.first ?? "") as NSString).lastPathComponent
    return stem.split(separator: "-").dropLast().joined(separator: "-")
  }

  /// The files of all threads of a recorder, sorted; `path` alone where its name is not NEST's.
  static func threads(of path: String) throws -> [String] {
    let name = (path as NSString).lastPathComponent
    let folder = (path as NSString).deletingLastPathComponent
    let pattern = #/^(.+-\d+-)\d+(\.dat|\.gdf)$/#
    guard let match = name.wholeMatch(of: pattern) else { return [path] }
    let all: [String]
    do { all = try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder) } catch {
      throw Problem("cannot list the folder: \(error.localizedDescription)", at: folder)
    }
    return all.filter { $0.wholeMatch(of: pattern).map { $0.1 == match.1 && $0.2 == match.2 } == true }
      .sorted()
      .map { folder.isEmpty ? $0 : (folder as NSString).appendingPathComponent($0) }
  }

  private static func head(_ reader: LineReader) throws -> (version: String, columns: [String]) {
    var version = ""
    while let line = try reader.next() {
      let bytes = reader.bytes
      let text = string(bytes.span.extracting(line))
      if text.hasPrefix("#") {
        if text.hasPrefix("# NEST version:") {
          version = text.dropFirst(15).trimmingCharacters(in: .whitespaces)
        }
        continue
      }
      let columns = text.split(whereSeparator: \.isWhitespace).map(String.init)
      guard columns.first == "sender", columns.count > 1 else {
        throw Problem(
          "has no head that begins with “sender”", at: reader.line, fix: "record with record_to = \"ascii\"")
      }
      return (version, columns)
    }
    throw Problem("ends before its head", at: reader.place)
  }

  /// Hands on the rows of all files, one file after the other, in blocks: senders, and the other columns.
  ///
  /// - Throws: `Problem` with the line: a field that is no number, fields missing.
  public func rows(_ body: (_ senders: [UInt64], _ columns: [[Double]]) throws -> Void) throws {
    for file in files {
      let reader = try LineReader(file)
      var (senders, values) = ([UInt64](), [[Double]](repeating: [], count: columns.count - 1))
      var mustSkip = true
      try reader.forEach { line, number in
        var place = 0
        guard let first = nextWord(line, &place), line[first.lowerBound] != 0x23 else { return }
        if mustSkip {
          mustSkip = false
          return
        }
        guard let sender = wholeNumber(line.extracting(first)) else {
          throw Problem("“\(string(line.extracting(first)))” is no neuron's id", at: "\(file):\(number)")
        }
        for column in values.indices {
          guard let field = nextWord(line, &place), let value = realNumber(line.extracting(field)) else {
            throw Problem("has no number for \(columns[column + 1])", at: "\(file):\(number)")
          }
          values[column].append(value)
        }
        guard nextWord(line, &place) == nil else {
          throw Problem("has more than \(columns.count) fields", at: "\(file):\(number)")
        }
        senders.append(sender)
        if senders.count == 1 << 16 {
          try body(senders, values)
          (senders, values) = ([], [[Double]](repeating: [], count: columns.count - 1))
        }
      }
      if !senders.isEmpty { try body(senders, values) }
    }
  }
}
