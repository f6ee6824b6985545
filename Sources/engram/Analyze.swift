import EngramHost
import EngramKit
import EngramRun

extension Command {
  static let analyze = Command(
    name: "analyze",
    summary: "Run one analysis on stored files.",
    details: """
      Each result goes to OUT/FILE.ANALYSIS.h5. Files that are done already are skipped, so the same command
      goes on where it was stopped. What the analysis reads is found in the file by kind, axes and unit;
      where several objects fit, the error lists them for --read.
      """,
    arguments: [
      Argument(name: "ANALYSIS", summary: "An analysis' name.", completes: .plugins("--kind analysis")),
      Argument(name: "FILE", summary: "HDF5 files.", count: .many, completes: .files),
    ],
    options: [
      Option(
        name: "set", value: "NAME=VALUE",
        summary: "Give a parameter a value, such as window=50 or 'window=50 ms'.",
        repeats: true),
      Option(
        name: "read", value: "DATASET=PATH",
        summary: "Read this object: a path in the file, file:OTHER.h5#PATH, or - for none.",
        repeats: true),
      Option(name: "seed", value: "N", summary: "Seed of the random numbers (default 1)."),
    ] + Option.reading + [
      Option(
        name: "out", value: "DIR", summary: "Folder of the results (default results/analyze).",
        completes: .folders),
      .jobs, .plugins, .json,
    ],
    examples: [
      Example("engram analyze motif-statistics datasets/larva-mushroom-body.h5", "Motifs by cell type."),
      Example(
        "engram analyze spike-statistics recordings/*.h5 --jobs 2 --set window=50",
        "Rates and irregularity of many recordings."),
      Example(
        "engram analyze dominant-eigenvalues net.h5 --read connectivity=/engram/connectivity/W --json",
        "One of several matrices, for a program."),
    ],
    run: analyzeAll)
}

private func analyzeAll(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let (name, files) = (invocation.words[0], Array(invocation.words.dropFirst()))
  let request = AnalysisRequest(
    analysis: name, set: try invocation.settings(),
    read: try invocation.unique("read", "DATASET=PATH"), seed: try invocation.seed(),
    reading: try invocation.reading())
  let plugins = try registry()
  // A library gets a process of its own even for one file: it may crash, and it must end on Ctrl-C. An executable is one.
  let description = try plugins.entry(name).description
  let isLoaded = description.form == .library
  try console.warn([Confinement.warning(of: description)].compactMap { $0 })
  let jobs = try invocation.count("jobs") ?? processorCount()
  let options = AnalyzeOptions(
    output: invocation.value("out") ?? "results/analyze", jobs: jobs,
    worker: files.count > 1 || isLoaded ? workerCommand() : nil)
  let line = ProgressLine(console)
  Cancellation.listen()
  let outcome = try analyzeFiles(
    files, request, registry: plugins, options: options, progress: line.show)
  line.end()
  let failed = Set(outcome.failures.map(\.name))
  let results = try files.filter {
    !failed.contains($0) && (!outcome.cancelled || isFile(options.path(of: $0, name)))
  }
  .map { try StepResults(of: name, input: $0, in: options.path(of: $0, name)) }
  if invocation.has("json") {
    let facts: [JSON] = try results.map { try $0.json } + outcome.failures.map(\.json)
    try console.print((files.count == 1 ? facts.first ?? .null : .list(facts)).indented)
  } else if files.count == 1 {
    for result in results { for text in try result.lines(console) { try console.print(text) } }
  } else {
    for text in try scalarTable(results) { try console.print(text) }
  }
  try console.say(outcome.failures)
  if files.count > 1 { try console.say(outcome.words(of: files.count, in: line.elapsed)) }
  if outcome.cancelled { try console.say("Stopped. The same command goes on where it was.") }
  return ExitStatus(rawValue: outcome.exitStatus) ?? .failed
}

extension BatchOutcome {
  fileprivate func words(of total: Int, in time: String) -> String {
    let earlier = skipped > 0 ? " (\(skipped) of them earlier)" : ""
    return "Analysed \(done + skipped) of \(total) files\(earlier) in \(time)."
      + (failures.isEmpty ? "" : " \(failures.count) failed.")
  }
}
