internal import CHDF5
import EngramKit

/// One entry of a group.
public struct H5Link: Sendable, Equatable {
  /// How an entry names its object.
  public enum Kind: Sendable, Equatable {
    case hard
    /// A path inside the file, which may lead nowhere.
    case soft(String)
    /// Another file, and a path in it.
    case external(file: String, object: String)
    case other
  }

  public var name: String
  public var kind: Kind
}

/// Collects the links of a group while libhdf5 walks it.
private final class LinkList {
  var links: [(name: [UInt8], type: H5L_type_t, length: Int)] = []
}

extension H5Group {
  /// The group's entries, sorted by name.
  ///
  /// - Throws: `Problem` when the group is damaged.
  public func links() throws -> [H5Link] {
    try hdf5 {
      let list = LinkList()
      let status = engram_links(
        node.id,
        { _, name, info, context in
          guard let name, let info, let context else { return -1 }
          let list = Unmanaged<LinkList>.fromOpaque(context).takeUnretainedValue()
          let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
          list.links.append((Array(bytes), info.pointee.type, info.pointee.u.val_size))
          return 0
        }, Unmanaged.passUnretained(list).toOpaque())
      try checked(status, "list the group", at: place)
      return try list.links.map { link in
        H5Link(name: text(link.name), kind: try target(of: link.name, link.type, link.length))
      }
    }
  }

  /// The names of the group's entries, sorted.
  public func names() throws -> [String] { try links().map(\.name) }

  private func target(of name: [UInt8], _ type: H5L_type_t, _ length: Int) throws -> H5Link.Kind {
    if type == H5L_TYPE_HARD { return .hard }
    guard type == H5L_TYPE_SOFT || type == H5L_TYPE_EXTERNAL, length > 0, length < 1 << 20 else {
      return .other
    }
    var value = [UInt8](repeating: 0, count: length)
    let cName = (name + [0]).map { CChar(bitPattern: $0) }
    try checked(H5Lget_val(node.id, cName, &value, length, hid_t(H5P_DEFAULT)), "read the link", at: place)
    if type == H5L_TYPE_SOFT { return .soft(text(value.prefix { $0 != 0 })) }
    // One byte of flags and version, then file and object, each with its NUL.
    let parts = value.dropFirst().split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return .other }
    return .external(file: text(parts[0]), object: text(parts[1]))
  }

  /// Creates a group; those missing on the way are created too.
  ///
  /// - Throws: `Problem` when the name is taken.
  @discardableResult
  public func createGroup(_ name: String) throws -> H5Group {
    let path = node.child(name)
    return try hdf5 {
      let creation = try Handle(
        H5Pcreate(engram_h5p_group_create()), "prepare the group", at: node.file.place(path))
      // Times of objects would make equal input give different bytes.
      let times = H5Pset_obj_track_times(creation.id, false)
      try checked(times, "prepare the group", at: node.file.place(path))
      try createParents(of: path)
      let id = H5Gcreate2(node.file.handle.id, path, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT))
      return try H5Group(H5Node(node.file, path, taking: id, "create the group"))
    }
  }

  /// The group at `name`, created when it is absent.
  public func requireGroup(_ name: String) throws -> H5Group {
    try exists(name) ? try group(name) : try createGroup(name)
  }

  /// Creates the groups above `path` that are missing.
  func createParents(of path: String) throws {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let parent = String(path[..<slash])
    if try !exists(parent) { try createGroup(parent) }
  }

  /// Gives `target`, an object of this file, a second name; costs nothing.
  ///
  /// - Parameters:
  ///   - name: The new name, relative to this group or absolute.
  ///   - target: The object's path, relative to this group or absolute.
  public func hardLink(_ name: String, to target: String) throws {
    try hdf5 {
      try createParents(of: node.child(name))
      let file = node.file.handle.id
      let status = H5Lcreate_hard(
        file, node.child(target), file, node.child(name), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
      try checked(status, "link to “\(target)”", at: node.file.place(node.child(name)))
    }
  }

  /// A link by path, which need not lead anywhere yet.
  public func softLink(_ name: String, to target: String) throws {
    try hdf5 {
      try createParents(of: node.child(name))
      let status = H5Lcreate_soft(
        target, node.file.handle.id, node.child(name), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
      try checked(status, "link to “\(target)”", at: node.file.place(node.child(name)))
    }
  }

  /// A link to the object `target` of another file, a path relative to this file's directory.
  public func externalLink(_ name: String, to target: String, inFile other: String) throws {
    try hdf5 {
      try createParents(of: node.child(name))
      let status = H5Lcreate_external(
        other, target, node.file.handle.id, node.child(name), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
      try checked(status, "link to “\(target)” in “\(other)”", at: node.file.place(node.child(name)))
    }
  }

  /// Removes the entry `name`; the object goes when it has no other name.
  public func delete(_ name: String) throws {
    try hdf5 {
      let status = H5Ldelete(node.file.handle.id, node.child(name), hid_t(H5P_DEFAULT))
      try checked(status, "remove the entry", at: node.file.place(node.child(name)))
    }
  }
}
