import EngramData
import EngramKit

/// One end of the edges: the population it names, and ids that are in it.
func checkEnd(
  _ file: EngramFile, _ edges: EdgePopulation, _ end: EdgeIndex.End, _ list: inout FindingList
) throws {
  let dataset = end == .source ? edges.sourceIDs : edges.targetIDs
  guard let name = end == .source ? edges.sourcePopulation : edges.targetPopulation else {
    return list.add(.unknownPopulation, dataset.path, "names no node population")
  }
  guard let nodes = try file.nodes(name) else {
    // Nodes usually lie in a file of their own; only where there are some can one be missing.
    let known = try file.nodeNames()
    guard !known.isEmpty else { return }
    return list.add(
      .unknownPopulation, dataset.path,
      "names the node population “\(name)”; there are \(known.joined(separator: ", "))")
  }
  try checkIDs(dataset, nodes, "edge", &list)
}

/// Ids in `dataset` that no neuron of `nodes` has.
func checkIDs(_ dataset: H5Dataset, _ nodes: NodePopulation, _ what: String, _ list: inout FindingList) throws
{
  let ids = try nodes.ids()
  let identity = ids.indices.allSatisfy { ids[$0] == UInt64($0) }
  let known = identity ? [] : Set(ids)
  var unknown = Cases()
  for first in stride(from: 0, to: dataset.count, by: checkBlock) {
    let block = try dataset.read(UInt64.self, rows: first..<min(dataset.count, first + checkBlock))
    for (k, id) in block.enumerated() where identity ? id >= UInt64(ids.count) : !known.contains(id) {
      unknown.add("\(what) \(first + k): id \(id)")
    }
  }
  list.add(.unknownID, dataset.path, unknown) {
    "\($0) ids are none of the \(ids.count) of population \(nodes.name)"
  }
}

/// An index: its name, runs within the edges, disjoint, of one neuron each, all edges covered.
func checkIndex(_ edges: EdgePopulation, _ end: EdgeIndex.End, _ list: inout FindingList) throws {
  let path = "indices/\(end.directory)"
  guard try edges.group.kind(of: path) == .group else { return }
  let place = "\(edges.group.path)/\(path)"
  let group = try edges.group.group(path)
  let names = try group.names()
  if !names.contains("node_id_to_ranges"), names.contains("node_id_to_range") {
    list.add(.oldNames, place, "has node_id_to_range only, which libsonata does not read")
  }
  guard let index = try edges.index(by: end) else {
    return list.add(.badIndex, place, "lacks node_id_to_ranges or range_to_edge_id")
  }
  let ids = try (end == .source ? edges.sourceIDs : edges.targetIDs).read(UInt64.self)
  var covered = [Bool](repeating: false, count: ids.count)
  var wrong = Cases()
  let runs = index.edgeRanges.count / 2
  for node in 0..<index.nodeRanges.count / 2 {
    let (first, last) = (index.nodeRanges[2 * node], index.nodeRanges[2 * node + 1])
    guard first >= 0, first < last else { continue }
    guard last <= runs else {
      wrong.add("neuron \(node): runs \(first)..<\(last) of \(runs)")
      continue
    }
    for run in first..<last {
      let (start, stop) = (index.edgeRanges[2 * run], index.edgeRanges[2 * run + 1])
      guard start >= 0, start <= stop, stop <= ids.count else {
        wrong.add("run \(run): edges \(start)..<\(stop) of \(ids.count)")
        continue
      }
      if let edge = (start..<stop).first(where: { ids[$0] != UInt64(node) }) {
        wrong.add("neuron \(node): edge \(edge) is of neuron \(ids[edge])")
      } else if let edge = (start..<stop).first(where: { covered[$0] }) {
        wrong.add("neuron \(node): edge \(edge) is listed twice")
      }
      for edge in start..<stop { covered[edge] = true }
    }
  }
  for (edge, isCovered) in covered.enumerated() where !isCovered { wrong.add("edge \(edge): in no run") }
  list.add(.badIndex, place, wrong) { "\($0) entries of the index disagree with the edges" }
}
