import EngramFormats
import EngramKit
import EngramRun

extension Command {
  static let check = Command(
    name: "check",
    summary: "Prove an experiment before it runs, or look for faults in data files.",
    arguments: [
      Argument(
        name: "FILE", summary: "An experiment (YAML or JSON), a data file, or a folder of data files.",
        count: .many, completes: .files
      )
    ],
    options: [
      .input,
      Option(name: "strict", summary: "Let warnings fail too (exit status 1)."),
      Option(
        name: "memory", value: "SIZE",
        summary: "Memory that one data file may take, such as 500M (default 2G)."),
      .plugins, .json,
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
  let memory = try invocation.bytes("memory") ?? 2_000_000_000
  let files = try invocation.words.flatMap {
    isFolder($0) ? try dataFiles(in: $0).filter(isHDF5OrCircuit) : [$0]
  }
  let tally = try eachFile(files, invocation.has("json"), console) { path in
    if try isData(path) { return try checkData(path, strict, memory, invocation.has("json"), console) }
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

/// What of a folder is checked: HDF5 files and circuits' configurations, and what claims by its name to be HDF5.
private func isHDF5OrCircuit(_ path: String) throws -> Bool {
  if ["h5", "hdf5", "nwb", "nix", "h5ad", "mat"].contains(where: { path.hasSuffix(".\($0)") }) {
    return true
  }
  do {
    let format = try detectHead(path)
    return format == .hdf5 || (format == .json && isConfiguration(path))
  } catch is Problem { return false }
}

/// Whether the file holds data or describes a circuit, and is no experiment.
private func isData(_ path: String) throws -> Bool {
  // What is missing or unreadable is for the experiment's reader to say, unless it begins like HDF5.
  guard isFile(path) else { return false }
  do {
    switch try detectFormat(path).format {
    case .text: return false
    case .json: return isConfiguration(path)
    default: return true
    }
  } catch is Problem { return true }
}

private func checkData(
  _ path: String, _ strict: Bool, _ memory: Int, _ json: Bool, _ console: Console
) throws -> (Bool, JSON) {
  let findings = try checkDataFile(path, worker: workerCommand(), memory: memory)
  let wrong = findings.contains { strict || $0.severity == .error }
  if json {
    return (
      !wrong,
      ["file": .text(path), "kind": "data", "passed": .flag(!wrong), "findings": .list(findings.map(\.json))]
    )
  }
  let problems = findings.map(\.problem)
  for problem in problems { try console.print(console.text(of: problem)) }
  try console.print(problems.isEmpty ? "\(path): no finding." : "\(path): \(summary(of: problems))")
  return (!wrong, .null)
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
