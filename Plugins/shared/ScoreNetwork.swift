import EngramKit

/// The nonlinearity of a rate unit.
enum Activation: String, CaseIterable, Sendable {
  case relu, tanh, softplus, sigmoid

  var function: Nonlinearity {
    switch self {
    case .relu: .relu
    case .tanh: .tanh
    case .softplus: .softplus
    case .sigmoid: .sigmoid
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
    var arguments = try multiply(x, w2, transposeB: true)
    arguments.add(row: bias)
    return arguments
  }

  /// s for every row of `x`; shape [row, output].
  func drift(_ x: Matrix) throws -> Matrix {
    // Few rows at a time: the units' rates then stay in the cache.
    let size = 256 * x.columns
    guard x.count > size else { return try block(x) }
    var elements: [Double] = []
    elements.reserveCapacity(x.count)
    for first in stride(from: 0, to: x.count, by: size) {
      let rows = Array(x.elements[first..<min(x.count, first + size)])
      elements += try block(Matrix(rows, shape: [rows.count / x.columns, x.columns])).elements
    }
    return Matrix(elements, shape: x.shape)
  }

  private func block(_ x: Matrix) throws -> Matrix {
    var read = try multiply(try arguments(x).passed(through: activation.function), w1, transposeB: true)
    read.add(-1, times: x)
    return read
  }

  /// s as a table of lines, for rectified units and one output; else nil.
  var table: PiecewiseLinear? {
    guard w1.rows == 1, activation == .relu else { return nil }
    return PiecewiseLinear(
      slope: -1, offset: 0, units: bias.indices.map { (w1.elements[$0], w2.elements[$0], bias[$0]) })
  }

  /// Why W1 has no right inverse, with the condition number; nil where it has one.
  static func missingInverse(_ w1: Matrix) throws -> String? {
    let singular = try singularValues(w1)
    let ratio = w1.rows > w1.columns ? .infinity : (singular.max() ?? 0) / (singular.min() ?? 0)
    guard !(ratio * ratio <= 1e12) else { return nil }
    return
      "the read-out has no right inverse, so the reservoir is no exact sampler: the condition number of W1 W1' is \(shortest(ratio * ratio)), above 1e12"
  }

  /// W1' (W1 W1')^-1 transposed, [output, reservoir]: the right inverse of a read-out.
  ///
  /// - Throws: `Problem` naming the condition number when W1 has not full rank.
  static func inverse(_ w1: Matrix) throws -> Matrix {
    if let missing = try missingInverse(w1) {
      throw Problem(missing, fix: "train with fewer outputs or more units, or simulate the read-out")
    }
    return try Cholesky(try multiply(w1, w1, transposeB: true)).solve(w1)
  }

  /// The reservoir that `inputs` hold: W1, b, and W2 or recurrent weights W_rec, from which W2 is then recovered; and how
  /// far W2 W1 is from W_rec, nil where W2 is given.
  static func stored(_ inputs: Inputs, _ activation: Activation) throws -> (
    score: ReservoirScore, defect: Double?
  ) {
    guard inputs.contains("W1"), inputs.contains("b"), inputs.contains("W2") || inputs.contains("W_rec")
    else {
      throw Problem(
        "a reservoir needs W1, b, and W2 or W_rec", fix: "read all of them from one training or file")
    }
    let (w1, bias) = (try inputs.connectivity("W1").dense(), try inputs.vector("b"))
    let (w2, defect): (Matrix, Double?) =
      inputs.contains("W2")
      ? (try inputs.connectivity("W2").dense(), nil)
      : try factor(inputs.connectivity("W_rec").dense(), w1)
    return (try ReservoirScore(w1: w1, w2: w2, bias: bias, activation: activation), defect)
  }

  /// - Throws: `Problem` with `fix` when W2 W1 is further than 1e-8 from the recurrent weights.
  static func checkFactors(_ defect: Double, fix: String) throws {
    guard defect <= 1e-8 else {
      throw Problem(
        "the recurrent weights are not W2 W1 (relative defect \(shortest(defect))), so the read-out alone has no closed dynamics",
        fix: fix)
    }
  }

  /// Feedback W2 = W_rec W1+ of recurrent weights, and how far W2 W1 is from them, relative to their norm.
  private static func factor(_ recurrent: Matrix, _ w1: Matrix) throws -> (Matrix, Double?) {
    guard recurrent.rank == 2, recurrent.rows == w1.columns, recurrent.columns == w1.columns else {
      throw Problem(
        "recurrent weights of shape \(recurrent.shape) do not fit a read-out of shape \(w1.shape)")
    }
    let w2 = try multiply(recurrent, try inverse(w1), transposeB: true)
    let back = try multiply(w2, w1)
    let norm = recurrent.elements.reduce(0) { $0 + $1 * $1 }
    let defect = zip(back.elements, recurrent.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (w2, norm > 0 ? (defect / norm).squareRoot() : 0)
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
