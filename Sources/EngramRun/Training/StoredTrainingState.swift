import EngramData
import EngramKit
import Foundation

/// A training's state as a file of its own, which a resumed run reads: exact, in the precision of each block.
enum StoredTrainingState {
  static func write(_ state: TrainingState, to path: String, key: String) throws {
    try H5File.write(path) { file in
      let root = try file.root
      try root.attributes.set("key", key)
      try root.attributes.set("update", state.update)
      try root.attributes.set("best_loss", state.bestLoss)
      try root.attributes.set("best_update", state.bestUpdate)
      try root.attributes.set("waited", state.waited)
      try root.write("validated_at", state.validatedAt)
      try root.write("snapshots", state.snapshots)
      try write(state.weights, to: root.createGroup("weights"))
      try write(state.memory, to: root.createGroup("memory"))
      if let best = state.best { try write(best, to: root.createGroup("best")) }
      try write(state.history, to: root.createGroup("history"))
      try write(state.validation, to: root.createGroup("validation"))
    }
  }

  /// The state in the file; nil when it belongs to another run.
  static func read(_ path: String, key: String) throws -> TrainingState? {
    let root = try H5File(reading: path).root
    guard try root.attributes.string("key") == key else { return nil }
    var state = TrainingState(
      weights: try readWeights(root.group("weights")), memory: try readWeights(root.group("memory")))
    state.update = try root.attributes.int("update") ?? 0
    state.bestLoss = try root.attributes.double("best_loss") ?? .infinity
    state.bestUpdate = try root.attributes.int("best_update") ?? 0
    state.waited = try root.attributes.int("waited") ?? 0
    state.validatedAt = try root.dataset("validated_at").read(Int.self)
    state.snapshots = try root.dataset("snapshots").read(Int.self)
    if try root.exists("best") { state.best = try readWeights(root.group("best")) }
    state.history = try readSeries(root.group("history"))
    state.validation = try readSeries(root.group("validation"))
    return state
  }

  /// Weights, as they are numbered: the order of the blocks counts.
  static func write(_ weights: Weights, to group: H5Group) throws {
    for (place, block) in weights.blocks.enumerated() {
      let dataset: H5Dataset
      switch block.values {
      case .float32(let values): dataset = try group.write("\(place)", values.elements, shape: values.shape)
      case .float64(let values): dataset = try group.write("\(place)", values.elements, shape: values.shape)
      }
      try dataset.attributes.set("name", block.name)
      try dataset.attributes.set("trained", block.trained ? 1 : 0)
      try dataset.attributes.set("unit", block.unit)
      if case .float32 = block.values { try dataset.attributes.set("single", 1) }
    }
  }

  static func readWeights(_ group: H5Group) throws -> Weights {
    let count = try group.names().count
    return Weights(
      try (0..<count).map { place in
        let dataset = try group.dataset("\(place)")
        let attributes = dataset.attributes
        let values: Numbers =
          attributes.contains("single")
          ? .float32(Tensor(try dataset.read(Float.self), shape: dataset.shape))
          : .float64(Tensor(try dataset.read(Double.self), shape: dataset.shape))
        var block = Weights.Block(
          try attributes.string("name") ?? "", values, trained: try attributes.int("trained") == 1)
        block.unit = try attributes.string("unit") ?? "1"
        return block
      })
  }

  private static func write(_ series: [String: [Double]], to group: H5Group) throws {
    for (place, one) in series.sorted(by: { $0.key < $1.key }).enumerated() {
      try group.write("\(place)", one.value).attributes.set("name", one.key)
    }
  }

  private static func readSeries(_ group: H5Group) throws -> [String: [Double]] {
    var series: [String: [Double]] = [:]
    for name in try group.names() {
      let dataset = try group.dataset(name)
      series[try dataset.attributes.string("name") ?? name] = try dataset.read(Double.self)
    }
    return series
  }
}
