import EngramKit

/// One population of connections (`/edges/<name>`): source is presynaptic, target postsynaptic.
public struct EdgePopulation: Sendable {
  public let name: String
  public let group: H5Group
  /// Ids of the presynaptic and postsynaptic neurons in their populations; shape [edge].
  public let sourceIDs: H5Dataset
  public let targetIDs: H5Dataset
  /// Populations that the ids belong to; nil where the file does not name them.
  public let sourcePopulation: String?
  public let targetPopulation: String?
  /// Attributes by column.
  public let table: ElementTable
  let file: EngramFile

  init(_ file: EngramFile, _ name: String) throws {
    self.file = file
    self.name = name
    group = try file.h5.root.group("/edges/\(name)")
    sourceIDs = try group.dataset("source_node_id")
    targetIDs = try group.dataset("target_node_id")
    sourcePopulation = try sourceIDs.attributes.string("node_population")
    targetPopulation = try targetIDs.attributes.string("node_population")
    guard sourceIDs.count == targetIDs.count else {
      throw Problem(
        "has \(sourceIDs.count) sources but \(targetIDs.count) targets", at: group.place,
        fix: "the file is incomplete: write it again")
    }
    let types = try file.types("edge", name)
    table = try ElementTable(group, kind: "edge", count: sourceIDs.count, types: types)
  }

  /// Number of edges; several may join one pair of neurons.
  public var count: Int { sourceIDs.count }

  /// Calls `body` with consecutive blocks of edges: range, source ids, target ids.
  public func blocks(_ body: (Range<Int>, [UInt64], [UInt64]) throws -> Void) throws {
    for range in sourceIDs.rowBlocks() {
      try body(
        range, try sourceIDs.read(UInt64.self, rows: range), try targetIDs.read(UInt64.self, rows: range))
    }
  }

  /// The stored index by `end`, under either of its names; nil when there is none.
  public func index(by end: EdgeIndex.End) throws -> EdgeIndex? {
    let path = "indices/\(end.directory)"
    guard try group.kind(of: path) == .group else { return nil }
    let directory = try group.group(path)
    let names = ["node_id_to_ranges", "node_id_to_range"]
    guard let name = try names.first(where: { try directory.exists($0) }),
      try directory.exists("range_to_edge_id")
    else { return nil }
    let nodes = try pairs(try directory.dataset(name))
    return EdgeIndex(nodeRanges: nodes, edgeRanges: try pairs(try directory.dataset("range_to_edge_id")))
  }

  private func pairs(_ dataset: H5Dataset) throws -> [Int] {
    guard dataset.shape.count == 2, dataset.shape[1] == 2 else {
      throw Problem("has shape \(dataset.shape) where pairs are expected", at: dataset.place)
    }
    return try dataset.read(Int.self)
  }
}
