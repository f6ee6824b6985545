import EngramKit

/// A network with Gaussian weights whose pairwise motifs are set exactly.
public struct EiMotifGaussian: Model {
  /// What weights of neurons onto themselves are.
  public enum SelfWeights: String, CaseIterable, Sendable { case zero, same }
  /// How the weights are made.
  public enum Method: String, CaseIterable, Sendable { case latent, shao }

  public static let name = "ei-motif-gaussian"
  public static let summary =
    "Gaussian weights between cell types with set means, variances and pairwise motifs."
  public static let reference = "Shao et al. (2025) PRX Life 3, 023008, arXiv:2411.06802, section II"
  public static let parameters: [Parameter<Self>] =
    [
      .integer("neurons", \.neurons, in: 2...20_000, "Number of neurons."),
      .text("types", \.types, "Names of the cell types, separated by spaces."),
      .reals(
        "fractions", \.fractions, unit: .one, in: 0...1, "Share of each cell type; the last takes the rest."),
    ] + Parameter.within(\.inputs, MeanInputs.parameters) + [
      .reals(
        "mean", \.mean, unit: .one, in: -1e6...1e6,
        "Mean weights by block instead, row by row; none: from excitation and inhibition."),
      .reals(
        "gain", \.gain, unit: .one, in: 0...1e6,
        "Standard deviation times the root of the neurons, one for all or by block."),
      .reals(
        "reciprocal", \.reciprocal, unit: .one, in: -1...1,
        "Correlation of mutual weights, one for all or by block."),
    ] + Parameter.within(\.motifs, HomogeneousMotifs.parameters) + [
      .flag(
        "scaled", \.scaled,
        "Give chain, convergent and divergent times neurons gain², as they enter eigenvalues."),
      .reals(
        "input_loading", \.inputLoading, unit: .one, in: -1...1,
        "Loadings a on input latents by block, instead of chain, convergent and divergent."),
      .reals(
        "output_loading", \.outputLoading, unit: .one, in: -1...1, "Loadings b on output latents by block."),
      .reals(
        "latent_correlation", \.latentCorrelation, unit: .one, in: -1...1,
        "Correlation of the two latents by cell type."),
      .choice("self", \.selfWeights, "Weights of neurons onto themselves: zero, or drawn like the others."),
      .choice(
        "method", \.method, "Independent latents, or the paper's construction, which allows fewer motifs."),
    ]
  public static let writes = networkDatasets

  var neurons = 1000
  var types = "E I"
  var fractions = [0.8, 0.2]
  var inputs = MeanInputs(excitation: 0.9, inhibition: 1.7)
  var mean: [Double] = []
  var gain = [0.3]
  var reciprocal = [0.0]
  var motifs = HomogeneousMotifs()
  var scaled = false
  var inputLoading: [Double] = []
  var outputLoading: [Double] = []
  var latentCorrelation: [Double] = []
  var selfWeights = SelfWeights.zero
  var method = Method.latent
  public init() {}

  /// A sample and the statistics that it was drawn from.
  public struct State: Sendable {
    var populations: Populations
    var motifs: GaussianMotifs
    var weights: Matrix
    var x, y: [Double]
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let populations = try Populations(types: types, fractions: fractions, neurons: neurons)
    let motifs = try statistics(populations)
    let sample = try motifs.sample(populations, &random)
    return State(populations: populations, motifs: motifs, weights: sample.weights, x: sample.x, y: sample.y)
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    try outputs.put("connectivity", .dense(state.weights))
    try outputs.put("types", labels: state.populations.labels)
    try outputs.put("latent_x", state.x)
    try outputs.put("latent_y", state.y)
    try outputs.put("mean", state.motifs.mean)
    try outputs.put("deviation", state.motifs.deviation)
    try outputs.put("reciprocal", state.motifs.reciprocal)
    try outputs.put("chain", state.motifs.chain)
  }

  /// The statistics by block, from whichever parameters give them.
  private func statistics(_ populations: Populations) throws -> GaussianMotifs {
    let types = populations.count
    let gain = try block("gain", gain, types)
    let reciprocal = try block("reciprocal", reciprocal, types)
    var (a, b) = (gain, gain)
    var rho = [Double](repeating: 0, count: types)
    if inputLoading.isEmpty, outputLoading.isEmpty {
      let (inputs, outputs, correlation) = try loadings()
      a = a.map { _ in inputs }
      b = b.map { _ in outputs }
      rho = rho.map { _ in correlation }
    } else {
      guard motifs.chain == 0, motifs.convergent == 0, motifs.divergent == 0 else {
        throw Problem(
          "chain, convergent and divergent cannot be given beside loadings",
          fix: "leave one of the two ways out")
      }
      a = try block("input_loading", inputLoading, types)
      b = try block("output_loading", outputLoading, types)
      guard latentCorrelation.count == types else {
        throw Problem(
          "latent_correlation has \(latentCorrelation.count) numbers for \(types) cell types",
          fix: "give one for each cell type")
      }
      rho = latentCorrelation
    }
    return GaussianMotifs(
      mean: try meanWeights(populations), deviation: gain.map { $0 / Double(neurons).squareRoot() },
      inputLoading: a, outputLoading: b, reciprocal: reciprocal, latentCorrelation: rho,
      selfWeights: selfWeights == .same)
  }

  /// Loadings and latent correlation of motifs that are equal in all blocks.
  private func loadings() throws -> (inputs: Double, outputs: Double, correlation: Double) {
    let given = motifs.completed
    var (chain, convergent, divergent) = (given.chain, given.convergent, given.divergent)
    if scaled {
      guard gain.count == 1, gain[0] > 0 else {
        throw Problem(
          "scaled motifs need one gain above 0, not \(gain)",
          fix: "give one 'gain', or motifs as correlations")
      }
      let scale = Double(neurons) * gain[0] * gain[0]
      (chain, convergent, divergent) = (chain / scale, convergent / scale, divergent / scale)
    }
    let limit = (convergent * divergent).squareRoot()
    guard chain.magnitude <= limit * (1 + 1e-12) else {
      throw Problem(
        "a chain correlation of \(chain) needs convergent times divergent of at least its square, not \(convergent) times \(divergent)",
        fix: "raise convergent or divergent, or leave both out")
    }
    if method == .shao {
      let left = 1 - 2 * convergent - 2 * divergent - (reciprocal.map(\.magnitude).max() ?? 0)
      guard left >= 0, chain.magnitude >= limit * (1 - 1e-12) else {
        throw Problem(
          "the paper's construction needs |chain| = sqrt(convergent divergent), here \(chain.magnitude) and \(limit), and 1 - 2 convergent - 2 divergent - |reciprocal| >= 0, here \(left)",
          fix: "use method 'latent', which has no such limit")
      }
    }
    return (convergent.squareRoot(), divergent.squareRoot(), limit > 0 ? min(1, max(-1, chain / limit)) : 0)
  }

  private func meanWeights(_ populations: Populations) throws -> Matrix {
    if !mean.isEmpty { return try block("mean", mean, populations.count) }
    return try unitRankMean(populations, inputs)
  }
}
