import EngramKit

/// How many updates a training makes, of how many trials, and what happens in between.
struct Schedule: Sendable, Equatable {
  var batch: Int
  var updates: Int
  /// Updates in one epoch; nil where trials are made on demand.
  var perEpoch: Int?
  /// Number of stored trials; nil where trials are made on demand.
  var stored: Int?
  var checkpointEvery: Int?
  var validateEvery: Int?
  var patience: Int?
  var validationTrials: Int?

  /// - Throws: `Problem` when the step asks for what the task cannot give.
  init(_ step: Step, _ source: any TrialSource) throws {
    stored = source.count(.train)
    if let stored, stored == 0 {
      throw Problem("the task of step '\(step.id)' has no trials to train on", at: "\(step.mark)")
    }
    guard let batch = step.batch?.value ?? stored else {
      throw Problem(
        "step '\(step.id)' needs a batch size: its task makes trials on demand", at: "\(step.mark)",
        fix: "add `batch: 32`")
    }
    self.batch = min(batch, stored ?? batch)
    let perEpoch = stored.map { ($0 + min(batch, $0) - 1) / min(batch, $0) }
    self.perEpoch = perEpoch
    func updates(_ interval: Marked<Step.Interval>) throws -> Int {
      if interval.value.measure == .updates { return interval.value.count }
      guard let perEpoch else {
        throw Problem(
          "the task of step '\(step.id)' makes trials on demand and has no epochs", at: "\(interval.mark)",
          fix: "count in updates")
      }
      return interval.value.count * perEpoch
    }
    if let epochs = step.epochs {
      self.updates = try updates(Marked(Step.Interval(count: epochs.value, measure: .epochs), epochs.mark))
    } else {
      self.updates = step.updates?.value ?? 0
    }
    checkpointEvery = try step.checkpoint.map(updates)
    if let validate = step.validate {
      validateEvery = try updates(validate.every)
      patience = validate.patience?.value
      let kept = source.count(.validate)
      if kept == 0 {
        throw Problem(
          "the task of step '\(step.id)' keeps no trials for validation", at: "\(validate.every.mark)",
          fix: "set its share of validation trials, or remove 'validate'")
      }
      guard let trials = validate.trials?.value ?? kept else {
        throw Problem(
          "step '\(step.id)' validates on trials made on demand; how many?", at: "\(validate.every.mark)",
          fix: "add `trials: 256` to 'validate'")
      }
      validationTrials = min(trials, kept ?? trials)
    }
  }

  /// Where the training stands before update `update`.
  func clock(_ update: Int) -> Clock {
    let perEpoch = perEpoch ?? max(1, updates)
    return Clock(
      update: update, updates: updates, epoch: update / perEpoch, epochs: max(1, updates / perEpoch),
      firstOfEpoch: update % perEpoch == 0)
  }

  /// The stored trials of update `update`: a slice of the epoch's order. Trials on demand are only counted.
  func picks(_ update: Int, order: [Int]) -> [Int] {
    guard let perEpoch else { return Array(update * batch..<(update + 1) * batch) }
    let first = update % perEpoch * batch
    return Array(order[first..<min(first + batch, order.count)])
  }
}
