import Foundation

/// A directory for the files of one test; it goes with its content.
final class Scratch {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file of `bytes` and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Writes a file of a text and gives its path.
  func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}
