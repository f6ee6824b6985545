internal import CHDF5
import EngramKit
import Foundation
import Synchronization

/// An HDF5 file that is open: for reading, or as a new file that appears under its name only when it is complete.
///
/// Groups and datasets keep their file open. All calls may come from any thread; they take turns.
public final class H5File: Sendable {
  /// The name the user gave.
  public let path: String
  /// Bytes one read may allocate; larger requests are refused with a sentence.
  public let memoryLimit: Int
  /// Whether external links, external storage and virtual datasets may lead to other files.
  public let followExternal: Bool
  /// Bytes before the HDF5 signature (MATLAB: 512), usually 0.
  public let userBlockSize: Int
  /// Size of the file in bytes when it was opened; nil while it is being written.
  public let size: Int?
  /// Where a new file is until `commit`; nil when reading.
  let partial: String?
  let handle: Handle
  /// Link access that refuses external links unless they may be followed.
  let linkAccess: Handle
  private let finished = Atomic<Bool>(false)

  private static let limit = Atomic<Int>(Int(clamping: ProcessInfo.processInfo.physicalMemory / 2))

  /// What one read may allocate unless the caller says otherwise: half of the machine's memory, or what was set.
  public static var defaultMemoryLimit: Int { limit.load(ordering: .relaxed) }

  /// Lets reads of files that are opened from now on allocate at most `bytes`.
  public static func setMemoryLimit(_ bytes: Int) { limit.store(bytes, ordering: .relaxed) }

  /// Opens `path` for reading.
  ///
  /// - Parameters:
  ///   - followExternal: Whether links to other files are followed; refused by default.
  ///   - memoryLimit: Bytes one read may allocate.
  /// - Throws: `Problem`: no such file, not HDF5, truncated, open elsewhere for writing.
  public init(
    reading path: String, followExternal: Bool = false, memoryLimit: Int = H5File.defaultMemoryLimit
  ) throws {
    let (size, offset) = try signature(of: path)
    self.path = path
    self.memoryLimit = memoryLimit
    self.followExternal = followExternal
    self.userBlockSize = offset
    self.size = size
    self.partial = nil
    handle = try hdf5 {
      DamageGuard.at(path)
      let access = try fileAccess(path)
      return try Handle(H5Fopen(path, engram_h5f_readonly(), access.id), "open the file", at: path)
    }
    linkAccess = try hdf5 { try makeLinkAccess(followExternal, path) }
  }

  /// Starts a new file at `NAME.partial-PID` beside `path`; `commit` gives it its name.
  ///
  /// - Parameters:
  ///   - userBlockSize: Bytes kept free before the HDF5 part: 0, or a power of two from 512 up.
  ///   - copying: A file whose content the new one starts with (an append that stays atomic).
  /// - Throws: `Problem` when the directory cannot be written.
  public init(creating path: String, userBlockSize: Int = 0, copying source: String? = nil) throws {
    let partial = partialName(path)
    try requireDirectory(of: path)
    self.path = path
    self.memoryLimit = H5File.defaultMemoryLimit
    self.followExternal = false
    self.size = nil
    self.partial = partial
    hdf5 { DamageGuard.add(partial: partial) }
    if let source { try copyFile(source, to: partial) }
    self.userBlockSize = try source.map { try signature(of: $0).offset } ?? userBlockSize
    linkAccess = try hdf5 { try makeLinkAccess(false, path) }
    handle = try hdf5 {
      DamageGuard.at(path)
      let access = try fileAccess(path)
      if source == nil { return try createFile(partial, userBlockSize, access.id, at: path) }
      return try Handle(H5Fopen(partial, engram_h5f_readwrite(), access.id), "open the copy", at: path)
    }
  }

  /// Writes a file in one go: the name appears when `body` has returned, and nothing is left when it throws.
  ///
  /// - Parameter synced: False for a file that need not outlive a power cut.
  /// - Returns: What `body` returns.
  @discardableResult
  public static func write<T>(
    _ path: String, userBlock: [UInt8] = [], synced: Bool = true, _ body: (H5File) throws -> T
  ) throws -> T {
    let file = try H5File(creating: path, userBlockSize: userBlockLength(userBlock.count))
    do {
      let result = try body(file)
      try file.commit(userBlock: userBlock, synced: synced)
      return result
    } catch {
      file.discard()
      throw error
    }
  }

