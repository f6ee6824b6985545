import EngramKit

/// Who connects to whom: degrees, strengths, densities, reciprocity and a picture of the matrix.
public struct DegreeStatistics: Analysis {
  public static let name = "degree-statistics"
  public static let summary = "In- and out-degrees, weights, density and reciprocity by cell type."
  public static let reference =
    "Newman (2010) Networks, chapters 6 and 7; Garlaschelli & Loffredo (2004) PRL 93, 268701"
  public static let parameters: [Parameter<Self>] = [
    .integer("weight_bins", \.bins, in: 2...1000, "Bins of the weight histogram."),
    .integer("image_side", \.side, in: 2...256, "Most rows and columns of the picture of the matrix."),
  ]
  public static let reads = MeasuredCircuit.reads()
  public static let writes = [
    Dataset("type_names", .labels, ["type"], unit: .one, "Cell types, in the order of the blocks below."),
    Dataset("type_sizes", ["type"], unit: .one, "Neurons of each type."),
    Dataset("in_degree", ["neuron"], unit: .one, "Neurons that connect to each neuron."),
    Dataset("out_degree", ["neuron"], unit: .one, "Neurons that each neuron connects to."),
    Dataset("in_strength", ["neuron"], anyUnit: "Sum of the weights of each neuron's inputs."),
    Dataset("out_strength", ["neuron"], anyUnit: "Sum of the weights of each neuron's outputs."),
    Dataset("connections", ["post_type", "pre_type"], unit: .one, "Connections between types."),
    Dataset(
      "density", ["post_type", "pre_type"], unit: .one, "Connections over pairs of different neurons."),
    Dataset(
      "reciprocity", ["post_type", "pre_type"], unit: .one,
      "Fraction of connections whose partner back exists."),
    Dataset(
      "reciprocity_excess", ["post_type", "pre_type"], unit: .one,
      "Reciprocity over the density of the block back, less 1: 0 at chance."),
    Dataset("overall_density", [], unit: .one, "All connections over all pairs of different neurons."),
    Dataset("overall_reciprocity", [], unit: .one, "Fraction of all connections whose partner back exists."),
    Dataset("self_connections", [], unit: .one, "Neurons that connect to themselves."),
    Dataset("isolated", [], unit: .one, "Neurons without any connection to another."),
    Dataset("weight", ["bin"], anyUnit: "Middle of each bin of the weight histogram."),
    Dataset("weight_count", ["bin"], unit: .one, "Weights in each bin, zeros not counted."),
    Dataset(
      "adjacency_image", ["row", "column"], anyUnit: "Mean weight by cell of the matrix, types together."),
    Dataset("image_types", .labels, ["row"], unit: .one, "Cell type at each row of the picture."),
  ]
  public static let figures = [
    Figure(
      "adjacency", "Connectivity", x: .init("presynaptic neuron"), y: .init("postsynaptic neuron"),
      [.image("adjacency_image", label: "weight", labels: "image_types")],
      caption: "Weights from column to row, neurons ordered by cell type."),
    Figure(
      "degrees", "Degrees", x: .init("partners"), y: .init("neurons"),
      [.histogram("in_degree", label: "inputs"), .histogram("out_degree", label: "outputs")],
      caption: "How many partners neurons have."),
    Figure(
      "weights", "Weights", x: .init("weight"), y: .init("connections", logarithmic: true),
      [.line(x: "weight", y: "weight_count", label: "connections")],
      caption: "How often each weight occurs; zeros are not counted."),
  ]

  var bins = 50
  var side = 256
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let weights = try inputs.connectivity("connectivity")
    let populations = try inputs.populations(neurons: weights.rows)
    let degrees = try Degrees(weights, populations)
    try outputs.put("type_names", labels: populations.names)
    try outputs.put("type_sizes", populations.sizes.map(Double.init))
    try outputs.put("in_degree", degrees.inDegree)
    try outputs.put("out_degree", degrees.outDegree)
    try outputs.put("in_strength", degrees.inStrength)
    try outputs.put("out_strength", degrees.outStrength)
    try outputs.put("self_connections", Double(degrees.toSelf))
    let isolated = zip(degrees.inDegree, degrees.outDegree).count { $0 + $1 == 0 }
    try outputs.put("isolated", Double(isolated))
    try putBlocks(degrees, populations, &outputs)
    try putHistogram(weights, degrees.range, &outputs)
    let order = populations.members.flatMap { $0 }
    let image = weights.image(order, side: side)
    try outputs.put("adjacency_image", image)
    let middles = (0..<image.rows).map { order[(2 * $0 + 1) * order.count / (2 * image.rows)] }
    try outputs.put("image_types", labels: middles.map { populations.names[Int(populations.codes[$0])] })
  }

  private func putBlocks(_ degrees: Degrees, _ populations: Populations, _ outputs: inout Outputs) throws {
    let types = populations.count
    let (connections, returned) = (degrees.connections, degrees.returned)
    var (density, reciprocity, excess) = (connections, connections, connections)
    for p in 0..<types {
      for q in 0..<types {
        let partners = populations.sizes[q] - (p == q ? 1 : 0)
        density[p, q] = connections[p, q] / Double(populations.sizes[p] * partners)
        reciprocity[p, q] = returned[p, q] / connections[p, q]
      }
    }
    for p in 0..<types { for q in 0..<types { excess[p, q] = reciprocity[p, q] / density[q, p] - 1 } }
    try outputs.put("connections", connections)
    try outputs.put("density", density)
    try outputs.put("reciprocity", reciprocity)
    try outputs.put("reciprocity_excess", excess)
    let (all, neurons) = (connections.elements.reduce(0, +), Double(populations.neurons))
    try outputs.put("overall_density", all / (neurons * (neurons - 1)))
    try outputs.put("overall_reciprocity", returned.elements.reduce(0, +) / all)
    noteUndefined(connections, populations, &outputs)
  }

  /// Why densities and reciprocities are NaN.
  private func noteUndefined(_ connections: Matrix, _ populations: Populations, _ outputs: inout Outputs) {
    let names = populations.names
    if populations.neurons == 1 { outputs.note("There is one neuron: overall_density is NaN.") }
    for (p, name) in names.enumerated() where populations.sizes[p] == 1 {
      outputs.note("\(name) has one neuron: the density \(name)→\(name) is NaN.")
    }
    if connections.elements.allSatisfy({ $0 == 0 }) {
      return outputs.note("No two neurons are connected: every reciprocity is NaN.")
    }
    for p in names.indices {
      for q in names.indices where connections[p, q] == 0 {
        outputs.note(
          "There is no connection \(names[q])→\(names[p]): its reciprocity, and the excess there and back, are NaN."
        )
      }
    }
  }

  private func putHistogram(_ weights: Connectivity, _ range: ClosedRange<Double>?, _ outputs: inout Outputs)
    throws
  {
    guard let range else {
      try outputs.put("weight", [])
      try outputs.put("weight_count", [])
      return outputs.note("There is no connection: the weight histogram is empty.")
    }
    let used = weights.pattern().values.filter { $0 != 0 }
    let counts = try histogram(
      used, bins: bins, range: range.lowerBound...max(range.upperBound, range.lowerBound.nextUp))
    try outputs.put("weight", counts.centres)
    try outputs.put("weight_count", counts.counts.map(Double.init))
  }
}
