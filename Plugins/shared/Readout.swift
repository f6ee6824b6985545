import EngramKit

/// A linear read-out of activity, judged by softmax cross-entropy: what local learning of it needs.
struct Readout: Sendable {
  /// Shape [trial, class].
  let logits: Matrix
  /// Mean cross-entropy over trials, in nats.
  let loss: Double
  /// Share of trials whose largest logit is the label; the first of equal ones counts.
  let accuracy: Double
  /// Derivative of the loss by the activity; shape [trial, unit].
  let activitySlope: Matrix
  /// Gradient of the loss by the blocks `W_out` [class, unit] and `b_out` [class].
  let gradient: Weights

  /// - Parameters:
  ///   - activity: Shape [trial, unit].
  ///   - weights: Shape [class, unit].
  /// - Throws: `Problem` when a label is no class; `MathError.shape`.
  init(_ activity: Matrix, _ labels: [Int], weights: Matrix, bias: [Double]) throws {
    var logits = try multiply(activity, weights, transposeB: true)
    for trial in 0..<logits.rows { for k in bias.indices { logits[trial, k] += bias[k] } }
    var error = logits
    var (loss, hits) = (0.0, 0)
    for (trial, label) in labels.enumerated() {
      guard label >= 0, label < bias.count else {
        throw Problem("trial \(trial) has the label \(label), the read-out \(bias.count) classes")
      }
      let row = Array(logits.row(trial))
      // Shifted by the largest logit, so that no exponential overflows; max of NaN is NaN or not, the sum always is.
      let top = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exp($1 - top) }
      loss += log(sum) + top - row[label]
      if row.firstIndex(of: top) == label { hits += 1 }
      for k in row.indices {
        error[trial, k] = (exp(row[k] - top) / sum - (k == label ? 1 : 0)) / Double(labels.count)
      }
    }
    self.logits = logits
    self.loss = loss / Double(labels.count)
    accuracy = Double(hits) / Double(labels.count)
    activitySlope = try multiply(error, weights)
    var biasSlope = [Double](repeating: 0, count: bias.count)
    for trial in 0..<error.rows { for k in bias.indices { biasSlope[k] += error[trial, k] } }
    gradient = Weights([
      .init("W_out", try multiply(error, activity, transposeA: true)),
      .init("b_out", Tensor(biasSlope, shape: [bias.count])),
    ])
  }
}
