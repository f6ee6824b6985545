import EngramKit

extension EngramWriter {
  /// Writes a population of neurons.
  ///
  /// Columns that bluepysnap's validator wants (`model_type`, `model_template`, `synapse_class`) are added where they
  /// are missing; `synapse_class` only where `cell_type` says `exc` and `inh` of every neuron.
  ///
  /// - Throws: `Problem`: a column of another length, an id that occurs twice.
  public func nodes(_ table: NodeTable) throws {
    let group = try h5.root.createGroup("/nodes/\(table.name)")
    if let ids = table.ids, Set(ids).count != table.count || ids.count != table.count {
      throw Problem("\(ids.count) ids for \(table.count) neurons, or one of them twice", at: group.place)
    }
    let positions = (0..<UInt64(table.count)).map { $0 }
    populations[table.name] = (table.count, table.ids == positions ? nil : table.ids)
    let types = table.typeIDs ?? [Int64](repeating: -1, count: table.count)
    try check(types.count, table.count, "node_type_id", group)
    try group.write("node_type_id", types)
    try group.write("node_id", table.ids ?? positions)
    try group.write("node_group_id", [UInt32](repeating: 0, count: table.count))
    try group.write("node_group_index", positions)
    let own = try group.createGroup("0")
    for (name, column) in table.columns + standardColumns(table) {
      try write(column, name, own, count: table.count)
    }
  }

  private func standardColumns(_ table: NodeTable) -> [(name: String, values: NodeTable.Column)] {
    let known = Set(table.columns.map(\.name))
    var added: [(String, NodeTable.Column)] = []
    for (name, word) in [("model_template", "NULL"), ("model_type", "point_neuron")]
    where !known.contains(name) {
      added.append((name, .words([String](repeating: word, count: table.count))))
    }
    let classes = ["exc": "EXC", "inh": "INH"]
    if !known.contains("synapse_class"), let types = table.columns.first(where: { $0.name == "cell_type" }),
      case .words(let words) = types.values, words.allSatisfy({ classes[$0] != nil })
    {
      added.append(("synapse_class", .words(words.compactMap { classes[$0] })))
    }
    return added
  }

  private func write(_ column: NodeTable.Column, _ name: String, _ group: H5Group, count: Int) throws {
    switch column {
    case .words(let words):
      try check(words.count, count, name, group)
      try library(words, name, group)
    case .names(let names):
      try check(names.count, count, name, group)
      try group.write(name, strings: names)
    case .numbers(let values, let unit, let stored):
      try check(values.count, count, name, group)
      let dataset = try group.write(name, values, stored: stored)
      try dataset.attributes.set("units", unit)
    }
  }

  /// Words as codes in order of first appearance, with their library.
  private func library(_ words: [String], _ name: String, _ group: H5Group) throws {
    var codes: [String: UInt32] = [:]
    var library: [String] = []
    let values = words.map { word in
      if let code = codes[word] { return code }
      let code = UInt32(library.count)
      codes[word] = code
      library.append(word)
      return code
    }
    try group.write(name, values)
    try group.write("@library/\(name)", strings: library)
  }

  private func check(_ found: Int, _ wanted: Int, _ name: String, _ group: H5Group) throws {
    guard found == wanted else {
      throw Problem("column \(name) has \(found) values for \(wanted)", at: group.place)
    }
  }

  /// Writes a population of connections, sorted by target and then source, with both indices under both names.
  ///
  /// - Throws: `Problem`: ends of unequal number, a neuron that its population lacks, a column of another length.
  /// - Complexity: O(edges + neurons), three counting sorts.
  public func edges(_ table: EdgeTable) throws {
    let group = try h5.root.createGroup("/edges/\(table.name)")
    let sources = try end(table.sourcePopulation, table.sources, "source", group)
    let targets = try end(table.targetPopulation, table.targets, "target", group)
    guard table.sources.count == table.targets.count else {
      throw Problem("\(table.sources.count) sources but \(table.targets.count) targets", at: group.place)
    }
    let order = countingOrder(
      table.targets, countingOrder(table.sources, nil, buckets: sources.count), buckets: targets.count)
    try write(order.map { table.sources[Int($0)] }, .source, sources, table.sourcePopulation, group)
    try write(order.map { table.targets[Int($0)] }, .target, targets, table.targetPopulation, group)
    try group.write("edge_type_id", [Int64](repeating: -1, count: order.count))
    try group.write("edge_group_id", [UInt32](repeating: 0, count: order.count))
    try group.write("edge_group_index", (0..<UInt64(order.count)).map { $0 })
    let own = try group.createGroup("0")
    for column in table.columns {
      try check(column.values.count, order.count, column.name, own)
      let values = order.map { column.values[Int($0)] }
      try own.write(column.name, values, stored: column.stored).attributes.set("units", column.unit)
    }
    if !table.columns.contains(where: { $0.name == "model_template" }) {
      try library([String](repeating: "NULL", count: order.count), "model_template", own)
    }
  }

  private func end(
    _ population: String, _ nodes: [UInt32], _ what: String, _ group: H5Group
  ) throws -> (count: Int, ids: [UInt64]?) {
    guard let known = populations[population] else {
      throw Problem("the \(what) population “\(population)” is not written yet", at: group.place)
    }
    if let bad = nodes.first(where: { Int($0) >= known.count }) {
      throw Problem("\(what) \(bad) is none of the \(known.count) of \(population)", at: group.place)
    }
    return known
  }

  /// Ids of one end and the index by it.
  private func write(
    _ nodes: [UInt32], _ end: EdgeIndex.End, _ population: (count: Int, ids: [UInt64]?), _ name: String,
    _ group: H5Group
  ) throws {
    let ids = nodes.map { node in population.ids?[Int(node)] ?? UInt64(node) }
    let dataset = try group.write("\(end.rawValue)_node_id", ids)
    try dataset.attributes.set("node_population", name)
    // SONATA's index goes by id. Ids far beyond the number of neurons have none: readers then search the edges.
    let largest = population.ids?.max().map { Int(clamping: $0) } ?? population.count - 1
    guard largest < 16 * population.count + 1024 else { return }
    let index = EdgeIndex(nodes: ids.map { UInt32($0) }, count: largest + 1)
    let path = "indices/\(end.directory)"
    try group.write(
      "\(path)/node_id_to_ranges", index.nodeRanges.map { UInt64($0) },
      shape: [index.nodeRanges.count / 2, 2])
    try group.hardLink("\(path)/node_id_to_range", to: "\(path)/node_id_to_ranges")
    try group.write(
      "\(path)/range_to_edge_id", index.edgeRanges.map { UInt64($0) }, shape: [index.edgeRanges.count / 2, 2])
  }
}

/// The order that sorts `keys`, all below `buckets`; equal keys keep the order `earlier`.
private func countingOrder(_ keys: [UInt32], _ earlier: [UInt32]?, buckets: Int) -> [UInt32] {
  var next = [Int](repeating: 0, count: buckets + 1)
  for key in keys { next[Int(key) + 1] += 1 }
  for bucket in 0..<buckets { next[bucket + 1] += next[bucket] }
  var order = [UInt32](repeating: 0, count: keys.count)
  for place in keys.indices {
    let item = earlier.map { $0[place] } ?? UInt32(place)
    let key = Int(keys[Int(item)])
    order[next[key]] = item
    next[key] += 1
  }
  return order
}
