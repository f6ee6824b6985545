import EngramKit

/// From an estimated gradient to a change of the weights: optimiser, schedule, decay, clipping, numbers that are not
/// finite. The rules that descend a gradient hold one.
struct Descent: Sendable {
  /// The optimisers by their usual names.
  enum Method: String, CaseIterable, Sendable { case adam, amsgrad, adamw, rmsprop, sgd }

  /// How the rate changes over the training.
  enum Schedule: String, CaseIterable, Sendable { case constant, steps, exponential, cosine, warmup }

  /// What happens to a gradient that is not finite.
  enum NonFinite: String, CaseIterable, Sendable { case stop, zero }

  static let parameters: [Parameter<Self>] = [
    .choice("optimiser", \.method, "How a gradient becomes a change of the weights."),
    .real("rate", \.rate, unit: .one, in: 0...1e6, "Learning rate."),
    .real("momentum", \.momentum, unit: .one, in: 0...1, "Part of the velocity that sgd keeps."),
    .real("beta1", \.beta1, unit: .one, in: 0...1, "Part of Adam's first moment that is kept."),
    .real("beta2", \.beta2, unit: .one, in: 0...1, "Part of Adam's second moment that is kept."),
    .real("alpha", \.alpha, unit: .one, in: 0...1, "Part of the mean square that rmsprop keeps."),
    .real("epsilon", \.epsilon, unit: .one, in: 0...1, "Added to the root of a mean square."),
    .real(
      "weight_decay", \.weightDecay, unit: .one, in: 0...1e3,
      "Strength of L2: times the weight, added to the gradient; adamw decays beside the gradient."),
    .flag("decay_vectors", \.decaysVectors, "Whether biases and other vectors decay as matrices do."),
    .real(
      "l1", \.l1, unit: .one, in: 0...1e3,
      "Strength of L1: every weight of a matrix moves towards 0 by the rate times this, and stops there."),
    .choice("schedule", \.schedule, "How the rate changes over the training."),
    .integer(
      "schedule_updates", \.scheduleUpdates, in: 1...1_000_000_000,
      "Updates in a step of `steps`, in half a wave of `cosine`, or of `warmup`."),
    .real(
      "schedule_factor", \.scheduleFactor, unit: .one, in: 0...1,
      "Factor of the rate at each step, or each update of `exponential`; the least factor of `cosine`."),
    .real(
      "clip", \.clip, unit: .one, in: 0...1e9, "Largest norm of the gradient of all blocks; 0 does not clip."),
    .choice(
      "non_finite", \.nonFinite,
      "Stop at a gradient that is not finite, or set such elements to 0 and count them."),
  ]

  var method = Method.adam
  var rate = 1e-3
  var momentum = 0.0
  var beta1 = 0.9
  var beta2 = 0.999
  var alpha = 0.99
  var epsilon = 1e-8
  var weightDecay = 0.0
  var decaysVectors = false
  var l1 = 0.0
  var schedule = Schedule.constant
  var scheduleUpdates = 300
  var scheduleFactor = 0.8
  var clip = 0.0
  var nonFinite = NonFinite.stop

  private var optimiser = BlockOptimiser()
  /// Elements set to 0, and updates in which there were some.
  private var zeroed = (elements: 0, updates: 0)

  /// Moments and counts, for checkpoints.
  var memory: Weights {
    get {
      var all = optimiser.memory
      let counts = Tensor([Double(zeroed.elements), Double(zeroed.updates)], shape: [2])
      all["zeroed"] = .init("zeroed", counts, trained: false)
      return all
    }
    set {
      optimiser.memory = newValue
      if let counts = newValue["zeroed"]?.values.double { zeroed = (Int(counts[0]), Int(counts[1])) }
    }
  }

  /// What a training that ends should say.
  var notes: [String] {
    if zeroed.elements == 0 { return [] }
    return [
      "\(zeroed.elements) elements of gradients in \(zeroed.updates) updates were not finite and set to 0"
    ]
  }

  /// Changes the weights against `gradient`.
  ///
  /// - Throws: `Divergence` when the gradient is not finite and `non_finite` is `stop`.
  mutating func apply(_ gradient: Weights, to weights: inout Weights, _ clock: Clock) throws {
    var gradient = gradient
    let bad = gradient.zeroNonFinite()
    if let first = bad.first {
      guard nonFinite == .zero else {
        throw Divergence(
          "\(first.count) of \(first.of) elements of the gradient of '\(first.block)' are not finite",
          fix: "lower the rate, or set `clip`")
      }
      zeroed.elements += bad.reduce(0) { $0 + $1.count }
      zeroed.updates += 1
    }
    if clip > 0 { gradient.clip(norm: clip) }
    let rate = rate * rates.factor(at: clock.update)
    try optimiser.step(
      optimiserMethod, decay: decay, ofMatrices: !decaysVectors, rate: rate, gradient, &weights)
    if l1 > 0 { weights.shrinkMatrices(of: gradient, by: rate * l1) }
  }

  private var optimiserMethod: OptimiserMethod {
    switch method {
    case .sgd: .descent(momentum: momentum)
    case .adam, .adamw: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    case .amsgrad: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, amsgrad: true)
    case .rmsprop: .rmsProp(alpha: alpha, epsilon: epsilon)
    }
  }

  private var decay: WeightDecay {
    if weightDecay == 0 { return .none }
    return method == .adamw ? .decoupled(weightDecay) : .gradient(weightDecay)
  }

  private var rates: RateSchedule {
    switch schedule {
    case .constant: .constant
    case .steps: .steps(every: scheduleUpdates, factor: scheduleFactor)
    case .exponential: .exponential(factor: scheduleFactor)
    case .cosine: .cosine(updates: scheduleUpdates, least: scheduleFactor)
    case .warmup: .warmup(updates: scheduleUpdates)
    }
  }
}
