import EngramKit

/// Two modalities of evidence, and a context that says which of them counts; a delay before the decision.
public struct ContextDecision: TaskModel {
  public static let name = "context-decision"
  public static let summary = "Choose by the modality of evidence that the context names, after a delay."
  public static let reference =
    "Mante et al. (2013) Nature 503, 78; NeuroGym's ContextDecisionMaking, timing of arXiv:2310.08513"
  public static let parameters: [Parameter<Self>] = [
    .integer("stimulus_steps", \.stimulusSteps, in: 1...1_000_000, "Steps of the stimulus."),
    .integer("delay_steps", \.delaySteps, in: 0...1_000_000, "Steps of delay."),
    .integer("decision_steps", \.decisionSteps, in: 1...1_000_000, "Steps of decision."),
    .reals(
      "coherences", \.coherences, unit: .one, in: 0...100, "Coherences in percent, each equally likely."),
    .real(
      "noise", \.noise, unit: .one, in: 0...1e6,
      "Standard deviation of the noise of each channel while the stimulus lasts."),
  ]

  var stimulusSteps = 2
  var delaySteps = 5
  var decisionSteps = 1
  var coherences = [5.0, 15, 50]
  var noise = 0.1

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    guard !coherences.isEmpty else { throw Problem("a decision needs at least one coherence") }
    return Source(task: self)
  }

  private struct Source: TrialSource {
    let task: ContextDecision
    private var fixated: Int { task.stimulusSteps + task.delaySteps }

    init(task: ContextDecision) { self.task = task }

    var shape: TrialShape {
      TrialShape(steps: fixated + task.decisionSteps, inputs: 7, outputs: 3, classes: true)
    }

    func count(_ split: Split) -> Int? { nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      let steps = fixated + task.decisionSteps
      var input = Tensor<Double>(repeating: 0, shape: [picks.count, steps, 7])
      var labels = Tensor(repeating: 0, shape: [picks.count, steps])
      for trial in picks.indices {
        let (truth, other, context) = (1 + random.below(2), 1 + random.below(2), random.below(2))
        let choices = context == 0 ? [truth, other] : [other, truth]
        let signed = choices.map { choice -> Double in
          let coherence = task.coherences[random.below(task.coherences.count)]
          return choice == 1 ? coherence : -coherence
        }
        for t in 0..<steps {
          if t < fixated { input[trial, t, 0] = 1 }
          if t < task.stimulusSteps {
            for (modality, c) in signed.enumerated() {
              input[trial, t, 1 + 2 * modality] = (1 + c / 100) / 2
              input[trial, t, 2 + 2 * modality] = (1 - c / 100) / 2
            }
            for channel in 0..<7 { input[trial, t, channel] += task.noise * random.normal() }
          }
          input[trial, t, 5 + context] += 1
        }
        for t in fixated..<steps { labels[trial, t] = truth }
      }
      return Batch(input: input, target: .labelsByStep(labels), mode: split == .train ? .train : .evaluate)
    }
  }
}
