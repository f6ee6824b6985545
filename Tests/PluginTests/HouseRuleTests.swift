import Foundation
import Testing

/// Swift files below folders of the repository, with their paths from its root.
private func sources(_ folders: String...) throws -> [(path: String, text: String)] {
  try folders.flatMap { folder in
    let root = repository.appendingPathComponent(folder)
    let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      ("\(folder)/\(path)", try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
    }
  }
}

@Suite("house rules")
struct HouseRuleTests {
  @Test("no file has more than 300 lines")
  func length() throws {
    for (path, text) in try sources("Sources", "Plugins") {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(lines <= 300, "\(path) has \(lines) lines")
    }
  }

  @Test("no forced try, no unchecked conformance, no unsafe global")
  func words() throws {
    for (path, text) in try sources("Sources", "Plugins") {
      for word in ["try" + "!", "@unchecked " + "Sendable", "nonisolated" + "(unsafe)", "fatal" + "Error("] {
        #expect(!text.contains(word), "\(path) contains \(word)")
      }
    }
  }

  @Test("no force unwrap")
  func unwrap() throws {
    // A name, call or subscript followed by '!' that is not '!='; strings and comments are cut off first.
    let unwrap = try Regex(#"[\w\)\]]!(?!=)"#)
    for (path, text) in try sources("Sources", "Plugins") {
      for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        var code = String(line).replacing(try Regex(#""(\\.|[^"\\])*""#), with: "")
        if let comment = code.range(of: "//") { code = String(code[..<comment.lowerBound]) }
        #expect(code.firstMatch(of: unwrap) == nil, "\(path):\(number + 1): \(line)")
      }
    }
  }

  /// Rooms and what of ours they may import; system modules are listed with the one room that sees each.
  private static let rooms: [String: Set<String>] = [
    "EngramMath": [],
    "EngramKit": ["EngramMath"],
    "EngramData": ["EngramKit"],
    "EngramFormats": ["EngramKit", "EngramData"],
    "EngramHost": ["EngramKit", "EngramData"],
    "EngramRun": ["EngramKit", "EngramData", "EngramFormats", "EngramHost"],
    "EngramReport": ["EngramKit", "EngramData"],
  ]

  @Test("rooms import only what lies below them")
  func imports() throws {
    let statement = try Regex(
      #"(?m)^(?:@_exported |public |internal )?import (?:struct |func |class |enum )?(\w+)"#)
    for (room, allowed) in Self.rooms {
      for (path, text) in try sources("Sources/\(room)") {
        for match in text.matches(of: statement) {
          let module = String(match.output[1].substring ?? "")
          guard module.hasPrefix("Engram") else { continue }
          #expect(allowed.contains(module), "\(path) imports \(module)")
        }
      }
    }
  }

  @Test("plugins import the Kit alone and touch no files, clocks, threads or environment")
  func plugins() throws {
    let statement = try Regex(#"(?m)^import (?:struct |func |class |enum )?(\w+)"#)
    for (path, text) in try sources("Plugins") {
      for match in text.matches(of: statement) {
        #expect(
          match.output[1].substring == "EngramKit", "\(path) imports \(match.output[1].substring ?? "")")
      }
      for word in ["FileManager", "ProcessInfo", "ContinuousClock", "DispatchQueue", "Thread.", "getenv("] {
        #expect(!text.contains(word), "\(path) uses \(word)")
      }
    }
  }
}
