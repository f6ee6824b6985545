import EngramKit
import Foundation

/// A folder for one plugin's process alone, with a name that nobody can guess; gone with this value's last owner.
final class PrivateFolder: Sendable {
  let path: String

  init() throws {
    let base = FileManager.default.temporaryDirectory.path
    var template = Array("\(base)/engram-plugin-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Problem(
        "a plugin's folder cannot be made: \(String(cString: strerror(errno)))", at: base,
        fix: "set TMPDIR to a folder with space")
    }
    path = resolved(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// Path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit {
    // A plugin may have taken rights away; what cannot be removed is left to the system's cleaning of its temporary files.
    do { try FileManager.default.removeItem(atPath: path) } catch { return }
  }
}

extension PrivateFolder {
  /// Removes a file of it that has been read.
  func remove(_ name: String) throws {
    guard unlink(file(name)) == 0 else {
      throw Problem("cannot be removed: \(String(cString: strerror(errno)))", at: file(name))
    }
  }
}
