import EngramKit

/// Trials that are samples of a law, without a target.
struct SampleSource: TrialSource {
  let dimension: Int
  let draw: @Sendable (Int, inout RandomStream) -> Matrix

  var shape: TrialShape { TrialShape(steps: nil, inputs: dimension, outputs: dimension, classes: false) }

  func count(_ split: Split) -> Int? { nil }

  func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
    Batch(input: draw(picks.count, &random), mode: split == .train ? .train : .evaluate)
  }
}
