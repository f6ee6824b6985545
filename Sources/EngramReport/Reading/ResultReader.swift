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
    let indices = files.filter { Self.stem($0) == "index" }
    let runs = files.filter { Self.stem($0) != "index" }
    var steps: [StepResult] = []
    var sweep: SweepTable?
    for index in indices {
      if let table = try Self.table(index) { sweep = table }
      steps += try results(index).filter { $0.name != "runs" }
    }
    let all = try runs.map { (name: Self.stem($0), steps: try results($0)) }
    let isRepeated = all.count > 1 && all.allSatisfy { $0.steps.map(\.name) == all[0].steps.map(\.name) }
    if !isRepeated {
      steps += all.flatMap(\.steps)
    } else if all.count > Self.shown || !indices.isEmpty {
      steps += all[0].steps
      sweep = sweep ?? Self.table(all)
    } else {
      steps += all.flatMap { file in
        file.steps.map { step in
          var named = step
          named.name = "\(step.name) of \(file.name)"
          return named
        }
      }
      sweep = Self.table(all)
    }
    return try page(files, steps, sweep)
  }

  private func page(_ files: [EngramFile], _ steps: [StepResult], _ sweep: SweepTable?) throws -> PageModel {
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
      sentence: Self.sentence(steps, inputs, sweep, stored), steps: steps)
    model.sweep = sweep
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
    _ steps: [StepResult], _ inputs: [String], _ sweep: SweepTable?, _ title: String
  ) -> String {
    let plugins = steps.reduce(into: [String]()) { if !$0.contains($1.plugin) { $0.append($1.plugin) } }
    if steps.allSatisfy({ $0.kind == "stored data" }) {
      return "What is stored in \(inputs.joined(separator: ", "))" + (title.isEmpty ? "." : ": \(title).")
    }
    let runs = sweep.map { " in \(counted($0.runs.count, "run"))" } ?? ""
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
