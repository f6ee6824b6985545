import EngramKit

extension StoredObject {
  /// Numbers of any shape as stored; only `rows` of the first axis where given.
  ///
  /// - Throws: `Problem` when it holds none.
  public func numbers(rows: Range<Int>?) throws -> Tensor<Double> {
    switch content {
    case .dataset(let dataset): return try numbers(dataset, rows)
    case .report(let report): return try numbers(report.data, rows)
    case .column(let nodes, let name):
      guard let read = try nodes.table.numbers(name) else { throw mismatch("numbers") }
      let range = rows ?? 0..<nodes.count
      return Tensor(try read(range), shape: [range.count])
    case .matrix, .edges:
      let dense = try connectivity().weights.dense()
      guard let rows else { return dense }
      let length = dense.rowLength
      return Tensor(
        Array(dense.elements[rows.lowerBound * length..<rows.upperBound * length]),
        shape: [rows.count, length])
    case .spikes: throw mismatch("numbers")
    }
  }

  private func numbers(_ dataset: H5Dataset, _ rows: Range<Int>?) throws -> Tensor<Double> {
    guard let rows else { return Tensor(try dataset.read(Double.self), shape: dataset.shape) }
    return Tensor(try dataset.read(Double.self, rows: rows), shape: [rows.count] + dataset.shape.dropFirst())
  }

  /// Weights `[post, pre]`, their unit and what was assumed.
  public func connectivity() throws -> (weights: Connectivity, unit: String?, notes: [String]) {
    switch content {
    case .edges(let edges): return try edges.connectivity(file.options)
    case .matrix(let matrix): return (try matrix.read(), matrix.units, matrix.notes)
    case .dataset(let dataset) where dataset.shape.count == 2:
      return (
        .dense(Matrix(try dataset.read(Double.self), shape: dataset.shape)), unit,
        ["\(path) is a plain matrix: rows taken as postsynaptic"]
      )
    default: throw mismatch("weights between neurons")
    }
  }

  /// One word for each element.
  public func labels() throws -> [String] {
    switch content {
    case .dataset(let dataset) where dataset.type.isString: return try dataset.readStrings()
    case .column(let nodes, let name):
      guard let words = try nodes.table.labels(name) else { throw mismatch("labels") }
      return words
    default: throw mismatch("labels")
    }
  }

  /// The sentence that says what it is, as the step that wrote it declared it; nil where there is none.
  public func doc() throws -> String? {
    if case .dataset(let dataset) = content { return try dataset.attributes.string("doc") }
    let root = try file.h5.root
    switch try root.kind(of: path) {
    case .group: return try root.group(path).attributes.string("doc")
    case .dataset: return try root.dataset(path).attributes.string("doc")
    case .namedType, nil: return nil
    }
  }

  /// The stored spikes.
  func spikePopulation() throws -> SpikePopulation {
    guard case .spikes(let spikes) = content else { throw mismatch("spikes") }
    return spikes
  }

  private func mismatch(_ wanted: String) -> Problem {
    Problem("is \(kind.rawValue), not \(wanted)", at: place)
  }
}
