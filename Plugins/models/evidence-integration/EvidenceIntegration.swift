import EngramKit

/// Which kind of evidence was the most frequent in a stream of words?
public struct EvidenceIntegration: TaskModel {
  public static let name = "evidence-integration"
  public static let summary = "Streams of words: name the kind of evidence that came most often."
  public static let reference = "Hazelden et al. (2023) arXiv:2311.10869, integration task and its code"
  public static let parameters: [Parameter<Self>] = Parameter.within(\.task, EvidenceTask.parameters)

  var task = EvidenceTask()

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    task.source(delay: 0, &random)
  }
}
