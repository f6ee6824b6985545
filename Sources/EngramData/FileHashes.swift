import Dispatch
import EngramKit
import Synchronization

/// SHA-256 of files, computed beside other work: each file is read once, however often its hash is asked for.
public final class FileHashes: Sendable {
  private let begun = Mutex<[String: PendingHash]>([:])

  public init() {}

  /// Starts to hash a file on a thread of its own; `sha256(of:)` waits for it.
  public func begin(_ path: String) { _ = pending(path) }

  /// SHA-256 of a file's bytes in lowercase hexadecimal.
  ///
  /// - Throws: `Problem` when the file cannot be read.
  public func sha256(of path: String) throws -> String { try pending(path).value() }

  private func pending(_ path: String) -> PendingHash {
    begun.withLock { begun in
      if let known = begun[path] { return known }
      let made = PendingHash(path)
      begun[path] = made
      return made
    }
  }
}

/// A hash that a thread is computing.
private final class PendingHash: Sendable {
  private let group = DispatchGroup()
  private let result = Mutex<Result<String, Problem>?>(nil)

  init(_ path: String) {
    DispatchQueue.global(qos: .userInitiated).async(group: group) { [self] in
      let found: Result<String, Problem>
      do { found = .success(try EngramData.sha256(ofFile: path)) } catch {
        found = .failure(problem(error, at: path))
      }
      result.withLock { $0 = found }
    }
  }

  func value() throws -> String {
    group.wait()
    guard let found = result.withLock({ $0 }) else { throw Problem("the hash was not computed") }
    return try found.get()
  }
}
