import EngramKit

/// Whether a second stimulus is the first one again, across a delay.
public struct DelayedMatchSample: TaskModel, Model {
  public static let name = "delayed-match-sample"
  public static let summary = "Whether a second stimulus is the first one again, after a delay."
  public static let reference = "Liu et al. (2024) arXiv:2310.08513, with neurogym 0.0.2's DelayMatchSample"
  public static let parameters: [Parameter<Self>] = [
    .integer("delay", \.delay, in: 0...100_000, "Steps between sample and test."),
    .real("noise", \.noise, unit: .one, in: 0...1e6, "Standard deviation of the noise on stimuli."),
    .flag("at_end", \.atEnd, "Whether only the decision counts, not the fixation before it."),
    .integer("trials", \.count, in: 1...10_000_000, "Trials written when run as a step."),
  ]
  public static let writes = [
    Dataset(
      "trials/input", ["trial", "time", "channel"], unit: .one, "Fixation, and one channel a stimulus."),
    Dataset(
      "trials/label", ["trial", "time"], unit: .one, "0 fixate, 1 match, 2 no match; -1 does not count."),
  ]

  var delay = 5
  var noise = 0.1
  var atEnd = false
  var count = 32

  public init() {}

  public var timeUnit: Unit { .one }

  /// Sample, delay, test, decision.
  private var steps: Int { delay + 3 }

  private func make(_ count: Int, _ random: inout RandomStream) -> Batch {
    var input = Tensor(repeating: 0.0, shape: [count, steps, 3])
    var labels = Tensor(repeating: atEnd ? -1 : 0, shape: [count, steps])
    for trial in 0..<count {
      let sample = random.below(2)
      let matches = random.below(2) == 0
      for t in 0..<steps - 1 { input[trial, t, 0] = 1 }
      // Channel k is 0.5 cos(theta_k - angle) + 0.5 of the angles 0 and pi: 1 for its own stimulus, else 0.
      for (t, shown) in [(0, sample), (steps - 2, matches ? sample : 1 - sample)] {
        for k in 0..<2 { input[trial, t, 1 + k] = (k == shown ? 1 : 0) + noise * random.normal() }
      }
      labels[trial, steps - 1] = matches ? 1 : 2
    }
    return Batch(input: input, target: .labelsByStep(labels))
  }

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    Source(task: self)
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> Batch { make(count, &random) }

  public func record(_ state: inout Batch, into outputs: inout Outputs) throws {
    try outputs.put("trials/input", state.input)
    if case .labelsByStep(let labels) = state.target {
      try outputs.put("trials/label", labels.map { Double($0) })
    }
  }

  private struct Source: TrialSource {
    let task: DelayedMatchSample

    var shape: TrialShape { TrialShape(steps: task.steps, inputs: 3, outputs: 3, classes: true) }

    func count(_ split: Split) -> Int? { nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      var batch = task.make(picks.count, &random)
      batch.mode = split == .train ? .train : .evaluate
      return batch
    }
  }
}
