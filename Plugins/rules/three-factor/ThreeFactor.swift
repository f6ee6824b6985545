import EngramKit

/// Three-factor learning, which for rate units is e-prop with symmetric feedback: the eligibility of each synapse times the
/// learning signal of its own unit, L = Wout' error.
public struct ThreeFactor: Rule {
  public static let name = "three-factor"
  public static let summary = "Eligibility of each synapse times the error fed back to its own unit (e-prop)."
  public static let reference =
    "Bellec et al. (2020) Nat. Commun. 11, 3625; recursion as in Liu et al. (2022) arXiv:2206.01338"
  public static let parameters: [Parameter<Self>] =
    [
      .choice("form", \.form, "Forward in time with a state that does not grow, or backward over the batch.")
    ] + Parameter.within(\.descent, Descent.parameters)

  var form = CreditRule.Direction.online
  var descent = Descent()
  public init() {}

  public var needs: Evidence { [.loss, .readout, .traces] }

  public var memory: Weights {
    get { descent.memory }
    set { descent.memory = newValue }
  }

  public var notes: [String] { descent.notes }

  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    var rule = CreditRule(reach: .local, direction: form)
    return try rule.estimate(at: weights, trials, &random)
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}
