import EngramKit

/// Backpropagation, through time where the model has time: the exact gradient that the model gives, then an optimiser.
public struct Bptt: Rule {
  public static let name = "bptt"
  public static let summary = "Descends the exact gradient of the loss, as the model gives it."
  public static let reference =
    "Rumelhart, Hinton & Williams (1986) Nature 323, 533; Werbos (1990) Proc. IEEE 78, 1550"
  public static let parameters: [Parameter<Self>] = Parameter.within(\.descent, Descent.parameters)

  var descent = Descent()

  public init() {}

  public var needs: Evidence { [.loss, .gradient] }

  public var memory: Weights {
    get { descent.memory }
    set { descent.memory = newValue }
  }

  public var notes: [String] { descent.notes }

  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    guard let gradient = try trials.run(at: weights, Request([.loss, .gradient])).gradient else {
      throw Problem("the model gave no gradient")
    }
    return gradient
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    try descent.apply(estimate, to: &weights, clock)
  }
}
