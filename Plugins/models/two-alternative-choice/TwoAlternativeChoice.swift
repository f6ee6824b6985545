import EngramKit

/// Tell which of two noisy stimuli is stronger on average: fixate, integrate, decide.
public struct TwoAlternativeChoice: TaskModel {
  public static let name = "two-alternative-choice"
  public static let summary = "Integrate two noisy stimuli and choose the stronger one when fixation ends."
  public static let reference =
    "Molano-Mazon et al. (2022) NeuroGym, PerceptualDecisionMaking; timing of Liu et al. (2024) arXiv:2310.08513"
  public static let parameters: [Parameter<Self>] = [
    .integer("stimulus_steps", \.stimulusSteps, in: 1...1_000_000, "Steps of fixation with the stimulus."),
    .integer("decision_steps", \.decisionSteps, in: 1...1_000_000, "Steps of decision after that."),
    .reals(
      "coherences", \.coherences, unit: .one, in: 0...100, "Coherences in percent, each equally likely."),
    .real(
      "noise", \.noise, unit: .one, in: 0...1e6, "Standard deviation of the noise of each stimulus and step."),
  ]

  var stimulusSteps = 7
  var decisionSteps = 1
  var coherences = [0, 6.4, 12.8, 25.6, 51.2]
  var noise = 0.1

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    guard !coherences.isEmpty else { throw Problem("a choice needs at least one coherence") }
    return Source(task: self)
  }

  private struct Source: TrialSource {
    let task: TwoAlternativeChoice

    var shape: TrialShape {
      TrialShape(steps: task.stimulusSteps + task.decisionSteps, inputs: 3, outputs: 3, classes: true)
    }

    func count(_ split: Split) -> Int? { nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      let steps = task.stimulusSteps + task.decisionSteps
      var input = Tensor<Double>(repeating: 0, shape: [picks.count, steps, 3])
      var labels = Tensor(repeating: 0, shape: [picks.count, steps])
      for trial in picks.indices {
        let truth = random.below(2)
        let coherence = task.coherences[random.below(task.coherences.count)]
        for t in 0..<task.stimulusSteps {
          input[trial, t, 0] = 1
          for side in 0..<2 {
            let mean = 0.5 + (side == truth ? 1 : -1) * coherence / 200
            input[trial, t, 1 + side] = random.normal(mean: mean, sd: task.noise)
          }
        }
        for t in task.stimulusSteps..<steps { labels[trial, t] = 1 + truth }
      }
      return Batch(input: input, target: .labelsByStep(labels), mode: split == .train ? .train : .evaluate)
    }
  }
}
