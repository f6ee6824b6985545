import EngramKit

/// One population of neurons (`/nodes/<name>`).
///
/// A neuron has a position, 0..<count, and an id. The two are equal only where the file says no ids.
public struct NodePopulation: Sendable {
  public let name: String
  public let group: H5Group
  /// Attributes by column.
  public let table: ElementTable

  /// Columns that hold cell types in practice, in the order in which they are tried.
  public static let cellTypeColumns = [
    "ei", "pop_name", "cell_type", "mtype", "etype", "layer", "synapse_class",
  ]

  init(_ file: EngramFile, _ name: String) throws {
    self.name = name
    group = try file.h5.root.group("/nodes/\(name)")
    let typeID = try group.exists("node_type_id") ? group.dataset("node_type_id").count : nil
    let ids = try group.exists("node_id") ? group.dataset("node_id").count : nil
    guard let count = typeID ?? ids else {
      throw Problem("has neither node_type_id nor node_id", at: group.place, fix: "`engram check` tells more")
    }
    let types = try file.types("node", name)
    table = try ElementTable(group, kind: "node", count: count, types: types)
  }

  /// Number of neurons.
  public var count: Int { table.count }

  /// The id of each neuron, by position; 0..<count where the file has none.
  public func ids() throws -> [UInt64] {
    guard try group.exists("node_id") else { return (0..<UInt64(count)).map { $0 } }
    return try group.dataset("node_id").read(UInt64.self)
  }

  /// Where to find ids: nil when each id is its position.
  func positions() throws -> [UInt64: Int]? {
    let ids = try ids()
    if ids.indices.allSatisfy({ ids[$0] == UInt64($0) }) { return nil }
    return try Dictionary(ids.enumerated().map { ($1, $0) }) { first, second in
      throw Problem("neurons \(first) and \(second) have the same id \(ids[first])", at: group.place)
    }
  }

  /// The column that gives cell types: the one asked for, else the first of the usual ones with words in it.
  ///
  /// - Returns: nil when none was asked for and none is there.
  /// - Throws: `Problem` when the one asked for is absent.
  public func cellTypeColumn(_ wanted: String? = nil) throws -> String? {
    if let wanted {
      guard try table.hasColumn(wanted) else {
        let known = try Set(table.groups.flatMap { try table.columns(of: $0) } + (table.types?.columns ?? []))
        throw Problem(
          "has no column “\(wanted)”", at: group.place,
          fix: "the columns are " + known.sorted().joined(separator: ", "))
      }
      return wanted
    }
    return try NodePopulation.cellTypeColumns.first { name in
      guard try table.hasColumn(name), try table.hasWords(name) else { return false }
      return try table.labels(name)?.contains { !$0.isEmpty } ?? false
    }
  }
}
