import EngramKit
import Foundation

/// One thing that `engram plugin test` tried.
public struct PluginTrial: Sendable {
  public var name: String
  /// Why it failed; empty when it passed.
  public var failures: [String]
  public var passed: Bool { failures.isEmpty }

  public init(name: String, failures: [String]) {
    self.name = name
    self.failures = failures
  }
}

/// Tries a plugin: the contract that holds for all, its cases, and its own Python tests where there are any.
///
/// The example is for who can run experiments.
public func tryPlugin(_ plugin: OutsidePlugin) throws -> [PluginTrial] {
  guard let entry = plugin.entry else { throw Problems(plugin.problems) }
  _ = try entry.seal()
  var trials = [
    PluginTrial(
      name: "contract", failures: Contract.findings(of: entry.description, folder: plugin.folder))
  ]
  let cases = "\(plugin.folder)/cases.json"
  if FileManager.default.fileExists(atPath: cases) {
    for given in try PluginCases(reading: cases).cases {
      do {
        trials.append(PluginTrial(name: "case: \(given.name)", failures: try given.failures(of: entry)))
      } catch {
        trials.append(
          PluginTrial(name: "case: \(given.name)", failures: [problem(error, at: "").description]))
      }
    }
  } else {
    trials.append(PluginTrial(name: "cases", failures: ["there is no cases.json: what makes it right?"]))
  }
  let names = try FileManager.default.contentsOfDirectory(atPath: plugin.folder)
  if names.contains(where: { $0.hasPrefix("test_") && $0.hasSuffix(".py") }) {
    let python = try findProgram("python3", fix: "install Python with h5py, or remove test_*.py")
    var environment = ["PYTHONDONTWRITEBYTECODE": "1"]
    if let library = Support.python { environment["PYTHONPATH"] = "\(library):\(plugin.folder)" }
    let status = try run(
      [python, "-m", "unittest", "discover", "-q", "-s", plugin.folder], in: plugin.folder,
      environment: environment)
    trials.append(
      PluginTrial(name: "test_*.py", failures: status == 0 ? [] : ["unittest ended with status \(status)"]))
  }
  return trials
}
