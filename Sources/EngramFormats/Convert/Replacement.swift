import EngramKit
import Foundation

/// Gives a complete file or folder its name; a folder of that name goes first, since none can be renamed onto one.
func replace(_ path: String, by partial: String) throws {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    let old = "\(partial).old-partial-\(getpid())"
    guard rename(path, old) == 0 else { throw systemReason("cannot replace the folder", at: path) }
    defer { remove(old) }
    guard rename(partial, path) == 0 else { throw systemReason("cannot name the folder", at: path) }
    return
  }
  guard rename(partial, path) == 0 else { throw systemReason("cannot name the output", at: path) }
}

/// Removes a file or a folder that may not be there.
func remove(_ path: String) {
  guard FileManager.default.fileExists(atPath: path) else { return }
  do { try FileManager.default.removeItem(atPath: path) } catch {
    // It has a partial name, which the next command sweeps; what went wrong before is what the user must hear.
    return
  }
}

private func systemReason(_ what: String, at place: String) -> Problem {
  Problem("\(what): \(String(cString: strerror(errno)))", at: place)
}
