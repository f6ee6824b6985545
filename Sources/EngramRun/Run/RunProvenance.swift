import EngramData
import EngramKit

/// Everything that a run's numbers follow from, as the line that stands in its file: the same line, the same bytes.
struct RunProvenance: Sendable {
  let plan: Plan
  /// SHA-256 of each input file, by the path in the plan.
  let hashes: [String: String]

  /// Hashes every input file of the plan.
  init(_ plan: Plan) throws {
    self.plan = plan
    var hashes: [String: String] = [:]
    for planned in plan.steps {
      let sources = planned.reads.values.flatMap(\.parts)
      for case .file(let path, _) in sources where hashes[path] == nil {
        hashes[path] = try sha256(ofFile: resolvedPath(path, in: plan.experiment.folder))
      }
    }
    self.hashes = hashes
  }

  /// The line of run `run`.
  func line(_ run: RunNumber) throws -> JSON {
    let steps = plan.steps.filter { !$0.step.overRuns }
    return [
      "verb": "run", "engram": .text(Engram.version), "experiment": .text(plan.experiment.name),
      "seed": .text(String(plan.experiment.seed)), "run": .integer(run.number),
      "point": .object(
        Dictionary(run.point.map { ($0.key, JSON($0.value.value)) }) { first, _ in first }),
      "steps": .list(try steps.map { try json($0.at(run.point)) }),
    ]
  }

  /// The line of the index: the runs' lines by their hash, and the steps over all of them.
  func indexLine(_ runs: [RunNumber], failed: [RunNumber]) throws -> JSON {
    let lines = try runs.map { try line($0).description }.joined(separator: "\n")
    var fields: [String: JSON] = [
      "verb": "index", "engram": .text(Engram.version), "experiment": .text(plan.experiment.name),
      "runs": .text(try sha256(Array(lines.utf8))),
      "steps": .list(try plan.steps.filter(\.step.overRuns).map(json)),
      "expect": .list(plan.experiment.expect.map { JSON("\($0.title) \($0.sentence)") }),
    ]
    if !failed.isEmpty { fields["failed"] = JSON(failed.map(\.name)) }
    return .object(fields)
  }

  private func json(_ planned: PlannedStep) throws -> JSON {
    let step = planned.step
    var fields: [String: JSON] = [
      "id": .text(planned.id), "plugin": .text(planned.description.name),
      "version": .text(planned.description.version),
      "parameters": .object(try planned.allParameters().mapValues { JSON($0) }),
      "inputs": .list(planned.inputs(hashes).map(\.json)),
    ]
    let words: [(String, String?)] = [
      ("duration", step.duration?.value.description), ("dt", step.dt?.value.description),
      ("record_every", step.recordEvery?.value.description), ("weights", step.weights?.value),
      ("trials", step.trials.map { "\($0.count?.value ?? -1) \($0.split) \($0.task?.value ?? "")" }),
      ("on", step.on?.value), ("task", step.task?.value), ("batch", step.batch?.value.description),
      ("updates", step.updates?.value.description), ("epochs", step.epochs?.value.description),
      (
        "validate",
        step.validate.map { "\($0.every.value) \($0.patience?.value ?? -1) \($0.trials?.value ?? -1)" }
      ),
      ("sha256", try planned.entry.seal()), ("checkpoint", step.checkpoint.map { "\($0.value)" }),
      ("at", step.at?.value.rawValue),
      ("rules", step.rules.isEmpty ? nil : step.rules.map(\.value).joined(separator: " ")),
    ]
    for (name, text) in words { if let text { fields[name] = .text(text) } }
    return .object(fields)
  }
}

/// One run: its number and its sweep point.
struct RunNumber: Sendable {
  let number: Int
  let point: [Experiment.SweptValue]

  /// `run 3 (network.chain = 0.02)`.
  var name: String {
    let values = point.map { "\($0.key) = \($0.value.value)" }.joined(separator: ", ")
    return "run \(number)" + (values.isEmpty ? "" : " (\(values))")
  }

  /// `0003`.
  var fileStem: String { String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)" }
}

extension Experiment {
  /// The runs: all sweep points, then all of them again for each repeat, so that more repeats only add runs.
  var runs: [RunNumber] {
    (0..<runCount).map { RunNumber(number: $0, point: sweep[$0 % sweep.count]) }
  }
}

extension PlannedStep {
  /// What the step sets, as the plugin takes it.
  func accepted() throws -> [String: Value] {
    var values: [String: Value] = [:]
    for setting in step.set {
      guard let parameter = description.parameters.first(where: { $0.name == setting.name }) else { continue }
      do { values[setting.name] = try parameter.accept(setting.value.value) } catch {
        throw problem(error, at: "\(setting.value.mark)")
      }
    }
    return values
  }

  /// Every parameter, defaults included.
  func allParameters() throws -> [String: Value] {
    let standard = description.parameters.map { ($0.name, $0.standard) }
    return Dictionary(standard) { first, _ in first }.merging(try accepted()) { _, set in set }
  }

  /// Where each input comes from, for the record: paths as the experiment states them, a foreign one by its bare name.
  func inputs(_ hashes: [String: String]) -> [StepRecord.Input] {
    reads.sorted { $0.key < $1.key }.flatMap { name, source in
      source.parts.flatMap { input(name, $0, hashes) }
    }
  }

  private func input(_ name: String, _ source: Source, _ hashes: [String: String]) -> [StepRecord.Input] {
    switch source {
    case .step(let id, let dataset):
      [StepRecord.Input(dataset: name, file: nil, object: "\(id)/\(dataset)", sha256: nil)]
    case .file(let path, let object):
      [
        StepRecord.Input(
          dataset: name, file: recordedPath(path), object: object ?? "", sha256: hashes[path])
      ]
    case .sweep(let key): [StepRecord.Input(dataset: name, file: nil, object: "sweep:\(key)", sha256: nil)]
    case .joined(let sources): sources.flatMap { input(name, $0, hashes) }
    }
  }
}

/// A path that a moved folder keeps; nothing of the machine's own tree.
private func recordedPath(_ path: String) -> String {
  let climbs = path.split(separator: "/").prefix { $0 == ".." }.count
  guard path.hasPrefix("/") || climbs > 2 else { return path }
  return path.split(separator: "/").last.map(String.init) ?? path
}
