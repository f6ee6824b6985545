import EngramKit

extension EdgePopulation {
  /// Weights `[post, pre]` by position: edges between the same two neurons are added up.
  ///
  /// - Parameter options: What a weight is made of.
  /// - Returns: The weights, their unit (nil where none is stated), and what had to be assumed.
  /// - Throws: `Problem`: an id that no neuron has, an edge without a weight.
  /// - Complexity: Two passes over the edges in blocks; in memory nothing but the result.
  public func connectivity(
    _ options: ReadingOptions = ReadingOptions()
  ) throws -> (weights: Connectivity, unit: String?, notes: [String]) {
    let weight = try weightReader(options.weight)
    let ends = try ends()
    let matrix = try SparseEdges(rows: ends.targets.count, columns: ends.sources.count).build(
      self, ends.targets, ends.sources, weight.read, binary: options.weight == .binary)
    return (.sparse(matrix), weight.unit, ends.notes + weight.notes)
  }

  /// Number of postsynaptic and presynaptic neurons: rows and columns of the weights.
  public func connectivityShape() throws -> [Int] {
    let ends = try ends()
    return [ends.targets.count, ends.sources.count]
  }

  /// How a population's ids become positions.
  struct Positions {
    var count: Int
    /// nil: an id is its position.
    var map: [UInt64: Int]?
    var place: String

    /// The positions of `ids`, below `count`.
    func positions(_ ids: [UInt64]) throws -> [Int32] {
      if let map {
        return try ids.map { id in
          guard let position = map[id] else { throw unknown(id) }
          return Int32(position)
        }
      }
      if let largest = ids.max(), largest >= UInt64(count) {
        throw unknown(ids.first { $0 >= UInt64(count) } ?? largest)
      }
      return ids.map { Int32(truncatingIfNeeded: $0) }
    }

    private func unknown(_ id: UInt64) -> Problem {
      Problem(
        "neuron id \(id) is none of the \(count) of its population", at: place,
        fix: "`engram check` lists every such edge")
    }
  }

  func ends() throws -> (sources: Positions, targets: Positions, notes: [String]) {
    let nodes = try (
      sourcePopulation.flatMap { try file.nodes($0) }, targetPopulation.flatMap { try file.nodes($0) }
    )
    var notes = [nodes.0, nodes.1].compactMap { $0 }.filter { $0.group.file.path != file.path }
      .map { "neurons of \($0.name) taken from \($0.group.file.path)" }
    if notes.count == 2, notes[0] == notes[1] { notes.removeLast() }
    var counts = (nodes.0?.count ?? 0, nodes.1?.count ?? 0)
    if nodes.0 == nil || nodes.1 == nil {
      let found = try largestIDs()
      if nodes.0 == nil { counts.0 = found.source + 1 }
      if nodes.1 == nil { counts.1 = found.target + 1 }
      if sourcePopulation == targetPopulation { counts = (max(counts.0, counts.1), max(counts.0, counts.1)) }
      let unknown = nodes.0 == nil && nodes.1 == nil && counts.0 == counts.1
      notes.append(
        "no nodes of \(nodes.0 == nil ? sourcePopulation ?? "the source" : targetPopulation ?? "the target"): "
          + "neurons taken as 0..<\(unknown || nodes.0 == nil ? counts.0 : counts.1), up to the largest id")
    }
    return (
      Positions(count: counts.0, map: try nodes.0?.positions(), place: sourceIDs.place),
      Positions(count: counts.1, map: try nodes.1?.positions(), place: targetIDs.place), notes
    )
  }

  /// Largest id at each end, at least what an index covers; -1 without edges and index.
  private func largestIDs() throws -> (source: Int, target: Int) {
    var largest: (source: Int, target: Int) = (-1, -1)
    try blocks { _, sources, targets in
      largest.source = max(largest.source, Int(clamping: sources.max() ?? 0))
      largest.target = max(largest.target, Int(clamping: targets.max() ?? 0))
    }
    largest.source = max(largest.source, (try index(by: .source)?.nodeRanges.count ?? 0) / 2 - 1)
    largest.target = max(largest.target, (try index(by: .target)?.nodeRanges.count ?? 0) / 2 - 1)
    guard largest.source < Int(Int32.max), largest.target < Int(Int32.max) else {
      throw Problem(
        "has the id \(max(largest.source, largest.target)) and no nodes to tell its position",
        at: group.place,
        fix: "put the nodes file <population>_nodes.h5 beside it")
    }
    return largest
  }

  /// The weight of edges by range, its unit, and what was assumed.
  private func weightReader(
    _ kind: ReadingOptions.Weight
  ) throws -> (read: (Range<Int>) throws -> [Double], unit: String?, notes: [String]) {
    switch kind {
    case .binary: return ({ [Double](repeating: 1, count: $0.count) }, "1", [])
    case .column(let name):
      guard let read = try table.numbers(name) else {
        let known = try Set(table.groups.flatMap { try table.columns(of: $0) } + (table.types?.columns ?? []))
        throw Problem(
          "has no column “\(name)”", at: group.place,
          fix: "the columns are " + known.sorted().joined(separator: ", "))
      }
      return (complete(read, name), try table.unit(of: name), [])
    case .synapses:
      guard let read = try table.numbers("nsyns") else {
        return (
          { [Double](repeating: 1, count: $0.count) }, "1", ["no column nsyns: each edge is one synapse"]
        )
      }
      return (complete(read, "nsyns"), "1", [])
    case .automatic:
      let (weight, synapses) = (try table.numbers("syn_weight"), try table.numbers("nsyns"))
      switch (weight, synapses) {
      case (let weight?, let synapses?):
        let (weight, synapses) = (complete(weight, "syn_weight"), complete(synapses, "nsyns"))
        return (
          { range in zip(try weight(range), try synapses(range)).map { $0 * $1 } },
          try table.unit(of: "syn_weight"),
          ["weight of an edge: syn_weight times nsyns"]
        )
      case (let weight?, nil):
        return (complete(weight, "syn_weight"), try table.unit(of: "syn_weight"), [])
      case (nil, let synapses?):
        return (
          complete(synapses, "nsyns"), "1", ["no column syn_weight: the weight is the number of synapses"]
        )
      case (nil, nil):
        return (
          { [Double](repeating: 1, count: $0.count) }, "1",
          ["neither syn_weight nor nsyns: the weight is the number of edges"]
        )
      }
    }
  }

  private func complete(
    _ read: @escaping (Range<Int>) throws -> [Double], _ name: String
  ) -> (Range<Int>) throws -> [Double] {
    { [place = group.place] range in
      let values = try read(range)
      if let bad = values.firstIndex(where: \.isNaN) {
        throw Problem(
          "edge \(range.lowerBound + bad) has no \(name)", at: place,
          fix: "give every edge, or its type, a value")
      }
      return values
    }
  }
}
