import EngramData
import EngramKit
import Foundation

/// Reads result files into what a page tells.
struct ResultReader {
  let describe: (String) -> Description?

  /// Files whose steps are all shown; of more, the first stands for the rest.
  private static let shown = 4

  /// The page of files and folders of files.
  ///
  /// - Throws: `Problem` when there is nothing to report on, or a file cannot be read.
  func model(_ paths: [URL]) throws -> PageModel {
    let files = try paths.flatMap(Self.files).map { try EngramFile(reading: $0.path) }
    guard !files.isEmpty else {
      throw Problem(
        "there is no HDF5 file to report on in \(paths.map(\.path).joined(separator: ", "))",
        fix: "name a result file or the folder of a run")
    }
    let folders = Dictionary(grouping: files) { ($0.path as NSString).deletingLastPathComponent }
    var steps: [StepResult] = []
    var sweeps: [SweepTable] = []
    for (folder, own) in folders.sorted(by: { $0.key < $1.key }) {
      let found = try gather(own)
      let name = (folder as NSString).lastPathComponent
      let isOne = folders.count == 1
      steps += found.steps.map { step in
        var named = step
        if !isOne { named.name = "\(name): \(step.name)" }
        return named
      }
      if var sweep = found.sweep {
        sweep.name = isOne ? "" : name
        sweeps.append(sweep)
      }
    }
    return try page(files, steps, sweeps)
  }

  /// The steps to show of the files of one folder, and the table over its runs.
  private func gather(_ files: [EngramFile]) throws -> (steps: [StepResult], sweep: SweepTable?) {
    let indices = files.filter { Self.stem($0) == "index" }
    var steps = try indices.flatMap { try results($0) }
    let indexed = try indices.compactMap { try Self.table($0) }.first.flatMap { $0.runs.count > 1 ? $0 : nil }
    let runs = files.filter { Self.stem($0) != "index" }
    // Of the runs of an experiment the first stands for the rest, whose numbers are in the index.
    let all = try (indices.isEmpty ? runs : Array(runs.prefix(1))).map {
      (name: Self.stem($0), steps: try results($0))
    }
    let isRepeated = all.count > 1 && all.allSatisfy { $0.steps.map(\.name) == all[0].steps.map(\.name) }
    guard isRepeated else { return (steps + all.flatMap(\.steps), indexed) }
    if all.count > Self.shown {
      steps += all[0].steps
    } else {
      steps += all.flatMap { file in
        file.steps.map { step in
          var named = step
          named.name = "\(step.name) of \(file.name)"
          return named
        }
      }
    }
    return (steps, indexed ?? Self.table(all))
  }

  private func page(_ files: [EngramFile], _ steps: [StepResult], _ sweeps: [SweepTable]) throws -> PageModel
  {
    let first = files[0]
    let command = try Command.of(first)
    let root = try first.h5.root
    let stored = try root.exists("engram") ? root.group("engram").attributes.string("title") ?? "" : ""
    let inputs = Set(steps.flatMap(\.inputs).map(\.path)).sorted()
    let title =
      command?.experiment.map(words)
      ?? (inputs.count == 1 && command?.verb == "analyze" ? Self.subject(inputs[0]) : "")
    var model = PageModel(
      title: !title.isEmpty ? title : stored.isEmpty ? Self.subject(first.path) : stored,
      sentence: Self.sentence(steps, inputs, sweeps, stored), steps: steps)
    model.sweeps = sweeps
    model.warnings = files.flatMap(\.warnings).map(\.what)
    let versions = Set(try files.compactMap { try Command.of($0)?.engram }).sorted()
    if !versions.isEmpty {
      model.versions.append(("Engram that made the results", versions.joined(separator: ", ")))
    }
    let layouts = Set(files.compactMap { $0.version?.description }).sorted()
    if !layouts.isEmpty { model.versions.append(("File layout", layouts.joined(separator: ", "))) }
    return model
  }

  /// The steps of a file; of one without steps, what is stored in it.
  private func results(_ file: EngramFile) throws -> [StepResult] {
    let reader = StepReader(file: file, describe: describe)
    let names = try file.stepNames()
    guard !names.isEmpty else { return [try reader.contents(name: Self.stem(file))] }
    let command = try Command.of(file)
    return try names.filter { $0 != "runs" || Self.stem(file) != "index" }
      .map { try reader.step($0, command: command) }
  }

  /// What was done to what, in one sentence.
  private static func sentence(
    _ steps: [StepResult], _ inputs: [String], _ sweeps: [SweepTable], _ title: String
  ) -> String {
    let plugins = steps.reduce(into: [String]()) { if !$0.contains($1.plugin) { $0.append($1.plugin) } }
    if steps.allSatisfy({ $0.kind == "stored data" }) {
      return "What is stored in \(inputs.joined(separator: ", "))" + (title.isEmpty ? "." : ": \(title).")
    }
    let count = sweeps.reduce(0) { $0 + $1.runs.count }
    let runs = count > 0 ? " in \(counted(count, "run"))" : ""
    let subject = inputs.isEmpty ? "" : " on \(listed(inputs.map { ($0 as NSString).lastPathComponent }))"
    return "\(listed(plugins))\(subject)\(runs)."
  }

  private static func listed(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.count > 6
      ? names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
      : names.dropLast().joined(separator: ", ") + " and " + last
  }

  private static func subject(_ path: String) -> String {
    let stem = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    let text = stem.replacing("-", with: " ").replacing("_", with: " ")
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func stem(_ file: EngramFile) -> String {
    ((file.path as NSString).lastPathComponent as NSString).deletingPathExtension
  }

  /// A file, or the HDF5 files of a folder and of those in it, in the order of their names.
  private static func files(_ path: URL) throws -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder) else {
      throw Problem("there is no such file or folder", at: path.path)
    }
    guard isFolder.boolValue else { return [path] }
    let names: [String]
    do {
      names = try FileManager.default.subpathsOfDirectory(atPath: path.path)
    } catch {
      throw Problem("the folder cannot be listed: \(error.localizedDescription)", at: path.path)
    }
    return names.filter { $0.hasSuffix(".h5") }.sorted().map { path.appendingPathComponent($0) }
  }
}
