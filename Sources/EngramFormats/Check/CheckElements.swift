import EngramData
import EngramKit

/// Neurons: lengths, ids, groups, types.
func checkNodes(_ file: EngramFile, _ name: String, _ list: inout FindingList) throws {
  let path = "/nodes/\(name)"
  let group = try file.h5.root.group(path)
  let lengths = try lengths(group, ["node_type_id", "node_id", "node_group_id", "node_group_index"])
  report(lengths, path, &list)
  guard Set(lengths.values).count == 1 else { return }
  if try group.exists("node_id") {
    var (seen, twice) = (Set<UInt64>(), Cases())
    for id in try group.dataset("node_id").read(UInt64.self) where !seen.insert(id).inserted {
      twice.add("id \(id)")
    }
    list.add(.unknownID, path, twice) { "\($0) neurons have the id of another one" }
  }
  try checkColumns(group, "node", lengths.values.first ?? 0, &list)
  list.part(path) { try checkTypes(file, group, "node", name, &$0) }
}

/// Connections: lengths, ids, groups, types, indices.
func checkEdges(_ file: EngramFile, _ name: String, _ list: inout FindingList) throws {
  let path = "/edges/\(name)"
  let group = try file.h5.root.group(path)
  let names = ["source_node_id", "target_node_id", "edge_type_id", "edge_group_id", "edge_group_index"]
  let lengths = try lengths(group, names)
  report(lengths, path, &list)
  guard let count = lengths["source_node_id"], lengths["target_node_id"] == count else { return }
  let edges = try file.edges(name)
  try checkColumns(group, "edge", count, &list)
  list.part(path) { try checkTypes(file, group, "edge", name, &$0) }
  for end in EdgeIndex.End.allCases {
    list.part(path) { try checkEnd(file, edges, end, &$0) }
    list.part("\(path)/indices/\(end.directory)") { try checkIndex(edges, end, &$0) }
  }
}

/// Length of each of the datasets `names` that there are.
private func lengths(_ group: H5Group, _ names: [String]) throws -> [String: Int] {
  var lengths: [String: Int] = [:]
  for name in names where try group.kind(of: name) == .dataset {
    lengths[name] = try group.dataset(name).count
  }
  return lengths
}

private func report(_ lengths: [String: Int], _ path: String, _ list: inout FindingList) {
  guard Set(lengths.values).count > 1 else { return }
  let words = lengths.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
  list.add(.lengths, path, "lengths differ: " + words.joined(separator: ", "))
}

/// Groups: several, rows out of range, columns of unequal length, codes outside their library.
private func checkColumns(_ group: H5Group, _ kind: String, _ count: Int, _ list: inout FindingList) throws {
  let groups = try group.names().filter { try Int($0) != nil && group.kind(of: $0) == .group }
  if groups.count > 1 { list.add(.severalGroups, group.path, "has \(groups.count) groups of attributes") }
  var rows: [Int: Int] = [:]
  for name in groups {
    let own = try group.group(name)
    var lengths: [String: Int] = [:]
    for column in try own.names() where try own.kind(of: column) == .dataset {
      let dataset = try own.dataset(column)
      // An enumeration type kept in a column of its own length, and columns without a shape, say nothing of rows.
      if !dataset.isNull, dataset.shape.count == 1 { lengths[column] = dataset.count }
      list.part(dataset.path) { try checkLibrary(own, column, dataset, &$0) }
    }
    report(lengths, own.path, &list)
    rows[Int(name) ?? 0] = lengths.values.min()
  }
  guard try group.exists("\(kind)_group_id"), try group.exists("\(kind)_group_index") else { return }
  let (ids, index) = (try group.dataset("\(kind)_group_id"), try group.dataset("\(kind)_group_index"))
  guard ids.count == count, index.count == count else { return }
  var outside = Cases()
  for first in stride(from: 0, to: count, by: checkBlock) {
    let range = first..<min(count, first + checkBlock)
    let (own, places) = (try ids.read(Int.self, rows: range), try index.read(Int.self, rows: range))
    for k in 0..<range.count {
      let place = places[k]
      if !groups.contains("\(own[k])") {
        outside.add("\(kind) \(first + k): group \(own[k])")
      } else if place < 0 || place >= rows[own[k]] ?? Int.max {
        outside.add("\(kind) \(first + k): row \(place) of \(rows[own[k]] ?? 0) in group \(own[k])")
      }
    }
  }
  list.add(.groupIndex, group.path, outside) { "\($0) \(kind)s refer to a row that their group lacks" }
}

private func checkLibrary(_ own: H5Group, _ column: String, _ dataset: H5Dataset, _ list: inout FindingList)
  throws
{
  guard try own.exists("@library/\(column)"), !dataset.isNull else { return }
  let library = try own.dataset("@library/\(column)").count
  var outside = Cases()
  for first in stride(from: 0, to: dataset.count, by: checkBlock) {
    let codes = try dataset.read(Int.self, rows: first..<min(dataset.count, first + checkBlock))
    for (k, code) in codes.enumerated() where code < 0 || code >= library {
      outside.add("row \(first + k): \(code)")
    }
  }
  list.add(.enumerationCode, dataset.path, outside) {
    "\($0) codes lie outside the \(library) names of @library"
  }
}

private func checkTypes(
  _ file: EngramFile, _ group: H5Group, _ kind: String, _ name: String, _ list: inout FindingList
) throws {
  let table: TypesTable?
  do { table = try TypesTable.beside(file.path, kind: kind, population: name) } catch {
    return list.add(.typeID, group.path, problem(error, at: "the types table").description)
  }
  guard let table, try group.exists("\(kind)_type_id") else { return }
  var (counts, absent) = ([Int64: Int](), Cases())
  let types = try group.dataset("\(kind)_type_id")
  for rows in types.rowBlocks() {
    for id in try types.read(Int64.self, rows: rows) { counts[id, default: 0] += 1 }
  }
  // -1 says that there is no type.
  for (id, count) in counts.sorted(by: { $0.key < $1.key }) where id != -1 && table.rows[id] == nil {
    absent.add("type \(id) of \(count) \(kind)s")
  }
  list.add(.typeID, group.path, absent) { "\($0) type ids are not in \(table.path)" }
}

/// Elements read at a time.
let checkBlock = 1 << 20
