import EngramKit

/// All that a training is at one moment: with it, and the streams that update numbers open, it goes on as if never stopped.
struct TrainingState: Sendable, Equatable {
  /// Updates made.
  var update = 0
  var weights: Weights
  var memory: Weights
  /// Loss and metrics of each update, by name; NaN where an update gave none.
  var history: [String: [Double]] = [:]
  /// Loss and metrics of each validation, by name.
  var validation: [String: [Double]] = [:]
  /// Updates after which the validations were made.
  var validatedAt: [Int] = []
  /// The weights with the lowest validation loss.
  var best: Weights?
  var bestLoss = Double.infinity
  var bestUpdate = 0
  /// Validations since then.
  var waited = 0
  /// Updates after which snapshots were taken.
  var snapshots: [Int] = []
}

/// What a training leaves.
struct Trained: Sendable {
  /// The final weights: the best ones where a validation chose them.
  var weights: Weights
  /// Updates that made them.
  var update: Int
  var state: TrainingState
  /// What the rule has to say, and why the training ended before its time where it did.
  var notes: [String]
}

/// Where a training keeps snapshots, and what a later process needs to go on.
protocol TrainingStore: AnyObject {
  /// The state saved last; nil when there is none.
  func saved() throws -> TrainingState?
  /// Keeps a snapshot of the weights.
  func snapshot(_ weights: Weights, at update: Int) throws
  /// Keeps what a resumed run needs.
  func save(_ state: TrainingState) throws
}
