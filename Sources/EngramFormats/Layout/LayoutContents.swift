import EngramData
import EngramKit

/// Gathers what files of the canonical layout or of SONATA hold into one `Contents`.
struct LayoutContents {
  let options: ConversionOptions
  var contents = Contents()

  init(_ options: ConversionOptions) { self.options = options }

  private func wants(_ name: String) -> Bool { options.objects.isEmpty || options.objects.contains(name) }

  mutating func assume(_ sentences: [String]) {
    for sentence in sentences where !contents.assumptions.contains(sentence) {
      contents.assumptions.append(sentence)
    }
  }

  /// Adds everything SONATA knows of in one file.
  ///
  /// - Parameter label: What tells objects of this file from others of the same name, such as the file's stem.
  mutating func add(_ file: EngramFile, label: String, window: Range<Double>? = nil) throws {
    for warning in file.warnings { assume([warning.what]) }
    for name in try file.nodeNames() where wants(name) { try nodes(file, name) }
    for name in try file.edgeNames() where try wants(name) && has(file, "/edges/\(name)", "source_node_id") {
      try edges(file, name)
    }
    for name in try file.spikeNames() where wants(name) { try spikes(file, name, label, window) }
    for name in try file.reportNames() where try wants(name) && has(file, "/report/\(name)", "data") {
      try report(file, name, label)
    }
  }

  /// Whether a group is what its place says; one that is not is listed as dropped.
  private mutating func has(_ file: EngramFile, _ path: String, _ part: String) throws -> Bool {
    if try file.h5.root.kind(of: "\(path)/\(part)") == .dataset { return true }
    contents.dropped.append("\(path): it has no \(part)")
    return false
  }

  mutating func nodes(_ file: EngramFile, _ name: String) throws {
    guard contents.nodes(name) == nil, let population = try file.nodes(name) else { return }
    contents.nodes.append(try table(population))
    if population.table.groups.count > 1 {
      assume([
        "\(name): \(population.table.groups.count) attribute groups became one; NaN or NULL where a group lacks a column"
      ])
    }
  }

  private mutating func table(_ population: NodePopulation) throws -> NodeTable {
    let ids = try population.ids()
    let (columns, left) = try population.table.elementColumns()
    contents.dropped += left
    let isIdentity = ids.indices.allSatisfy { ids[$0] == UInt64($0) }
    var table = NodeTable(population.name, count: population.count, ids: isIdentity ? nil : ids)
    let types = try population.table.typeIDs()
    table.typeIDs = types?.allSatisfy { $0 == -1 } == true ? nil : types
    for column in columns {
      let values = try column.read(0..<population.count)
      guard let library = column.library else {
        table.columns.append(
          (column.name, .numbers(values, unit: column.unit ?? "1", stored: column.stored)))
        continue
      }
      let words = values.map { $0.isNaN ? "NULL" : library[Int($0)] }
      let areFew = library.count <= max(16, population.count / 2)
      table.columns.append((column.name, areFew ? .words(words) : .names(words)))
    }
    return table
  }

  mutating func edges(_ file: EngramFile, _ name: String) throws {
    let edges = try file.edges(name)
    let (source, target) = (edges.sourcePopulation ?? "source", edges.targetPopulation ?? "target")
    if edges.sourcePopulation == nil { assume(["\(name) names no source population: taken as “source”"]) }
    if edges.targetPopulation == nil { assume(["\(name) names no target population: taken as “target”"]) }
    for population in [source, target] { try nodes(file, population) }
    let (stored, left) = try edges.table.elementColumns()
    contents.dropped += left
    if edges.table.groups.count > 1 {
      assume([
        "\(name): \(edges.table.groups.count) attribute groups became one; NaN where a group lacks a column"
      ])
    }
    var columns = stored.map {
      EdgeStream.Column($0.name, unit: $0.unit, stored: $0.stored, library: $0.library)
    }
    var readers = stored.map(\.read)
    if try edges.group.exists("edge_type_id") {
      let types = try edges.group.dataset("edge_type_id")
      if try !isAll(types, -1) {
        columns.append(EdgeStream.Column(EdgeStream.typeID, unit: "1", stored: .int32))
        readers.append { try types.read(Double.self, rows: $0) }
      }
    }
    if let unit = options.weightUnit {
      for place in columns.indices
      where columns[place].name == EdgeStream.weight && columns[place].unit == nil {
        columns[place].unit = unit
      }
    }
    let counts = try extents(edges, source, target)
    let all = readers
    contents.edges.append(
      EdgeStream(
        name, from: source, to: target, sourceCount: counts.source, targetCount: counts.target,
        count: edges.count, columns: columns
      ) { body in
        try edges.blocks { range, sources, targets in
          try body(.init(sources: sources, targets: targets, columns: try all.map { try $0(range) }))
        }
      })
  }

  private func isAll(_ dataset: H5Dataset, _ value: Int) throws -> Bool {
    for rows in dataset.rowBlocks() {
      if try dataset.read(Int.self, rows: rows).contains(where: { $0 != value }) { return false }
    }
    return true
  }

  /// Neurons at both ends; where a population is unknown, up to the largest id.
  private mutating func extents(
    _ edges: EdgePopulation, _ source: String, _ target: String
  ) throws -> (source: Int, target: Int) {
    if let from = contents.nodes(source), let to = contents.nodes(target) { return (from.count, to.count) }
    var largest = (source: -1, target: -1)
    try edges.blocks { _, sources, targets in
      largest.source = max(largest.source, Int(clamping: sources.max() ?? 0))
      largest.target = max(largest.target, Int(clamping: targets.max() ?? 0))
    }
    if source == target {
      let both = max(largest.source, largest.target)
      largest = (both, both)
    }
    let counts = (
      source: contents.nodes(source)?.count ?? largest.source + 1,
      target: contents.nodes(target)?.count ?? largest.target + 1
    )
    for (name, count) in Set([source, target]).sorted().map({
      ($0, $0 == source ? counts.source : counts.target)
    })
    where contents.nodes(name) == nil {
      assume(["no neurons of \(name) are described: taken as 0..<\(count), up to the largest id"])
    }
    return counts
  }
}

extension EdgeStream {
  /// The name under which the type id of each edge travels.
  static let typeID = "edge_type_id"
}
