import EngramData
import EngramKit

/// `index.h5`: one row for each run that is done with its swept values and scalar results, the names of those that
/// failed, and, where none did, the steps over all runs.
struct RunIndex {
  private let results: RunResults
  private let registry: Registry
  private let runs: [RunNumber]
  private let failed: [RunNumber]
  private var experiment: Experiment { results.experiment }
  private var plan: Plan { results.plan }

  /// - Parameter failed: Names of the runs that failed.
  init(_ results: RunResults, _ registry: Registry, failed: Set<String>) {
    self.results = results
    self.registry = registry
    runs = results.experiment.runs.filter { !failed.contains($0.name) }
    self.failed = results.experiment.runs.filter { failed.contains($0.name) }
  }

  /// Writes the index, unless the one that is there was made from these runs.
  func write(fresh: Bool) throws {
    let line = try results.provenance.indexLine(runs, failed: failed)
    if try !fresh && results.isMade(results.indexPath, from: line) { return }
    try EngramWriter.write(results.indexPath, title: experiment.title, provenance: [line]) { writer in
      try writeTable(writer)
      guard failed.isEmpty else { return }
      for planned in plan.steps where planned.step.overRuns { try analyse(planned, writer) }
    }
  }

  private func writeTable(_ writer: EngramWriter) throws {
    let sink = try writer.step(
      StepRecord(id: Self.table, plugin: "engram", seed: experiment.seed, writes: []))
    func put(_ dataset: Dataset, _ value: Stored) throws {
      sink.declare(dataset)
      try sink.put(dataset.name, value)
    }
    try put(
      Dataset("run", .array, ["run"], unit: .one, "Number of the run; its file has this name."),
      .numbers(Tensor(runs.map { Double($0.number) }, shape: [runs.count])))
    if !failed.isEmpty {
      // Reasons may name places of this machine; they stand in run.log.
      try put(
        Dataset("failed", .labels, ["failure"], unit: .one, "Runs that failed; run.log says why."),
        .labels(failed.map(\.name)))
    }
    for key in sweptKeys {
      let swept = try SweptSeries(key, plan, runs)
      let isText = if case .labels = swept.values { true } else { false }
      try put(
        Dataset("sweep/\(key)", isText ? .labels : .array, ["run"], unit: swept.unit, "The swept value."),
        swept.values)
    }
    for (step, object) in try scalars() {
      let values = try runs.map { run in
        try RunResults.number(step, object.name, [], in: try EngramFile(reading: results.path(run)))
      }
      try put(
        Dataset(
          "\(step)/\(object.name)", .array, ["run"], unit: object.unit.flatMap { Unit($0) } ?? .one,
          "\(object.name) of step \(step) in each run."), .numbers(Tensor(values, shape: [values.count])))
    }
    try sink.finish()
  }

  private static let table = "runs"
  /// Ids that steps may not have.
  static let reserved = [table, "run", "failed"]

  private var sweptKeys: [String] {
    var seen: Set<String> = []
    return experiment.sweep.joined().map(\.key).filter { seen.insert($0).inserted }
  }

  /// The datasets that are one number in every run, as the first run's file has them.
  private func scalars() throws -> [(step: String, object: StoredObject)] {
    guard let first = runs.first else { return [] }
    let file = try EngramFile(reading: results.path(first))
    return try plan.steps.filter { !$0.step.overRuns }.flatMap { planned in
      guard try file.h5.root.exists("/engram/results/\(planned.id)") else {
        return [(String, StoredObject)]()
      }
      return try file.objects(of: planned.id).filter { $0.kind == .array && $0.shape.isEmpty }
        .map { (planned.id, $0) }
    }
  }

  private func analyse(_ planned: PlannedStep, _ writer: EngramWriter) throws {
    guard let analysis = try planned.entry.make(planned.accepted()).measures else { return }
    let source = try RunsSource(planned, results, writer)
    let sink = try writer.step(
      StepRecord(
        id: planned.id, plugin: planned.description.name, version: planned.description.version,
        form: planned.description.form, pluginHash: try planned.entry.seal(),
        parameters: try planned.allParameters(), seed: experiment.seed,
        inputs: planned.inputs(results.provenance.hashes), figures: planned.description.figures,
        writes: planned.description.writes))
    var outputs = Outputs(sink)
    var random = RandomStream(seed: experiment.seed, step: streamNumber(planned.id))
    defer { RunLog.addPlugins(besides: results.indexPath) }
    do {
      try analysis.analyse(Inputs(source), nil, into: &outputs, &random)
    } catch {
      throw problem(error, at: "step '\(planned.id)'")
    }
    try sink.finish()
  }
}

/// The values of one swept key in each run.
struct SweptSeries {
  let values: Stored
  let unit: Unit

  /// Numbers in the parameter's unit; words as labels.
  init(_ key: String, _ plan: Plan, _ runs: [RunNumber]) throws {
    let words = key.split(separator: ".", maxSplits: 1).map(String.init)
    guard words.count == 2, let planned = plan.step(words[0]) else { throw Problem("'\(key)' is not swept") }
    let known = planned.description.parameters.first { $0.name == words[1] }
    let parameter = try known ?? planned.clock(words[1])
    unit = Unit(parameter.unit) ?? .one
    let accepted = try runs.map { run -> Value in
      guard let swept = run.point.first(where: { $0.key == key }) else { return parameter.standard }
      return try parameter.accept(swept.value.value)
    }
    let numbers = accepted.compactMap { value -> Double? in
      switch value {
      case .real(let number): number
      case .integer(let number): Double(number)
      case .flag(let flag): flag ? 1 : 0
      case .text, .reals: nil
      }
    }
    values =
      numbers.count == accepted.count
      ? .numbers(Tensor(numbers, shape: [numbers.count])) : .labels(accepted.map(\.description))
  }
}

extension PlannedStep {
  /// A swept word that is no parameter, described as one.
  fileprivate func clock(_ name: String) throws -> ParameterDescription {
    let isTime = ["duration", "dt", "record_every"].contains(name)
    let time = try isTime ? entry.make([:]).simulates?.timeUnit ?? .millisecond : .one
    return ParameterDescription(
      name: name, kind: isTime ? .real : .integer, unit: time.symbol, lower: 0, upper: 1e15,
      standard: isTime ? .real(0) : .integer(0), summary: "")
  }
}
