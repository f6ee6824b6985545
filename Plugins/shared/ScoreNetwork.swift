import EngramKit

/// The nonlinearity of a rate unit.
enum Activation: String, CaseIterable, Sendable {
  case relu, tanh, softplus, sigmoid

  func value(_ x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .tanh: EngramKit.tanh(x)
    case .softplus: x > 30 ? x : log1p(exp(x))
    case .sigmoid: 1 / (1 + exp(-x))
    }
  }

  func slope(_ x: Double) -> Double {
    switch self {
    case .relu: x > 0 ? 1 : 0
    case .tanh: 1 - EngramKit.tanh(x) * EngramKit.tanh(x)
    case .softplus: 1 / (1 + exp(-x))
    case .sigmoid: (1 / (1 + exp(-x))) * (1 - 1 / (1 + exp(-x)))
    }
  }
}

/// The drift of the read-out of a reservoir: s(x) = -x + W1 phi(W2 x + b); W1 [output, reservoir], W2 [reservoir, output].
struct ReservoirScore: Sendable {
  var w1: Matrix
  var w2: Matrix
  var bias: [Double]
  var activation: Activation

  /// - Throws: `Problem` naming the shapes when the factors do not fit together.
  init(w1: Matrix, w2: Matrix, bias: [Double], activation: Activation) throws {
    guard w1.rank == 2, w2.rank == 2, w1.rows == w2.columns, w1.columns == w2.rows, bias.count == w2.rows
    else {
      throw Problem(
        "W1 \(w1.shape), W2 \(w2.shape) and \(bias.count) biases are no reservoir",
        fix: "W1 is [output, reservoir], W2 [reservoir, output], the bias [reservoir]")
    }
    (self.w1, self.w2, self.bias, self.activation) = (w1, w2, bias, activation)
  }

  /// Arguments W2 x + b of the units, for rows of `x`; shape [row, reservoir].
  func arguments(_ x: Matrix) throws -> Matrix {
    var a = try multiply(x, w2, transposeB: true)
    for row in 0..<a.rows { for j in bias.indices { a[row, j] += bias[j] } }
    return a
  }

  /// s for every row of `x`; shape [row, output].
  func drift(_ x: Matrix) throws -> Matrix {
    var s = try multiply(try arguments(x).map { activation.value($0) }, w1, transposeB: true)
    for i in s.elements.indices { s[i] -= x[i] }
    return s
  }
}

/// Half the mean square distance of scores to their targets, and its derivative by the scores.
func scoreLoss(_ scores: Matrix, _ target: Target) throws -> (loss: Double, error: Matrix) {
  guard case .values(let wanted) = target else {
    throw Problem("a score network needs target values", fix: "train it with denoising-score-matching")
  }
  guard scores.shape == wanted.shape else {
    throw Problem("targets of shape \(wanted.shape) do not fit scores of shape \(scores.shape)")
  }
  let count = Double(scores.rows)
  let difference = Matrix(zip(scores.elements, wanted.elements).map { $0 - $1 }, shape: scores.shape)
  return (difference.elements.reduce(0) { $0 + $1 * $1 } / (2 * count), difference.map { $0 / count })
}
