import EngramData
import EngramKit

/// Groups with more entries than this are cut short on a screen; `--json` has them all.
private let entryLimit = 100

/// A walk as a table: indented names, then shape, type, unit and remarks.
func treeLines(_ entries: [H5Entry], attributes: Bool) -> [String] {
  var table = TextTable()
  var counts: [Substring: Int] = [:]
  var hidden: Substring?
  for entry in entries {
    if let hidden, entry.path.hasPrefix(hidden + "/") { continue }
    let count = counts[entry.parent, default: 0] + 1
    counts[entry.parent] = count
    if count > entryLimit {
      hidden = entry.path[...]
      if count == entryLimit + 1 { table.add([entry.indent + "… and more; --json lists all"]) }
      continue
    }
    table.add(entry.row)
    guard attributes else { continue }
    for attribute in entry.attributes {
      table.add([
        entry.indent + "    @\(attribute.name) = " + (attribute.value?.words(limit: 6) ?? "unreadable")
      ])
    }
  }
  return table.lines()
}

extension H5Entry {
  fileprivate var name: String { path == "/" ? "/" : String(path[path.index(after: slash)...]) }
  fileprivate var parent: Substring { path[..<slash] }
  fileprivate var indent: String {
    path == "/" ? "" : String(repeating: "  ", count: path.count { $0 == "/" })
  }
  private var slash: String.Index { path.lastIndex(of: "/") ?? path.startIndex }

  fileprivate var row: [String] {
    let title = indent + name
    switch content {
    case .group: return [path == "/" ? title : title + "/"] + (units.map { ["", "", $0] } ?? [])
    case .dataset: return [title, shapeWords, type?.words ?? "", units ?? "", storage?.words ?? ""]
    case .namedType: return [title, "", "named type"]
    case .softLink(let target, let leads):
      return ["\(title) → \(target)" + (leads ? "" : " (nothing is there)")]
    case .externalLink(let file, let object):
      return ["\(title) → \(object) in the file \(file) (not followed)"]
    case .again(let first): return ["\(title) = \(first)"]
    case .unreadable: return ["\(title)  unreadable: \(problem?.what ?? "")"]
    }
  }

  /// `[209, 209]`; `scalar`; `none` for a null dataspace.
  private var shapeWords: String { shape.map { $0.isEmpty ? "scalar" : "\($0)" } ?? "none" }

  /// The entry for a program.
  var json: JSON {
    var members: [String: JSON] = ["path": .text(path), "kind": .text(kind)]
    if !attributes.isEmpty {
      let pairs = attributes.map { ($0.name, $0.value?.json ?? .null) }
      members["attributes"] = .object(Dictionary(pairs) { one, _ in one })
    }
    members["unit"] = units.map { .text($0) }
    members["problem"] = problem.map { .text($0.what) }
    members["type"] = type.map { .text($0.words) }
    if content == .dataset { members["shape"] = shape.map { JSON($0) } ?? .null }
    if let storage {
      members["bytes"] = .integer(storage.bytes)
      members["chunk"] = storage.chunk.map { JSON($0) }
      members["filters"] = storage.filters.isEmpty ? nil : JSON(storage.filters.map(\.name))
    }
    switch content {
    case .softLink(let target, _), .again(let target): members["target"] = .text(target)
    case .externalLink(let file, let object):
      members["target"] = ["file": .text(file), "object": .text(object)]
    default: break
    }
    return .object(members)
  }

  private var kind: String {
    switch content {
    case .group: "group"
    case .dataset: "dataset"
    case .namedType: "named type"
    case .softLink: "soft link"
    case .externalLink: "external link"
    case .again: "second name"
    case .unreadable: "unreadable"
    }
  }
}

extension H5Storage {
  /// Chunks and filters, empty for plain storage.
  fileprivate var words: String {
    let missing = filters.filter { !$0.isAvailable }.map { " (\($0.name) is not available here)" }.joined()
    let steps = filters.map(\.name).joined(separator: " ")
    let parts = [
      chunk.map { "chunks \($0)" } ?? "", steps + missing, isElsewhere ? "stored in other files" : "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension H5Value {
  fileprivate var json: JSON {
    func shaped(_ all: [JSON]) -> JSON { all.count == 1 ? all[0] : .list(all) }
    switch self {
    case .integers(let all, _): return shaped(all.map { .integer(Int($0)) })
    case .unsigned(let all, _): return shaped(all.map { .text("\($0)") })
    case .floats(let all, _): return shaped(all.map { .real($0) })
    case .strings(let all, _), .names(let all, _), .references(let all, _):
      return shaped(all.map { .text($0) })
    case .empty: return .null
    case .other(let type): return .text(type)
    }
  }
}
