import EngramKit

/// Evidence integration with a silent delay, over which the decision must be held.
public struct WorkingMemory: TaskModel {
  public static let name = "working-memory"
  public static let summary = "Evidence integration with a silent delay between the evidence and the answer."
  public static let reference = "Hazelden et al. (2023) arXiv:2311.10869; delay as in its task generator"
  public static let parameters: [Parameter<Self>] =
    [
      .integer(
        "delay", \.delay, in: -10_000...10_000, "Zero words before <eos>; negative: before the evidence.")
    ] + Parameter.within(\.task, EvidenceTask.parameters)

  var delay = 25
  var task = EvidenceTask()

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    task.source(delay: delay, &random)
  }
}
