import EngramHost
import EngramKit
import EngramRun
import Foundation

extension Command {
  static let plugin = Command(
    name: "plugin",
    summary: "Make, build, test and list plugins of your own.",
    details: """
      plugin new KIND NAME       Start one that works: an analysis, a model or a rule.
      plugin build FOLDER…       Compile it against this Engram.
      plugin test FOLDER…        Try its contract, its cases, its example and its own tests.
      plugin list                Plugins from outside, with hash and origin.
      Plugins are taken from --plugins, ENGRAM_PLUGINS (folders with colons between), and where they are
      installed: ~/.local/share/engram/plugins and PREFIX/lib/engram/plugins. Others must not write there.
      """,
    arguments: [
      Argument(
        name: "ACTION", summary: "new, build, test or list.",
        completes: .words(["new", "build", "test", "list"])),
      Argument(name: "WORD", summary: "What the action takes.", count: .any, completes: .folders),
    ],
    options: [
      Option(
        name: "language", value: "LANGUAGE", summary: "For new: swift (default), python or c.",
        completes: .words(PluginLanguage.allCases.map(\.rawValue))),
      .plugins, .json,
    ],
    examples: [
      Example(
        "engram plugin new analysis burst-index", "A folder burst-index with a working analysis in Swift."),
      Example("engram plugin new model my-neuron --language python", "The same as a Python program."),
      Example("engram plugin build burst-index", "About two seconds; then --plugins burst-index takes it."),
      Example("engram plugin test burst-index", "Whether it is right."),
    ],
    run: doPlugin)
}

private func doPlugin(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let (action, rest) = (invocation.words[0], Array(invocation.words.dropFirst()))
  switch action {
  case "new": return try make(rest, invocation, console)
  case "build": return try build(rest, console)
  case "test": return try test(rest, invocation.has("json"), console)
  case "list": return try listOutside(rest, invocation.has("json"), console)
  default:
    let near = nearestName(to: action, among: ["new", "build", "test", "list"]).map {
      "did you mean '\($0)'? "
    }
    throw Misuse("plugin cannot '\(action)'", fix: (near ?? "") + "it takes new, build, test or list")
  }
}

private func make(_ words: [String], _ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  guard words.count == 2, let kind = Description.Kind(rawValue: words[0]) else {
    throw Misuse(
      "'plugin new' takes a kind and a name", fix: "write engram plugin new analysis burst-index")
  }
  let word = invocation.value("language") ?? "swift"
  guard let language = PluginLanguage(rawValue: word) else {
    throw Misuse("'--language' takes swift, python or c, not '\(word)'", fix: "write --language python")
  }
  let files = try newPlugin(kind, words[1], language, in: ".", registry: try registry())
  for file in files { try console.print("Wrote \(file.dropFirst(2))") }
  let folder = words[1]
  let steps =
    (language == .python ? [] : ["engram plugin build \(folder)"]) + [
      "engram plugin test \(folder)", "engram run \(folder)/example.yaml --plugins \(folder)",
    ]
  try console.print("It works as it is. Next:\n" + steps.map { "  \($0)" }.joined(separator: "\n"))
  return .done
}

private func build(_ folders: [String], _ console: Console) throws -> ExitStatus {
  try requireFolders(folders, "build")
  let tally = try eachFile(folders, false, console) { folder in
    if let made = try buildPlugin(in: folder) {
      try console.print("Built \(folder)/\(made)")
    } else {
      try console.print("\(folder): nothing to build")
    }
    return (true, .null)
  }
  return tally.status
}

private func test(_ folders: [String], _ json: Bool, _ console: Console) throws -> ExitStatus {
  try requireFolders(folders, "test")
  let tally = try eachFile(folders, json, console) { folder in
    var trials: [PluginTrial] = []
    for plugin in try OutsidePlugins.find(in: folder) {
      try console.warn([plugin.entry.flatMap { Confinement.warning(of: $0.description) }].compactMap { $0 })
      trials += try tryPlugin(plugin)
      trials += try tryExample(plugin)
    }
    guard !trials.isEmpty else {
      throw Problem("is no plugin's folder", at: folder, fix: "it needs a manifest.json or a Swift file")
    }
    for trial in trials where !json {
      let word = trial.passed ? console.paint("ok   ", .dim) : console.paint("FAILS", .red)
      try console.print("\(word)  \(trial.name)")
      for failure in trial.failures { try console.print("         \(failure)") }
    }
    let facts = trials.map { trial -> JSON in
      ["name": .text(trial.name), "passed": .flag(trial.passed), "failures": JSON(trial.failures)]
    }
    let log = PluginLog.take()
    if trials.contains(where: { !$0.passed }) { for line in log { try console.say(line) } }
    return (trials.allSatisfy(\.passed), ["folder": .text(folder), "trials": .list(facts)])
  }
  return tally.status
}

/// Runs the example into a folder that is gone afterwards.
private func tryExample(_ plugin: OutsidePlugin) throws -> [PluginTrial] {
  let example = "\(plugin.folder)/example.yaml"
  guard isFile(example) else { return [] }
  PluginFolders.name(PluginFolders.onCommandLine + [plugin.folder])
  let results = FileManager.default.temporaryDirectory.appendingPathComponent("engram-test-\(getpid())").path
  defer { do { try FileManager.default.removeItem(atPath: results) } catch {} }
  do {
    let outcome = try runExperiment(
      example, registry: try registry(), options: RunOptions(output: results, worker: workerCommand()))
    return [PluginTrial(name: "example.yaml", failures: outcome.failures.map(\.problem))]
  } catch let problems as Problems {
    return [PluginTrial(name: "example.yaml", failures: problems.list.map(\.description))]
  } catch {
    return [PluginTrial(name: "example.yaml", failures: [problem(error, at: example).description])]
  }
}

private func requireFolders(_ folders: [String], _ action: String) throws(Misuse) {
  guard folders.isEmpty else { return }
  throw Misuse("'plugin \(action)' needs a folder", fix: "write engram plugin \(action) burst-index")
}
