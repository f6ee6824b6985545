import EngramKit

/// The few modes that carry a network's mean dynamics: eigenvalues with right and left vectors, neuron by neuron.
public struct LowrankApproximation: Analysis {
  /// Where the vectors come from.
  public enum Form: String, CaseIterable, Sendable { case perturbative, statistical, numerical }

  public static let name = "lowrank-approximation"
  public static let summary =
    "Low-rank form of a network: outlying modes from its motifs, or from its eigenvectors."
  public static let reference =
    "Shao et al. (2025) PRX Life 3, 023008; Shao & Ostojic (2023) PLoS Comput. Biol. 19, e1010855"
  public static let parameters: [Parameter<Self>] = [
    .choice(
      "form", \.form,
      "Block vectors corrected by the actual weights, by one latent number a neuron, or LAPACK's eigenvectors."
    ),
    .integer(
      "rank", \.rank, in: 1...100, "Modes, by magnitude of the predicted eigenvalue; a pair stays together."),
    .integer("dense_limit", \.denseLimit, in: 2...20_000, "Most neurons whose eigenvectors are solved."),
  ]
  public static let reads =
    MeasuredCircuit.reads(in: .one) + [
      Dataset(
        "latent_x", ["neuron"], unit: .one,
        "Latent numbers of inputs, for the statistical form; none: from summed inputs.", optional: true),
      Dataset(
        "latent_y", ["neuron"], unit: .one,
        "Latent numbers of outputs, for the statistical form; none: from summed outputs.", optional: true),
    ]
  public static let writes = [
    Dataset("type_names", .labels, ["type"], unit: .one, "Cell types, in the order of the blocks."),
    Dataset("eigenvalue", ["mode", "part"], unit: .one, "Eigenvalue of each mode; real and imaginary part."),
    Dataset(
      "right", ["neuron", "mode", "part"], unit: .one, "Right vectors, mean square 1: J r = lambda r."),
    Dataset(
      "left", ["neuron", "mode", "part"], unit: .one,
      "Left vectors, scaled so that J is approximated by the sum of r lᵀ."),
    Dataset("right_mean", ["type", "mode"], unit: .one, "Mean of the right entries of a type, real part."),
    Dataset("right_variance", ["type", "mode"], unit: .one, "Variance of the right entries of a type."),
    Dataset("left_mean", ["type", "mode"], unit: .one, "Mean of the left entries of a type, real part."),
    Dataset("left_variance", ["type", "mode"], unit: .one, "Variance of the left entries of a type."),
    Dataset("covariance", ["type", "mode"], unit: .one, "Covariance of right and left entries, real part."),
    Dataset(
      "gain", ["post_type", "pre_type"], unit: .one,
      "Mean response of each type to unit input into each, in the low-rank network."),
    Dataset(
      "actual", ["mode", "part"], unit: .one, "Nearest eigenvalue of the network itself.", optional: true),
    Dataset(
      "overlap", ["mode"], unit: .one, "Cosine between right vector and actual eigenvector.", optional: true),
    Dataset("right_leading", ["neuron"], unit: .one, "Real part of the first right vector."),
    Dataset("left_leading", ["neuron"], unit: .one, "Real part of the first left vector."),
    Dataset("neuron_type", .labels, ["neuron"], unit: .one, "Cell type of each neuron."),
  ]
  public static let figures = [
    Figure(
      "vectors", "Leading mode", x: .init("right entry"), y: .init("left entry"),
      [.points(x: "right_leading", y: "left_leading", label: "neuron", groups: "neuron_type")],
      caption: "Chains show as a correlation of right and left entries within a cell type.")
  ]

  var form = Form.perturbative
  var rank = 2
  var denseLimit = 2000
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let circuit = try MeasuredCircuit(inputs, into: &outputs)
    let (weights, populations, blocks) = (circuit.weights, circuit.populations, BlockModes(circuit: circuit))
    let roots = try blocks.leadingRoots(rank)
    guard form != .numerical || weights.rows <= denseLimit else {
      throw Problem(
        "the eigenvectors of \(weights.rows) neurons are more than dense_limit allows",
        fix: "raise dense_limit, or set form to perturbative")
    }
    let eigen = weights.rows <= denseLimit ? try generalEigen(weights.dense(), right: true, left: true) : nil
    let nearest = eigen.map { nearestEigenvalues($0, to: roots) }
    var modes: [Mode]
    switch form {
    case .perturbative: modes = try blocks.perturbative(roots)
    case .statistical:
      let (x, y) = (try latent("latent_x", inputs), try latent("latent_y", inputs))
      modes = try blocks.statistical(roots, x: x, y: y)
    case .numerical:
      guard let eigen, let nearest else { return }
      modes = nearest.map {
        Mode(value: eigen.values[$0], right: eigen.right[$0], left: eigen.left[$0].map(\.conjugate))
      }
    }
    for k in modes.indices { try modes[k].normalise() }
    try outputs.put("type_names", labels: populations.names)
    try outputs.put("neuron_type", labels: populations.codes.map { populations.names[Int($0)] })
    try put(modes, populations, &outputs)
    if let eigen, let nearest {
      try outputs.put("actual", Matrix(complex: nearest.map { eigen.values[$0] }))
      try outputs.put("overlap", zip(modes, nearest).map { $0.overlap(eigen.right[$1]) })
    }
  }

  private func latent(_ name: String, _ inputs: Inputs) throws -> [Double]? {
    inputs.contains(name) ? try inputs.vector(name) : nil
  }

  private func put(_ modes: [Mode], _ populations: Populations, _ outputs: inout Outputs) throws {
    let (neurons, types) = (populations.neurons, populations.count)
    func entries(_ side: KeyPath<Mode, [Complex]>) -> Tensor<Double> {
      let numbers = (0..<neurons).flatMap { i in
        modes.flatMap { [$0[keyPath: side][i].real, $0[keyPath: side][i].imaginary] }
      }
      return Tensor(numbers, shape: [neurons, modes.count, 2])
    }
    try outputs.put("eigenvalue", Matrix(complex: modes.map(\.value)))
    try outputs.put("right", entries(\.right))
    try outputs.put("left", entries(\.left))
    try outputs.put("right_leading", modes[0].right.map(\.real))
    try outputs.put("left_leading", modes[0].left.map(\.real))
    let statistics = populations.members.map { members in modes.map { $0.statistics(members) } }
    for (name, value) in [
      ("right_mean", \Mode.Statistics.rightMean), ("right_variance", \.rightVariance),
      ("left_mean", \.leftMean), ("left_variance", \.leftVariance), ("covariance", \.covariance),
    ] {
      let numbers = statistics.flatMap { $0.map { $0[keyPath: value] } }
      try outputs.put(name, Matrix(numbers, shape: [types, modes.count]))
    }
    try outputs.put("gain", try lowRankGain(modes, populations))
  }
}
