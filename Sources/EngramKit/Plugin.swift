/// What every Swift plugin says about itself; its behaviour is one of `Simulates`, `Trains`, `Poses`, `Learns`, `Measures`.
public protocol Plugin: Sendable {
  /// Kebab-case, the folder's name.
  static var name: String { get }
  /// One sentence, with a full stop.
  static var summary: String { get }
  /// Paper and equations.
  static var reference: String { get }
  static var parameters: [Parameter<Self>] { get }
  static var reads: [Dataset] { get }
  static var writes: [Dataset] { get }
  /// Every parameter at its default.
  init()
}

extension Plugin {
  public static var parameters: [Parameter<Self>] { [] }
  public static var reads: [Dataset] { [] }
  public static var writes: [Dataset] { [] }
}

/// A system advanced in time, or a generator run once with duration 0. The core owns the clock.
public protocol Simulates: Sendable {
  associatedtype State: Sendable
  /// Unit of the model's time: `.millisecond`, or `.one` for a dimensionless model.
  var timeUnit: Unit { get }
  /// The state at time 0.
  func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State
  /// `count` steps of `dt` from step number `step`.
  func advance(_ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream)
    throws
  /// Writes what is to be kept at this moment, and forgets the events since the last call.
  func record(_ state: inout State, into outputs: inout Outputs) throws
}

extension Simulates {
  public var timeUnit: Unit { .millisecond }
}

/// A model that is written one step at a time.
public protocol Model: Plugin, Simulates {
  /// One step of `dt` from `time`.
  func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws
}

extension Model {
  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {}

  public func advance(
    _ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    for k in step..<step + count { try self.step(&state, time: Double(k) * dt, dt: dt, &random) }
  }
}

/// A task: trials made on demand, or stored ones, by split.
public protocol Poses: Sendable {
  /// The trials, from the task's inputs; `random` belongs to the task alone.
  func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource
}

/// Where a training takes its trials from.
public protocol TrialSource: Sendable {
  var shape: TrialShape { get }
  /// Number of stored trials in a split; nil where trials are made on demand.
  func count(_ split: Split) -> Int?
  /// The trials at `picks` of a split; a task that makes trials on demand makes `picks.count` new ones.
  func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch
}

/// A plugin that poses a task. It is listed among the models.
public protocol TaskModel: Plugin, Poses {}

/// A system with weights that a rule may change.
public protocol Trains: Sendable {
  /// The evidence that `trial` can give.
  var gives: Evidence { get }
  /// Initial weights for trials of `shape`.
  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  /// Runs one batch at the weights and answers the request; `.traces` and `.adjoints` are streamed to `each`.
  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial
  /// The loss of one batch at several weights, every member with the same noise.
  func losses(_ batch: Batch, at members: [Weights], _ random: RandomStream) throws -> [Double]
  /// The Hessian of the loss of one batch, as a function of a direction: what all directions share is computed once.
  ///
  /// - Throws: `Problem` for a model without second derivatives.
  func curvature(_ batch: Batch, at weights: Weights, _ random: RandomStream) throws -> (Weights) throws
    -> Weights
  /// What must hold after each update: Dale's law, no autapses, masks.
  func constrain(_ weights: inout Weights)
  /// Writes what a trained model does on `batch`: outputs, activity, retrieved states.
  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream) throws
}

extension Trains {
  public func losses(_ batch: Batch, at members: [Weights], _ random: RandomStream) throws -> [Double] {
    try members.map { weights in
      var same = random
      let trial = try trial(batch, at: weights, Request(.loss), &same) { _ in }
      guard let loss = trial.loss else { throw Problem("the model has no loss") }
      return loss
    }
  }

  public func constrain(_ weights: inout Weights) {}

  public func curvature(_ batch: Batch, at weights: Weights, _ random: RandomStream) throws -> (Weights)
    throws
    -> Weights
  {
    guard gives.contains(.curvature) else { throw Problem("the model gives no curvature") }
    return { direction in
      var same = random
      let request = Request(.curvature, direction: direction)
      guard let product = try trial(batch, at: weights, request, &same, each: { _ in }).gradient else {
        throw Problem("the model gave no product of its Hessian with a direction")
      }
      return product
    }
  }
}

/// A plugin that can be trained; it need not move in time by itself.
public protocol TrainableModel: Plugin, Trains {}

/// A learning rule: an estimate of the downhill gradient, then a change of the weights.
public protocol Learns: Sendable {
  /// The evidence the rule needs; may depend on its parameters.
  var needs: Evidence { get }
  /// Moments, traces, counters: all that a checkpoint must keep besides the weights.
  var memory: Weights { get set }
  /// What a finished training should say beside its results, such as numbers that were replaced.
  var notes: [String] { get }
  /// Before the first update.
  mutating func begin(_ inputs: Inputs, _ weights: Weights) throws
  /// The estimated gradient of the loss, in the trained blocks; the change will go against it.
  mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  /// Changes the weights by the estimate, through the rule's optimiser.
  ///
  /// - Throws: `Divergence` to end the training and keep what it reached; any other error fails it.
  mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws
}

extension Learns {
  public var memory: Weights {
    get { Weights() }
    set {}
  }
  public var notes: [String] { [] }
  public mutating func begin(_ inputs: Inputs, _ weights: Weights) throws {}
}

/// A plugin that is a learning rule.
public protocol Rule: Plugin, Learns {}

/// Datasets, and a trained model where the step names one, to datasets.
public protocol Measures: Sendable {
  /// The evidence needed of the model of the step; none: `probe` is nil.
  var needs: Evidence { get }
  func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream) throws
}

extension Measures {
  public var needs: Evidence { [] }
}

/// A plugin that is an analysis, with the figures that a report draws of it.
public protocol Analysis: Plugin, Measures {
  static var figures: [Figure] { get }
}

extension Analysis {
  public static var figures: [Figure] { [] }
}
