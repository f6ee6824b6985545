import EngramHost
import EngramKit
import EngramRun
import Foundation

extension Command {
  static let reproduce = Command(
    name: "reproduce",
    summary: "Run the shipped experiments of a published system and compare with its numbers.",
    details: """
      Results go to OUT/EXPERIMENT. Exit status 1 when a number falls outside its stated band. --full takes
      the experiments of the published size, where a smaller one is shipped beside them.
      """,
    arguments: [Argument(name: "SYSTEM", summary: "A folder of experiments/, such as ei-motifs.")],
    options: [
      Option(name: "full", summary: "At the published size; may take hours."),
      Option(
        name: "out", value: "DIR", summary: "Folder of the results (default results/SYSTEM).",
        completes: .folders),
      .jobs, .plugins, .json,
    ],
    examples: [
      Example("engram reproduce ei-motifs", "Measured beside published, and a report."),
      Example("engram reproduce modprop --full --jobs 2", "At the published size; the same command resumes."),
    ],
    run: reproduceSystem)
}

private func reproduceSystem(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  let system = invocation.words[0]
  let out = invocation.value("out") ?? "results/\(system)"
  var statuses: [ExitStatus] = []
  var facts: [JSON] = []
  for file in try experiments(of: system, full: invocation.has("full")) {
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let work = ExperimentWork(file: file, output: "\(out)/\(name)", jobs: try invocation.count("jobs"))
    guard let outcome = try work.run(console) else {
      statuses.append(.failed)
      continue
    }
    statuses.append(outcome.status)
    if outcome.cancelled { break }
    var known = outcome.json
    var page: String?
    if outcome.done + outcome.skipped > 0 {
      page = try report(
        on: [outcome.folder], into: nil, comparisons: outcome.verdicts.map(\.comparison))
    }
    if case .object(var members) = known {
      members["report"] = JSON(page)
      known = .object(members)
    }
    facts.append(known)
    guard !invocation.has("json") else { continue }
    try console.print(console.paint(name, .bold))
    for line in verdictLines(outcome.verdicts, console) { try console.print(line) }
    if let page { try console.print("Report: \(page)") }
  }
  if invocation.has("json") {
    try console.print((["system": .text(system), "experiments": .list(facts)] as JSON).indented)
  }
  return statuses.contains(.failed) ? .failed : statuses.contains(.partly) ? .partly : .done
}

/// The experiment files of a system, sorted by name.
private func experiments(of system: String, full: Bool) throws -> [String] {
  let root = try experimentsFolder()
  let systems = try FileManager.default.contentsOfDirectory(atPath: root).filter { isFolder("\(root)/\($0)") }
    .sorted()
  guard systems.contains(system) else {
    let near = nearestName(to: system, among: systems).map { "did you mean '\($0)'? " } ?? ""
    throw Problem(
      "there is no system '\(system)' in \(root)", fix: near + "there are " + systems.joined(separator: ", "))
  }
  var files: [String: String] = [:]
  for folder in ["\(root)/\(system)"] + (full ? ["\(root)/\(system)/full"] : []) where isFolder(folder) {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".yaml") {
      files[name] = "\(folder)/\(name)"
    }
  }
  guard !files.isEmpty else { throw Problem("has no experiments (*.yaml)", at: "\(root)/\(system)") }
  return files.sorted { $0.key < $1.key }.map(\.value)
}

/// The shipped experiments: in the working directory, beside the installed binary, or in the checkout it was built in.
private func experimentsFolder() throws -> String {
  if isFolder("experiments") { return "experiments" }
  var folder = URL(fileURLWithPath: Support.program).deletingLastPathComponent()
  let installed = folder.deletingLastPathComponent().appendingPathComponent("share/engram/experiments").path
  if isFolder(installed) { return installed }
  while folder.path != "/" {
    let candidate = folder.appendingPathComponent("experiments").path
    if isFolder(candidate), isFile(folder.appendingPathComponent("Package.swift").path) { return candidate }
    folder.deleteLastPathComponent()
  }
  throw Problem(
    "the shipped experiments are not found: no folder experiments/ here and no \(installed)",
    fix: "run it in Engram's checkout, or install with `make install`")
}

/// Whether there is a folder at `path`.
func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}
