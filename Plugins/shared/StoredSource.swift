import EngramKit

/// Trials kept in memory, by split.
struct StoredSource: TrialSource {
  /// [trial, time, channel], or [trial, channel].
  let input: Tensor<Double>
  let target: Target
  /// Classes there are, where more than the labels show; nil: the highest label plus one.
  var outputs: Int?
  /// Numbers of the trials in each split.
  let picks: [Split: [Int]]

  var shape: TrialShape {
    let seen =
      switch target {
      case .none: 0
      case .labels(let labels): (labels.max() ?? -1) + 1
      case .labelsByStep(let labels): (labels.elements.max() ?? -1) + 1
      case .values(let values): values.shape.last ?? 0
      }
    var classes = false
    if case .labels = target { classes = true }
    if case .labelsByStep = target { classes = true }
    return TrialShape(
      steps: input.rank == 3 ? input.shape[1] : nil, inputs: input.shape.last ?? 0, outputs: outputs ?? seen,
      classes: classes)
  }

  func count(_ split: Split) -> Int? { picks[split]?.count ?? 0 }

  func batch(_ picked: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
    let rows = picked.map { picks[split, default: []][$0] }
    let target: Target =
      switch target {
      case .none: .none
      case .labels(let labels): .labels(rows.map { labels[$0] })
      case .labelsByStep(let labels): .labelsByStep(labels.gathered(rows))
      case .values(let values): .values(values.gathered(rows))
      }
    return Batch(input: input.gathered(rows), target: target, mode: split == .train ? .train : .evaluate)
  }
}

extension Tensor {
  /// The rows (first axis) numbered `rows`, in that order.
  fileprivate func gathered(_ rows: [Int]) -> Tensor {
    Tensor(rows.flatMap { row($0) }, shape: [rows.count] + shape.dropFirst())
  }
}
