internal import CHDF5
import EngramKit

/// An open object of a file: its handle, its path for messages, its file.
final class H5Node: Sendable {
  let file: H5File
  let path: String
  let handle: Handle

  /// Opens the object at the absolute `path`.
  init(_ file: H5File, _ path: String) throws {
    self.file = file
    self.path = path
    handle = try hdf5 {
      DamageGuard.at(file.path, path)
      return try Handle(
        H5Oopen(file.handle.id, path, file.linkAccess.id), "open the object", at: file.place(path))
    }
  }

  /// Takes over an object that was opened or created already; the lock is held.
  init(_ file: H5File, _ path: String, taking id: hid_t, _ doing: String) throws {
    self.file = file
    self.path = path
    handle = try Handle(id, doing, at: file.place(path))
  }

  /// The identifier, for calls that follow at once: they concern this object.
  var id: hid_t {
    DamageGuard.at(file.path, path)
    return handle.id
  }
  var place: String { file.place(path) }

  /// A number that the object has under every name.
  func identity() throws -> UInt64 {
    var info = H5O_info_t()
    let status = hdf5 { engram_object_info(id, &info) }
    guard status >= 0 else { throw hdf5 { libraryProblem("look at the object", at: place) } }
    return UInt64(info.addr) ^ UInt64(info.fileno) << 48
  }

  /// The absolute path of `name` below this object.
  func child(_ name: String) -> String {
    if name.hasPrefix("/") { return name }
    return path == "/" ? "/\(name)" : "\(path)/\(name)"
  }
}

/// What a group's entry leads to.
public enum H5Kind: String, Sendable {
  case group, dataset
  /// A datatype stored under a name.
  case namedType = "named type"
}

/// Something in a file that has attributes.
public protocol H5Object: Sendable {
  /// Absolute path inside the file.
  var path: String { get }
  /// `file#/object`, as messages name it.
  var place: String { get }
  /// The object's attributes.
  var attributes: H5Attributes { get }
}
