import EngramKit

/// Delayed match of two cues: label 1 when both cues are on or both are off, judged at the last step.
public struct DelayedXor: TaskModel {
  public static let name = "delayed-xor"
  public static let summary = "Two cues with a delay between them: tell whether they match."
  public static let reference = "Liu et al. (2022) arXiv:2206.01338, the authors' code"
  public static let parameters: [Parameter<Self>] = [
    .real("dt", \.dt, unit: .millisecond, in: 1e-3...1e6, "Time step."),
    .real("cue", \.cue, unit: .millisecond, in: 1e-3...1e9, "Length of each cue."),
    .real(
      "delay", \.delay, unit: .millisecond, in: 0...1e9,
      "Time from the first cue's end to the second's start."),
    .real("baseline", \.baseline, unit: .one, in: -1e6...1e6, "Input at all times."),
    .real("amplitude", \.amplitude, unit: .one, in: -1e6...1e6, "Height of a cue over the baseline."),
    .real(
      "noise", \.noise, unit: .one, in: 0...1e6, "Standard deviation of the noise of each input and step."),
  ]

  var dt = 1.0
  var cue = 100.0
  var delay = 700.0
  var baseline = 0.02
  var amplitude = 2.0
  var noise = 0.01

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    let (cueSteps, delaySteps) = (Int((cue / dt).rounded()), Int((delay / dt).rounded()))
    guard cueSteps > 0 else {
      throw Problem("a cue of \(shortest(cue)) ms has no step of \(shortest(dt)) ms", fix: "lower `dt`")
    }
    // A Gaussian bump of a quarter of the window, on equally spaced points from one end to the other.
    let shape = (0..<cueSteps).map { k -> Double in
      let u = cueSteps == 1 ? 0 : -0.5 + Double(k) / Double(cueSteps - 1)
      return baseline + amplitude * exp(-u * u / (2 * 0.25 * 0.25))
    }
    return Source(task: self, shapeOfCue: shape, delaySteps: delaySteps)
  }

  private struct Source: TrialSource {
    let task: DelayedXor
    let shapeOfCue: [Double]
    let delaySteps: Int

    var shape: TrialShape {
      TrialShape(steps: 2 * shapeOfCue.count + delaySteps, inputs: 2, outputs: 2, classes: true)
    }

    func count(_ split: Split) -> Int? { nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      let steps = 2 * shapeOfCue.count + delaySteps
      let bits = picks.map { _ in (random.bernoulli(0.5), random.bernoulli(0.5)) }
      var input: Tensor<Double> = random.normalTensor(
        shape: [picks.count, steps, 2], mean: task.baseline, sd: task.noise)
      for (trial, bit) in bits.enumerated() {
        for (k, value) in shapeOfCue.enumerated() {
          if bit.0 { input[trial, k, 0] += value - task.baseline }
          if bit.1 { input[trial, shapeOfCue.count + delaySteps + k, 1] += value - task.baseline }
        }
      }
      return Batch(
        input: input, target: .labels(bits.map { $0.0 == $0.1 ? 1 : 0 }),
        mode: split == .train ? .train : .evaluate)
    }
  }
}
