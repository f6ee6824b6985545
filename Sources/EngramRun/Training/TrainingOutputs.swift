import EngramData
import EngramKit

/// What a training writes into its step: names, kinds and units of the datasets.
enum TrainingOutputs {
  /// First parts of the names: final weights by block, snapshots by block, loss and metrics of each update, of each
  /// validation, and the last of them.
  static let sections = ["weights", "snapshots", "history", "validation", "final"]

  /// The final numbers of a block.
  static func weights(_ block: Weights.Block) -> Dataset {
    let isMatrix = block.values.shape.count == 2
    return Dataset(
      "weights/\(block.name)", isMatrix ? .connectivity : .array, axes(block), unit: Unit(block.unit) ?? .one,
      "Block \(block.name) after the training.")
  }

  /// Snapshots of a block over the training.
  static func snapshots(_ block: Weights.Block) -> Dataset {
    Dataset(
      "snapshots/\(block.name)", .weights, ["snapshot"] + axes(block), unit: Unit(block.unit) ?? .one,
      "Block \(block.name) at each snapshot.")
  }

  static let snapshotUpdates = Dataset(
    "snapshots/update", .array, ["snapshot"], unit: .one, "Updates made before each snapshot.")
  static let validationUpdates = Dataset(
    "validation/update", .array, ["validation"], unit: .one, "Updates made before each validation.")
  static let updates = Dataset("final/update", .array, [], unit: .one, "Updates that made the final weights.")

  static func history(_ name: String) -> Dataset {
    Dataset("history/\(name)", .history, ["update"], unit: .one, "The batch's \(name) in each update.")
  }
  static func validation(_ name: String) -> Dataset {
    Dataset("validation/\(name)", .history, ["validation"], unit: .one, "The validation's \(name).")
  }
  static func final(_ name: String) -> Dataset {
    Dataset("final/\(name)", .array, [], unit: .one, "The \(name) in the last update.")
  }
  static func finalValidation(_ name: String) -> Dataset {
    Dataset(
      "final/validation_\(name)", .array, [], unit: .one, "The validation's \(name) at the final weights.")
  }

  /// Axes of a block: `[post, pre]` of a matrix, else numbered.
  private static func axes(_ block: Weights.Block) -> [String] {
    switch block.values.shape.count {
    case 2: ["\(block.name)_post", "\(block.name)_pre"]
    default: block.values.shape.indices.map { "\(block.name)_\($0)" }
    }
  }
}
