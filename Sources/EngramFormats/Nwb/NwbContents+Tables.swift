import EngramData
import EngramKit

extension NwbContents {
  mutating func intervals(_ group: H5Group, _ name: String) throws {
    try table(group, name, .trials)
  }

  mutating func table(_ group: H5Group, _ name: String, _ kind: TableContent.Kind) throws {
    guard isWanted(name) else { return }
    let table = try DynamicTable(group)
    let own = unused(name, group.path, contents.tables.map(\.name))
    var content = TableContent(kind, own, count: table.count, columns: [])
    if !table.ids.enumerated().allSatisfy({ $1 == Int64($0) }) {
      content.columns.append(("id", .numbers(table.ids.map { Double($0) }, unit: "1", stored: .int64)))
    }
    for column in table.columns {
      guard let plain = try table.plain(column) else {
        array(column, "\(own)/\(column.name)")
        continue
      }
      if case .numbers(let values, _, let stored) = plain, kind == .trials,
        ["start_time", "stop_time"].contains(column.name)
      {
        content.columns.append((column.name, .numbers(values.map { $0 * 1000 }, unit: "ms", stored: stored)))
      } else {
        content.columns.append((column.name, plain))
      }
    }
    contents.tables.append(content)
  }

  /// Electrodes, and the texts of `/general`.
  mutating func general() throws {
    guard try root.kind(of: "general") == .group else { return }
    var texts: [String: JSON] = [:]
    let general = try root.group("general")
    try general.walk { group, link in
      guard link.kind == .hard else { return false }
      guard try group.kind(of: link.name) == .dataset else { return true }
      let data = try group.dataset(link.name)
      if data.type.isString, data.shape.count <= 1, data.count <= 64, !group.path.hasSuffix("/electrodes") {
        texts[String(data.path.dropFirst("/general/".count))] = JSON(try data.readStrings())
      }
      return false
    }
    if try general.kind(of: "extracellular_ephys/electrodes") == .group {
      try table(try general.group("extracellular_ephys/electrodes"), "electrodes", .electrodes)
    }
    if !texts.isEmpty { contents.texts.append(("nwb_general.json", JSON.object(texts).indented)) }
  }
}
