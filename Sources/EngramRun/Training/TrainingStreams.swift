import EngramKit

/// The random numbers of a training. Each use has a stream of its own, opened by update or epoch, so that a resumed
/// training draws what an uninterrupted one draws.
struct TrainingStreams: Sendable {
  /// Streams of the model's, the task's and the rule's step. Rules that share a model and a task start from the same
  /// weights and see the same batches.
  let model: RandomStream
  let task: RandomStream
  let rule: RandomStream

  /// Substreams are numbered by use and occasion; 2^28 occasions of each use.
  private enum Use: Int { case begin = 0, order, batch, noise, rule, validation, evaluation }

  private static func number(_ use: Use, _ occasion: Int = 0) -> Int {
    use.rawValue << 28 | occasion & 0xFFF_FFFF
  }

  /// For the initial weights.
  var initial: RandomStream { model.substream(Self.number(.begin)) }
  /// For what the task makes or splits once.
  var posing: RandomStream { task.substream(Self.number(.begin)) }
  /// For the order of the trials in an epoch.
  func order(_ epoch: Int) -> RandomStream { task.substream(Self.number(.order, epoch)) }
  /// For trials made on demand for an update.
  func batch(_ update: Int) -> RandomStream { task.substream(Self.number(.batch, update)) }
  /// For the model's noise in an update.
  func noise(_ update: Int) -> RandomStream { model.substream(Self.number(.noise, update)) }
  /// For the rule's own draws in an update.
  func rule(_ update: Int) -> RandomStream { rule.substream(Self.number(.rule, update)) }
  /// For validation trials: the same ones every time.
  var validationBatch: RandomStream { task.substream(Self.number(.validation)) }
  /// For the model's noise in a validation: the same every time.
  var validationNoise: RandomStream { model.substream(Self.number(.validation)) }
  /// For the trials of an evaluation.
  var evaluationBatch: RandomStream { task.substream(Self.number(.evaluation)) }
}
