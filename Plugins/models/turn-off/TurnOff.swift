import EngramKit

/// A constant input, under which a neuron is to fall silent.
public struct TurnOff: TaskModel {
  public static let name = "turn-off"
  public static let summary =
    "A constant input of 1 to one channel, without a target: for losses of activity."
  public static let reference = "Hazelden et al. (2023) arXiv:2311.10869, turn-off neuron"
  public static let parameters: [Parameter<Self>] = [
    .integer("words", \.words, in: 1...1_000_000, "Words of a trial.")
  ]

  var words = 1

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    Source(words: words)
  }

  private struct Source: TrialSource {
    let words: Int

    var shape: TrialShape { TrialShape(steps: words, inputs: 1, outputs: 0, classes: false) }
    func count(_ split: Split) -> Int? { nil }
    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      Batch(input: Tensor(repeating: 1, shape: [picks.count, words, 1]))
    }
  }
}
