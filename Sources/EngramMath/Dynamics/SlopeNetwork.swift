import Glibc

/// A feed-forward network as the right side of a system of equations: dy/dt = scale · (W_n f(... f(W_1 g(y) + b_1)) + b_n).
///
/// Rows are independent states; weights are `[post, pre]`.
public struct SlopeNetwork: Sendable {
  /// The function of the hidden units.
  public enum Activation: String, Sendable, CaseIterable {
    case tanh
    /// x times the normal distribution function, exactly.
    case gelu
  }

  /// Weights of each layer, first to last.
  public var weights: [Matrix]
  /// Biases of each layer; empty where there are none.
  public var biases: [[Double]]
  public var activation: Activation
  /// Power of each state variable that the network sees, such as 3.
  public var power: Int
  /// Factor of each slope; empty: 1.
  public var scale: [Double]

  public init(
    weights: [Matrix], biases: [[Double]] = [], activation: Activation, power: Int = 1, scale: [Double] = []
  ) {
    (self.weights, self.biases, self.activation) = (weights, biases, activation)
    (self.power, self.scale) = (power, scale)
  }

  /// Gradients of a loss by weights and biases, in their shapes.
  public struct Slopes: Sendable {
    public var weights: [Matrix]
    public var biases: [[Double]]
  }

  /// Zeros in the shapes of the weights and biases.
  public var zeroSlopes: Slopes {
    Slopes(
      weights: weights.map { Tensor(repeating: 0, shape: $0.shape) },
      biases: biases.map { Array(repeating: 0, count: $0.count) })
  }

  /// dy/dt for each row of `y`; shape [row, variable].
  public func value(_ y: Matrix) throws(MathError) -> Matrix {
    var x = powers(y)
    for layer in weights.indices {
      x = try argument(x, layer)
      if layer < weights.count - 1 { x = hidden(x) }
    }
    if !scale.isEmpty { for i in 0..<x.count { x[i] *= scale[i % scale.count] } }
    return x
  }

  /// The product of `seed` [row, variable] with the derivative of dy/dt by y; adds that by the weights to `slopes`.
  public func pullback(_ y: Matrix, _ seed: Matrix, into slopes: inout Slopes) throws(MathError) -> Matrix {
    var inputs = [powers(y)]
    var arguments: [Matrix] = []
    for layer in weights.indices {
      let a = try argument(inputs[layer], layer)
      arguments.append(a)
      if layer < weights.count - 1 { inputs.append(hidden(a)) }
    }
    var back = seed
    if !scale.isEmpty { for i in 0..<back.count { back[i] *= scale[i % scale.count] } }
    for layer in weights.indices.reversed() {
      if layer < weights.count - 1 { multiplyBySlope(&back, arguments[layer], inputs[layer + 1]) }
      if !biases.isEmpty {
        let size = biases[layer].count
        for i in 0..<back.count { slopes.biases[layer][i % size] += back[i] }
      }
      let (m, n) = (weights[layer].rows, weights[layer].columns)
      Double.gemm(
        true, false, m, n, back.rows, 1, back.elements, m, inputs[layer].elements, n, 1,
        &slopes.weights[layer].elements, n)
      back = try multiply(back, weights[layer])
    }
    if power != 1 {
      for i in 0..<back.count { back[i] *= Double(power) * Glibc.pow(y[i], Double(power - 1)) }
    }
    return back
  }

  /// The derivatives of dy/dt of one state by y; shape [variable, variable].
  public func jacobian(_ y: [Double]) throws(MathError) -> Matrix {
    let n = y.count
    var ignored = zeroSlopes
    let rows = Matrix((0..<n).flatMap { _ in y }, shape: [n, n])
    return try pullback(rows, .identity(n), into: &ignored)
  }

  private func powers(_ y: Matrix) -> Matrix {
    switch power {
    case 1: y
    case 3: y.map { $0 * $0 * $0 }
    default: y.map { Glibc.pow($0, Double(power)) }
    }
  }

  private func argument(_ x: Matrix, _ layer: Int) throws(MathError) -> Matrix {
    var a = try multiply(x, weights[layer], transposeB: true)
    if !biases.isEmpty {
      let bias = biases[layer]
      for i in 0..<a.count { a[i] += bias[i % bias.count] }
    }
    return a
  }

  private func hidden(_ x: Matrix) -> Matrix {
    switch activation {
    case .tanh: return x.applying(.tanh)
    case .gelu:
      var y = x
      for i in 0..<x.count { y[i] = 0.5 * x[i] * (1 + Glibc.erf(x[i] * 0.5.squareRoot())) }
      return y
    }
  }

  private func multiplyBySlope(_ back: inout Matrix, _ argument: Matrix, _ output: Matrix) {
    switch activation {
    case .tanh: for i in 0..<back.count { back[i] *= 1 - output[i] * output[i] }
    case .gelu:
      let density = 1 / (2 * Double.pi).squareRoot()
      for i in 0..<back.count {
        let x = argument[i]
        back[i] *= 0.5 * (1 + Glibc.erf(x * 0.5.squareRoot())) + x * density * Glibc.exp(-0.5 * x * x)
      }
    }
  }
}
