internal import CHDF5
import EngramKit

/// What a walk through a file meets at one path.
public struct H5Entry: Sendable {
  /// What an entry is.
  public enum Content: Sendable, Equatable {
    case group
    case dataset
    case namedType
    /// A link by path; whether it leads to something.
    case softLink(to: String, leads: Bool)
    /// A link into another file, which the walk does not follow.
    case externalLink(file: String, object: String)
    /// An object that was met before, under the name given.
    case again(String)
    /// Nothing that can be read; `problem` says why.
    case unreadable
  }

  /// One attribute; `value` is nil where it could not be read, and `problem` says why.
  public struct Attribute: Sendable {
    public var name: String
    public var value: H5Value?
    public var problem: Problem?
  }

  /// Absolute path in the file.
  public var path: String
  public var content: Content
  /// Shape of a dataset; nil for groups and for a null dataspace.
  public var shape: [Int]?
  /// Largest extents of a dataset, nil in it where unlimited.
  public var maxShape: [Int?] = []
  /// Element type of a dataset.
  public var type: H5Type?
  /// Chunks, filters and bytes of a dataset.
  public var storage: H5Storage?
  /// The attributes, sorted by name.
  public var attributes: [Attribute] = []
  /// What could not be read here.
  public var problem: Problem?

  /// Text of the attribute `units` or, as NWB and NIX name it, `unit`.
  public var units: String? {
    for name in ["units", "unit"] {
      if case .strings(let all, _)? = attributes.first(where: { $0.name == name })?.value { return all.first }
    }
    return nil
  }
}

/// Bounds of a walk, so that no file can make it endless.
public struct H5WalkLimits: Sendable {
  /// Groups inside groups.
  public var depth = 64
  /// Entries in all.
  public var entries = 1_000_000
  /// Attributes of one object that are read; the rest are not listed.
  public var attributes = 1024

  public init() {}
}

extension H5File {
  /// Visits all there is below the root, groups before their content, names in order; damaged parts become entries
  /// with a problem and the walk goes on.
  ///
  /// - Parameter visit: Called with each entry; false ends the walk.
  /// - Throws: Only what `visit` throws, and `Problem` when the root itself cannot be opened.
  public func walk(limits: H5WalkLimits = H5WalkLimits(), _ visit: (H5Entry) throws -> Bool) throws {
    var walk = Walk(file: self, limits: limits)
    _ = try walk.object("/", depth: 0, visit)
  }

  /// All entries of a walk.
  public func entries(limits: H5WalkLimits = H5WalkLimits()) throws -> [H5Entry] {
    var all: [H5Entry] = []
    try walk(limits: limits) {
      all.append($0)
      return true
    }
    return all
  }
}

/// The state of a walk: what was met, and where.
private struct Walk {
  let file: H5File
  let limits: H5WalkLimits
  var met: [UInt64: String] = [:]
  var count = 0

  /// Visits the object at `path` and all below it; false when the visitor has seen enough.
  mutating func object(_ path: String, depth: Int, _ visit: (H5Entry) throws -> Bool) throws -> Bool {
    count += 1
    guard count <= limits.entries else {
      return try visit(
        unreadable(path, Problem("has more than \(limits.entries) entries", at: file.place(path))))
    }
    let node: H5Node
    let kind: H5I_type_t
    do {
      node = try H5Node(file, path)
      kind = hdf5 { H5Iget_type(node.id) }
      if let name = try seen(node) { return try visit(H5Entry(path: path, content: .again(name))) }
    } catch {
      return try visit(unreadable(path, problem(error, at: file.place(path))))
    }
    switch kind {
    case H5I_DATASET: return try visit(dataset(node))
    case H5I_GROUP, H5I_FILE: return try group(node, depth, visit)
    default:
      return try visit(H5Entry(path: path, content: .namedType, attributes: attributes(node).list))
    }
  }

  /// The name under which the object was met before; remembers it otherwise.
  private mutating func seen(_ node: H5Node) throws -> String? {
    let identity = try node.identity()
    if let name = met[identity] { return name }
    met[identity] = node.path
    return nil
  }

  private func dataset(_ node: H5Node) -> H5Entry {
    do {
      let dataset = try H5Dataset(node)
      let (list, trouble) = attributes(node)
      return H5Entry(
        path: node.path, content: .dataset, shape: dataset.isNull ? nil : dataset.shape,
        maxShape: dataset.maxShape, type: dataset.type, storage: dataset.storage, attributes: list,
        problem: trouble)
    } catch {
      return unreadable(node.path, problem(error, at: node.place))
    }
  }

  private mutating func group(_ node: H5Node, _ depth: Int, _ visit: (H5Entry) throws -> Bool) throws -> Bool
  {
    var (list, trouble) = attributes(node)
    var links: [H5Link] = []
    do {
      links = try H5Group(node).links()
    } catch {
      trouble = problem(error, at: node.place)
    }
    if depth >= limits.depth, !links.isEmpty {
      trouble = Problem("lies deeper than \(limits.depth) groups; its content is not listed", at: node.place)
      links = []
    }
    list.sort { $0.name < $1.name }
    let entry = H5Entry(path: node.path, content: .group, attributes: list, problem: trouble)
    guard try visit(entry) else { return false }
    for link in links {
      let path = node.child(link.name)
      let goOn: Bool
      if link.kind != .hard { count += 1 }
      switch link.kind {
      case .hard: goOn = try object(path, depth: depth + 1, visit)
      case .soft(let target):
        goOn = try visit(H5Entry(path: path, content: .softLink(to: target, leads: leads(path, of: node))))
      case .external(let other, let object):
        goOn = try visit(H5Entry(path: path, content: .externalLink(file: other, object: object)))
      case .other:
        goOn = try visit(unreadable(path, Problem("is a link of an unknown kind", at: file.place(path))))
      }
      guard goOn, count <= limits.entries else { return false }
    }
    return true
  }

  /// Whether a soft link leads to something in this file.
  private func leads(_ path: String, of node: H5Node) -> Bool {
    hdf5 {
      let found = H5Oexists_by_name(file.handle.id, path, file.linkAccess.id) > 0
      if !found { _ = libraryReasons() }
      return found
    }
  }

  private func attributes(_ node: H5Node) -> (list: [H5Entry.Attribute], problem: Problem?) {
    let attributes = H5Attributes(node)
    do {
      let list = try attributes.names().prefix(limits.attributes).map { name in
        do {
          return H5Entry.Attribute(name: name, value: try attributes.value(name), problem: nil)
        } catch {
          return H5Entry.Attribute(name: name, value: nil, problem: EngramKit.problem(error, at: node.place))
        }
      }
      return (list, nil)
    } catch {
      return ([], EngramKit.problem(error, at: node.place))
    }
  }

  private func unreadable(_ path: String, _ problem: Problem) -> H5Entry {
    H5Entry(path: path, content: .unreadable, problem: problem)
  }
}
