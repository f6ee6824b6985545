/// How an experiment is run.
public struct RunOptions: Sendable {
  /// Folder of the results; nil: `results/<name>` in the working directory.
  public var output: String?
  /// Runs at the same time, each in a process of its own.
  public var jobs: Int
  /// The command that starts a worker: this binary with a hidden word. Nil: runs are made in this process, one by one.
  public var worker: [String]?
  /// Whether runs that are done already are made again.
  public var fresh: Bool

  public init(output: String? = nil, jobs: Int = 1, worker: [String]? = nil, fresh: Bool = false) {
    self.output = output
    self.jobs = jobs
    self.worker = worker
    self.fresh = fresh
  }
}

/// What came of running an experiment.
public struct RunOutcome: Sendable {
  /// Folder of the results: `0000.h5` and so on, `index.h5`, `run.log`.
  public var folder: String
  public var done = 0
  public var skipped = 0
  public var failures: [Failure] = []
  /// What a user should know of the runs that were made: a training that stopped early, an assumption.
  public var notes: [String] = []
  /// Whether the user stopped it; what was done is kept.
  public var cancelled = false
  /// The experiment's expectations, once all runs are done.
  public var verdicts: [Verdict] = []

  public init(folder: String) { self.folder = folder }
}

/// One expectation, and what was measured.
public struct Verdict: Sendable, Equatable {
  public var title: String
  /// What was compared, such as `median of auc/bptt`.
  public var quantity: String
  public var measured: Double
  /// The bound in words, such as `between 0.1 and 0.3`.
  public var bound: String
  public var published: String?
  public var source: String?
  public var holds: Bool

  public init(
    title: String, quantity: String, measured: Double, bound: String, published: String?, source: String?,
    holds: Bool
  ) {
    self.title = title
    self.quantity = quantity
    self.measured = measured
    self.bound = bound
    self.published = published
    self.source = source
    self.holds = holds
  }
}
