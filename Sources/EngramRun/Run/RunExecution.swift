import EngramData
import EngramKit

/// One run of a plan: its steps in order, into one file that appears when all are done.
final class RunExecution {
  let plan: Plan
  let run: RunNumber
  let hashes: [String: String]
  let writer: EngramWriter
  /// Folder for what a killed training needs to go on; and to whom it belongs.
  let resumeFolder: String
  let key: String
  let report: (Double, String) -> Void
  /// What the trainings so far left.
  var trained: [String: Trained] = [:]
  private var sources: [String: any TrialSource] = [:]
  private var finishedSteps = 0

  private init(
    _ provenance: RunProvenance, _ run: RunNumber, _ writer: EngramWriter, resumeFolder: String, key: String,
    report: @escaping (Double, String) -> Void
  ) {
    plan = provenance.plan
    hashes = provenance.hashes
    self.run = run
    self.writer = writer
    self.resumeFolder = resumeFolder
    self.key = key
    self.report = report
  }

  /// Makes run `run` and writes `path`; returns the notes that a user should read.
  static func perform(
    _ provenance: RunProvenance, _ run: RunNumber, to path: String, report: (Double, String) -> Void
  ) throws -> [String] {
    let line = try provenance.line(run)
    let resume = path.hasSuffix(".h5") ? String(path.dropLast(3)) + ".resume" : path + ".resume"
    let notes = try withoutActuallyEscaping(report) { report in
      try EngramWriter.write(path, title: provenance.plan.experiment.title, provenance: [line]) { writer in
        let execution = RunExecution(
          provenance, run, writer, resumeFolder: resume, key: line.description, report: report)
        return try execution.performSteps()
      }
    }
    try removeIfThere(resume)
    return notes
  }

  private func performSteps() throws -> [String] {
    let steps = plan.steps.filter { !$0.step.overRuns }
    var notes: [String] = []
    for planned in steps {
      let sink: StepSink?
      do {
        sink = try perform(planned.at(run.point))
      } catch {
        throw located(error, planned)
      }
      finishedSteps += 1
      guard let sink else { continue }
      try sink.finish()
      notes += sink.notes.map { "\(planned.id): \($0)" }
    }
    return notes
  }

  private func perform(_ planned: PlannedStep) throws -> StepSink? {
    progress(planned, 0, "")
    switch planned.role {
    case .nothing: return nil
    case .simulate: return try simulate(planned)
    case .evaluate(let training): return try evaluate(planned, training)
    case .train: return try train(planned)
    case .analyse: return try analyse(planned)
    }
  }

  func progress(_ planned: PlannedStep, _ fraction: Double, _ doing: String) {
    let count = max(1, plan.steps.count { !$0.step.overRuns })
    report(
      (Double(finishedSteps) + min(1, max(0, fraction))) / Double(count),
      planned.id + (doing.isEmpty ? "" : ": \(doing)"))
  }

  /// The error with the step that it comes from.
  private func located(_ error: any Error, _ planned: PlannedStep) -> any Error {
    let place = "step '\(planned.id)'"
    if let many = error as? Problems { return Problems(many.list.map { $0.at(place) }) }
    var known = problem(error, at: place)
    if let at = known.place, at != place, !at.hasPrefix("step ") {
      known.what = "step '\(planned.id)': \(known.what)"
    }
    return known
  }

  // MARK: What a step needs

  /// The stream of a step: keyed by its name, so that steps added or moved change no other step's numbers.
  func stream(_ id: String) -> RandomStream {
    RandomStream(seed: plan.experiment.seed, run: run.number, step: streamNumber(id))
  }

  /// The step called `id` with this run's values.
  func planned(_ id: String) throws -> PlannedStep {
    guard let planned = plan.step(id) else { throw Problem("there is no step '\(id)'") }
    return planned.at(run.point)
  }

  func instance(_ planned: PlannedStep) throws -> Instance { try planned.entry.make(planned.accepted()) }

  /// The datasets that a step reads: from files, and from what this run has written so far.
  func source(_ planned: PlannedStep) throws -> LayoutSource {
    let own = try EngramFile(writer.h5)
    var places: [String: Binding.Place] = [:]
    for (name, source) in planned.reads {
      switch source {
      case .step(let id, let dataset): places[name] = .step(own, id, name: dataset)
      case .file(let path, let object):
        let file = try EngramFile(reading: resolvedPath(path, in: plan.experiment.folder))
        places[name] = object.map { .object(file, $0) } ?? .anywhere(file)
      case .sweep, .joined: throw Problem("swept values and lists are there over all runs only")
      }
    }
    return try LayoutSource(planned.description.reads, places)
  }

  /// Starts the step's results.
  func sink(
    _ planned: PlannedStep, _ source: LayoutSource?, parameters: [String: Value]? = nil,
    sampling: Sampling? = nil, timeUnit: Unit = .millisecond
  ) throws -> StepSink {
    let passed = planned.description.reads.first { $0.unit == "any" && source?.contains($0.name) == true }
    let sink = try writer.step(
      StepRecord(
        id: planned.id, plugin: planned.description.name, version: planned.description.version,
        form: planned.description.form, pluginHash: try planned.entry.seal(),
        parameters: try parameters ?? planned.allParameters(), seed: plan.experiment.seed,
        inputs: planned.inputs(hashes), figures: planned.description.figures,
        writes: planned.description.writes,
        passedUnit: try passed.flatMap { try source?.unit($0.name) } ?? "1",
        sampling: sampling, timeUnit: timeUnit.symbol))
    sink.onProgress = { [unowned self] in progress(planned, $0, $1) }
    return sink
  }

  /// The trials of a task step, made once in a run.
  func trials(_ id: String) throws -> any TrialSource {
    if let made = sources[id] { return made }
    let task = try planned(id)
    guard let poses = try instance(task).poses else { throw Problem("step '\(id)' poses no task") }
    var random = streams(model: id, task: id, rule: id).posing
    let made = try poses.trials(Inputs(try source(task)), &random)
    sources[id] = made
    return made
  }

  func streams(model: String, task: String, rule: String) -> TrainingStreams {
    TrainingStreams(model: stream(model), task: stream(task), rule: stream(rule))
  }
}

/// A number for a step's stream, from its name: FNV-1a.
func streamNumber(_ id: String) -> Int {
  var hash: UInt32 = 2_166_136_261
  for byte in id.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
  return Int(hash)
}
