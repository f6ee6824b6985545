import EngramKit
import EngramRun

extension Command {
  static let check = Command(
    name: "check",
    summary: "Prove an experiment before it runs, or look for faults in data files.",
    arguments: [
      Argument(
        name: "FILE", summary: "An experiment (YAML or JSON) or a data file.", count: .many, completes: .files
      )
    ],
    options: [
      .input,
      Option(name: "strict", summary: "Let warnings fail too (exit status 1)."),
      .json,
    ],
    examples: [
      Example(
        "engram check experiments/ei-motifs/spectrum.yaml", "Every mistake at once, with line and column."),
      Example("engram check --strict recordings/*.h5", "Findings of many files, for a script."),
    ],
    run: checkFiles)
}

private func checkFiles(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let inputs = try invocation.inputs()
  let strict = invocation.has("strict")
  let tally = try eachFile(invocation.words, invocation.has("json"), console) { path in
    let result = checkExperiment(path, inputs: inputs, registry: try registry())
    let wrong = result.problems.contains { strict || $0.severity == .error }
    if invocation.has("json") {
      let facts: JSON = [
        "file": .text(path), "kind": "experiment", "runs": .integer(result.runs),
        "steps": .integer(result.steps),
        "passed": .flag(!wrong), "findings": .list(result.problems.map(\.json)),
      ]
      return (!wrong, facts)
    }
    for problem in result.problems { try console.print(console.text(of: problem)) }
    let counts = "\(counted(result.steps, "step")), \(counted(result.runs, "run"))"
    try console.print(
      result.problems.isEmpty ? "\(path): \(counts), no problem." : "\(path): \(summary(of: result.problems))"
    )
    return (!wrong, .null)
  }
  // A finding in one of many files is what this verb is asked for, not a batch that was done in part.
  return tally.unsound > 0 ? .failed : tally.status
}

/// `2 errors, 1 warning.`
func summary(of problems: [Problem]) -> String {
  let errors = problems.count { $0.severity == .error }
  let parts = [(errors, "error"), (problems.count - errors, "warning")].filter { $0.0 > 0 }
  return parts.map { counted($0.0, $0.1) }.joined(separator: ", ") + "."
}

extension Problem {
  /// The finding for a program.
  var json: JSON {
    ["severity": .text(severity.rawValue), "what": .text(what), "place": JSON(place), "fix": JSON(fix)]
  }
}

extension Command.Option {
  /// Where a verb takes an experiment.
  static let input = Self(
    name: "input", value: "NAME=FILE#DATASET",
    summary: "Read this file instead of an experiment's named input.",
    repeats: true, completes: .files)
}

extension Invocation {
  /// The files that replace an experiment's named inputs.
  func inputs() throws(Misuse) -> [String: String] { try unique("input", "NAME=FILE#DATASET") }
}
