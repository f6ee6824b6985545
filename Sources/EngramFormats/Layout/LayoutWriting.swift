import EngramData
import EngramKit

/// Writes contents into files of the canonical layout, or of plain SONATA.
struct LayoutWriting {
  let contents: Contents
  let job: ConversionJob
  /// Folder of the output, where a sort may put a temporary file.
  let folder: String

  /// Every population that nodes, edges or spikes name, with what is known of it.
  func populations() throws -> [NodeTable] {
    var tables = contents.nodes
    func need(_ name: String, _ count: Int, _ ids: [UInt64]? = nil) {
      guard !tables.contains(where: { $0.name == name }) else { return }
      tables.append(NodeTable(name, count: count, ids: ids))
    }
    for edges in contents.edges {
      let isOne = edges.sourcePopulation == edges.targetPopulation
      let both = max(edges.sourceCount, edges.targetCount)
      need(edges.sourcePopulation, isOne ? both : edges.sourceCount)
      need(edges.targetPopulation, isOne ? both : edges.targetCount)
    }
    for spikes in contents.spikes { need(spikes.population, spikes.unitCount, spikes.ids) }
    return tables
  }

  func positions(_ name: String, in tables: [NodeTable]) throws -> Positions {
    guard let table = tables.first(where: { $0.name == name }) else {
      throw Problem("the population “\(name)” is not described")
    }
    return try Positions(name, count: table.count, ids: table.ids)
  }

  /// Edges of a form in the order of their targets.
  func sorted(_ stream: EdgeStream, in tables: [NodeTable]) throws -> SortedEdges {
    try SortedEdges(
      stream, sources: try positions(stream.sourcePopulation, in: tables),
      targets: try positions(stream.targetPopulation, in: tables), memory: job.memory, folder: folder)
  }

  /// Writes a population of connections with its indices.
  func edges(_ stream: EdgeStream, in tables: [NodeTable], to root: H5Group) throws {
    job.progress(0, "connections \(stream.name): counting")
    let edges = try sorted(stream, in: tables)
    let ends = (
      sources: try positions(stream.sourcePopulation, in: tables),
      targets: try positions(stream.targetPopulation, in: tables)
    )
    if let weight = stream.columns.first(where: { $0.name == EdgeStream.weight }), weight.unit == nil {
      job.assume("the weights of \(stream.name) have no unit; --weight-unit gives one")
    }
    let group = try root.createGroup("/edges/\(stream.name)")
    let sink = EdgeSink(group: group, edges: edges, ends: ends, compress: job.options.compress)
    let runs = try sink.write { job.progress($0, "connections \(stream.name)") }
    for (end, positions) in [(EdgeIndex.End.source, ends.sources), (.target, ends.targets)] {
      // SONATA's index goes by id. Ids far beyond the number of neurons have none: readers then search the edges.
      guard positions.idLimit < UInt64(16 * positions.count + 1024) else {
        job.assume(
          "\(stream.name): no index by \(end.rawValue), whose ids go far beyond the number of neurons")
        continue
      }
      let index = EdgeIndexWriter(group: group, end: end, positions: positions)
      switch end {
      case .target: try index.write(sorted: edges.counts)
      case .source: try index.write(runs: runs, memory: job.memory, folder: folder)
      }
    }
  }

  /// Writes a matrix `[post, pre]`, dense or by rows as AnnData does it.
  func matrix(_ stream: EdgeStream, in tables: [NodeTable], to root: H5Group) throws {
    let elements = try MatrixElements(try sorted(stream, in: tables), job.options)
    let shape = [elements.counts.count, try positions(stream.sourcePopulation, in: tables).count]
    if elements.merged > 0 {
      job.assume(
        "\(stream.name): \(elements.merged) pairs with several edges, their \(elements.reduction) taken")
    }
    let stored = stream.columns.first { $0.name == EdgeStream.weight }?.stored ?? .float64
    let path = "/engram/connectivity/\(stream.name)"
    let object: any H5Object =
      stream.form == .dense
      ? try dense(elements, shape, stored, path, root) : try sparse(elements, shape, stored, path, root)
    let attributes = object.attributes
    try attributes.set("orientation", "post_by_pre")
    try attributes.set("sign_convention", "signed")
    try attributes.set("row_population", stream.targetPopulation)
    try attributes.set("col_population", stream.sourcePopulation)
    try attributes.set("reduce", elements.reduction)
    if let unit = elements.unit {
      try attributes.set("units", unit)
    } else {
      job.assume("the weights of \(stream.name) have no unit; --weight-unit gives one")
    }
  }

  private func sparse(
    _ elements: MatrixElements, _ shape: [Int], _ stored: H5Element, _ path: String, _ root: H5Group
  ) throws -> H5Group {
    let group = try root.createGroup(path)
    try group.attributes.set("encoding-type", "csr_matrix")
    try group.attributes.set("encoding-version", "0.1.0")
    try group.attributes.set("shape", shape.map { Int64($0) })
    var pointers = [0]
    for count in elements.counts { pointers.append((pointers.last ?? 0) + count) }
    let total = pointers.last ?? 0
    let storage = storage(total, job.options.compress)
    let data = try group.create("data", element: stored, shape: [total], storage: storage)
    let narrow = max(total, shape.max() ?? 0) < Int(Int32.max)
    let indices = try group.create(
      "indices", element: narrow ? .int32 : .int64, shape: [total], storage: storage)
    var first = 0
    try elements.blocks { block in
      let count = block.values.count
      try data.write(block.values, start: [first], count: [count])
      try indices.write(block.pres, start: [first], count: [count])
      first += count
    }
    try group.write("indptr", pointers, stored: narrow ? .int32 : .int64)
    return group
  }

  private func dense(
    _ elements: MatrixElements, _ shape: [Int], _ stored: H5Element, _ path: String, _ root: H5Group
  ) throws -> H5Dataset {
    let (bytes, overflow) = product(shape).multipliedReportingOverflow(by: 8)
    guard !overflow, bytes <= 1 << 31 || job.options.dense else {
      throw Problem(
        "a dense matrix of shape \(shape) exceeds 2 GiB", at: path,
        fix: "allow it with --dense, or store it sparse")
    }
    let data = try root.create(path, element: stored, shape: shape)
    guard product(shape) > 0 else { return data }
    let rows = max(1, (1 << 20) / max(shape[1], 1))
    var (first, piece) = (0, [Double](repeating: 0, count: min(rows, shape[0]) * shape[1]))
    func flush(_ next: Int) throws {
      while first < next {
        let count = min(rows, shape[0] - first)
        try data.write(Array(piece.prefix(count * shape[1])), start: [first, 0], count: [count, shape[1]])
        for place in piece.indices { piece[place] = 0 }
        first += count
      }
    }
    try elements.blocks { block in
      for place in block.values.indices {
        let post = Int(block.posts[place])
        if post >= first + rows { try flush(post / rows * rows) }
        piece[(post - first) * shape[1] + Int(block.pres[place])] = block.values[place]
      }
    }
    try flush(shape[0])
    return data
  }
}

/// The product of extents; the caller has bounded them.
func product(_ shape: [Int]) -> Int {
  shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? Int.max : $0 * $1 }
}
