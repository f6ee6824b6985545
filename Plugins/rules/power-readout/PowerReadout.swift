import EngramKit

/// Trains a linear read-out from its own, local gradient, by Adam with a rate that is halved in steps.
public struct PowerReadout: Rule {
  public static let name = "power-readout"
  public static let summary = "Trains the read-out of a frozen network by its exact local gradient."
  public static let reference =
    "Krotov & Hopfield (2019) PNAS 116, 7723, eqs. 9 to 12; Kingma & Ba (2015) arXiv:1412.6980"
  public static let parameters: [Parameter<Self>] = [
    .real("rate", \.rate, unit: .one, in: 0...10, "Learning rate at the start."),
    .integer(
      "constant_epochs", \.constantEpochs, in: 0...1_000_000, "Epochs before the rate is first halved."),
    .integer("halving_epochs", \.halvingEpochs, in: 1...1_000_000, "Epochs between halvings after that."),
  ]

  var rate = 1e-3
  var constantEpochs = 100
  var halvingEpochs = 50
  private var optimiser = BlockOptimiser()

  public init() {}

  public var needs: Evidence { [.loss, .readout] }

  public var memory: Weights {
    get { optimiser.memory }
    set { optimiser.memory = newValue }
  }

  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    guard let gradient = try trials.run(at: weights, Request([.loss, .readout])).gradient else {
      throw Problem("the model gave no gradient of its read-out")
    }
    return gradient
  }

  public mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    let late = clock.epoch - constantEpochs
    let halvings = late < 0 ? 0 : late / halvingEpochs + 1
    try optimiser.step(.adam(), rate: rate * pow(0.5, Double(halvings)), estimate, &weights)
  }
}
