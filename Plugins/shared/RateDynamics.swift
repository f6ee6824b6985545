import EngramKit

/// Constants of a leaky rate network, which its weights carry in the untrained block `dynamics`.
struct RateDynamics: Sendable {
  var leak: Double
  var gain: Double
  var threshold: Double
  var hasAutapses: Bool

  /// - Throws: `Problem` when the model does not tell them.
  init(_ weights: Weights) throws {
    guard let values = weights["dynamics"]?.values.double, values.count == 4 else {
      throw Problem(
        "the model does not say its leak and gain (no block 'dynamics' of four numbers)",
        fix: "train a leaky-relu-rnn, or use a rule that needs only the gradient, such as bptt")
    }
    (leak, gain, threshold, hasAutapses) = (values[0], values[1], values[2], values[3] != 0)
  }
}

extension Numbers {
  /// A square matrix with zeros on its diagonal.
  func withoutDiagonal() -> Numbers {
    func cleared<Element: Real>(_ values: Tensor<Element>) -> Tensor<Element> {
      var values = values
      for i in 0..<values.rows { values[i, i] = 0 }
      return values
    }
    return switch self {
    case .float32(let values): .float32(cleared(values))
    case .float64(let values): .float64(cleared(values))
    }
  }
}
