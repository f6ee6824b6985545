import EngramKit
import Foundation

/// A folder for one plugin's process alone, with a name that nobody can guess; gone with this value's last owner.
///
/// It stays locked as long as this process lives, however that ends: what a killed process left has no lock, and the next
/// process to make such a folder removes it.
final class PrivateFolder: Sendable {
  let path: String
  private let lock: Int32

  private static let prefix = "engram-plugin."
  private static let base = resolved(FileManager.default.temporaryDirectory.path)
  private static let swept: Void = sweep()

  init() throws {
    _ = Self.swept
    while true {
      guard let made = try Self.make() else { continue }
      (path, lock) = made
      return
    }
  }

  /// A new folder and the descriptor that locks it; nil when another process swept it away before it was locked.
  private static func make() throws -> (path: String, lock: Int32)? {
    var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw cannotMake() }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else {
      if errno == ENOENT { return nil }
      throw cannotMake()
    }
    // Where folders cannot be locked at all, nobody can take them for left behind either.
    let isTaken = flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    guard !isTaken, access(path, F_OK) == 0 else {
      close(folder)
      return nil
    }
    return (path, folder)
  }

  private static func cannotMake() -> Problem {
    Problem(
      "a plugin's folder cannot be made: \(String(cString: strerror(errno)))", at: base,
      fix: "set TMPDIR to a folder with space")
  }

  /// Removes this user's folders that belong to no living process.
  private static func sweep() {
    let names: [String]
    // A folder that cannot be listed is said to be so when one is to be made in it.
    do { names = try FileManager.default.contentsOfDirectory(atPath: base) } catch { return }
    for name in names where name.hasPrefix(prefix) {
      let path = "\(base)/\(name)"
      let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
      guard folder >= 0 else { continue }
      defer { close(folder) }
      var known = stat()
      guard fstat(folder, &known) == 0, known.st_uid == geteuid(), flock(folder, LOCK_EX | LOCK_NB) == 0
      else {
        continue
      }
      remove(path)
    }
  }

  private static func remove(_ path: String) {
    // A plugin may have taken rights away; what cannot be removed is left to the system's cleaning of its temporary files.
    do { try FileManager.default.removeItem(atPath: path) } catch { return }
  }

  /// Path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit {
    Self.remove(path)
    close(lock)
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
