import CZip
import EngramData
import EngramKit

/// A ZIP archive that is open for reading.
public final class Archive {
  /// A file in an archive.
  public struct Member: Sendable, Equatable {
    public let name: String
    /// Bytes when unpacked, as the archive declares.
    public let size: Int
    /// Bytes in the archive.
    public let packedSize: Int
    let index: UInt64
  }

  /// The file's name.
  public let path: String
  /// What it holds, in the archive's order; directories are left out.
  public let members: [Member]
  let handle: OpaquePointer

  /// A deflate stream grows at most 1032-fold; what declares more is damaged or a bomb.
  private static let largestRatio = 1032
  /// Numbers that were measured shrink to a tenth at best; what shrinks more is nearly all one value.
  private static let usualRatio = 200
  private static let mostMembers = 10_000
  private static let distrust = "do not trust this file; ask its author for another"

  /// Opens the archive `path` and looks at its list of members.
  ///
  /// - Throws: `Problem`: no archive, damaged, a name that leads out of the archive, a name that occurs twice, sizes
  ///   that cannot be, or that memory does not hold although the archive is small.
  public init(reading path: String) throws {
    var code: Int32 = 0
    guard let handle = zip_open(path, ZIP_RDONLY, &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw Problem(
        "cannot open the archive: \(String(cString: zip_error_strerror(&error)))", at: path,
        fix: "copy the file again from its source")
    }
    do {
      members = try Archive.list(handle, path)
      try Archive.guardSizes(members, path)
    } catch {
      zip_discard(handle)
      throw error
    }
    self.path = path
    self.handle = handle
  }

  deinit { zip_discard(handle) }

  /// Refuses members that lie in one another, and an archive that unpacks to far more than it is.
  private static func guardSizes(_ members: [Member], _ path: String) throws {
    func sum(_ sizes: [Int]) -> Int {
      sizes.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
    }
    let (unpacked, packed) = (sum(members.map(\.size)), sum(members.map(\.packedSize)))
    let size = try FileStream(path).size
    guard packed <= size else {
      throw Problem(
        "lists members of \(packed) bytes in a file of \(size): they lie in one another, as in a decompression bomb",
        at: path, fix: distrust)
    }
    guard unpacked <= H5File.defaultMemoryLimit || unpacked / usualRatio <= packed else {
      throw Problem(
        "unpacks to \(unpacked) bytes from \(packed): a decompression bomb, or nearly all one value",
        at: path,
        fix: "allow more with --memory, if you trust the file")
    }
  }

  private static func list(_ handle: OpaquePointer, _ path: String) throws -> [Member] {
    let count = zip_get_num_entries(handle, 0)
    guard count <= mostMembers else {
      throw Problem(
        "has \(count) members, and more than \(mostMembers) are not read", at: path,
        fix: "put many arrays into one")
    }
    var (members, names) = ([Member](), Set<String>())
    for index in 0..<UInt64(max(0, count)) {
      var status = zip_stat_t()
      guard zip_stat_index(handle, index, 0, &status) == 0, let name = status.name else {
        throw Problem("member \(index) cannot be read: \(reason(handle))", at: path)
      }
      let text = String(cString: name)
      guard !text.hasPrefix("/"), !text.contains("\\"), !text.split(separator: "/").contains("..") else {
        throw Problem(
          "holds the member “\(text)”, whose name leads out of the archive", at: path,
          fix: distrust)
      }
      guard status.size <= UInt64(Int.max / 2), status.comp_size <= UInt64(Int.max / 2) else {
        throw Problem("member “\(text)” declares \(status.size) bytes", at: path, fix: distrust)
      }
      let (size, packed) = (Int(status.size), Int(status.comp_size))
      guard size / largestRatio <= packed else {
        throw Problem(
          "member “\(text)” declares \(size) bytes from \(packed): a decompression bomb, or damaged",
          at: path,
          fix: distrust)
      }
      guard names.insert(text).inserted else {
        throw Problem("holds two members “\(text)”", at: path, fix: distrust)
      }
      if !text.hasSuffix("/") {
        members.append(Member(name: text, size: size, packedSize: packed, index: index))
      }
    }
    return members
  }

  /// The member as a stream of bytes; its checksum is verified at the end.
  ///
  /// - Throws: `Problem`: encrypted, packed in a way that libzip lacks, damaged.
  public func open(_ member: Member) throws -> any ByteStream { try MemberStream(self, member) }

  static func reason(_ handle: OpaquePointer) -> String { String(cString: zip_strerror(handle)) }
}

/// A member of an archive while it is read.
private final class MemberStream: ByteStream {
  let place: String
  let size: Int
  // Keeps the archive open.
  private let archive: Archive
  private let file: OpaquePointer
  private var delivered = 0

  init(_ archive: Archive, _ member: Archive.Member) throws {
    place = "\(archive.path)#\(member.name)"
    guard let file = zip_fopen_index(archive.handle, member.index, 0) else {
      throw Problem("cannot be unpacked: \(Archive.reason(archive.handle))", at: place)
    }
    (self.archive, self.file, size) = (archive, file, member.size)
  }

  deinit { zip_fclose(file) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count, let start = buffer.baseAddress {
      let count = zip_fread(file, start + filled, UInt64(buffer.count - filled))
      guard count >= 0 else {
        throw Problem(
          "cannot be unpacked: \(String(cString: zip_file_strerror(file)))", at: place,
          fix: "copy the file again from its source")
      }
      guard count > 0 else { break }
      filled += Int(count)
      delivered += Int(count)
      guard delivered <= size else {
        throw Problem("unpacks to more than the \(size) bytes it declares: a decompression bomb", at: place)
      }
    }
    return filled
  }
}
