import EngramKit

/// Multidigraph learning: three-factor learning, and credit from units one synapse away that reaches a synapse as a local
/// modulatory signal.
public struct Mdgl: Rule {
  public static let name = "mdgl"
  public static let summary = "Three-factor learning with credit from the units one synapse away."
  public static let reference =
    "Liu et al. (2021) PNAS 118, e2111821118; recursion as in Liu et al. (2022) arXiv:2206.01338"
  public static let parameters: [Parameter<Self>] =
    [
      .choice(
        "feedback", \.feedback,
        "Credit returns through the weights of each cell pair, their means by cell type, or shuffled weights."
      ),
      .choice("form", \.form, "Forward in time with a state that does not grow, or backward over the batch."),
    ] + Parameter.within(\.descent, Descent.parameters)

  var feedback = FeedbackWeights.cell
  var form = CreditRule.Direction.online
  private var recurrent = RecurrentFeedback()
  var descent = Descent()
  public init() {}

  public var needs: Evidence { [.loss, .readout, .traces] }

  public var memory: Weights {
    get { Weights(descent.memory.blocks + recurrent.memory.blocks) }
    set {
      descent.memory = newValue
      recurrent.memory = newValue
    }
  }

  public var notes: [String] { descent.notes }

  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    var rule = CreditRule(reach: .oneHop, direction: form, feedback: feedback, recurrent: recurrent)
    defer { recurrent = rule.recurrent }
    return try rule.estimate(at: weights, trials, &random)
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}
