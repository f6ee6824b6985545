import EngramKit
import Foundation

/// A file of bytes that is being written in sequence; it appears under its name only when it is complete.
public final class ByteWriter {
  /// The name the user gave.
  public let path: String
  private let partial: String
  private var buffer: [UInt8] = []
  private var descriptor: Int32

  /// Bytes gathered before they are handed to the system: a call for each number would take most of the time.
  private static let bufferSize = 1 << 18

  /// Starts `NAME.partial-PID` beside `path`.
  ///
  /// - Throws: `Problem` with the system's reason.
  public init(creating path: String) throws {
    try requireDirectory(of: path)
    self.path = path
    let partial = partialName(path)
    self.partial = partial
    descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw systemProblem("cannot create the file", at: path) }
    hdf5 { DamageGuard.add(partial: partial) }
    buffer.reserveCapacity(ByteWriter.bufferSize + 1024)
  }

  /// Writes a file in one go; nothing is left when `body` throws.
  ///
  /// - Parameter synced: False for a file that need not outlive a power cut.
  /// - Returns: What `body` returns.
  @discardableResult
  public static func write<T>(
    _ path: String, synced: Bool = true, _ body: (ByteWriter) throws -> T
  ) throws -> T {
    let writer = try ByteWriter(creating: path)
    do {
      let result = try body(writer)
      try writer.commit(synced: synced)
      return result
    } catch {
      writer.discard()
      throw error
    }
  }

  /// Adds bytes.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= ByteWriter.bufferSize { try flush() }
  }

  /// Adds a text as UTF-8.
  public func write(_ text: String) throws { try write(text.utf8) }

  /// Adds the numbers as they lie in memory: little-endian.
  public func write<T: H5Scalar>(numbers: [T]) throws {
    try flush()
    try numbers.withUnsafeBytes { try put($0) }
  }

  private func flush() throws {
    try buffer.withUnsafeBytes { try put($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Hands all of `bytes` to the system, in as many calls as it takes.
  private func put(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while let first = rest.first.flatMap({ _ in UnsafeRawBufferPointer(rebasing: rest).baseAddress }) {
      let count = Glibc.write(descriptor, first, rest.count)
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        throw systemProblem("cannot write the file", at: path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Completes the file and gives it its name.
  ///
  /// - Parameter synced: False for a file that need not outlive a power cut.
  /// - Throws: `Problem` (disk full, no permission); the partial file is then gone.
  public func commit(synced: Bool = true) throws {
    guard descriptor >= 0 else { return }
    do {
      try flush()
      let isClosed = Glibc.close(descriptor) == 0
      descriptor = -1
      guard isClosed else { throw systemProblem("cannot write the file", at: path) }
      try finishFile(partial, as: path, synced: synced)
      hdf5 { DamageGuard.remove(partial: partial) }
    } catch {
      remove()
      throw error
    }
  }

  /// Gives the file up: nothing of it is left.
  public func discard() {
    if descriptor >= 0 { remove() }
  }

  private func remove() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
    unlink(partial)
    hdf5 { DamageGuard.remove(partial: partial) }
  }

  deinit { discard() }
}

/// Lets `body` write a file under a name of its own beside `path`, then gives it the name `path`.
///
/// For libraries that open their files themselves. Nothing is left when `body` throws.
///
/// - Parameter synced: False for a file that need not outlive a power cut.
public func writeAtomically(
  to path: String, synced: Bool = true, _ body: (_ partial: String) throws -> Void
) throws {
  try requireDirectory(of: path)
  let partial = partialName(path)
  hdf5 { DamageGuard.add(partial: partial) }
  defer { hdf5 { DamageGuard.remove(partial: partial) } }
  do {
    try body(partial)
    try finishFile(partial, as: path, synced: synced)
  } catch {
    unlink(partial)
    throw error
  }
}
