import EngramKit

extension EngramFile {
  /// The object at a path, recognised by its structure.
  func object(path: String, owner: (step: String, name: String)?) throws -> StoredObject {
    let parts = path.split(separator: "/").map(String.init)
    let root = try h5.root
    if parts.first == "nodes", parts.count >= 2, let population = try nodes(parts[1]) {
      return try column(population, parts.dropFirst(2).last, at: path)
    }
    switch try root.kind(of: path) {
    case .group: return try object(group: try root.group(path), parts, owner)
    case .dataset:
      if path.hasPrefix("/engram/connectivity/") {
        return object(
          matrix: try StoredMatrix(self, path: path), owner, axes: try axes(try root.dataset(path)))
      }
      let kind: Dataset.Kind? = path.hasPrefix("/engram/history/") ? .history : nil
      return try object(dataset: try root.dataset(path), kind: kind, at: path, owner)
    case .namedType, nil:
      throw Problem(
        "there is nothing at this path", at: h5.place(path), fix: "`engram inspect` lists what there is")
    }
  }

  private func object(
    group: H5Group, _ parts: [String], _ owner: (step: String, name: String)?
  ) throws -> StoredObject {
    let name = parts.last ?? ""
    if group.attributes.contains("encoding-type") || group.attributes.contains("h5sparse_format") {
      return object(matrix: try StoredMatrix(self, path: group.path), owner, axes: try axes(group))
    }
    if try group.exists("timestamps"), parts.first == "spikes" {
      let spikes = try SpikePopulation(self, parts.count == 1 ? options.defaultPopulation : name)
      let count = try nodes(spikes.nodePopulation)?.count ?? spikes.nodeCount ?? -1
      return StoredObject(
        file: self, path: group.path, kind: .spikes, shape: [count], unit: "ms", axes: try axes(group),
        population: spikes.nodePopulation, step: owner?.step, name: owner?.name ?? spikes.name,
        content: .spikes(spikes))
    }
    if try group.exists("source_node_id") {
      let edges = try EdgePopulation(self, name)
      return StoredObject(
        file: self, path: group.path, kind: .connectivity, shape: try edges.connectivityShape(),
        unit: try edges.table.unit(of: "syn_weight"), axes: nil, population: edges.targetPopulation,
        step: owner?.step, name: owner?.name ?? name, content: .edges(edges))
    }
    if try group.exists("data"), try group.exists("mapping") {
      let report = try ReportPopulation(group, name)
      return StoredObject(
        file: self, path: group.path, kind: .trace, shape: report.shape, unit: report.units,
        axes: try axes(group),
        population: nil, step: owner?.step, name: owner?.name ?? name, content: .report(report))
    }
    if try group.exists("data") {
      return try object(dataset: try group.dataset("data"), kind: .rate, at: group.path, owner)
    }
    if try group.exists("values") {
      return try object(dataset: try group.dataset("values"), kind: .weights, at: group.path, owner)
    }
    throw Problem("is a group, and none that holds one dataset", at: group.place, fix: "name a dataset in it")
  }

  private func object(
    dataset: H5Dataset, kind: Dataset.Kind?, at path: String, _ owner: (step: String, name: String)?
  ) throws -> StoredObject {
    guard dataset.type.isNumeric || dataset.type.isString else {
      throw Problem("holds \(dataset.type.words), neither numbers nor text", at: dataset.place)
    }
    return StoredObject(
      file: self, path: path, kind: kind ?? (dataset.type.isString ? .labels : .array), shape: dataset.shape,
      unit: try dataset.attributes.string("units"), axes: try axes(dataset), population: nil,
      step: owner?.step,
      name: owner?.name ?? path.split(separator: "/").last.map(String.init) ?? "", content: .dataset(dataset))
  }

  private func object(
    matrix: StoredMatrix, _ owner: (step: String, name: String)?, axes: [String]?
  ) -> StoredObject {
    StoredObject(
      file: self, path: matrix.path, kind: .connectivity, shape: matrix.shape, unit: matrix.units, axes: axes,
      population: matrix.postPopulation, step: owner?.step,
      name: owner?.name ?? matrix.path.split(separator: "/").last.map(String.init) ?? "",
      content: .matrix(matrix))
  }

  /// A column of neurons; the one of cell types where none is named.
  func column(_ nodes: NodePopulation, _ name: String?, at path: String? = nil) throws -> StoredObject {
    guard let name = try nodes.cellTypeColumn(name ?? options.cellTypeColumn) else {
      throw Problem(
        "has no column of cell types", at: nodes.group.place,
        fix: "name one; tried " + NodePopulation.cellTypeColumns.joined(separator: ", "))
    }
    let words = try nodes.table.hasWords(name)
    return StoredObject(
      file: self, path: path ?? "/nodes/\(nodes.name)/\(name)", kind: words ? .labels : .array,
      shape: [nodes.count],
      unit: try nodes.table.unit(of: name), axes: nil, population: nodes.name, step: nil, name: name,
      content: .column(nodes, name))
  }

  private func axes(_ object: any H5Object) throws -> [String]? { try object.attributes.strings("axes") }
}
