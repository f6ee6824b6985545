import EngramData
import EngramKit

/// Writes datasets for an executable: one object of the root group for each, in the declared unit.
///
/// The forms are those of `docs/executable-plugins.md`: arrays as they are; labels as strings; dense weights as a
/// matrix, sparse ones as a group with `row_offsets`, `columns`, `values`; spikes as a group with `times`, `offsets`,
/// `ids`.
enum WriteExchange {
  /// Rows are copied in pieces of about this many numbers, so that memory does not grow with the dataset.
  private static let piece = 1 << 20

  /// Writes every dataset of `reads` that is there.
  ///
  /// - Returns: The length of each named axis.
  static func inputs(_ inputs: Inputs, _ reads: [Dataset], to path: String) throws -> [String: Int] {
    var axes: [String: Int] = [:]
    try H5File.write(path, synced: false) { file in
      for dataset in reads where inputs.contains(dataset.name) {
        let shape = try write(dataset, of: inputs, to: file.root)
        for (axis, length) in zip(dataset.axes, shape) where Int(axis) == nil { axes[axis] = length }
      }
    }
    return axes
  }

  private static func write(_ dataset: Dataset, of inputs: Inputs, to root: H5Group) throws -> [Int] {
    let name = dataset.name
    switch dataset.kind {
    case .spikes:
      let trains = try inputs.spikes(name)
      try write(trains, name, to: root)
      return dataset.axes == ["spike"] ? [trains.count] : [trains.unitCount]
    case .labels:
      let words = try inputs.labels(name)
      try root.write(name, strings: words)
      return [words.count]
    case .connectivity:
      let weights = try inputs.connectivity(name)
      try write(weights, name, unit: try inputs.unit(name), to: root)
      return [weights.rows, weights.columns]
    case .array, .trace, .rate, .history, .weights:
      let shape = try inputs.shape(name)
      if shape.reduce(1, *) >= piece, let place = try inputs.place(name) {
        // A large dataset that is stored as it is wanted is read where it lies: no copy, no second file.
        try root.externalLink(name, to: place.object, inFile: resolved(place.file))
        return shape
      }
      let stored = try root.create(name, element: .float64, shape: shape)
      try describe(stored, dataset.axes, try inputs.unit(name))
      guard !shape.isEmpty else {
        try stored.write(try inputs.vector(name))
        return shape
      }
      let rows = max(1, piece / max(1, shape.dropFirst().reduce(1, *)))
      try inputs.slabs(name, of: rows) { values, range in
        try stored.write(
          values.elements, start: [range.lowerBound] + shape.dropFirst().map { _ in 0 }, count: values.shape)
      }
      return shape
    }
  }

  static func describe(_ object: any H5Object, _ axes: [String], _ unit: String) throws {
    try object.attributes.set("units", unit)
    if !axes.isEmpty { try object.attributes.set("axes", axes) }
  }

  private static func write(_ trains: SpikeTrains, _ name: String, to root: H5Group) throws {
    let group = try root.createGroup(name)
    try describe(group, [], "ms")
    try group.attributes.set("start", trains.start)
    try group.attributes.set("stop", trains.stop)
    _ = try group.write("times", trains.times)
    _ = try group.write("offsets", trains.offsets.map { Int64($0) })
    _ = try group.write("ids", trains.ids)
  }

  private static func write(_ weights: Connectivity, _ name: String, unit: String, to root: H5Group) throws {
    switch weights {
    case .dense(let matrix):
      try describe(try root.write(name, matrix.elements, shape: matrix.shape), ["post", "pre"], unit)
    case .sparse(let matrix):
      let group = try root.createGroup(name)
      try describe(group, ["post", "pre"], unit)
      try group.attributes.set("shape", [Int64(matrix.rows), Int64(matrix.columns)])
      _ = try group.write("row_offsets", matrix.offsets.map { Int64($0) })
      _ = try group.write("columns", matrix.indices)
      _ = try group.write("values", matrix.values)
    }
  }

  /// Writes weight blocks into a group: one dataset each, and their names in order as attribute `blocks`.
  static func weights(_ weights: Weights, _ name: String, to root: H5Group) throws {
    let group = try root.createGroup(name)
    try group.attributes.set("blocks", weights.blocks.map(\.name))
    for block in weights.blocks {
      let stored: H5Dataset
      switch block.values {
      case .float32(let values): stored = try group.write(block.name, values.elements, shape: values.shape)
      case .float64(let values): stored = try group.write(block.name, values.elements, shape: values.shape)
      }
      try stored.attributes.set("units", block.unit)
      try stored.attributes.set("trained", Int32(block.trained ? 1 : 0))
    }
  }
}
