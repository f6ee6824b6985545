internal import CHDF5
import EngramKit

/// One object of a file as `inspect` shows it; no element of a dataset is read for it.
public struct TreeEntry: Sendable {
  /// What lies at a path.
  public enum Content: Sendable {
    case group([TreeEntry])
    case dataset(H5Dataset)
    case namedType
    /// A soft link that leads nowhere, or an external link; where to, in words.
    case link(String)
    /// A further name of the object that was met before at this path.
    case again(String)
    /// It cannot be opened; the rest of the file may still be sound.
    case damaged(Problem)
  }

  /// The last part of the path; empty for the root.
  public let name: String
  /// Absolute path in the file.
  public let path: String
  public let content: Content
  /// Attributes by name, sorted; empty where they were not asked for.
  public let attributes: [(name: String, value: H5Value)]
  /// The attribute `units` (or `unit`) as stored; nil where there is none.
  public let unit: String?
  /// Why attributes or members could not be read, though the object itself could be opened.
  public var problem: Problem?

  /// Everything that cannot be read from here down.
  public var damages: [Problem] {
    let below: [Problem] =
      switch content {
      case .damaged(let problem): [problem]
      case .group(let entries): entries.flatMap(\.damages)
      default: []
      }
    return (problem.map { [$0] } ?? []) + below
  }
}

extension H5File {
  /// Every object of the file from the root down, in the order of the names.
  ///
  /// Objects with several names are shown under the first; a damaged one costs only itself.
  /// - Parameter attributes: Whether to read every attribute, and not only the unit.
  /// - Throws: `Problem` when not even the root can be opened.
  public func tree(attributes: Bool = false) throws -> TreeEntry {
    let root = try root
    var walk = TreeWalk(attributes: attributes)
    return walk.entry("", "/", depth: 0) { _ in root }
  }
}

/// Deeper nesting than this is not followed: no real file has it, a damaged one might.
private let depthLimit = 64

private struct TreeWalk {
  let attributes: Bool
  /// The first path of each object met so far, by its address.
  private var seen: [haddr_t: String] = [:]

  init(attributes: Bool) { self.attributes = attributes }

  mutating func entry(_ name: String, _ path: String, depth: Int, _ open: (String) throws -> any H5Object)
    -> TreeEntry
  {
    do {
      let object = try open(name)
      let address = try object.address
      if let first = seen[address] { return plain(name, path, .again(first)) }
      seen[address] = path
      var failure: Problem?
      func sound<T>(_ read: () throws -> T, else nothing: T) -> T {
        do { return try read() } catch {
          failure = failure ?? problem(error, at: object.place)
          return nothing
        }
      }
      let content: TreeEntry.Content =
        if let group = object as? H5Group {
          .group(sound({ try members(of: group, path, depth: depth) }, else: []))
        } else if let dataset = object as? H5Dataset { .dataset(dataset) } else { .namedType }
      let all = attributes ? sound(object.attributes.all, else: []) : []
      let unit = sound(object.attributes.unitText, else: nil)
      return TreeEntry(
        name: name, path: path, content: content, attributes: all, unit: unit, problem: failure)
    } catch {
      return plain(name, path, .damaged(problem(error, at: path)))
    }
  }

  private mutating func members(of group: H5Group, _ path: String, depth: Int) throws -> [TreeEntry] {
    guard depth < depthLimit else {
      throw Problem("is nested deeper than \(depthLimit) groups, which is not followed", at: group.place)
    }
    var entries: [TreeEntry] = []
    for link in try group.links() {
      let child = path == "/" ? "/\(link.name)" : "\(path)/\(link.name)"
      switch link.kind {
      case .external(let file, let object) where !group.file.followExternal:
        entries.append(plain(link.name, child, .link("\(object) in the file \(file), which is not followed")))
      case .other: entries.append(plain(link.name, child, .link("a kind of link that is not known")))
      case .soft(let target):
        if try group.kind(of: link.name) == nil {
          entries.append(plain(link.name, child, .link("\(target), which does not exist")))
        } else {
          fallthrough
        }
      case .hard, .external: entries.append(entry(link.name, child, depth: depth + 1, group.object))
      }
    }
    return entries
  }

  private func plain(_ name: String, _ path: String, _ content: TreeEntry.Content) -> TreeEntry {
    TreeEntry(name: name, path: path, content: content, attributes: [], unit: nil)
  }
}
