import EngramKit

/// The loss of a read-out over time, its derivative by the outputs, and the derivative of that along a change of the outputs.
///
/// Labels: softmax cross-entropy at the last step (one label a trial) or averaged over all steps with a label of at least 0. Values:
/// half the squared error, summed over outputs and steps and averaged over trials; values [trial, output] count at the last step.
struct ReadoutLoss<Element: Real>: Sendable {
  let loss: Double
  /// `accuracy` for labels (at each trial's last labelled step), `mse` for values; by name.
  let metrics: [String: Double]
  /// Derivative of the loss by each output; [step, trial, output].
  let errors: Tensor<Element>
  /// Softmax where a label counts, by row of [step × trial]; empty for values.
  private let probabilities: [Element]
  /// How much each row counts: one over what is averaged over, or 0.
  private let shares: [Element]

  /// - Parameter outputs: [step, trial, output].
  /// - Throws: `Problem` when there is no target, or it does not fit the outputs.
  init(_ outputs: Tensor<Element>, _ target: Target) throws {
    let (steps, trials, classes) = (outputs.shape[0], outputs.shape[1], outputs.shape[2])
    switch target {
    case .none: throw Problem("the trials have no target", fix: "choose a task with labels or target values")
    case .labels(let labels):
      guard labels.count == trials else { throw Problem("\(labels.count) labels for \(trials) trials") }
      var rows = [Int](repeating: -1, count: steps * trials)
      rows.replaceSubrange((steps - 1) * trials..<steps * trials, with: labels)
      try self.init(outputs, rows, classes)
    case .labelsByStep(let labels):
      guard labels.shape == [trials, steps] else {
        throw Problem("labels of shape \(labels.shape) for \(trials) trials of \(steps) steps")
      }
      var rows = [Int](repeating: -1, count: steps * trials)
      for b in 0..<trials { for t in 0..<steps { rows[t * trials + b] = labels[b, t] } }
      try self.init(outputs, rows, classes)
    case .values(let values):
      try self.init(outputs, values: values)
    }
  }

  private init(_ outputs: Tensor<Element>, _ labels: [Int], _ classes: Int) throws {
    if let wrong = labels.first(where: { $0 >= classes }) {
      throw Problem(
        "a trial has the label \(wrong), but the read-out has \(classes) outputs",
        fix: "number the classes 0 to \(classes - 1), or give the model more outputs")
    }
    let counted = labels.count { $0 >= 0 }
    guard counted > 0, classes > 0 else { throw Problem("no step of any trial has a label") }
    let share = 1 / Element(counted)
    var (errors, softmax) = (Tensor<Element>(repeating: 0, shape: outputs.shape), [Element]())
    softmax = errors.elements
    var total = 0.0
    for (row, label) in labels.enumerated() where label >= 0 {
      let values = outputs.elements[row * classes..<(row + 1) * classes]
      let greatest = values.max() ?? 0
      let powers = values.map { exp(Double($0 - greatest)) }
      let sum = powers.reduce(0, +)
      total += log(sum) - Double(values[row * classes + label] - greatest)
      for k in 0..<classes {
        let p = Element(powers[k] / sum)
        softmax[row * classes + k] = p
        errors[row * classes + k] = (p - (k == label ? 1 : 0)) * share
      }
    }
    loss = total / Double(counted)
    metrics = ["accuracy": Self.accuracy(outputs, labels)]
    self.errors = errors
    probabilities = softmax
    shares = labels.map { $0 >= 0 ? share : 0 }
  }

  /// Share of the trials that are right at their last labelled step.
  private static func accuracy(_ outputs: Tensor<Element>, _ labels: [Int]) -> Double {
    let (steps, trials, classes) = (outputs.shape[0], outputs.shape[1], outputs.shape[2])
    var (right, judged) = (0, 0)
    for b in 0..<trials {
      guard let t = (0..<steps).last(where: { labels[$0 * trials + b] >= 0 }) else { continue }
      let row = t * trials + b
      let values = outputs.elements[row * classes..<(row + 1) * classes]
      guard let greatest = values.max() else { continue }
      judged += 1
      // The first of equal outputs is the answer, as everywhere.
      if values.firstIndex(of: greatest) == row * classes + labels[row] { right += 1 }
    }
    return Double(right) / Double(max(1, judged))
  }

  private init(_ outputs: Tensor<Element>, values: Tensor<Double>) throws {
    let (steps, trials, count) = (outputs.shape[0], outputs.shape[1], outputs.shape[2])
    let atEnd = values.rank == 2
    guard values.shape == (atEnd ? [trials, count] : [trials, steps, count]) else {
      throw Problem(
        "target values of shape \(values.shape) do not fit \(trials) trials of \(steps) steps with \(count) outputs"
      )
    }
    let share = 1 / Element(trials)
    var (errors, shares) = (Tensor<Element>(repeating: 0, shape: outputs.shape), [Element]())
    shares = Array(repeating: 0, count: steps * trials)
    var total = 0.0
    for t in (atEnd ? steps - 1 : 0)..<steps {
      for b in 0..<trials {
        shares[t * trials + b] = share
        for k in 0..<count {
          let wanted = atEnd ? values[b, k] : values[b, t, k]
          let difference = Double(outputs[t, b, k]) - wanted
          total += difference * difference
          errors[t, b, k] = Element(difference) * share
        }
      }
    }
    loss = total / 2 / Double(trials)
    metrics = ["mse": total / Double(trials * count * (atEnd ? 1 : steps))]
    self.errors = errors
    self.shares = shares
    probabilities = []
  }

  /// The change of the errors when the outputs change by `change` [step, trial, output], to first order.
  func tangent(_ change: Tensor<Element>) -> Tensor<Element> {
    let count = change.shape[2]
    var result = change
    for (row, share) in shares.enumerated() {
      let places = row * count..<(row + 1) * count
      guard share != 0, !probabilities.isEmpty else {
        for place in places { result[place] *= share }
        continue
      }
      let mean = places.reduce(0) { $0 + probabilities[$1] * change[$1] }
      for place in places { result[place] = probabilities[place] * (change[place] - mean) * share }
    }
    return result
  }
}
