import EngramKit

/// Random feedback local online learning: three-factor learning whose learning signal comes through fixed random weights,
/// L = B' error.
public struct Rflo: Rule {
  public static let name = "rflo"
  public static let summary = "Eligibility of each synapse times an error fed back by fixed random weights."
  public static let reference =
    "Murray (2019) eLife 8, e43299; Liu et al. (2022) arXiv:2206.01338"
  public static let parameters: [Parameter<Self>] =
    [
      .real(
        "feedback_scale", \.feedbackScale, unit: .one, in: 0...1e6,
        "Feedback weights are normal with this over the root of the number of outputs."),
      .choice("form", \.form, "Forward in time with a state that does not grow, or backward over the batch."),
    ] + Parameter.within(\.descent, Descent.parameters)
  public static let reads = [
    Dataset(
      "B", .connectivity, ["output", "unit"], unit: .one, "Feedback weights, else drawn.", optional: true)
  ]

  var feedbackScale = 1.0
  var form = CreditRule.Direction.online
  private var feedback: Matrix?
  var descent = Descent()
  public init() {}

  public var needs: Evidence { [.loss, .readout, .traces] }

  public var memory: Weights {
    get {
      var all = descent.memory
      if let feedback { all["B"] = .init("B", feedback, trained: false) }
      return all
    }
    set {
      descent.memory = newValue
      feedback = newValue["B"]?.values.double
    }
  }

  public var notes: [String] { descent.notes }

  public mutating func begin(_ inputs: Inputs, _ weights: Weights) throws {
    guard inputs.contains("B") else { return }
    let given = try inputs.connectivity("B").dense()
    let readout = try weights.double("Wout").shape
    guard given.shape == readout else {
      throw Problem("B has shape \(given.shape), the read-out \(readout)")
    }
    feedback = given
  }

  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    let shape = try weights.double("Wout").shape
    let known =
      feedback ?? random.normalTensor(shape: shape, sd: feedbackScale / Double(shape[0]).squareRoot())
    feedback = known
    var rule = CreditRule(reach: .local, direction: form)
    return try rule.estimate(at: weights, trials, &random, readout: known)
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}
