import EngramHost
import EngramKit
import EngramRun

extension Command {
  static let run = Command(
    name: "run",
    summary: "Run an experiment: every sweep point and repeat, one file each.",
    details: """
      The experiment is checked first. Runs that are done already are kept, so the same command goes on where
      it was stopped. Exit status 1 also when a number falls outside what the experiment expects.
      """,
    arguments: [
      Argument(name: "EXPERIMENT", summary: "An experiment file (YAML or JSON).", completes: .files)
    ],
    options: [
      .input,
      Option(
        name: "out", value: "DIR", summary: "Folder of the results (default results/NAME).",
        completes: .folders),
      .jobs, .plugins,
      Option(name: "fresh", summary: "Make all runs again, the done ones too."),
      .json,
    ],
    examples: [
      Example("engram run experiments/ei-motifs/spectrum.yaml", "Results in results/spectrum."),
      Example(
        "engram run analysis.yaml --input recording=mine.h5#spikes --jobs 2",
        "A shipped experiment, your file."),
    ],
    run: runOne)
}

private func runOne(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let work = ExperimentWork(
    file: invocation.words[0], output: invocation.value("out"), inputs: try invocation.inputs(),
    jobs: try invocation.count("jobs"), fresh: invocation.has("fresh"))
  guard let outcome = try work.run(console) else { return .failed }
  if invocation.has("json") {
    try console.print(outcome.json.indented)
  } else {
    for line in verdictLines(outcome.verdicts, console) { try console.print(line) }
    try console.print("Written: \(outcome.folder)")
  }
  return outcome.status
}

/// One experiment to be checked and run.
struct ExperimentWork {
  var file: String
  var output: String?
  var inputs: [String: String] = [:]
  var jobs: Int?
  var fresh = false

  /// Checks and runs it with progress, and says what failed; nil when the check found errors, which it prints.
  func run(_ console: Console) throws -> RunOutcome? {
    let plugins = try registry()
    let check = checkExperiment(file, inputs: inputs, registry: plugins)
    for problem in check.problems { try console.say(problem) }
    guard check.passed else {
      try console.say("\(summary(of: check.problems)) Nothing was run.")
      return nil
    }
    let line = ProgressLine(console)
    Cancellation.listen()
    let options = RunOptions(
      output: output, jobs: jobs ?? processorCount(), worker: workerCommand(),
      fresh: fresh)
    let outcome = try runExperiment(
      file, inputs: inputs, registry: plugins, options: options, progress: line.show)
    line.end()
    for note in outcome.notes { try console.say("note: \(note)") }
    try console.say(outcome.failures)
    let made = outcome.done + outcome.skipped
    let earlier = outcome.skipped > 0 ? " (\(outcome.skipped) of them earlier)" : ""
    let failed = outcome.failures.isEmpty ? "" : " \(outcome.failures.count) failed."
    try console.say(
      "\(file): \(made) of \(counted(check.runs, "run"))\(earlier) in \(line.elapsed).\(failed)")
    if outcome.cancelled { try console.say("Stopped. The same command goes on where it was.") }
    return outcome
  }
}

extension RunOutcome {
  /// 1 when all runs failed or a number is outside its band; 3 when some runs are missing.
  var status: ExitStatus {
    if !failures.isEmpty || cancelled { return done + skipped == 0 && !cancelled ? .failed : .partly }
    return verdicts.allSatisfy(\.holds) ? .done : .failed
  }

  var json: JSON {
    [
      "folder": .text(folder), "done": .integer(done), "done_earlier": .integer(skipped),
      "stopped": .flag(cancelled), "failures": .list(failures.map(\.json)), "notes": JSON(notes),
      "expectations": .list(verdicts.map(\.json)),
    ]
  }
}

extension Verdict {
  var json: JSON {
    [
      "title": .text(title), "quantity": .text(quantity), "measured": .real(measured), "bound": .text(bound),
      "published": JSON(published), "source": JSON(source), "holds": .flag(holds),
    ]
  }
}

/// What was expected, beside what was measured and published.
func verdictLines(_ verdicts: [Verdict], _ console: Console) -> [String] {
  guard !verdicts.isEmpty else { return [] }
  var table = TextTable()
  table.add(["", "quantity", "measured", "expected", "published"])
  for verdict in verdicts {
    let published = [verdict.published, verdict.source.map { "(\($0))" }].compactMap { $0 }.joined(
      separator: " ")
    table.add([
      verdict.holds ? "holds" : "FAILS", verdict.quantity, significant(verdict.measured), verdict.bound,
      published,
    ])
  }
  return table.lines().enumerated().map { position, line in
    position == 0
      ? console.paint(line, .dim) : verdicts[position - 1].holds ? line : console.paint(line, .red)
  }
}
