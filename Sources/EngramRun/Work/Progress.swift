/// How far a piece of work has come, for a progress line.
public struct Progress: Sendable {
  /// Pieces in all: runs of an experiment, files of a batch.
  public var total: Int
  /// Done now, in this call.
  public var done = 0
  /// Done earlier, and found unchanged.
  public var skipped = 0
  public var failed = 0
  /// Bytes of the inputs of all that is to be done in this call, and of what has ended; 0 where nobody counts them.
  public var totalBytes = 0
  public var bytes = 0
  /// What is being worked on at this moment.
  public var active: [Activity] = []

  /// One piece under way.
  public struct Activity: Sendable {
    /// The run's or the file's name.
    public var name: String
    /// Share of it that is done, 0...1.
    public var fraction: Double
    /// What is being done, such as `train: update 120 of 400`.
    public var doing: String
    /// Bytes of its inputs; 0 where nobody counts them.
    public var bytes: Int

    public init(name: String, fraction: Double = 0, doing: String = "", bytes: Int = 0) {
      self.name = name
      self.fraction = fraction
      self.doing = doing
      self.bytes = bytes
    }
  }

  public init(total: Int) { self.total = total }

  /// Pieces that need no more work.
  public var finished: Int { done + skipped + failed }

  /// Bytes of inputs worked through, with the shares of what is under way.
  public var bytesDone: Int { active.reduce(bytes) { $0 + Int(Double($1.bytes) * $1.fraction) } }

  /// Share of all the work, 0...1, by bytes where they are counted, with the shares of what is under way.
  public var fraction: Double {
    guard total > 0 else { return 1 }
    if totalBytes > 0 { return Double(bytesDone) / Double(totalBytes) }
    return (Double(finished) + active.reduce(0) { $0 + $1.fraction }) / Double(total)
  }
}

/// How a piece of work that failed is reported: its name and why.
public struct Failure: Error, Sendable, Codable, Equatable {
  public var name: String
  public var problem: String
  public var fix: String?

  public init(name: String, problem: String, fix: String? = nil) {
    self.name = name
    self.problem = problem
    self.fix = fix
  }
}
