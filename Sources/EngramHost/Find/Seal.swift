import EngramData
import EngramKit
import Foundation
import Synchronization

/// The SHA-256 of a plugin's folder, taken once a process: which bytes gave a result.
final class Seal: Sendable {
  private let folder: String
  private let known = Mutex<String?>(nil)

  init(_ folder: String) { self.folder = folder }

  /// The hash over names and contents of every file but hidden ones and caches.
  ///
  /// - Throws: `Problem` when a file cannot be read or others may write to it.
  func hash() throws -> String {
    if let hash = known.withLock({ $0 }) { return hash }
    var lines: [String] = []
    for path in try files() {
      try Trust.require("\(folder)/\(path)")
      lines.append("\(path) \(try sha256(ofFile: "\(folder)/\(path)"))")
    }
    let hash = try sha256(Array(lines.joined(separator: "\n").utf8))
    known.withLock { $0 = hash }
    return hash
  }

  private func files() throws -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: folder) else {
      throw Problem("cannot be listed", at: folder)
    }
    return walk.compactMap { $0 as? String }.filter { path in
      let parts = path.split(separator: "/")
      guard !parts.contains(where: { $0.hasPrefix(".") || $0 == "__pycache__" }) else { return false }
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }
}
