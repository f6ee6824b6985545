import EngramKit

/// The loss of a batch that is stepped through.
struct StreamedLoss<Element: Real> {
  private let target: Target
  private let steps: Int
  /// Labels that count in the whole batch.
  private let counted: Int
  private(set) var value = 0.0
  private(set) var metrics: [String: Double] = [:]

  init(_ target: Target, steps: Int) {
    (self.target, self.steps) = (target, steps)
    if case .labelsByStep(let labels) = target {
      counted = labels.elements.count { $0 >= 0 }
    } else {
      counted = 0
    }
  }

  /// Adds step `t`, and gives the errors of its outputs [trial, output]; nil where the step has no target.
  mutating func add(_ t: Int, _ network: LeakyReluNetwork<Element>, _ state: LeakyReluState<Element>) throws
    -> Tensor<Element>?
  {
    var (own, share) = (target, 1.0)
    switch target {
    case .none: throw Problem("the trials have no target")
    case .labels: if t + 1 < steps { return nil }
    case .labelsByStep(let labels):
      let now = (0..<labels.rows).map { labels[$0, t] }
      let here = now.count { $0 >= 0 }
      if here == 0 { return nil }
      share = Double(here) / Double(max(1, counted))
      own = .labelsByStep(Tensor(now, shape: [now.count, 1]))
    case .values(let values):
      if values.rank == 2 {
        if t + 1 < steps { return nil }
      } else {
        let (trials, outputs) = (values.shape[0], values.shape[2])
        let now = (0..<trials).flatMap { b in (0..<outputs).map { values[b, t, $0] } }
        own = .values(Tensor(now, shape: [trials, 1, outputs]))
      }
    }
    let y = network.output(state)
    let loss = try ReadoutLoss(y.reshaped([1] + y.shape), own)
    value += share * loss.loss
    if case .values(let values) = target, values.rank == 3 {
      metrics["mse", default: 0] += (loss.metrics["mse"] ?? 0) / Double(steps)
    } else {
      metrics = loss.metrics
    }
    let errors = loss.errors.reshaped(y.shape)
    return share == 1 ? errors : errors.map { Element(share) * $0 }
  }
}
