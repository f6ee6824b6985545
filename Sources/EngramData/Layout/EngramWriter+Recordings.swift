import EngramKit

extension EngramWriter {
  /// Writes spikes, sorted by neuron and time, with their observation window.
  ///
  /// Neurons whose ids are not their positions are written as a population unless there is one already, so that
  /// silent ones keep their ids.
  ///
  /// - Parameters:
  ///   - population: Population of the neurons; nil: the spikes' own name.
  ///   - unit: Unit of the times; `1` for a dimensionless model.
  /// - Throws: `Problem`: a time that is not finite, descends, or lies outside the window.
  @discardableResult
  public func spikes(
    _ name: String, _ trains: SpikeTrains, population: String? = nil, unit: String = "ms"
  ) throws -> H5Group {
    let group = try h5.root.createGroup("/spikes/\(name)")
    let window = trains.start..<max(trains.start, trains.stop)
    for k in 0..<trains.unitCount {
      let train = trains.train(k)
      let ascends = zip(train, train.dropFirst()).allSatisfy { $0 <= $1 }
      if !ascends || train.contains(where: { !window.contains($0) }) {
        throw Problem(
          "spikes of neuron \(trains.ids[k]) do not ascend within [\(shortest(trains.start)), "
            + "\(shortest(trains.stop))) \(unit)", at: group.place)
      }
    }
    let isIdentity = trains.ids.indices.allSatisfy { trains.ids[$0] == UInt64($0) }
    let neurons = population ?? name
    if !isIdentity, populations[neurons] == nil {
      try nodes(NodeTable(neurons, count: trains.unitCount, ids: trains.ids))
    }
    let attributes = group.attributes
    try attributes.set("sorting", "by_id", of: ["none", "by_id", "by_time"])
    try attributes.set("t_start", trains.start)
    try attributes.set("t_stop", trains.stop)
    try attributes.set("node_population", neurons)
    try attributes.set("n_nodes", UInt64(trains.unitCount))
    try group.write("timestamps", trains.times).attributes.set("units", unit)
    var ids: [UInt64] = []
    ids.reserveCapacity(trains.count)
    for k in 0..<trains.unitCount {
      ids.append(contentsOf: repeatElement(trains.ids[k], count: trains.offsets[k + 1] - trains.offsets[k]))
    }
    try group.write("node_ids", ids)
    try group.write("index_pointers", trains.offsets.map { UInt64($0) })
    return group
  }

  /// Writes weights `[post, pre]` as a matrix: sparse ones the way AnnData does it.
  ///
  /// - Parameters:
  ///   - populations: Of the postsynaptic and presynaptic neurons; nil: none named.
  ///   - edgePopulation: The connections that it sums up.
  ///   - reduce: How several edges became one number: `sum`, `count`, `mean` or `binary`.
  @discardableResult
  public func matrix(
    _ name: String, _ weights: Connectivity, unit: String, populations: (post: String, pre: String)? = nil,
    edgePopulation: String? = nil, reduce: String? = nil
  ) throws -> any H5Object {
    let path = "/engram/connectivity/\(name)"
    let object: any H5Object
    switch weights {
    case .dense(let matrix): object = try h5.root.write(path, matrix.elements, shape: matrix.shape)
    case .sparse(let matrix):
      let group = try h5.root.createGroup(path)
      try group.attributes.set("encoding-type", "csr_matrix")
      try group.attributes.set("encoding-version", "0.1.0")
      try group.attributes.set("shape", [Int64(matrix.rows), Int64(matrix.columns)])
      try group.write("data", matrix.values)
      try group.write("indices", matrix.indices)
      try group.write("indptr", matrix.offsets.map { Int64($0) })
      object = group
    }
    try object.attributes.set("orientation", "post_by_pre")
    try object.attributes.set("sign_convention", "signed")
    try object.attributes.set("units", unit)
    if let populations {
      try object.attributes.set("row_population", populations.post)
      try object.attributes.set("col_population", populations.pre)
    }
    if let edgePopulation { try object.attributes.set("edge_population", edgePopulation) }
    if let reduce { try object.attributes.set("reduce", reduce) }
    return object
  }

  /// Completes a trace whose `data` is written: which column is whose, and when its frames were taken.
  ///
  /// - Parameter nodeIDs: One neuron for each column; nil: 0, 1, 2, ….
  func mapping(_ group: H5Group, frames: Int, columns: Int, _ sampling: Sampling, timeUnit: String) throws {
    let mapping = try group.createGroup("mapping")
    try mapping.write("node_ids", (0..<UInt64(columns)).map { $0 }).attributes.set("sorted", UInt8(1))
    try mapping.write("index_pointers", (0...UInt64(columns)).map { $0 })
    try mapping.hardLink("index_pointer", to: "index_pointers")
    try mapping.write("element_ids", [UInt32](repeating: 0, count: columns))
    try mapping.write("element_pos", [Double](repeating: 0.5, count: columns))
    let stop = sampling.start + Double(frames) * sampling.step
    try mapping.write("time", [sampling.start, stop, sampling.step]).attributes.set("units", timeUnit)
  }

  /// Writes a recorded quantity `[time, neuron]` as float32, which is what libsonata reads.
  public func trace(
    _ name: String, _ values: Tensor<Double>, unit: String, variable: String? = nil, _ sampling: Sampling,
    timeUnit: String = "ms"
  ) throws {
    let group = try h5.root.createGroup("/report/\(name)")
    guard values.rank == 2 else {
      throw Problem("has shape \(values.shape), not [time, neuron]", at: group.place)
    }
    let data = try group.write("data", values.elements, shape: values.shape, stored: .float32)
    try data.attributes.set("units", unit)
    if let variable { try data.attributes.set("variable", variable) }
    try mapping(group, frames: values.rows, columns: values.columns, sampling, timeUnit: timeUnit)
  }

  /// Writes rates `[time, population]` in Hz.
  public func rates(_ name: String, _ values: Tensor<Double>, labels: [String], _ sampling: Sampling) throws {
    let group = try h5.root.createGroup("/engram/rates/\(name)")
    guard values.rank == 2, labels.count == values.columns else {
      throw Problem("has shape \(values.shape) and \(labels.count) labels", at: group.place)
    }
    let attributes = try group.write("data", values.elements, shape: values.shape, stored: .float32)
      .attributes
    try attributes.set("units", "Hz")
    try attributes.set("dt_ms", sampling.step)
    try attributes.set("t_start_ms", sampling.start)
    try group.write("labels", strings: labels)
  }
}