  /// The root group.
  public var root: H5Group { get throws { try H5Group(H5Node(self, "/")) } }

  /// `file#/object`, as messages name it.
  public func place(_ object: String) -> String { object == "/" ? path : "\(path)#\(object)" }

  /// Completes a new file: flush, close, sync to disk, rename.
  ///
  /// - Parameters:
  ///   - userBlock: Bytes for the block before the HDF5 part.
  ///   - synced: False for a file that need not outlive a power cut.
  /// - Throws: `Problem` (disk full, no permission); the partial file is then gone.
  public func commit(userBlock: [UInt8] = [], synced: Bool = true) throws {
    guard let partial, !finished.exchange(true, ordering: .relaxed) else { return }
    defer { hdf5 { DamageGuard.remove(partial: partial) } }
    do {
      try closeAll()
      try finishFile(partial, as: path, prefix: userBlock, synced: synced)
    } catch {
      unlink(partial)
      throw error
    }
  }

  /// Gives up a new file: nothing of it is left.
  public func discard() {
    guard let partial, !finished.exchange(true, ordering: .relaxed) else { return }
    // What closing would report concerns a file that is thrown away.
    hdf5 { _ = H5Fclose(handle.id) }
    unlink(partial)
    hdf5 { DamageGuard.remove(partial: partial) }
  }

  deinit { discard() }

  /// The number of libhdf5's identifiers that this process holds, its built-in types among them: the same before and
  /// after work that closed all it opened.
  public static var openIdentifiers: Int { hdf5 { Int(engram_open_identifiers()) } }

  private func closeAll() throws {
    try hdf5 {
      try checked(H5Fflush(handle.id, H5F_SCOPE_GLOBAL), "write the file", at: path)
      // A program that is being started shares the lock until it runs, and would keep it beyond the closing.
      var descriptor: UnsafeMutableRawPointer?
      try checked(H5Fget_vfd_handle(handle.id, hid_t(H5P_DEFAULT), &descriptor), "close the file", at: path)
      if let descriptor { flock(descriptor.load(as: Int32.self), LOCK_UN) }
      try checked(H5Fclose(handle.id), "close the file", at: path)
    }
  }
}

/// File access for reading and writing: old readers can open what we write; closing the file closes all in it.
private func fileAccess(_ path: String) throws -> Handle {
  let access = try Handle(H5Pcreate(engram_h5p_file_access()), "prepare to open", at: path)
  try checked(H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG), "prepare to open", at: path)
  try checked(
    H5Pset_libver_bounds(access.id, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110), "prepare to open", at: path)
  return access
}

private func makeLinkAccess(_ followExternal: Bool, _ path: String) throws -> Handle {
  let access = try Handle(H5Pcreate(engram_h5p_link_access()), "prepare to open", at: path)
  if !followExternal { try checked(engram_forbid_external(access.id), "prepare to open", at: path) }
  return access
}

private func createFile(_ partial: String, _ userBlock: Int, _ access: hid_t, at path: String) throws
  -> Handle
{
  let creation = try Handle(H5Pcreate(engram_h5p_file_create()), "prepare the file", at: path)
  // Times of objects would make equal input give different bytes.
  try checked(H5Pset_obj_track_times(creation.id, false), "prepare the file", at: path)
  try checked(H5Pset_userblock(creation.id, hsize_t(userBlock)), "reserve the user block", at: path)
  return try Handle(
    H5Fcreate(partial, engram_h5f_truncate(), creation.id, access), "create the file", at: path)
}

/// The smallest size HDF5 allows for a user block of `count` bytes: 0, 512, 1024, 2048, …
private func userBlockLength(_ count: Int) -> Int {
  var size = count == 0 ? 0 : 512
  while size < count { size *= 2 }
  return size
}
