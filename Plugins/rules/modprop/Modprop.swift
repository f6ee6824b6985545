import EngramKit

/// ModProp: credit from units any number of synapses away, by cell-type-specific modulatory signals, with one constant mu in
/// the place of every derivative on the way.
public struct Modprop: Rule {
  public static let name = "modprop"
  public static let summary = "Credit over arbitrary time spans by cell-type-specific modulatory filter taps."
  public static let reference =
    "Liu et al. (2022) arXiv:2206.01338 and the authors' code"
  public static let parameters: [Parameter<Self>] =
    [
      .choice(
        "feedback", \.feedback,
        "Credit returns through the weights of each cell pair, their means by cell type, or shuffled weights."
      ),
      .real(
        "mu", \.mu, unit: .one, in: 0...100, "Stands for the activation derivative of every unit on the way."),
      .choice(
        "form", \.form,
        "`online`, forward with C² N numbers a trial, equals `adjoint`, backward; `taps` is cut off and without leak on the "
          + "way; `exact-trace` (backward) keeps the derivative of the synapse's own unit."),
      .integer("taps", \.taps, in: 1...10_000, "Number of filter taps of the form `taps`."),
    ] + Parameter.within(\.descent, Descent.parameters)

  /// How the rule is computed.
  enum Form: String, CaseIterable, Sendable {
    case online, adjoint, taps
    case exactTrace = "exact-trace"
  }

  var feedback = FeedbackWeights.type
  var mu = 0.25
  var form = Form.online
  var taps = 5
  private var recurrent = RecurrentFeedback()
  private var guardOfStability = CreditStability()
  var descent = Descent()
  public init() {}

  public var needs: Evidence { [.loss, .readout, .traces] }

  public var memory: Weights {
    get { Weights(descent.memory.blocks + recurrent.memory.blocks + guardOfStability.memory.blocks) }
    set {
      descent.memory = newValue
      recurrent.memory = newValue
      guardOfStability.memory = newValue
    }
  }

  public var notes: [String] { descent.notes + guardOfStability.notes(mu) }

  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    if form != .taps, trials.clock.update.isMultiple(of: 100) {
      try guardOfStability.look(weights, byType: feedback == .type, mu: mu, update: trials.clock.update)
    }
    let reach: CreditRule.Reach =
      switch form {
      case .online, .adjoint: .uniform(mu: mu)
      case .taps: .taps(mu: mu, count: taps)
      case .exactTrace: .uniformBehindSynapse(mu: mu)
      }
    let isOnline = form == .online || form == .taps
    var rule = CreditRule(
      reach: reach, direction: isOnline ? .online : .adjoint, feedback: feedback, recurrent: recurrent)
    defer { recurrent = rule.recurrent }
    return try rule.estimate(at: weights, trials, &random)
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}
