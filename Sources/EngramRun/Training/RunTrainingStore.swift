import EngramData
import EngramKit
import Foundation

/// Snapshots go into the run's file; what a resumed run needs goes beside it, into a folder that is removed when the run
/// is complete.
final class RunTrainingStore: TrainingStore {
  private let sink: StepSink
  private let folder: String
  /// What the saved state must belong to: the run's provenance.
  private let key: String
  /// Whether there will be saved states at all.
  private let keeps: Bool

  init(_ sink: StepSink, folder: String, key: String, keeps: Bool) {
    self.sink = sink
    self.folder = folder
    self.key = key
    self.keeps = keeps
  }

  private var statePath: String { folder + "/state.h5" }
  private func snapshotPath(_ update: Int) -> String { folder + "/snapshot-\(update).h5" }

  func saved() throws -> TrainingState? {
    guard keeps, FileManager.default.fileExists(atPath: statePath),
      let state = try StoredTrainingState.read(statePath, key: key)
    else { return nil }
    for update in state.snapshots {
      let file = try H5File(reading: snapshotPath(update))
      try append(try StoredTrainingState.readWeights(try file.root.group("weights")), at: update)
    }
    return state
  }

  func snapshot(_ weights: Weights, at update: Int) throws {
    try append(weights, at: update)
    guard keeps else { return }
    try makeFolder(folder)
    try H5File.write(snapshotPath(update)) { file in
      try StoredTrainingState.write(weights, to: try file.root.createGroup("weights"))
    }
  }

  func save(_ state: TrainingState) throws { try StoredTrainingState.write(state, to: statePath, key: key) }

  private func append(_ weights: Weights, at update: Int) throws {
    for block in weights.blocks {
      let dataset = TrainingOutputs.snapshots(block)
      sink.declare(dataset)
      let values = block.values.double
      try sink.append(dataset.name, Tensor(values.elements, shape: [1] + values.shape))
    }
    sink.declare(TrainingOutputs.snapshotUpdates)
    try sink.append(TrainingOutputs.snapshotUpdates.name, Tensor([Double(update)], shape: [1]))
  }
}

extension Trained {
  /// Writes final weights, history and validation into the training's step.
  func write(to sink: StepSink) throws {
    func put(_ dataset: Dataset, _ values: [Double], shape: [Int]) throws {
      sink.declare(dataset)
      try sink.put(dataset.name, .numbers(Tensor(values, shape: shape)))
    }
    for block in weights.blocks {
      let values = block.values.double
      try put(TrainingOutputs.weights(block), values.elements, shape: values.shape)
    }
    try put(TrainingOutputs.updates, [Double(update)], shape: [])
    for (name, values) in state.history.sorted(by: { $0.key < $1.key }) where !values.isEmpty {
      try put(TrainingOutputs.history(name), values, shape: [values.count])
      try put(TrainingOutputs.final(name), [values[values.count - 1]], shape: [])
    }
    if let kept = state.validatedAt.firstIndex(of: update) {
      try put(
        TrainingOutputs.validationUpdates, state.validatedAt.map(Double.init),
        shape: [state.validatedAt.count])
      for (name, values) in state.validation.sorted(by: { $0.key < $1.key }) {
        try put(TrainingOutputs.validation(name), values, shape: [values.count])
        try put(TrainingOutputs.finalValidation(name), [values[kept]], shape: [])
      }
    }
    notes.forEach(sink.note)
  }
}
