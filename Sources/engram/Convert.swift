import EngramFormats
import EngramHost
import EngramKit
import EngramRun

extension Command {
  static let convert = Command(
    name: "convert",
    summary: "Convert files of other tools, one or a whole night's batch.",
    details: """
      IN is a file, a folder with all in it, a quoted glob, or @LIST with one of these a line. What a file is
      is told from its content. What it does not say (units, orientation, ids, rates) is taken from an option,
      or the conversion fails and names the option; what was assumed and what is lost is listed.
      Files that are done already are skipped, so the same command goes on where it was stopped.
      """,
    arguments: [
      Argument(
        name: "IN", summary: "Files, folders, quoted globs, @LIST.", count: .many, completes: .files)
    ],
    options: conversionOptions + [
      Option(name: "strict", summary: "Fail where something would be lost."),
      Option(name: "dry-run", summary: "Say what would be done; write nothing."),
      Option(name: "overwrite", summary: "Replace files that no earlier call wrote."),
      .jobs,
      Option(
        name: "memory", value: "SIZE",
        summary: "Memory that all jobs share, such as 2G (default: half of the machine's)."),
      .json,
    ],
    examples: [
      Example(
        "engram convert circuit/circuit_config.json --to engram --out data",
        "A SONATA circuit with all its files into one file."),
      Example(
        "engram convert 'recordings/*.h5' --to sonata --out circuits --jobs 2",
        "A batch; broken files cost themselves alone (exit status 3)."),
      Example("engram convert data --to engram --dry-run", "What a folder holds, and what would be assumed."),
    ],
    run: convertAll)
}

private func convertAll(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let options = try invocation.conversion()
  let inputs = try convertInputs(invocation.words, from: options.from, options: options.conversion)
  guard !inputs.isEmpty else {
    throw Problem("there is no file in what was named", fix: "name files, folders or a pattern")
  }
  let line = ProgressLine(console)
  Cancellation.listen()
  if invocation.has("dry-run") {
    let (outcomes, failures) = try planConversions(inputs, options, progress: line.show)
    line.end()
    try show(outcomes, failures, inputs.count, invocation, console, verb: "would become")
    return failures.isEmpty ? .done : outcomes.isEmpty ? .failed : .partly
  }
  let done = try convertFiles(inputs, options, progress: line.show)
  line.end()
  try show(done.outcomes, done.batch.failures, inputs.count, invocation, console, verb: "became")
  try console.say(done.words(of: inputs.count, in: line.elapsed))
  if done.batch.cancelled { try console.say("Stopped. The same command goes on where it was.") }
  return ExitStatus(rawValue: done.batch.exitStatus) ?? .failed
}

/// What became of each file: one file in detail, several in a line each; then what failed, as a table.
private func show(
  _ outcomes: [(input: String, output: String, outcome: ConversionOutcome)], _ failures: [Failure],
  _ count: Int, _ invocation: Invocation, _ console: Console, verb: String
) throws {
  if invocation.has("json") {
    let facts: [JSON] = outcomes.map(json) + failures.map(\.json)
    try console.print((count == 1 ? facts.first ?? .null : .list(facts)).indented)
    return try console.say(failures)
  }
  for (input, output, outcome) in outcomes {
    try console.print("\(input) (\(outcome.format.title): \(outcome.because)) \(verb) \(output)")
    if count == 1 { for object in outcome.kept { try console.print("  kept     \(object)") } }
    for sentence in outcome.assumptions { try console.print("  assumed  \(sentence)") }
    for sentence in outcome.dropped { try console.print("  dropped  \(sentence)") }
  }
  guard count > 1 else { return try console.say(failures) }
  guard !failures.isEmpty else { return }
  try console.say("\(failures.count) failed:")
  var table = TextTable()
  for failure in failures { table.add(["  " + failure.name, failure.problem, failure.fix ?? ""]) }
  for text in table.lines() { try console.say(text) }
}

private func json(
  _ item: (input: String, output: String, outcome: ConversionOutcome)
) -> JSON {
  [
    "file": .text(item.input), "output": .text(item.output), "format": .text(item.outcome.format.rawValue),
    "because": .text(item.outcome.because), "kept": JSON(item.outcome.kept),
    "assumed": JSON(item.outcome.assumptions), "dropped": JSON(item.outcome.dropped),
  ]
}

extension ConvertBatch {
  fileprivate func words(of total: Int, in time: String) -> String {
    let earlier = batch.skipped > 0 ? " (\(batch.skipped) of them earlier)" : ""
    let again =
      batch.failures.isEmpty
      ? "" : " Run the same command to retry the \(batch.failures.count); finished files are skipped."
    return "Converted \(batch.done + batch.skipped) of \(counted(total, "file"))\(earlier) in \(time). "
      + "Journal: \(journal).\(again)"
  }
}
