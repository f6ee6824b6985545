import EngramKit
import Foundation

/// The text of a file.
///
/// - Throws: `Problem` when it is not there or not UTF-8.
func readText(_ path: String) throws -> String {
  do {
    return try String(contentsOfFile: path, encoding: .utf8)
  } catch {
    let there = FileManager.default.fileExists(atPath: path)
    throw Problem(
      there ? "the file cannot be read as UTF-8 text" : "there is no such file", at: path,
      fix: there ? "save it as UTF-8 text, readable by you" : "check the path")
  }
}

/// The text of an experiment.
///
/// - Throws: `Problem` as `readText`, and when it is longer than anybody writes: a table of data then.
func readExperimentText(_ path: String) throws -> String {
  let longest = 1 << 24
  var status = stat()
  if stat(path, &status) == 0, status.st_size > longest {
    throw Problem(
      "is \(status.st_size) bytes long, and an experiment is a text of at most \(longest)", at: path,
      fix: "name an experiment; `engram convert` reads texts of data")
  }
  return try readText(path)
}

/// `path` as seen from the working directory, when it is given relative to `folder`.
func resolvedPath(_ path: String, in folder: String) -> String {
  if path.hasPrefix("/") || folder == "." { return path }
  return folder.hasSuffix("/") ? folder + path : folder + "/" + path
}

/// The path that leads from `folder` to `path`; both are relative to the working directory or absolute.
func relativePath(_ path: String, from folder: String) -> String {
  let target = URL(fileURLWithPath: path).standardized.pathComponents
  let base = URL(fileURLWithPath: folder).standardized.pathComponents
  var common = 0
  while common < min(target.count - 1, base.count), target[common] == base[common] { common += 1 }
  return (Array(repeating: "..", count: base.count - common) + target[common...]).joined(separator: "/")
}

/// Makes a folder and those on the way to it.
func makeFolder(_ path: String) throws {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw Problem("the folder cannot be made: \(error.localizedDescription)", at: path)
  }
}

/// Removes a file or folder that may not be there.
func removeIfThere(_ path: String) throws {
  guard FileManager.default.fileExists(atPath: path) else { return }
  do { try FileManager.default.removeItem(atPath: path) } catch {
    throw Problem("cannot be removed: \(error.localizedDescription)", at: path)
  }
}
