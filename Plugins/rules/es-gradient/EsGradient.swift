import EngramKit

/// Estimates the gradient of a Gaussian-smoothed loss from forward runs of perturbed weights, and descends it.
///
/// grad E[L(theta + e)] = E[L(theta + e) e] / sigma^2, e ~ N(0, sigma^2): any model with a loss can be trained.
public struct EsGradient: Rule {
  public static let name = "es-gradient"
  public static let summary =
    "Evolution strategy: the gradient of a smoothed loss from perturbed forward runs alone."
  public static let reference =
    "Hazelden et al. (2023) arXiv:2311.10869; Salimans et al. (2017) arXiv:1703.03864"
  public static let parameters: [Parameter<Self>] =
    [
      .choice("estimator", \.estimator, "How losses become a gradient."),
      .integer(
        "samples", \.samples, in: 0...1_000_000,
        "Losses in an estimate, the unperturbed one aside in antithetic pairs; 0 evolves nothing."),
      .real("sigma", \.sigma, unit: .one, in: 1e-12...1e6, "Standard deviation of the perturbations."),
      .flag("ranks", \.ranks, "Replace losses by their centred ranks."),
      .flag("orthogonal", \.orthogonal, "Perturb along orthogonal directions."),
      .text(
        "groups", \.groups,
        "Blocks that take turns from update to update, as in 'W_in; W_rec' or 'W_in, W_rec; b'; empty: all at once."
      ),
      .flag(
        "train_readout", \.trainReadout, "Train the linear read-out in every update by its exact gradient."),
    ] + Parameter.within(\.descent, Descent.parameters)

  var estimator = EvolutionEstimator.antithetic
  var samples = 100
  var sigma = 0.1
  var ranks = false
  var orthogonal = false
  var groups = ""
  var trainReadout = false
  var descent = Descent()

  public init() {}

  public var needs: Evidence { trainReadout ? [.loss, .readout] : .loss }

  public var memory: Weights {
    get { descent.memory }
    set { descent.memory = newValue }
  }

  public var notes: [String] { descent.notes }

  /// The names of the blocks in each group.
  private var groupNames: [[String]] {
    groups.split(separator: ";").map { group in
      group.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }.filter { !$0.isEmpty }
  }

  public mutating func begin(_ inputs: Inputs, _ weights: Weights) throws {
    let trained = weights.blocks.filter(\.trained).map(\.name)
    for name in groupNames.flatMap(\.self) where !trained.contains(name) {
      throw Problem(
        "the model has no trained block '\(name)'", fix: "its blocks are " + trained.joined(separator: ", "))
    }
    guard estimator != .antithetic || samples.isMultiple(of: 2) else {
      throw Problem(
        "\(samples) samples are no pairs", fix: "make `samples` even, or take another `estimator`")
    }
  }

  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    let base = try trials.run(at: weights, Request(needs))
    let readout = trainReadout ? base.gradient?.blocks ?? [] : []
    let turns = groupNames
    let group = turns.isEmpty ? 0 : trials.clock.update % turns.count
    let names =
      turns.isEmpty
      ? weights.blocks.filter { block in block.trained && !readout.contains { $0.name == block.name } }
        .map(\.name) : turns[group]
    var gradient = Weights(readout)
    if samples > 0, let loss = base.loss {
      let perturbations = try Perturbations(
        weights.blocks.filter { names.contains($0.name) }, sigma: sigma, estimator: estimator,
        samples: samples, orthogonal: orthogonal, seed: random.next())
      let losses = try trials.losses(perturbations.runs) { try perturbations.member($0, of: weights) }
      let coefficients = EvolutionCoefficients(
        estimator, base: loss, losses: losses, sigma: sigma, ranked: ranks)
      trials.report("n_invalid", Double(coefficients.invalid))
      // Without a single loss these blocks are left as they are.
      if !coefficients.isEmpty { gradient.blocks += perturbations.sum(coefficients.values) }
    }
    trials.report("group", Double(group))
    trials.report("grad_norm", gradient.norm)
    return gradient
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}

extension String {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
