import EngramKit
import Glibc

/// Bytes in sequence: a file, or a member of an archive.
public protocol ByteStream: AnyObject {
  /// What messages call it.
  var place: String { get }
  /// How many bytes there are in all.
  var size: Int { get }
  /// Fills `buffer` from its beginning as far as there are bytes.
  ///
  /// - Returns: The number of bytes; less than `buffer.count` at the end only.
  /// - Throws: `Problem` with the reason.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Passes over `count` bytes.
  func skip(_ count: Int) throws
}

extension ByteStream {
  public func skip(_ count: Int) throws {
    for start in stride(from: 0, to: count, by: 1 << 20) { _ = try bytes(min(1 << 20, count - start)) }
  }

  /// The next `count` bytes.
  ///
  /// - Throws: `Problem` when there are fewer.
  func bytes(_ count: Int) throws -> [UInt8] {
    var found = 0
    let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      found = try read(
        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
      filled = found
    }
    guard found == count else {
      throw Problem(
        "ends \(count - found) bytes early", at: place, fix: "copy the file again from its source")
    }
    return bytes
  }

  /// The next `count` numbers as they lie in memory, little-endian.
  func numbers<T: BitwiseCopyable>(_ count: Int, of _: T.Type) throws -> [T] {
    let wanted = count * MemoryLayout<T>.stride
    return try [T](unsafeUninitializedCapacity: count) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      let found = try read(into: raw)
      guard found == wanted else {
        throw Problem(
          "ends \(wanted - found) bytes early", at: place, fix: "copy the file again from its source")
      }
      filled = count
    }
  }
}

/// A regular file as a stream of bytes.
public final class FileStream: ByteStream {
  public let place: String
  public let size: Int
  private let descriptor: Int32

  /// Opens `path`.
  ///
  /// - Throws: `Problem`: not there, unreadable, no regular file.
  public init(_ path: String) throws {
    place = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileStream.failure("cannot open the file", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let problem = FileStream.failure("cannot read the file", path)
      close(descriptor)
      throw problem
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Problem("is no regular file", at: path, fix: "name a file")
    }
    size = status.st_size
  }

  deinit { close(descriptor) }

  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count, let start = buffer.baseAddress {
      let count = Glibc.read(descriptor, start + filled, buffer.count - filled)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileStream.failure("cannot read the file", place) }
      guard count > 0 else { break }
      filled += count
    }
    return filled
  }

  public func skip(_ count: Int) throws {
    guard lseek(descriptor, off_t(count), SEEK_CUR) >= 0 else {
      throw FileStream.failure("cannot read the file", place)
    }
  }

  private static func failure(_ what: String, _ path: String) -> Problem {
    Problem("\(what): \(String(cString: strerror(errno)))", at: path)
  }
}
