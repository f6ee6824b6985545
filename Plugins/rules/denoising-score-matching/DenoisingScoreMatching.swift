import EngramKit

/// Learns a score from samples alone: the network must tell which noise was added to them.
public struct DenoisingScoreMatching: Rule {
  public static let name = "denoising-score-matching"
  public static let summary =
    "Learns the score of data by denoising them, at noise levels that fall from epoch to epoch."
  public static let reference = "Vincent (2011) Neural Comput. 23, 1661; Chen et al. (2023) arXiv:2308.11809"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "noise_start", \.noiseStart, unit: .one, in: 1e-9...1e9,
      "Standard deviation of the noise at the first level."),
    .real("noise_end", \.noiseEnd, unit: .one, in: 1e-9...1e9, "Where the levels lead."),
    .integer("levels", \.levels, in: 1...10_000, "Number of noise levels, geometrically spaced."),
    .flag("reach_end", \.reachEnd, "Whether the last level is noise_end, or one ratio above it."),
    .real("rate", \.rate, unit: .one, in: 0...10, "Learning rate of Adam."),
    .real("weight_decay", \.weightDecay, unit: .one, in: 0...10, "Decay added to the gradient."),
    .flag("amsgrad", \.amsgrad, "Divide by the largest second moment so far."),
    .flag("keep_moments", \.keepMoments, "Carry Adam's moments from level to level."),
  ]

  var noiseStart = 1.0
  var noiseEnd = 0.02
  var levels = 10
  var reachEnd = false
  var rate = 1e-4
  var weightDecay = 0.0
  var amsgrad = false
  var keepMoments = false
  private var optimiser = BlockOptimiser()
  private var level = 0

  public init() {}

  public var needs: Evidence { [.loss, .gradient] }

  public var memory: Weights {
    get {
      var all = optimiser.memory
      all["level"] = .init("level", Tensor([Double(level)], shape: [1]), trained: false)
      return all
    }
    set {
      optimiser.memory = newValue
      level = Int(newValue["level"]?.values.double[0] ?? 0)
    }
  }

  /// Noise of `level`: start (end/start)^(level/levels), or over levels - 1 where the end is reached.
  func noise(_ level: Int) -> Double {
    let intervals = reachEnd ? max(1, levels - 1) : levels
    return noiseStart * pow(noiseEnd / noiseStart, Double(level) / Double(intervals))
  }

  private func level(_ clock: Clock) -> Int {
    // Epochs where the data have some, else updates, in equal shares.
    let (now, all) = clock.epochs > 1 ? (clock.epoch, clock.epochs) : (clock.update, clock.updates)
    return min(levels - 1, now * levels / max(1, all))
  }

  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    let now = level(trials.clock)
    if now != level {
      level = now
      if !keepMoments { optimiser.reset() }
    }
    let sigma = noise(now)
    var noisy = trials.batch
    let z: Matrix = random.normalTensor(shape: noisy.input.shape)
    noisy.input.add(sigma, times: z)
    noisy.target = .values(z.map { -$0 / sigma })
    guard let gradient = try trials.run(at: weights, Request([.loss, .gradient]), batch: noisy).gradient
    else {
      throw Problem("the model gave no gradient")
    }
    return gradient
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try optimiser.step(
      .adam(amsgrad: amsgrad), decay: .gradient(weightDecay), rate: rate, estimate, &weights)
  }
}
