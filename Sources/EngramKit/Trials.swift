import Synchronization

/// This update's batch, and the model to run it on: what a rule gets to form its estimate.
///
/// Every call of `run` sees the same batch and the same noise.
public struct Trials: Sendable {
  public let batch: Batch
  public let clock: Clock
  private let model: any Trains
  private let noise: RandomStream
  private let log = TrialLog()

  public init(batch: Batch, clock: Clock, model: any Trains, noise: RandomStream) {
    self.batch = batch
    self.clock = clock
    self.model = model
    self.noise = noise
  }

  /// The model's answer to `request` at `weights`; a rule may hand in a batch of its own (denoising).
  public func run(
    at weights: Weights, _ request: Request, batch own: Batch? = nil, each: (Trace) throws -> Void = { _ in }
  ) throws -> Trial {
    var random = noise
    let trial = try model.trial(own ?? batch, at: weights, request, &random, each: each)
    log.add(trial)
    return trial
  }

  /// What the rule's own runs have told so far, so that a training's history costs no run of its own.
  public var seen: Trial { log.trial }

  /// A figure of the rule's own for the history of this update, such as how many losses were dropped.
  public func report(_ name: String, _ value: Double) { log.report(name, value) }

  /// Losses of `count` perturbed weights, made on demand `block` at a time so that memory stays bounded.
  public func losses(_ count: Int, block: Int = 16, _ member: (Int) throws -> Weights) throws -> [Double] {
    var result: [Double] = []
    for first in stride(from: 0, to: count, by: block) {
      let members = try (first..<min(count, first + block)).map(member)
      result += try model.losses(batch, at: members, noise)
    }
    log.add(losses: result)
    return result
  }
}

/// The first loss and metrics that a rule's runs gave, and the last running blocks.
private final class TrialLog: Sendable {
  private let state = Mutex<(trial: Trial, isMean: Bool)>((Trial(), false))
  private let reported = Mutex<[String: Double]>([:])

  var trial: Trial {
    var trial = state.withLock(\.trial)
    trial.metrics.merge(reported.withLock(\.self)) { _, own in own }
    return trial
  }

  func report(_ name: String, _ value: Double) { reported.withLock { $0[name] = value } }

  func add(_ trial: Trial) {
    state.withLock { known in
      if let loss = trial.loss, known.trial.loss == nil || known.isMean {
        (known.trial.loss, known.trial.metrics, known.isMean) = (loss, trial.metrics, false)
      } else if known.trial.loss == nil, known.trial.metrics.isEmpty {
        known.trial.metrics = trial.metrics
      }
      if let running = trial.running { known.trial.running = running }
    }
  }

  /// Of perturbed weights alone the mean is kept: the loss as the rule smooths it.
  func add(losses: [Double]) {
    guard !losses.isEmpty else { return }
    state.withLock { known in
      guard known.trial.loss == nil else { return }
      known.trial.loss = losses.reduce(0, +) / Double(losses.count)
      known.isMean = true
    }
  }
}

/// A trained model and its checkpoints, given to an analysis that names one.
public struct Probe: Sendable {
  public let model: any Trains
  public let source: any TrialSource
  /// Names of the rules that the step lists, with their instances.
  public let rules: [(name: String, rule: any Learns)]
  /// Update at which each checkpoint was taken.
  public let updates: [Int]
  private let load: @Sendable (Int) throws -> Weights

  public init(
    model: any Trains, source: any TrialSource, rules: [(name: String, rule: any Learns)], updates: [Int],
    load: @escaping @Sendable (Int) throws -> Weights
  ) {
    self.model = model
    self.source = source
    self.rules = rules
    self.updates = updates
    self.load = load
  }

  /// The weights of checkpoint `index`, read from the file when asked for.
  public func weights(_ index: Int) throws -> Weights { try load(index) }

  /// Trials of a split to judge by: `count` of those that the task stores, chosen by `random`, or as many new ones.
  ///
  /// - Throws: `Problem` when the task keeps none in that split.
  public func batch(_ split: Split, _ count: Int, _ random: RandomStream) throws -> Batch {
    var random = random
    var picks = Array(0..<count)
    if let stored = source.count(split) {
      guard stored > 0 else {
        throw Problem(
          "the task keeps no \(split.rawValue) trials",
          fix: "give that split a share of them, or choose another")
      }
      picks = random.choose(min(count, stored), of: stored).sorted()
    }
    var batch = try source.batch(picks, split, &random)
    batch.mode = .evaluate
    return batch
  }

  /// A batch as a rule would get it.
  public func trials(_ batch: Batch, _ random: RandomStream) -> Trials {
    Trials(batch: batch, clock: Clock(update: 0, updates: 1), model: model, noise: random)
  }
}
