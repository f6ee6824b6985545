import EngramData
import EngramHost
import EngramKit
import EngramRun
import Foundation

/// What every verb that works on many things has in common.
extension Command.Option {
  static let jobs = Self(
    name: "jobs", value: "N", summary: "Processes at the same time (default: one for each processor).")

  /// What files may be told that do not say it themselves.
  static let reading = [
    Self(
      name: "window", value: "START:STOP",
      summary: "Observation window of spikes, ms; those outside are left out."),
    Self(name: "time-unit", value: "UNIT", summary: "Unit of spike times that have none (default ms)."),
    Self(name: "cell-type", value: "COLUMN", summary: "Column of the nodes that gives the cell types."),
    Self(
      name: "weight", value: "COLUMN",
      summary: "Column of the edges that is the weight; or synapses (their number), or binary."),
  ]
}

/// The hidden word after which this binary is a worker of itself.
let workerWord = "--worker"

/// The command that starts a worker: this binary.
func workerCommand() -> [String] {
  [Support.program, workerWord] + PluginFolders.onCommandLine
}

/// Does jobs for the parent process until it ends.
///
/// - Parameter plugins: The folders that the parent's command line names.
func work(plugins: [String]) throws -> Never {
  PluginFolders.name(plugins)
  let plugins = try registry()
  exit(
    serveWorker([
      runTask(registry: plugins), analysisTask(registry: plugins), checkTask(), conversionTask(),
      conversionTask(isDry: true),
    ]))
}

/// Processors that this process may use.
func processorCount() -> Int { ProcessInfo.processInfo.activeProcessorCount }

/// Whether there is a file at `path`.
func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

extension Invocation {
  /// The values of `--set`, by parameter.
  func settings() throws -> [String: Value] {
    try unique("set", "NAME=VALUE").mapValues(parseValue)
  }

  /// What the file is told that it does not say itself.
  func reading() throws(Misuse) -> ReadingOptions {
    var options = ReadingOptions(cellTypeColumn: value("cell-type"), timeUnit: value("time-unit"))
    if let weight = value("weight") { options.weight = ReadingOptions.Weight(weight) }
    if let text = value("window") {
      let ends = text.split(separator: ":", omittingEmptySubsequences: false).compactMap { Double($0) }
      guard ends.count == 2, ends[0] < ends[1], ends.allSatisfy(\.isFinite) else {
        throw Misuse("'--window' takes two times in ms, not '\(text)'", fix: "write --window 0:1000")
      }
      options.window = ends[0]..<ends[1]
    }
    return options
  }

  /// The pairs of an option, no name twice.
  func unique(_ option: String, _ form: String) throws(Misuse) -> [String: String] {
    var found: [String: String] = [:]
    for (name, value) in try pairs(option, form) {
      guard found.updateValue(value, forKey: name) == nil else {
        throw Misuse("'--\(option)' gives '\(name)' twice", fix: "give it once")
      }
    }
    return found
  }

  /// The seed, 1 where none is given.
  func seed() throws(Misuse) -> UInt64 {
    guard let text = value("seed") else { return 1 }
    guard let seed = UInt64(text) else {
      throw Misuse(
        "'--seed' takes a whole number from 0 to \(UInt64.max), not '\(text)'", fix: "write --seed 1")
    }
    return seed
  }
}

extension Console {
  /// What failed, and why.
  func say(_ failures: [Failure]) throws {
    for failure in failures { try say(Problem(failure.problem, at: failure.name, fix: failure.fix)) }
  }
}

extension Failure {
  var json: JSON { ["file": .text(name), "problem": .text(problem), "fix": JSON(fix)] }
}
