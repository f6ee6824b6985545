import EngramKit

/// A sparse excitatory-inhibitory network whose pairs of connections occur together more often than chance.
public struct EiMotifSparse: Model {
  /// How dependent connections are made.
  public enum Sampler: String, CaseIterable, Sendable { case additive, threshold }
  /// A sample, or the mean of all samples with latents at their quantiles.
  public enum Draw: String, CaseIterable, Sendable { case sample, expected }

  public static let name = "ei-motif-sparse"
  public static let summary =
    "Sparse excitatory and inhibitory connections with set excess of pairwise motifs."
  public static let reference =
    "Zhao et al. (2011) Front. Comput. Neurosci. 5, 28; Shao et al. (2025) PRX Life 3, 023008"
  public static let parameters: [Parameter<Self>] =
    [
      .integer("neurons", \.neurons, in: 2...200_000, "Number of neurons."),
      .real(
        "excitatory_fraction", \.excitatoryFraction, unit: .one, in: 0...1, "Share of excitatory neurons."),
      .real("density", \.density, unit: .one, in: 1e-6...1, "Probability of a connection."),
    ] + Parameter.within(\.inputs, MeanInputs.parameters) + [
      .real("reciprocal", \.reciprocal, unit: .one, in: -1...1e3, "Excess of reciprocal pairs over chance.")
    ] + Parameter.within(\.motifs, HomogeneousMotifs.parameters) + [
      .choice(
        "sampler", \.sampler,
        "Latents of two values that add to a probability, or Gaussian ones over a threshold."),
      .choice("draw", \.draw, "A sample, or the mean weight given latents at their quantiles."),
    ]
  public static let writes = networkDatasets

  var neurons = 1000
  var excitatoryFraction = 0.8
  var density = 0.2
  var inputs = MeanInputs(excitation: 1.5, inhibition: 3)
  var reciprocal = 0.0
  var motifs = HomogeneousMotifs()
  var sampler = Sampler.additive
  var draw = Draw.sample
  public init() {}

  /// A network and what it was made from.
  public struct State: Sendable {
    var populations: Populations
    var weights: Connectivity
    var x, y: [Double]
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let populations = try Populations(
      types: "E I", fractions: [excitatoryFraction, 1 - excitatoryFraction], neurons: neurons)
    let given = self.motifs.completed
    let motifs = try BinaryMotifs(
      density: density, reciprocal: reciprocal, chain: given.chain, convergent: given.convergent,
      divergent: given.divergent, thresholded: sampler == .threshold)
    let weight = weights(populations)
    if draw == .expected {
      let latents = try motifs.quantiles(populations.sizes)
      var matrix = Matrix(repeating: 0, shape: [neurons, neurons])
      for i in 0..<neurons {
        for j in 0..<neurons {
          matrix[i, j] = weight[Int(populations.codes[j])] * motifs.probability(latents[i], latents[j])
        }
      }
      return State(populations: populations, weights: .dense(matrix), x: latents, y: latents)
    }
    let (x, y) = motifs.latents(neurons, &random)
    let start = random
    let matrix = SparseMatrix(
      rows: neurons, columns: neurons, values: populations.codes.map { weight[Int($0)] }
    ) { body in
      motifs.forEachConnection(x, y, start, body)
    }
    return State(populations: populations, weights: .sparse(matrix), x: x, y: y)
  }

  /// Weight of a connection from each type, so that the mean inputs are `excitation` and `inhibition`.
  private func weights(_ populations: Populations) -> [Double] {
    [
      inputs.excitation / (Double(populations.sizes[0]) * density),
      -inputs.inhibition / (Double(populations.sizes[1]) * density),
    ]
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let weight = weights(state.populations)
    // A correlation of weights is one of connections, with the sign of both weights.
    let sign = [1.0, -1]
    let odds = density / (1 - density)
    var (mean, deviation) = (Matrix(repeating: 0, shape: [2, 2]), Matrix(repeating: 0, shape: [2, 2]))
    var (mutual, chains) = (mean, Tensor<Double>(repeating: 0, shape: [2, 2, 2]))
    for p in 0..<2 {
      for q in 0..<2 {
        mean[p, q] = weight[q] * density
        deviation[p, q] = weight[q].magnitude * (density * (1 - density)).squareRoot()
        mutual[p, q] = sign[p] * sign[q] * reciprocal * odds
        for k in 0..<2 { chains[p, k, q] = sign[k] * sign[q] * motifs.chain * odds }
      }
    }
    try outputs.put("connectivity", state.weights)
    try outputs.put("types", labels: state.populations.labels)
    try outputs.put("latent_x", state.x)
    try outputs.put("latent_y", state.y)
    try outputs.put("mean", mean)
    try outputs.put("deviation", deviation)
    try outputs.put("reciprocal", mutual)
    try outputs.put("chain", chains)
  }
}
