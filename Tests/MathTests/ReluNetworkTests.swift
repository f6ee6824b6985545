import EngramMath
import Foundation
import Testing

/// Weights and trials of Network S (`modprop`, section 6), in a network whose leak lies inside the rectification.
private enum Fixture {
  static let signs = [-1.0, -1, 1, 1, 1]
  static let weights = ReluWeights(
    recurrent: table(5, 5) { p, q in p == q ? 0 : signs[q] * (0.2 + 0.1 * Double((3 * p + 5 * q) % 7)) },
    input: table(5, 2) { p, m in 0.9 * cos(2 * Double(p) + 1.5 * Double(m)) },
    output: table(2, 5) { k, j in 0.3 * signs[j] * Double(1 + (k + 2 * j) % 3) },
    bias: Tensor([0, 0.1], shape: [2]))
  /// [step, trial, channel].
  static let input: Tensor<Double> = {
    var input = Tensor(repeating: 0.0, shape: [8, 2, 2])
    for t in 0..<8 {
      for b in 0..<2 {
        for m in 0..<2 {
          let phase = 0.9 * Double(t) + 1.7 * Double(m) + 1.1 * Double(b)
          input[t, b, m] = 0.6 + 1.5 * sin(phase)
        }
      }
    }
    return input
  }()
  static let network = ReluNetwork(decay: 0.8, gain: 0.2)

  static func table(_ rows: Int, _ columns: Int, _ f: (Int, Int) -> Double) -> Matrix {
    Matrix((0..<rows * columns).map { f($0 / columns, $0 % columns) }, shape: [rows, columns])
  }

  /// Cross-entropy at the last step with labels 0 and 1: loss, errors, and the softmax by trial.
  static func loss(_ outputs: Tensor<Double>) -> (loss: Double, errors: Tensor<Double>, softmax: Matrix) {
    var errors = Tensor(repeating: 0.0, shape: outputs.shape)
    let softmax = table(2, 2) { b, k in
      exp(outputs[7, b, k]) / (exp(outputs[7, b, 0]) + exp(outputs[7, b, 1]))
    }
    for b in 0..<2 { for k in 0..<2 { errors[7, b, k] = (softmax[b, k] - (k == b ? 1 : 0)) / 2 } }
    return (-(log(softmax[0, 0]) + log(softmax[1, 1])) / 2, errors, softmax)
  }

  /// The product of the Hessian with a direction of all blocks.
  static func product(_ direction: ReluWeights<Double>) throws -> ReluWeights<Double> {
    let pass = try network.run(input, weights)
    let (_, errors, softmax) = loss(pass.outputs)
    let gradient = network.gradient(pass, weights, errors: errors)
    return network.curvature(pass, weights, errors: errors, gradient, along: direction) { change in
      var tangent = Tensor(repeating: 0.0, shape: change.shape)
      for b in 0..<2 {
        let mean = softmax[b, 0] * change[7, b, 0] + softmax[b, 1] * change[7, b, 1]
        for k in 0..<2 { tangent[7, b, k] = softmax[b, k] * (change[7, b, k] - mean) / 2 }
      }
      return tangent
    }
  }
}

@Suite("Rectified networks: gradient and curvature")
struct ReluNetworkTests {
  private let s = Fixture.self

  private func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  @Test("the quadratic toy has one eigenvalue, 25 (case 5), and the zero operator 0")
  func toy() throws {
    let x = [3.0, 4]
    let result = try powerIteration(start: [1, 0], tolerance: 1e-12, limit: 100) { v in
      x.map { $0 * (x[0] * v[0] + x[1] * v[1]) }
    }
    #expect((result.magnitude - 25).magnitude < 1e-12)
    let zero = try powerIteration(start: [1, 2], tolerance: 1e-6, limit: 100) { $0.map { 0 * $0 } }
    #expect(zero.magnitude == 0 && zero.isConverged && zero.iterations == 1)
    let mixed = try powerIteration(start: [1, 1], tolerance: 1e-9, limit: 100) { [2 * $0[0], -2 * $0[1]] }
    #expect(mixed.isConverged && mixed.isMixed && (mixed.magnitude - 2).magnitude < 1e-12)
  }

  @Test("products are central differences of the gradient in every block, and it those of the loss (case 10)")
  func centralDifferences() throws {
    let network = s.network
    var random = RandomStream(seed: 5)
    let zero = s.weights.zeroed
    func drawn(_ x: Tensor<Double>) -> Tensor<Double> { Tensor(random.normals(x.count), shape: x.shape) }
    let direction = ReluWeights(
      recurrent: drawn(zero.recurrent), input: drawn(zero.input), output: drawn(zero.output),
      bias: drawn(zero.bias))
    func moved(_ step: Double) -> ReluWeights<Double> {
      func add(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double> {
        Tensor(zip(a.elements, b.elements).map { $0 + step * $1 }, shape: a.shape)
      }
      return ReluWeights(
        recurrent: add(s.weights.recurrent, direction.recurrent),
        input: add(s.weights.input, direction.input),
        output: add(s.weights.output, direction.output), bias: add(s.weights.bias, direction.bias))
    }
    func gradient(_ step: Double) throws -> [Double] {
      let weights = moved(step)
      let pass = try network.run(s.input, weights)
      return flat(network.gradient(pass, weights, errors: s.loss(pass.outputs).errors).weights)
    }
    func flat(_ w: ReluWeights<Double>) -> [Double] {
      w.recurrent.elements + w.input.elements + w.output.elements + w.bias.elements
    }
    let exact = flat(try s.product(direction))
    let (above, below) = (try gradient(1e-6), try gradient(-1e-6))
    let differences = zip(above, below).map { ($0 - $1) / 2e-6 }
    #expect(norm(zip(exact, differences).map { $0 - $1 }) < 1e-6 * norm(exact))
    // The gradient itself, against the loss.
    func loss(_ step: Double) throws -> Double { try s.loss(network.run(s.input, moved(step)).outputs).loss }
    let slope = zip(try gradient(0), flat(direction)).reduce(0) { $0 + $1.0 * $1.1 }
    let measured = (try loss(1e-6) - loss(-1e-6)) / 2e-6
    #expect((slope - measured).magnitude < 1e-8)
  }

  @Test("float32 agrees with float64 to its precision")
  func single() throws {
    func single(_ x: Tensor<Double>) -> Tensor<Float> { x.map { Float($0) } }
    let weights = ReluWeights(
      recurrent: single(s.weights.recurrent), input: single(s.weights.input),
      output: single(s.weights.output),
      bias: single(s.weights.bias))
    let network = ReluNetwork<Float>(decay: 0.8, gain: 0.2)
    let pass = try network.run(single(s.input), weights)
    let exact = try s.network.run(s.input, s.weights)
    #expect(distance(pass.outputs.elements.map(Double.init), exact.outputs.elements) < 1e-6)
    let errors = s.loss(exact.outputs).errors
    let a = network.gradient(pass, weights, errors: single(errors)).weights.recurrent
    let b = s.network.gradient(exact, s.weights, errors: errors).weights.recurrent
    #expect(distance(a.elements.map(Double.init), b.elements) < 1e-7)
  }

  @Test("shapes that do not fit are told")
  func shapes() {
    var wrong = s.weights
    wrong.input = Matrix(repeating: 0, shape: [5, 3])
    #expect(throws: MathError.self) { try s.network.run(s.input, wrong) }
    #expect(throws: MathError.self) { try s.network.run(Matrix(repeating: 0, shape: [2, 2]), s.weights) }
  }
}
