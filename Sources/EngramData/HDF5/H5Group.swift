internal import CHDF5
import EngramKit

/// A group: named links to groups and datasets.
public struct H5Group: H5Object {
  let node: H5Node

  init(_ node: H5Node) throws {
    self.node = node
    let kind = hdf5 { H5Iget_type(node.id) }
    guard kind == H5I_GROUP || kind == H5I_FILE else { throw Problem("is not a group", at: node.place) }
  }

  public var path: String { node.path }
  public var place: String { node.place }
  public var attributes: H5Attributes { H5Attributes(node) }
  /// The file this belongs to.
  public var file: H5File { node.file }

  /// The group at `name`, a path relative to this group or absolute.
  ///
  /// - Throws: `Problem` when it is absent, is no group, or lies behind an external link.
  public func group(_ name: String) throws -> H5Group { try H5Group(open(name)) }

  /// The dataset at `name`, a path relative to this group or absolute.
  public func dataset(_ name: String) throws -> H5Dataset { try H5Dataset(open(name)) }

  /// Whether something is at `name` and can be opened; each step of the path is looked at.
  public func exists(_ name: String) throws -> Bool { try kind(of: name) != nil }

  /// What is at `name`; nil when nothing is, or a soft link there leads nowhere.
  public func kind(of name: String) throws -> H5Kind? {
    let path = node.child(name)
    return try hdf5 {
      var reached = ""
      for step in path.split(separator: "/") {
        reached += "/\(step)"
        let access = node.file.linkAccess.id
        guard H5Lexists(node.file.handle.id, reached, access) > 0 else { return nil }
        var link = H5L_info_t()
        let found = H5Lget_info(node.file.handle.id, reached, &link, access)
        try checked(found, "look at the link", at: node.file.place(reached))
        if link.type == H5L_TYPE_HARD { continue }
        guard H5Oexists_by_name(node.file.handle.id, reached, access) > 0 else {
          _ = libraryReasons()
          if link.type == H5L_TYPE_EXTERNAL, !node.file.followExternal {
            throw externalProblem(at: node.file.place(reached))
          }
          return nil
        }
      }
      let object = try H5Node(node.file, path)
      switch H5Iget_type(object.id) {
      case H5I_GROUP, H5I_FILE: return .group
      case H5I_DATASET: return .dataset
      default: return .namedType
      }
    }
  }

  private func open(_ name: String) throws -> H5Node {
    guard try exists(name) else {
      throw Problem(
        "there is no “\(name)” in this group", at: place, fix: "`engram inspect` shows what is in the file")
    }
    return try H5Node(node.file, node.child(name))
  }
}

func externalProblem(at place: String) -> Problem {
  Problem(
    "is an external link to another file, which is not followed", at: place,
    fix: "pass --follow-external if you trust that file")
}
