import EngramKit
import Foundation

/// The name a file has while process `pid` writes it.
public func partialName(_ path: String, pid: pid_t = getpid()) -> String { "\(path).partial-\(pid)" }

/// Syncs `partial` to disk and renames it to `path`, so a reader sees the whole file or none.
///
/// - Parameters:
///   - prefix: Bytes written over the file's beginning first (the user block).
///   - synced: False for a file that need not outlive a power cut.
func finishFile(_ partial: String, as path: String, prefix: [UInt8] = [], synced: Bool = true) throws {
  let descriptor = open(partial, O_RDWR | O_CLOEXEC)
  guard descriptor >= 0 else { throw systemProblem("cannot finish the file", at: path) }
  defer { close(descriptor) }
  guard prefix.isEmpty || pwrite(descriptor, prefix, prefix.count, 0) == prefix.count else {
    throw systemProblem("cannot write the user block", at: path)
  }
  guard !synced || fsync(descriptor) == 0 else {
    throw systemProblem("cannot sync the file to disk", at: path)
  }
  guard rename(partial, path) == 0 else { throw systemProblem("cannot name the file", at: path) }
  guard synced else { return }
  // The name itself is on disk only when the directory is; some file systems cannot sync a directory.
  let directory = open((path as NSString).deletingLastPathComponent.orCurrent, O_RDONLY | O_CLOEXEC)
  if directory >= 0 {
    fsync(directory)
    close(directory)
  }
}

/// Throws when the directory of `path` does not exist or takes no files.
func requireDirectory(of path: String) throws {
  guard access((path as NSString).deletingLastPathComponent.orCurrent, W_OK | X_OK) == 0 else {
    throw systemProblem("cannot create the file", at: path)
  }
}

/// Writes `bytes` to `path` at once: partial file, sync, rename.
///
/// - Parameter synced: False for a file that need not outlive a power cut.
/// - Throws: `Problem` with the system's reason; nothing is left behind.
public func writeAtomically(_ bytes: [UInt8], to path: String, synced: Bool = true) throws {
  let partial = partialName(path)
  do {
    guard let file = fopen(partial, "wb") else { throw systemProblem("cannot create the file", at: path) }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw systemProblem("cannot write the file", at: path)
    }
    try finishFile(partial, as: path, synced: synced)
  } catch {
    unlink(partial)
    throw error
  }
}

/// Removes what killed processes left in `directory`: files and folders `*.partial-PID` whose process no longer runs.
///
/// - Returns: The names removed, sorted.
@discardableResult
public func sweepPartialFiles(in directory: String) throws -> [String] {
  let names: [String]
  do {
    names = try FileManager.default.contentsOfDirectory(atPath: directory.orCurrent)
  } catch {
    throw Problem("cannot list the directory: \(error.localizedDescription)", at: directory)
  }
  return names.sorted().filter { name in
    guard let dot = name.range(of: ".partial-", options: .backwards),
      // A library may add to the name it is given: `NAME.partial-PID.XXXXXX`.
      let pid = pid_t(name[dot.upperBound...].prefix { $0.isASCII && $0.isNumber }), pid > 0, !isRunning(pid)
    else { return false }
    let path = (directory.orCurrent as NSString).appendingPathComponent(name)
    // A folder goes with all that is in it.
    do { try FileManager.default.removeItem(atPath: path) } catch { return false }
    return true
  }
}

/// Whether a process can still write. A killed one that nobody has waited for yet keeps its number, but does nothing.
private func isRunning(_ pid: pid_t) -> Bool {
  guard kill(pid, 0) == 0 || errno != ESRCH else { return false }
  let descriptor = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return errno != ENOENT }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 512)
  let count = read(descriptor, &bytes, bytes.count)
  let text = bytes.prefix(max(0, count))
  // `PID (NAME) STATE …`; the name may hold anything.
  let state = text.lastIndex(of: UInt8(ascii: ")")).flatMap { text.dropFirst($0 + 2).first }
  return state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
}

/// Copies a file's bytes; `target` is gone again when that fails.
func copyFile(_ source: String, to target: String) throws {
  unlink(target)
  do {
    try FileManager.default.copyItem(atPath: source, toPath: target)
  } catch {
    unlink(target)
    throw Problem("cannot copy the file: \(error.localizedDescription)", at: source)
  }
}

extension String {
  /// The path, or "." when it is empty.
  fileprivate var orCurrent: String { isEmpty ? "." : self }
}
