import EngramData
import EngramHost
import EngramKit
import Foundation
import Synchronization

/// What the worker that makes one run is told.
struct RunRequest: Codable, Sendable {
  var experiment: String
  var inputs: [String: String]
  var run: Int
  var output: String
}

/// The task `run`: one run of an experiment, in a worker process.
public func runTask(registry: Registry) -> WorkerTask {
  // The plan and the inputs' hashes serve all runs that this process makes.
  let plans = PlanCache()
  return WorkerTask("run") { data, _, report in
    let request = try JSONDecoder().decode(RunRequest.self, from: data)
    let provenance = try plans.provenance(request, registry)
    let runs = provenance.plan.experiment.runs
    guard runs.indices.contains(request.run) else {
      throw Problem("the experiment has no run \(request.run)")
    }
    defer { RunLog.addPlugins(besides: request.output) }
    let notes = try RunExecution.perform(provenance, runs[request.run], to: request.output, report: report)
    return try JSONEncoder().encode(notes)
  }
}

private final class PlanCache: Sendable {
  private let known = Mutex<(request: String, provenance: RunProvenance)?>(nil)

  func provenance(_ request: RunRequest, _ registry: Registry) throws -> RunProvenance {
    let key = "\(request.experiment) \(request.inputs.sorted { $0.key < $1.key })"
    if let known = known.withLock({ $0 }), known.request == key { return known.provenance }
    let made = try RunProvenance(
      try planExperiment(request.experiment, inputs: request.inputs, registry: registry))
    known.withLock { $0 = (key, made) }
    return made
  }
}

/// Checks an experiment, makes its runs, the steps over all of them, and tests what it expects.
///
/// Runs that are done and whose recorded parameters, inputs, seed and versions are those of now are kept: the same
/// command goes on where it was stopped. Results do not depend on the number of jobs or on interruptions.
///
/// - Parameters:
///   - path: The experiment file.
///   - inputs: Files that replace named inputs: name to `FILE#object`.
///   - registry: The plugins there are; a worker process must know the same ones.
///   - progress: How far the runs are.
/// - Returns: What was done; runs that failed are in it and cost no others.
/// - Throws: `Problems` with everything that is wrong, before anything runs; `Problem` when the folder cannot be written.
public func runExperiment(
  _ path: String, inputs: [String: String] = [:], registry: Registry, options: RunOptions = RunOptions(),
  progress: (Progress) -> Void = { _ in }
) throws -> RunOutcome {
  let provenance = try RunProvenance(try planExperiment(path, inputs: inputs, registry: registry))
  let experiment = provenance.plan.experiment
  let folder = options.output ?? "results/\(experiment.name)"
  try makeFolder(folder)
  try sweepPartialFiles(in: folder)
  var outcome = RunOutcome(folder: folder)
  let log = RunLog(folder)
  let results = RunResults(provenance, folder)
  var jobs: [Job] = []
  for run in experiment.runs {
    if try !options.fresh && results.isDone(run) {
      outcome.skipped += 1
      continue
    }
    let request = RunRequest(
      experiment: path, inputs: inputs, run: run.number, output: results.path(run))
    jobs.append(Job(name: run.name, task: "run", request: try JSONEncoder().encode(request)))
  }
  try log.add("engram \(Engram.version): \(path), \(jobs.count) runs to make, \(outcome.skipped) done before")
  outcome.notes = provenance.plan.unconfined
  for note in outcome.notes { try log.add(note) }
  var state = Progress(total: experiment.runCount)
  state.skipped = outcome.skipped
  let finished = try perform(
    jobs, tasks: [runTask(registry: registry)], worker: options.worker, count: options.jobs, start: state,
    progress: progress
  ) { job, result in
    switch result {
    case .success(let done):
      outcome.done += 1
      outcome.notes += try JSONDecoder().decode([String].self, from: done.answer).map { "\(job.name): \($0)" }
      try log.add("\(job.name) done in \(String(format: "%.2f", done.seconds)) s")
    case .failure(let failure):
      outcome.failures.append(failure)
      try log.add("\(job.name) failed: \(failure.problem)")
    }
  }
  outcome.cancelled = !finished
  if finished, outcome.done + outcome.skipped > 0 {
    let failed = Set(outcome.failures.map(\.name))
    try RunIndex(results, registry, failed: failed).write(fresh: options.fresh)
    if failed.isEmpty { outcome.verdicts = try results.verdicts() }
  }
  try sweepPartialFiles(in: folder)
  try log.add(outcome.cancelled ? "stopped" : "ended")
  return outcome
}

extension Plan {
  /// What is to be known of executables that this kernel cannot confine, each said once.
  fileprivate var unconfined: [String] {
    var seen: Set<String> = []
    return steps.map(\.description).filter { seen.insert($0.name).inserted }
      .compactMap { Confinement.warning(of: $0)?.what }
  }
}
