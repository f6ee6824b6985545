import EngramKit

/// An experiment whose names are all looked up: what `run` executes.
struct Plan: Sendable {
  let experiment: Experiment
  /// In the order of execution: every step after those it depends on. Steps over all runs come last.
  let steps: [PlannedStep]

  func step(_ id: String) -> PlannedStep? { steps.first { $0.id == id } }
}

/// One step with its plugin and the sources of its inputs.
struct PlannedStep: Sendable {
  var step: Step
  let entry: Entry
  /// Where each dataset that the step reads comes from, by the plugin's name for it.
  var reads: [String: Source] = [:]
  /// What the step does when its turn comes.
  var role: Role = .nothing
  /// Ids of the steps that must come before.
  var after: [String] = []

  var id: String { step.id }
  var description: Description { entry.description }

  enum Role: Sendable {
    /// Serves other steps as a model or task, and does nothing by itself.
    case nothing
    case simulate
    case evaluate(training: String)
    case train
    case analyse
  }
}

/// Where an input comes from, looked up.
enum Source: Sendable, Equatable {
  case step(String, dataset: String)
  /// Path relative to the experiment's folder.
  case file(String, object: String?)
  case sweep(String)
  /// Several sources, one after another along the runs; in steps over all runs.
  indirect case joined([Source])

  /// The single sources in it.
  var parts: [Source] { if case .joined(let sources) = self { sources } else { [self] } }
}
