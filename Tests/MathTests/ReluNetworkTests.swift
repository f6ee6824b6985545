import EngramMath
import Foundation
import Testing

/// Network S of the specifications `modprop`, section 6, and `beyond-accuracy`, section 6.
struct NetworkS {
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
  static let network = ReluNetwork(decay: 0.8, gain: 0.2, leak: .potential)

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
  static func product(
    _ direction: ReluWeights<Double>, _ network: ReluNetwork<Double> = network,
    at weights: ReluWeights<Double> = weights
  ) throws -> ReluWeights<Double> {
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

  /// The Hessian by the recurrent weights: all 25, or without the diagonal, where `masked`.
  static func product(_ vector: [Double], masked: Bool) throws -> [Double] {
    var direction = weights.zeroed
    direction.recurrent = Matrix(vector, shape: [5, 5])
    if masked { for i in 0..<5 { direction.recurrent[i, i] = 0 } }
    var result = try product(direction).recurrent
    if masked { for i in 0..<5 { result[i, i] = 0 } }
    return result.elements
  }
}

@Suite("Rectified networks: gradient and curvature")
struct ReluNetworkTests {
  private let s = NetworkS.self

  @Test("forward values, loss and gradient are those of the specification")
  func reference() throws {
    let pass = try s.network.run(s.input, s.weights)
    let last = [pass.outputs[7, 0, 0], pass.outputs[7, 0, 1], pass.outputs[7, 1, 0], pass.outputs[7, 1, 1]]
    #expect(distance(last, [0.0084000967, 0.1006208407, -0.0083119358, 0.0833761285]) < 1e-8)
    let active = pass.slopes.elements.reduce(0, +) / Double(pass.slopes.count)
    #expect((active - 0.4625).magnitude < 1e-12)
    let (loss, errors, _) = s.loss(pass.outputs)
    #expect((loss - 0.6943369387).magnitude < 1e-9)
    let gradient = s.network.gradient(pass, s.weights, errors: errors).weights
    let w = s.table(5, 5) { $0 == $1 ? 0 : gradient.recurrent[$0, $1] }
    #expect((norm(w.elements) - 0.0490976432).magnitude < 1e-9)
    #expect((norm(gradient.input.elements) - 0.0658249126).magnitude < 1e-9)
    #expect(distance([w[0, 3], w[2, 0], w[4, 0]], [-0.0248558131, 0.032820422, 0.0016992652]) < 1e-9)
  }

  private func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  private func hessian(masked: Bool) throws -> Matrix {
    let columns = try (0..<25).map { column in
      try s.product((0..<25).map { $0 == column ? 1 : 0 }, masked: masked)
    }
    return s.table(25, 25) { columns[$1][$0] }
  }

  @Test("spectrum of the Hessian by all 25 recurrent weights (case 1)")
  func spectrum() throws {
    let h = try hessian(masked: false)
    for i in 0..<25 { for j in 0..<i { #expect((h[i, j] - h[j, i]).magnitude < 1e-15) } }
    let values = try symmetricEigen(h).values
    #expect(
      distance(values.suffix(4).reversed(), [0.0442071502448, 0.0207467719, 0.0062317843, 0.0037534291])
        < 1e-9)
    #expect(distance(Array(values.prefix(3)), [-0.0308659282, -0.0223546919, -0.0043396658]) < 1e-9)
    #expect((values.reduce(0, +) - 0.0174976076).magnitude < 1e-9)
  }

  @Test("spectrum without autapses, and with weight decay (case 8)")
  func masked() throws {
    let values = try symmetricEigen(hessian(masked: true)).values
    #expect(distance(values.suffix(3).reversed(), [0.0255114117, 0.0197217600, 0.0044047300]) < 1e-7)
    #expect(distance(Array(values.prefix(2)), [-0.0191021400, -0.0134297100]) < 1e-7)
    var random = RandomStream(seed: 3)
    let start = s.table(5, 5) { $0 == $1 ? 0 : random.normal() }.elements
    let result = try powerIteration(start: start, tolerance: 1e-14, limit: 5000) { vector in
      zip(try s.product(vector, masked: true), vector).map { $0 + 0.01 * $1 }
    }
    #expect(result.isConverged && (result.magnitude - 0.0355114117).magnitude < 1e-9)
  }

  @Test("power iteration from a normal vector finds the largest magnitude (case 2)")
  func power() throws {
    var random = RandomStream(seed: 7)
    let result = try powerIteration(start: random.normals(25), tolerance: 1e-14, limit: 500) {
      try s.product($0, masked: false)
    }
    #expect(result.isConverged && !result.isMixed && result.rayleigh > 0)
    #expect((result.magnitude - 0.0442071502448).magnitude < 1e-9)
  }

  @Test(
    "deterministic power iteration, step for step (case 7)",
    arguments: [(1e-6, 13, 0.0442062593, 0.0442012535), (1e-12, 33, 0.0442071502, 0.0442071502)])
  func deterministic(tolerance: Double, iterations: Int, magnitude: Double, rayleigh: Double) throws {
    let start = s.table(5, 5) { sin(1 + Double($0) + 2 * Double($1)) }.elements
    let result = try powerIteration(start: start, tolerance: tolerance, limit: 500) {
      try s.product($0, masked: false)
    }
    #expect((result.iterations - iterations).magnitude <= 1)
    #expect((result.magnitude - magnitude).magnitude < 1e-10)
    #expect((result.rayleigh - rayleigh).magnitude < 1e-9)
  }

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

  @Test(
    "products are central differences of the gradient in every block (case 10)",
    arguments: [ReluLeak.potential, .rate])
  func centralDifferences(leak: ReluLeak) throws {
    let network = ReluNetwork<Double>(decay: 0.8, gain: 0.2, leak: leak)
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
    let exact = flat(try s.product(direction, network))
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
    let network = ReluNetwork<Float>(decay: 0.8, gain: 0.2, leak: .potential)
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
