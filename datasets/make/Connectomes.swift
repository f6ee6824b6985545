import EngramKit

/// A published circuit: cells, and connections in tables of their own by kind.
struct Circuit {
  /// What it is, and whose.
  var title: String
  /// Names of the tables it is read from.
  var tables: [String]
  /// What each cell is called; positions in this list are the node ids.
  var names: [String]
  /// The type of each cell, an index into `typeNames`.
  var types: [Int]
  var typeNames: [String]
  /// Connections by kind ("chemical", "electrical"), sorted by target and source.
  var connections: [(kind: String, list: [Connection])]
}

/// So many synapses from one cell to another.
struct Connection {
  var source: Int
  var target: Int
  var synapses: Int
}

/// The left mushroom body of a larva. The table's rows are presynaptic: row r, column c counts synapses r -> c.
func larvaMushroomBody(_ folder: String) throws -> Circuit {
  let labels = try Table("\(folder)/left_cell_labels.csv").rows(separator: " ", count: 1).map(\.fields[0])
  let typeNames = ["K", "P", "O", "I"]
  let types = try labels.map { label in
    guard let type = typeNames.firstIndex(of: label) else {
      throw Problem("'\(label)' is no cell type of \(typeNames)")
    }
    return type
  }
  let table = try Table("\(folder)/left_adjacency.csv")
  let rows = try table.rows(separator: " ", count: labels.count)
  guard rows.count == labels.count else {
    throw Problem("\(rows.count) rows for \(labels.count) labels", at: table.path)
  }
  var connections: [Connection] = []
  for target in labels.indices {
    for (source, row) in rows.enumerated() {
      let synapses = try table.number(row.fields[target], line: row.line, Int.self)
      if synapses > 0 { connections.append(Connection(source: source, target: target, synapses: synapses)) }
    }
  }
  // The table names no cells; type and number within it tell them apart.
  var seen = [Int](repeating: 0, count: typeNames.count)
  let names = types.map { type in
    seen[type] += 1
    return "\(typeNames[type])\(seen[type])"
  }
  return Circuit(
    title:
      "Larval Drosophila, left mushroom body, Eichler et al. 2017, as packaged with graspologic 3.4.4 (MIT)",
    tables: ["left_adjacency.csv", "left_cell_labels.csv"],
    names: names, types: types, typeNames: typeNames, connections: [("chemical", connections)])
}

/// The nervous system of an adult hermaphrodite. A gap junction stands once in the table and connects both ways: it is
/// written in both directions, so that the matrix of the electrical population is symmetric.
func cElegans(_ folder: String) throws -> Circuit {
  let table = try Table("\(folder)/aconnectome_white_1986_whole.csv")
  let rows = try table.rows(separator: "\t", count: 4, skippingFirst: 1)
  let names = Set(rows.flatMap { $0.fields.prefix(2) }).sorted()
  let ids = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  var lists: [String: [Connection]] = ["chemical": [], "electrical": []]
  for row in rows {
    guard let source = ids[row.fields[0]], let target = ids[row.fields[1]], lists[row.fields[2]] != nil else {
      throw Problem("'\(row.fields[2])' is neither chemical nor electrical", at: "\(table.path):\(row.line)")
    }
    let synapses = try table.number(row.fields[3], line: row.line, Int.self)
    lists[row.fields[2]]?.append(Connection(source: source, target: target, synapses: synapses))
    if row.fields[2] == "electrical" && source != target {
      lists["electrical"]?.append(Connection(source: target, target: source, synapses: synapses))
    }
  }
  let typeNames = ["neuron", "muscle", "glia"]
  let types = names.map { name in
    if name == "LegacyBodyWallMuscles" || name.hasPrefix("pm") {
      1
    } else if name.hasPrefix("GLR") {
      2
    } else {
      0
    }
  }
  let connections = lists.sorted { $0.key < $1.key }.map { kind, list in
    (kind: kind, list: list.sorted { ($0.target, $0.source) < ($1.target, $1.source) })
  }
  return Circuit(
    title: "C. elegans, hermaphrodite, White et al. 1986, as packaged with cect 0.3.5 (MIT)",
    tables: ["aconnectome_white_1986_whole.csv"],
    names: names, types: types, typeNames: typeNames, connections: connections)
}
