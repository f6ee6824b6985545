/// What a model can tell a rule about one batch; a rule says what it needs.
public struct Evidence: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The loss of the batch.
  public static let loss = Evidence(rawValue: 1)
  /// The exact gradient of the loss with respect to every trained block.
  public static let gradient = Evidence(rawValue: 2)
  /// The exact gradient of the linear read-out alone, which is local.
  public static let readout = Evidence(rawValue: 4)
  /// Per time step, forward, streamed: block, presynaptic and postsynaptic activity, slope, feedback.
  public static let traces = Evidence(rawValue: 8)
  /// Per time step or layer, backward, for a seed on the output.
  public static let adjoints = Evidence(rawValue: 16)
  /// The Hessian of the loss times a direction.
  public static let curvature = Evidence(rawValue: 32)

  private static let names: [(Evidence, String)] = [
    (.loss, "loss"), (.gradient, "gradient"), (.readout, "readout"), (.traces, "traces"),
    (.adjoints, "adjoints"), (.curvature, "curvature"),
  ]

  /// The kinds of evidence by name, as `describe` prints them and a manifest gives them.
  public var words: [String] { Self.names.filter { contains($0.0) }.map(\.1) }

  /// Evidence from its names; nil when one is unknown.
  public init?(words: [String]) {
    self = []
    for word in words {
      guard let known = Self.names.first(where: { $0.1 == word }) else { return nil }
      insert(known.0)
    }
  }
}

/// Which trials of a task.
public enum Split: String, Sendable, Codable, CaseIterable { case train, validate, test }

/// The shape of a task's trials.
public struct TrialShape: Sendable, Equatable {
  /// Time steps of a trial; nil for static data.
  public var steps: Int?
  /// Input channels.
  public var inputs: Int
  /// Output channels: classes or regression targets; 0 where there is no target.
  public var outputs: Int
  /// Whether the target is a class and not a value.
  public var classes: Bool

  public init(steps: Int?, inputs: Int, outputs: Int, classes: Bool) {
    self.steps = steps
    self.inputs = inputs
    self.outputs = outputs
    self.classes = classes
  }
}

/// What the output of a trial should be.
public enum Target: Sendable, Equatable {
  case none
  /// Class of each trial (at its last step); shape [trial].
  case labels([Int])
  /// Class at each step, -1 where it does not count; shape [trial, time].
  case labelsByStep(Tensor<Int>)
  /// Wanted output; shape [trial, output] for static data, else [trial, time, output].
  case values(Tensor<Double>)
}

/// Trials for one update.
public struct Batch: Sendable, Equatable {
  /// Whether the model is being trained (dropout, running statistics) or evaluated.
  public enum Mode: Sendable, Equatable { case train, evaluate }

  /// Input `[trial, time, channel]`; static data have no time axis.
  public var input: Tensor<Double>
  public var target: Target
  public var mode: Mode

  public init(input: Tensor<Double>, target: Target = .none, mode: Mode = .train) {
    self.input = input
    self.target = target
    self.mode = mode
  }

  /// Number of trials.
  public var size: Int { input.rows }
}

/// What a rule asks of one trial run.
public struct Request: Sendable {
  public var evidence: Evidence
  /// Seed on the output for `.adjoints`; shape of the model's output. Nil: the gradient of the loss.
  public var seed: Tensor<Double>?
  /// Direction for `.curvature`.
  public var direction: Weights?

  public init(_ evidence: Evidence, seed: Tensor<Double>? = nil, direction: Weights? = nil) {
    self.evidence = evidence
    self.seed = seed
    self.direction = direction
  }
}

/// One time step of `.traces` or `.adjoints`, for one block: dW is the sum over trials of post times pre.
///
/// A model in time streams the steps in order, and in each step the blocks onto its units (whose slope and feedback are the
/// same), then its read-out: a block without slopes, whose feedback is the derivative of the loss by its outputs.
public struct Trace: Sendable {
  /// Name of the weight block.
  public var block: String
  /// Time step; 0 for static data.
  public var step: Int
  /// Presynaptic activity; shape [trial, pre].
  public var pre: Numbers
  /// Postsynaptic activity, or the adjoint; shape [trial, post].
  public var post: Numbers
  /// Slope of the postsynaptic nonlinearity; shape [trial, post]; empty where there is none.
  public var slope: Numbers
  /// Error fed back to each postsynaptic unit; shape [trial, post]; empty where there is none, such as in steps whose
  /// output has no target.
  public var feedback: Numbers

  /// Stands for a slope or feedback that there is not.
  public static let none = Numbers.float64(Tensor([], shape: [0]))

  public init(
    block: String, step: Int = 0, pre: Numbers, post: Numbers, slope: Numbers = none, feedback: Numbers = none
  ) {
    self.block = block
    self.step = step
    self.pre = pre
    self.post = post
    self.slope = slope
    self.feedback = feedback
  }

  /// A trace of float64 activity.
  public init(
    block: String, step: Int = 0, pre: Tensor<Double>, post: Tensor<Double>,
    slope: Tensor<Double> = Tensor([], shape: [0]), feedback: Tensor<Double> = Tensor([], shape: [0])
  ) {
    self.init(
      block: block, step: step, pre: .float64(pre), post: .float64(post), slope: .float64(slope),
      feedback: .float64(feedback))
  }
}

/// What a model answers to a `Request`.
public struct Trial: Sendable {
  /// Mean loss of the batch; nil for a model without one.
  public var loss: Double?
  /// Further figures of the batch, such as `accuracy`.
  public var metrics: [String: Double]
  /// Gradient of the loss (or Hessian times direction) for the trained blocks.
  public var gradient: Weights?
  /// Untrained blocks that the forward pass changed, such as running statistics.
  public var running: Weights?

  public init(
    loss: Double? = nil, metrics: [String: Double] = [:], gradient: Weights? = nil, running: Weights? = nil
  ) {
    self.loss = loss
    self.metrics = metrics
    self.gradient = gradient
    self.running = running
  }
}

/// Where a training stands.
public struct Clock: Sendable, Equatable {
  public var update: Int
  public var updates: Int
  public var epoch: Int
  public var epochs: Int
  public var firstOfEpoch: Bool

  public init(update: Int, updates: Int, epoch: Int = 0, epochs: Int = 1, firstOfEpoch: Bool = false) {
    self.update = update
    self.updates = updates
    self.epoch = epoch
    self.epochs = epochs
    self.firstOfEpoch = firstOfEpoch
  }
}
