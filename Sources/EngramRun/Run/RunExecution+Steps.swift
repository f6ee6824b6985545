import EngramData
import EngramKit

extension RunExecution {
  /// Moves a model in time, or runs a generator once.
  func simulate(_ planned: PlannedStep) throws -> StepSink {
    guard let model = try instance(planned).simulates else {
      throw Problem("\(planned.description.name) does not move in time")
    }
    let times = try SimulationTimes(planned.step, unit: model.timeUnit)
    let source = try source(planned)
    let records = planned.step.recordEvery != nil
    let interval = Double(times.stepsPerRecord) * times.dt
    let sampling =
      times.steps == 0 ? nil : Sampling(start: records ? 0 : interval, step: interval)
    let sink = try sink(planned, source, sampling: sampling, timeUnit: model.timeUnit)
    try simulate(model, planned, times, Inputs(source), Outputs(sink), fromStart: records)
    source.notes.forEach(sink.note)
    return sink
  }

  private func simulate<Model: Simulates>(
    _ model: Model, _ planned: PlannedStep, _ times: SimulationTimes, _ inputs: Inputs, _ sink: Outputs,
    fromStart: Bool
  ) throws {
    var random = stream(planned.id)
    var outputs = sink
    var state = try model.start(inputs, &random)
    if times.steps == 0 || fromStart { try model.record(&state, into: &outputs) }
    // Without records in between, a hundred pieces show progress; a model's steps do not depend on how they are grouped.
    let piece = min(times.stepsPerRecord, max(1, times.steps / 100))
    var done = 0
    while done < times.steps {
      let untilRecord = times.stepsPerRecord - done % times.stepsPerRecord
      let count = min(piece, untilRecord)
      try model.advance(&state, from: done, count: count, dt: times.dt, &random)
      done += count
      if count == untilRecord { try model.record(&state, into: &outputs) }
      progress(
        planned, Double(done) / Double(times.steps),
        "\(shortest(Double(done) * times.dt)) of \(shortest(Double(times.steps) * times.dt)) \(model.timeUnit)"
      )
    }
  }

  /// Trains a model by a rule.
  func train(_ planned: PlannedStep) throws -> StepSink {
    guard let on = planned.step.on?.value, let task = planned.step.task?.value,
      let rule = try instance(planned).learns
    else { throw Problem("\(planned.description.name) trains nothing") }
    let modelStep = try self.planned(on)
    guard let model = try instance(modelStep).trains else {
      throw Problem("step '\(on)' has no weights to train")
    }
    let trials = try trials(task)
    let schedule = try Schedule(planned.step, trials)
    let source = try source(planned)
    let sink = try sink(planned, source)
    let store = RunTrainingStore(
      sink, folder: "\(resumeFolder)/\(planned.id)", key: key, keeps: schedule.checkpointEvery != nil)
    var loop = TrainingLoop(
      id: planned.id, model: model, source: trials, schedule: schedule,
      streams: streams(model: on, task: task, rule: planned.id), store: store)
    loop.progress = { [unowned self] in progress(planned, $0, $1) }
    let result = try loop.run(rule, Inputs(source), Inputs(try self.source(modelStep)))
    try result.write(to: sink)
    source.notes.forEach(sink.note)
    trained[planned.id] = result
    return sink
  }

  /// Lets a trained model do its task on trials that it did not learn from.
  func evaluate(_ planned: PlannedStep, _ training: String) throws -> StepSink {
    let trainingStep = try self.planned(training)
    guard let weights = trained[training]?.weights, let on = trainingStep.step.on?.value,
      let task = planned.step.trials?.task?.value ?? trainingStep.step.task?.value
    else { throw Problem("step '\(training)' has trained no weights") }
    // What the evaluation does not set is as it was in the training.
    let values = try self.planned(on).accepted().merging(try planned.accepted()) { _, own in own }
    guard let model = try planned.entry.make(values).trains else { throw Problem("'\(on)' has no weights") }
    let standard = Dictionary(planned.description.parameters.map { ($0.name, $0.standard) }) { first, _ in
      first
    }
    let trials = try trials(task)
    let choice = planned.step.trials ?? Step.TrialChoice()
    let stored = trials.count(choice.split)
    guard let count = choice.count?.value ?? stored else {
      throw Problem(
        "step '\(planned.id)' does not say on how many trials it evaluates; its task makes them on demand",
        at: "\(planned.step.mark)", fix: "add `trials: 256`")
    }
    guard stored.map({ count <= $0 }) ?? true, count > 0 else {
      throw Problem(
        "step '\(planned.id)' asks for \(count) \(choice.split.rawValue) trials; its task has \(stored ?? 0)",
        at: "\(planned.step.mark)",
        fix: "lower the count, choose another split, or give the split a larger share")
    }
    let streams = streams(model: planned.id, task: task, rule: planned.id)
    var making = streams.evaluationBatch
    var batch = try trials.batch(Array(0..<count), choice.split, &making)
    batch.mode = .evaluate
    let sink = try sink(planned, nil, parameters: standard.merging(values) { _, set in set })
    var outputs = Outputs(sink)
    var random = stream(planned.id)
    try model.evaluate(batch, at: weights, into: &outputs, &random)
    return sink
  }

  /// Runs an analysis, with a probe of the model that it names.
  func analyse(_ planned: PlannedStep) throws -> StepSink {
    guard let analysis = try instance(planned).measures else {
      throw Problem("\(planned.description.name) is no analysis")
    }
    let source = try source(planned)
    let probe = try probe(planned)
    let sink = try sink(planned, source)
    var outputs = Outputs(sink)
    var random = stream(planned.id)
    try analysis.analyse(Inputs(source), probe, into: &outputs, &random)
    source.notes.forEach(sink.note)
    return sink
  }
}
