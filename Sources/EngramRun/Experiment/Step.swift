import EngramKit

/// One step of an experiment: a plugin, its values, and where its inputs come from.
public struct Step: Sendable {
  public var id: String
  public var mark: Mark
  public var kind: Description.Kind
  public var plugin: Marked<String>
  /// Values for the plugin's parameters, in the order of the file.
  public var set: [Setting]
  /// Where the plugin's inputs come from.
  public var read: [Read]

  // Model steps.
  /// Simulated time, the step of the clock and the time between two records; in the model's unit of time, or with a unit.
  public var duration: Marked<Value>?
  public var dt: Marked<Value>?
  public var recordEvery: Marked<Value>?
  /// The rule step whose final weights are evaluated.
  public var weights: Marked<String>?
  /// The trials on which trained weights are evaluated.
  public var trials: TrialChoice?

  // Rule steps; `on` and `task` serve analyses too.
  /// The model that a rule trains, or the rule step whose model an analysis probes.
  public var on: Marked<String>?
  public var task: Marked<String>?
  public var batch: Marked<Int>?
  public var updates: Marked<Int>?
  public var epochs: Marked<Int>?
  public var validate: Validation?
  public var checkpoint: Marked<Interval>?

  // Analysis steps.
  /// Which weights a probe gets.
  public var at: Marked<Moment>?
  /// Rules that a probe offers, by step or plugin name.
  public var rules: [Marked<String>] = []
  /// Whether the step runs once, after all runs, on what they wrote.
  public var overRuns = false

  /// A parameter's name and value.
  public struct Setting: Sendable {
    public var name: String
    public var value: Marked<Value>
    public var keyMark: Mark
  }

  /// A dataset of the plugin and its source.
  public struct Read: Sendable {
    public var dataset: String
    public var reference: Marked<Reference>
    /// Further sources, whose rows follow: a list in a step over all runs.
    public var more: [Marked<Reference>] = []
    public var keyMark: Mark
  }

  /// Which trials trained weights are evaluated on.
  public struct TrialChoice: Sendable {
    /// How many; nil: all that the task stores.
    public var count: Marked<Int>?
    public var split: Split = .test
    /// The task; nil: the one of the training.
    public var task: Marked<String>?
  }

  /// When and how a training is judged on trials that it does not learn from.
  public struct Validation: Sendable {
    public var every: Marked<Interval>
    /// Judgements without improvement after which the training stops; nil: it runs to its end.
    public var patience: Marked<Int>?
    /// How many trials; nil: all that the task stores.
    public var trials: Marked<Int>?
  }

  /// A number of updates or epochs.
  public struct Interval: Sendable, Equatable {
    public enum Measure: String, Sendable, CaseIterable { case updates, epochs }
    public var count: Int
    public var measure: Measure
  }

  /// Which weights of a training.
  public enum Moment: String, Sendable, CaseIterable { case end, checkpoints }
}

extension Step.Interval: CustomStringConvertible {
  public var description: String { "\(count) \(measure.rawValue)" }
}
