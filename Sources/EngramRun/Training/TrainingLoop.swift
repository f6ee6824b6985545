import EngramKit

/// Trains a model by a rule: batches, updates, constraints, history, validation, snapshots. A rule never sees it.
struct TrainingLoop {
  let id: String
  let model: any Trains
  let source: any TrialSource
  let schedule: Schedule
  let streams: TrainingStreams
  let store: any TrainingStore
  /// Called with the share done and a sentence.
  var progress: (Double, String) -> Void = { _, _ in }

  private var order: [Int] = []
  private var orderedEpoch = -1
  private var validationBatch: Batch?

  init(
    id: String, model: any Trains, source: any TrialSource, schedule: Schedule, streams: TrainingStreams,
    store: any TrainingStore
  ) {
    self.id = id
    self.model = model
    self.source = source
    self.schedule = schedule
    self.streams = streams
    self.store = store
  }

  /// Trains from the model's initial weights, or from what an earlier process saved.
  ///
  /// - Throws: What the plugins throw, with the update at which they did. A loss that is not finite is no error: the
  ///   training stops there, and its note says so.
  mutating func run(_ rule: any Learns, _ ruleInputs: Inputs, _ modelInputs: Inputs) throws -> Trained {
    var rule = rule
    var random = streams.initial
    var state = TrainingState(
      weights: try model.weights(modelInputs, for: source.shape, &random), memory: Weights())
    try rule.begin(ruleInputs, state.weights)
    if let saved = try store.saved() {
      state = saved
      rule.memory = saved.memory
    } else {
      try snapshot(&state)
      try validate(&state)
    }
    while state.update < schedule.updates {
      if let patience = schedule.patience, state.waited >= patience {
        return finished(
          state, rule.notes,
          "stopped after update \(state.update): \(patience) validations without improvement; "
            + "the weights of update \(state.bestUpdate) are kept")
      }
      let update = state.update
      let loss: Double?
      do {
        loss = try self.update(&state, &rule)
      } catch let divergence as Divergence {
        return finished(state, rule.notes, "stopped at update \(update): \(divergence)")
      } catch {
        throw problem(error, at: "step '\(id)', update \(update)")
      }
      if let loss, !loss.isFinite {
        return finished(state, rule.notes, notFinite(loss, state, at: update))
      }
      state.update = update + 1
      let isLast = state.update == schedule.updates
      if isLast || state.update.isMultiple(of: schedule.validateEvery ?? .max) { try validate(&state) }
      if isLast || state.update.isMultiple(of: schedule.checkpointEvery ?? .max) {
        try snapshot(&state)
        state.memory = rule.memory
        if !isLast { try store.save(state) }
      }
      progress(
        Double(state.update) / Double(schedule.updates),
        "update \(state.update) of \(schedule.updates)" + (loss.map { ", loss \(short($0))" } ?? ""))
    }
    return finished(state, rule.notes)
  }

  /// One update; returns its loss, nil for a model without one. Weights stay as they were when it is not finite.
  private mutating func update(_ state: inout TrainingState, _ rule: inout any Learns) throws -> Double? {
    let clock = schedule.clock(state.update)
    if let stored = schedule.stored, clock.epoch != orderedEpoch {
      var random = streams.order(clock.epoch)
      order = (0..<stored).shuffled(using: &random)
      orderedEpoch = clock.epoch
    }
    var making = streams.batch(state.update)
    let batch = try source.batch(schedule.picks(state.update, order: order), .train, &making)
    let trials = Trials(batch: batch, clock: clock, model: model, noise: streams.noise(state.update))
    var random = streams.rule(state.update)
    let estimate = try rule.estimate(at: state.weights, trials, &random)
    let seen = trials.seen
    var values = seen.metrics
    values["loss"] = seen.loss
    add(values, to: &state.history, length: state.update)
    if let loss = seen.loss, !loss.isFinite { return loss }
    for block in seen.running?.blocks ?? [] { state.weights[block.name] = block }
    try rule.apply(estimate, to: &state.weights, clock)
    model.constrain(&state.weights)
    return seen.loss
  }

  /// Adds one value to each series; a name that comes late or is missing has NaN where it gave nothing.
  private func add(_ values: [String: Double], to series: inout [String: [Double]], length: Int) {
    for name in Set(values.keys).union(series.keys) {
      series[name, default: Array(repeating: .nan, count: length)].append(values[name] ?? .nan)
    }
  }

  private mutating func validate(_ state: inout TrainingState) throws {
    guard let count = schedule.validationTrials, state.validatedAt.last != state.update else { return }
    if validationBatch == nil {
      var random = streams.validationBatch
      validationBatch = try source.batch(Array(0..<count), .validate, &random)
      validationBatch?.mode = .evaluate
    }
    guard let batch = validationBatch else { return }
    var noise = streams.validationNoise
    let trial = try model.trial(batch, at: state.weights, Request(.loss), &noise) { _ in }
    guard let loss = trial.loss else {
      throw Problem("the model has no loss to validate", at: "step '\(id)'", fix: "remove 'validate'")
    }
    var values = trial.metrics
    values["loss"] = loss
    add(values, to: &state.validation, length: state.validatedAt.count)
    state.validatedAt.append(state.update)
    if loss < state.bestLoss {
      (state.best, state.bestLoss, state.bestUpdate, state.waited) = (state.weights, loss, state.update, 0)
    } else {
      state.waited += 1
    }
  }

  private func snapshot(_ state: inout TrainingState) throws {
    guard state.snapshots.last != state.update else { return }
    try store.snapshot(state.weights, at: state.update)
    state.snapshots.append(state.update)
  }

  private func finished(_ state: TrainingState, _ notes: [String], _ ending: String? = nil) -> Trained {
    let notes = notes + [ending].compactMap(\.self)
    guard let best = state.best else {
      return Trained(weights: state.weights, update: state.update, state: state, notes: notes)
    }
    return Trained(weights: best, update: state.bestUpdate, state: state, notes: notes)
  }

  private func notFinite(_ loss: Double, _ state: TrainingState, at update: Int) -> String {
    let losses = state.history["loss"] ?? []
    let last = losses.lastIndex { $0.isFinite }.map {
      "the last finite loss was \(short(losses[$0])) at update \($0)"
    }
    return "stopped: the loss is \(loss) at update \(update); \(last ?? "no loss before it was finite")"
  }

  private func short(_ number: Double) -> String { shortest((number * 1e4).rounded() / 1e4) }
}
