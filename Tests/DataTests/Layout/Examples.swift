import EngramData
import EngramKit

/// Six neurons with nine-odd facts that can be checked by hand; weights in nS, one pair joined twice (3 to 1).
enum Six {
  static let sources: [UInt32] = [4, 3, 3, 1, 2, 5, 0, 0]
  static let targets: [UInt32] = [3, 1, 1, 0, 0, 0, 1, 5]
  static let weights = [-2.0, 0.1, 0.2, 0.5, 0.25, -1, 0.5, 0.3]
  static let types = ["exc", "exc", "exc", "exc", "inh", "inh"]
  /// W[post, pre], the double connection added up.
  static let matrix: Matrix = {
    var w = Matrix(repeating: 0, shape: [6, 6])
    for k in sources.indices { w[Int(targets[k]), Int(sources[k])] += weights[k] }
    return w
  }()
  static let trains = SpikeTrains(
    times: [1, 7.5, 3.25, 0.5, 2, 9], offsets: [0, 2, 2, 3, 3, 3, 6], ids: [0, 1, 2, 3, 4, 5], start: 0,
    stop: 10)

  static func write(_ path: String) throws {
    try EngramWriter.write(path, title: "six neurons", provenance: [["verb": "test"]]) { writer in
      try writer.nodes(
        NodeTable(
          "cortex", count: 6,
          columns: [
            ("cell_type", .words(types)), ("name", .names((0..<6).map { "n\($0)" })),
            ("x", .numbers([0, 1, 2, 3, 4, 5], unit: "um")),
          ]))
      try writer.edges(
        EdgeTable(
          from: "cortex", to: "cortex", sources: sources, targets: targets,
          columns: [
            EdgeTable.Column("syn_weight", weights, unit: "nS"),
            EdgeTable.Column("delay", [Double](repeating: 1.5, count: 8), unit: "ms"),
          ]))
      try writer.spikes("cortex", trains)
      try writer.matrix(
        "W", .sparse(SparseMatrix(matrix)), unit: "nS", populations: (post: "cortex", pre: "cortex"),
        edgePopulation: "cortex__cortex__chemical", reduce: "sum")
      try writer.trace(
        "cortex", Tensor((0..<30).map(Double.init), shape: [5, 6]), unit: "mV", variable: "v",
        Sampling(start: 0, step: 0.1))
      try writer.rates(
        "pop", Tensor((0..<10).map(Double.init), shape: [5, 2]), labels: ["exc", "inh"],
        Sampling(start: 0, step: 1))
    }
  }
}

/// Declarations of a plugin that reads a circuit.
enum Reads {
  static let connectivity = Dataset(
    "connectivity", .connectivity, ["neuron", "neuron"], anyUnit: "Weights W[post, pre].")
  static let types = Dataset("cell_types", .labels, ["neuron"], unit: .one, "Types.", optional: true)
  static let spikes = Dataset("spikes", .spikes, ["unit"], unit: .millisecond, "Spikes.")
}
