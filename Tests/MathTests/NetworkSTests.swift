import EngramMath
import Foundation
import Testing

/// Network S of the ModProp specification, section 6: the tape against hand-written backpropagation through time and
/// the reference numbers (float64, NumPy, checked there against central differences).
@Suite("Network S by the tape")
struct NetworkSTests {
  let signs = [-1.0, -1, 1, 1, 1]
  let decay = 0.8
  let gain = 0.2
  let labels = [0, 1]

  var recurrent: Matrix {
    table(5, 5) { p, q in p == q ? 0 : signs[q] * (0.2 + 0.1 * Double((3 * p + 5 * q) % 7)) }
  }
  var input: Matrix { table(5, 2) { p, m in 0.9 * cos(2 * Double(p) + 1.5 * Double(m)) } }
  var output: Matrix { table(2, 5) { k, j in 0.3 * signs[j] * Double(1 + (k + 2 * j) % 3) } }
  let bias = Matrix([0, 0.1], shape: [2])

  private func table(_ rows: Int, _ columns: Int, _ f: (Int, Int) -> Double) -> Matrix {
    Matrix((0..<rows * columns).map { f($0 / columns, $0 % columns) }, shape: [rows, columns])
  }

  /// [trial, channel] at step `t`.
  private func stimulus(_ t: Int) -> Matrix {
    table(2, 2) { b, m in 0.6 + 1.5 * sin(0.9 * Double(t) + 1.7 * Double(m) + 1.1 * Double(b)) }
  }

  private func loss(_ p: [Variable<Double>]) -> (
    loss: Variable<Double>, read: Variable<Double>, v: Variable<Double>
  ) {
    var v = Variable(Matrix(repeating: 0, shape: [2, 5]))
    var z = v
    for t in 0..<8 {
      let drive = multiply(Variable(stimulus(t)), p[1], transposeB: true)
      v = v.scaled(by: decay) + multiply(z, p[0], adding: drive, transposeB: true).scaled(by: gain)
      z = v.relu()
    }
    let read = multiply(z, p[2], transposeB: true) + p[3]
    return (read.crossEntropy(labels), read, v)
  }

  private func norm(_ x: Matrix) -> Double { x.elements.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// The autapses take no part: their gradient is masked.
  private func masked(_ x: Matrix) -> Matrix { table(5, 5) { p, q in p == q ? 0 : x[p, q] } }

  @Test("forward values, loss and gradients are those of the specification")
  func reference() {
    let parameters = [recurrent, input, output, bias].map { Variable($0, needsGradient: true) }
    let (loss, read, v) = loss(parameters)
    #expect(distance(read.value.elements, [0.0084000967, 0.1006208407, -0.0083119358, 0.0833761285]) < 1e-8)
    #expect(
      distance(
        Array(v.value.elements[..<5]),
        [0.3985630348, -0.7715129078, 0.0539311758, 0.3187010058, -0.7796266398]) < 1e-8)
    #expect((loss.scalar - 0.6943369387).magnitude < 1e-8)
    let found = gradients(of: loss, by: parameters).map(\.value)
    let w = masked(found[0])
    #expect((norm(w) - 0.0490976432).magnitude < 1e-8 && (norm(found[1]) - 0.0658249126).magnitude < 1e-8)
    #expect(distance([w[0, 3], w[2, 0], w[4, 0]], [-0.0248558131, 0.032820422, 0.0016992652]) < 1e-8)
  }

  @Test("the tape equals the adjoint recursion written by hand, and central differences")
  func byHand() throws {
    let values = [recurrent, input, output, bias]
    let parameters = values.map { Variable($0, needsGradient: true) }
    let found = gradients(of: loss(parameters).loss, by: parameters).map(\.value)
    let expected = try adjoint()
    for (a, b) in zip(found, expected) { #expect(distance(a, b) < 1e-15) }
    #expect(gradientError(values) { loss($0).loss } < 1e-8)
    #expect(hessianError(values) { loss($0).loss } < 1e-7)
  }

  /// lambda_t = h_t (L_t + gain Wᵀ lambda_t+1) + decay lambda_t+1, section 3 of the specification.
  private func adjoint() throws -> [Matrix] {
    var (v, z) = ([Matrix(repeating: 0, shape: [2, 5])], [Matrix(repeating: 0, shape: [2, 5])])
    for t in 0..<8 {
      let recurrentPart = try multiply(z[t], recurrent, transposeB: true)
      let inputPart = try multiply(stimulus(t), input, transposeB: true)
      v.append(table(2, 5) { decay * v[t][$0, $1] + gain * (recurrentPart[$0, $1] + inputPart[$0, $1]) })
      z.append(v[t + 1].map { max($0, 0) })
    }
    let read = try multiply(z[8], output, transposeB: true)
    let delta = table(2, 2) { b, k in
      let powers = (0..<2).map { exp(read[b, $0] + bias[$0]) }
      return (powers[k] / (powers[0] + powers[1]) - (labels[b] == k ? 1 : 0)) / 2
    }
    var lambda = Matrix(repeating: 0, shape: [2, 5])
    var (w, win) = (Matrix(repeating: 0, shape: [5, 5]), Matrix(repeating: 0, shape: [5, 2]))
    for t in (1...8).reversed() {
      let top = t == 8 ? try multiply(delta, output) : Matrix(repeating: 0, shape: [2, 5])
      let back = try multiply(lambda, recurrent)
      lambda = table(2, 5) { b, p in
        (v[t][b, p] > 0 ? top[b, p] + gain * back[b, p] : 0) + decay * lambda[b, p]
      }
      let (dw, dwin) = (
        try multiply(lambda, z[t - 1], transposeA: true),
        try multiply(lambda, stimulus(t - 1), transposeA: true)
      )
      w = table(5, 5) { w[$0, $1] + gain * dw[$0, $1] }
      win = table(5, 2) { win[$0, $1] + gain * dwin[$0, $1] }
    }
    let b = Matrix([delta[0, 0] + delta[1, 0], delta[0, 1] + delta[1, 1]], shape: [2])
    return [w, win, try multiply(delta, z[8], transposeA: true), b]
  }
}
