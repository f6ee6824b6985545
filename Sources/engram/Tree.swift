import EngramData
import EngramKit

/// Groups with more entries than this are cut short on a screen; `--json` has them all.
private let entryLimit = 100

extension TreeEntry {
  /// The tree as a table: indented names, then shape, type, unit and remarks.
  func lines(attributes: Bool) -> [String] {
    var table = TextTable()
    add(to: &table, depth: 0, attributes)
    return table.lines()
  }

  private func add(to table: inout TextTable, depth: Int, _ withAttributes: Bool) {
    let indent = String(repeating: "  ", count: depth)
    let shown = path == "/" ? "/" : name
    switch content {
    case .group(let entries):
      table.add([indent + (path == "/" ? "/" : name + "/")] + (unit.map { ["", "", $0] } ?? []))
      addAttributes(to: &table, indent, withAttributes)
      for entry in entries.prefix(entryLimit) { entry.add(to: &table, depth: depth + 1, withAttributes) }
      if entries.count > entryLimit {
        table.add([indent + "  … \(entries.count - entryLimit) more; --json lists all"])
      }
      return
    case .dataset(let dataset):
      table.add([
        indent + shown, dataset.shapeWords, dataset.type.words, unit ?? "", dataset.storage.words,
      ])
    case .namedType: table.add([indent + shown, "", "named type"])
    case .link(let target): table.add([indent + shown + " → " + target])
    case .again(let first): table.add([indent + shown + " = " + first])
    case .damaged(let problem): table.add([indent + shown + "  damaged: " + problem.what])
    }
    addAttributes(to: &table, indent, withAttributes)
  }

  private func addAttributes(to table: inout TextTable, _ indent: String, _ wanted: Bool) {
    guard wanted else { return }
    for (name, value) in attributes { table.add([indent + "    @\(name) = \(value.words(limit: 6))"]) }
  }

  /// The tree for a program: an entry has `kind` and, for a group, `entries`.
  var json: JSON {
    var members: [String: JSON] = ["path": .text(path)]
    if !attributes.isEmpty {
      let pairs = attributes.map { ($0.name, $0.value.json) }
      members["attributes"] = .object(Dictionary(pairs) { one, _ in one })
    }
    members["unit"] = unit.map { .text($0) }
    members["problem"] = problem.map { .text($0.what) }
    switch content {
    case .group(let entries):
      members["kind"] = "group"
      members["entries"] = .list(entries.map(\.json))
    case .dataset(let dataset):
      members["kind"] = "dataset"
      members["shape"] = dataset.isNull ? .null : JSON(dataset.shape)
      members["type"] = .text(dataset.type.words)
      members["chunk"] = dataset.storage.chunk.map { JSON($0) }
      members["filters"] = dataset.storage.filters.isEmpty ? nil : JSON(dataset.storage.filters.map(\.name))
      members["bytes"] = .integer(dataset.storage.bytes)
    case .namedType: members["kind"] = "named type"
    case .link(let target):
      members["kind"] = "link"
      members["target"] = .text(target)
    case .again(let first):
      members["kind"] = "second name"
      members["target"] = .text(first)
    case .damaged(let problem):
      members["kind"] = "damaged"
      members["problem"] = .text(problem.what)
    }
    return .object(members)
  }
}

extension H5Dataset {
  /// `[209, 209]`; `scalar`; `none` for a null dataspace.
  fileprivate var shapeWords: String { isNull ? "none" : shape.isEmpty ? "scalar" : "\(shape)" }
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
