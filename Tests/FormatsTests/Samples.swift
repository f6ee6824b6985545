import Foundation
import Testing

/// Files from public repositories, which are not part of this one; tests that need them say so where they are absent.
enum Samples {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")

  /// Whether they are here; prints a line when they are not.
  static let areHere: Bool = {
    let here = FileManager.default.fileExists(atPath: root.appendingPathComponent("samples/FACTS.jsonl").path)
    if !here { print("skipped: the sample files are not beside the repository (\(root.path))") }
    return here
  }()

  static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

  /// One line of the list of facts.
  struct Fact: CustomTestStringConvertible, Sendable {
    let file: String
    let fact: String
    /// The whole line, JSON.
    let line: String
    var testDescription: String { "\(file) \(fact)" }

    init(_ line: String) throws {
      let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      self.line = line
      file = try #require(row?["file"] as? String)
      fact = try #require(row?["fact"] as? String)
    }

    func value() throws -> Any {
      let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(row?["value"])
    }
  }

  /// Facts about files whose name begins with one of `prefixes`; none when the list cannot be read.
  static func facts(_ prefixes: [String]) -> [Fact] {
    guard areHere else { return [] }
    do {
      let text = try String(contentsOfFile: path("samples/FACTS.jsonl"), encoding: .utf8)
      return try text.split(separator: "\n").map { try Fact(String($0)) }
        .filter { fact in prefixes.contains { fact.file.hasPrefix($0) } }
    } catch {
      print("the list of facts cannot be read: \(error)")
      return []
    }
  }
}
