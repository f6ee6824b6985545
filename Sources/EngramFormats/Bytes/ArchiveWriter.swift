import CZip
import EngramData
import EngramKit
import Glibc

/// Writes a ZIP archive of arrays, each packed by deflate.
///
/// A member goes to a nameless file on disk first and is packed when the archive is completed, so memory does not grow
/// with the arrays. Equal content gives equal bytes: every entry has the time 1980-01-01.
public final class ArchiveWriter {
  /// A file in the archive that is being written.
  public struct Member {
    fileprivate let name: String
    fileprivate let file: UnsafeMutablePointer<FILE>
  }

  private var members: [Member] = []
  private let path: String
  private let level: UInt32

  /// Writes an archive in one go; nothing is left when `body` throws.
  ///
  /// - Parameter level: Of deflate, 1 (fast) to 9 (small).
  public static func write(_ path: String, level: UInt32 = 4, _ body: (ArchiveWriter) throws -> Void) throws {
    let writer = ArchiveWriter(path, level)
    defer { for member in writer.members { fclose(member.file) } }
    try body(writer)
    try writeAtomically(to: path, synced: false) { try writer.pack(into: $0) }
  }

  private init(_ path: String, _ level: UInt32) { (self.path, self.level) = (path, level) }

  /// Begins the member `name`; several may grow side by side.
  ///
  /// - Throws: `Problem` when there is no room for it on disk.
  public func begin(_ name: String) throws -> Member {
    var template = Array("\(path).partial-\(getpid()).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure("cannot create the file") }
    unlink(template)
    guard let file = fdopen(descriptor, "w+b") else {
      close(descriptor)
      throw failure("cannot create the file")
    }
    let member = Member(name: name, file: file)
    members.append(member)
    return member
  }

  /// Adds numbers or bytes as they lie in memory, little-endian.
  public func write<T: H5Scalar>(_ numbers: [T], to member: Member) throws {
    guard fwrite(numbers, MemoryLayout<T>.stride, numbers.count, member.file) == numbers.count else {
      throw failure("cannot write the file")
    }
  }

  private func pack(into partial: String) throws {
    var code: Int32 = 0
    guard let archive = zip_open(partial, ZIP_CREATE | ZIP_TRUNCATE, &code) else {
      throw failure("cannot create the file")
    }
    do {
      for member in members { try add(member.name, member.file, to: archive) }
      guard zip_close(archive) == 0 else {
        throw Problem("cannot write the archive: \(Archive.reason(archive))", at: path)
      }
    } catch {
      zip_discard(archive)
      throw error
    }
  }

  private func add(_ name: String, _ file: UnsafeMutablePointer<FILE>, to archive: OpaquePointer) throws {
    guard fflush(file) == 0 else { throw failure("cannot write the file") }
    // libzip closes the file it is given, and we close ours.
    let copy = dup(fileno(file))
    guard copy >= 0, let own = fdopen(copy, "rb") else { throw failure("cannot read back what was written") }
    rewind(own)
    guard let source = zip_source_filep(archive, own, 0, -1) else {
      fclose(own)
      throw Problem("cannot write the archive: \(Archive.reason(archive))", at: path)
    }
    let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      throw Problem("cannot write the archive: \(Archive.reason(archive))", at: path)
    }
    // 0x0021 is the first day a ZIP file can name.
    guard zip_set_file_compression(archive, UInt64(index), Int32(ZIP_CM_DEFLATE), level) == 0,
      zip_file_set_dostime(archive, UInt64(index), 0, 0x0021, 0) == 0,
      zip_file_set_external_attributes(
        archive, UInt64(index), 0, UInt8(ZIP_OPSYS_UNIX), 0o100644 << 16) == 0
    else { throw Problem("cannot write the archive: \(Archive.reason(archive))", at: path) }
  }

  private func failure(_ what: String) -> Problem {
    Problem("\(what): \(String(cString: strerror(errno)))", at: path)
  }
}
