import EngramKit
import EngramPlugins
import Foundation
import Testing

private func instance(_ name: String, _ set: [String: Value] = [:]) throws -> Instance {
  let registry = try Registry(catalogue)
  return try registry.entry(name).make(try registry.accept(set, for: name))
}

/// States of a benchmark system at `times`.
private func states(_ set: [String: Value], at times: [Double]) throws -> [[Double]] {
  func run<S: Simulates>(_ model: S) throws -> [[Double]] {
    var random = RandomStream(seed: 1)
    var state = try model.start(Inputs(), &random)
    var now = 0.0
    return try times.map { time in
      let sink = MemorySink()
      var outputs = Outputs(sink)
      // One step from now to each time: its number times its length is where it begins.
      let dt = time - now
      try model.advance(&state, from: dt > 0 ? Int((now / dt).rounded()) : 0, count: 1, dt: dt, &random)
      try model.record(&state, into: &outputs)
      now = time
      return try sink.values("state")
    }
  }
  let simulates = try #require(try instance("ode-trajectories", set).simulates)
  return try run(simulates)
}

@Suite("Benchmark systems of equations")
struct OdeTrajectoryTests {
  @Test("the cubic spiral (case 10)", arguments: ["dormand-prince", "rosenbrock"])
  func spiral(method: String) throws {
    let set: [String: Value] = [
      "method": .text(method), "relative_tolerance": .real(1e-11), "absolute_tolerance": .real(1e-12),
    ]
    let wanted: [Int: [Double]] = [
      1: [0.709261743251, -1.504108457840], 5: [-0.263012835467, 0.930245944255],
      10: [0.472366224083, 0.660727258524], 25: [-0.443623486698, 0.279440641621],
    ]
    for (time, y) in wanted { #expect(agree(try states(set, at: [Double(time)])[0], y, within: 1e-7)) }
  }

  /// Time and the three variables, by SciPy's Radau at 1e-12.
  private static let robertson: [(time: Double, y: [Double])] = [
    (0.4, [0.985172113861, 3.38639537897e-5, 0.0147940221852]),
    (40, [0.715827068719, 9.18553476456e-6, 0.284163745746]),
    (1e3, [0.336874530661, 2.01370231826e-6, 0.663123455637]),
    (1e5, [0.0178659211421, 7.27475146845e-8, 0.982134006110]),
  ]

  @Test("Robertson's reactions by Rosenbrock steps (case 11)", arguments: 0..<4)
  func robertson(number: Int) throws {
    let (time, wanted) = Self.robertson[number]
    let set: [String: Value] = [
      "system": .text("robertson"), "relative_tolerance": .real(1e-9), "absolute_tolerance": .real(1e-16),
    ]
    let y = try states(set, at: [time])[0]
    for i in 0..<3 { #expect(abs(y[i] - wanted[i]) < 1e-6 * wanted[i], "y\(i + 1) = \(y[i])") }
    #expect(abs(y.reduce(0, +) - 1) < 1e-9)
  }

  @Test("an explicit stepper on the stiff reactions says where it stopped and what to try")
  func explicitFails() throws {
    var stepper = AdaptiveStepper(
      .dormandPrince, relativeTolerance: 1e-6, absoluteTolerance: [1e-9, 1e-12, 1e-9],
      names: ["y1", "y2", "y3"])
    stepper.stepLimit = 5000
    var y = [1.0, 0, 0]
    let error = #expect(throws: MathError.self) {
      try stepper.advance(&y, from: 0, to: 1e5) { _, y, slope in
        let (slow, fast, square) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
        (slope[0], slope[1], slope[2]) = (fast - slow, slow - fast - square, square)
      }
    }
    let text = try #require(error).description
    for part in ["time", "variable y", "steps", "rosenbrock"] { #expect(text.contains(part), "\(text)") }
  }

  @Test("the stiff task has 50 points from 1e-5 to 1e5, whose variables sum to 1")
  func task() throws {
    var random = RandomStream(seed: 1)
    let poses = try #require(try instance("ode-trajectories", ["system": .text("robertson")]).poses)
    let batch = try poses.trials(Inputs(), &random).batch([0], .train, &random)
    #expect(batch.input.shape == [1, 50, 4])
    #expect(abs(batch.input[0, 0, 0] - 1e-5) < 1e-18 && abs(batch.input[0, 49, 0] - 1e5) < 1e-7)
    guard case .values(let target) = batch.target else { throw Problem("no target") }
    for point in 0..<50 { #expect(abs((0..<3).reduce(0) { $0 + target[0, point, $1] } - 1) < 1e-9) }
  }
}

@Suite("Neural ODEs")
struct NeuralOdeTests {
  private let hidden = 8
  private var network: SlopeNetwork {
    var (w1, w2) = (Matrix(repeating: 0, shape: [8, 2]), Matrix(repeating: 0, shape: [2, 8]))
    for i in 0..<2 {
      for j in 0..<8 {
        // [from, to] of the specification is [post, pre] here.
        w1[j, i] = 0.3 * sin(Double(1 + i + 2 * j))
        w2[i, j] = 0.3 * cos(Double(1 + 2 * j + i))
      }
    }
    return SlopeNetwork(weights: [w1, w2], activation: .tanh, power: 3)
  }

  @Test("ten points of a small network, and their error (case 10)")
  func tenPoints() throws {
    let poses = try #require(try instance("ode-trajectories").poses)
    var random = RandomStream(seed: 1)
    let source = try poses.trials(Inputs(), &random)
    // The piece that starts at (2, 0) is found among all of them.
    let all = try source.batch(Array(0..<990), .train, &random)
    guard case .values(let truth) = all.target else { throw Problem("no target") }
    let place = try #require((0..<990).first { all.input[$0, 0, 1] == 2 && all.input[$0, 0, 2] == 0 })
    #expect(
      abs(truth[place, 9, 0] - 0.340621619049) < 1e-7 && abs(truth[place, 9, 1] - 1.856620068010) < 1e-7)
    let batch = Batch(
      input: Tensor(Array(all.input.row(place)), shape: [1, 10, 3]),
      target: .values(Tensor(Array(truth.row(place)), shape: [1, 10, 2])))
    let weights = Weights([.init("W1", network.weights[0]), .init("W2", network.weights[1])])
    let model = try #require(try instance("neural-ode-mlp", ["hidden": .integer(8)]).trains)
    let sink = MemorySink()
    var outputs = Outputs(sink)
    try model.evaluate(batch, at: weights, into: &outputs, &random)
    let last = Array(try sink.values("prediction").suffix(2))
    #expect(agree(last, [1.994355728614, -0.265128438256], within: 1e-7))
    #expect(abs(try sink.values("loss")[0] - 0.980409242708) < 1e-7)
  }

  @Test("the network's pullback is that of the gradient tape", arguments: SlopeNetwork.Activation.allCases)
  func pullback(activation: SlopeNetwork.Activation) throws {
    var random = RandomStream(seed: 2)
    let weights: [Matrix] = [[4, 3], [5, 4], [3, 5]].map { random.normalTensor(shape: $0) }
    let biases = [4, 5, 3].map { random.normals($0, as: Double.self) }
    let net = SlopeNetwork(
      weights: weights, biases: biases, activation: activation, power: 3, scale: [1, 2, 0.5])
    let y: Matrix = random.normalTensor(shape: [2, 3])
    let seed: Matrix = random.normalTensor(shape: [2, 3])
    var slopes = net.zeroSlopes
    let back = try net.pullback(y, seed, into: &slopes)
    let state = Variable(y, needsGradient: true)
    let leaves = weights.map { Variable($0, needsGradient: true) }
    var x = state * state * state
    for (layer, leaf) in leaves.enumerated() {
      let bias = Variable(Tensor(biases[layer], shape: [1, biases[layer].count])).broadcast(to: [
        2, biases[layer].count,
      ])
      x = multiply(x, leaf.transposed()) + bias
      if layer < 2 { x = activation == .tanh ? x.tanh() : x.applying(.gelu) }
    }
    let scale = Variable(Matrix([1, 2, 0.5, 1, 2, 0.5], shape: [2, 3]))
    #expect(agree(try net.value(y).elements, (x * scale).value.elements, within: 1e-12))
    let exact = gradients(of: (x * scale * Variable(seed)).sum(), by: [state] + leaves)
    #expect(agree(back.elements, exact[0].value.elements, within: 1e-10))
    for (own, other) in zip(slopes.weights, exact.dropFirst()) {
      #expect(agree(own.elements, other.value.elements, within: 1e-10))
    }
  }

  @Test(
    "gradients agree with central differences",
    arguments: [("neural-ode-mlp", "spiral"), ("stiff-ode-mlp", "robertson")])
  func differences(name: String, system: String) throws {
    let isStiff = system == "robertson"
    let set: [String: Value] =
      isStiff
      ? ["layers": .integer(2), "relative_tolerance": .real(1e-9), "absolute_tolerance": .real(1e-12)]
      : ["hidden": .integer(6), "biases": .flag(true)]
    let model = try #require(try instance(name, set).trains)
    let poses = try #require(try instance("ode-trajectories", ["system": .text(system)]).poses)
    var random = RandomStream(seed: 3)
    let source = try poses.trials(Inputs(), &random)
    let batch = try source.batch(isStiff ? [0] : [0, 1, 2], .train, &random)
    let weights = try model.weights(Inputs(), for: source.shape, &random)
    let trial = try model.trial(batch, at: weights, Request([.loss, .gradient]), &random) { _ in }
    let exact = try #require(trial.gradient)
    #expect(Set(exact.blocks.map(\.name)) == Set(weights.blocks.map(\.name)))
    for block in exact.blocks {
      let slope = block.values.double
      for i in stride(from: 0, to: slope.count, by: 3) {
        func moved(_ h: Double) throws -> Weights {
          var (copy, values) = (weights, try weights.double(block.name))
          values[i] += h
          copy[block.name]?.values = .float64(values)
          return copy
        }
        let h = 1e-5
        let sides = try model.losses(batch, at: [try moved(h), try moved(-h)], random)
        // Step sizes are constants of the derivative but not of the differences, which follow the tolerance.
        #expect(
          abs((sides[0] - sides[1]) / (2 * h) - slope[i]) < (isStiff ? 1e-5 : 1e-7), "\(block.name) \(i)")
      }
    }
  }

  @Test("the implicit step is of order 4 and stable where explicit ones are not")
  func implicit() throws {
    // dy/dt = -1000 y1 + ..., a linear network without hidden layers.
    let net = SlopeNetwork(weights: [Matrix([-1000, 1, 0, -1], shape: [2, 2])], activation: .tanh)
    let exact = { (t: Double) -> [Double] in
      let slow = exp(-t)
      return [(1 - 1 / 999.0) * exp(-1000 * t) + slow / 999, slow]
    }
    let trajectory = try ImplicitTrajectory(
      net, from: [1, 1], times: [0, 0.001, 1, 10], relativeTolerance: 1e-8, absoluteTolerance: 1e-10)
    for (point, time) in [0, 0.001, 1, 10].enumerated() {
      #expect(agree(trajectory.points[point], exact(time), within: 1e-7))
    }
  }

  @Test("equations that blow up end with time, variable and step, and in a population count as invalid")
  func blowUp() throws {
    let net = SlopeNetwork(weights: [Matrix([1.0], shape: [1, 1])], activation: .tanh, power: 3)
    // dy/dt = y^3 from 1 is infinite at t = 1/2.
    let error = #expect(throws: MathError.self) {
      _ = try ImplicitTrajectory(
        net, from: [1], times: [0, 1], relativeTolerance: 1e-4, absoluteTolerance: 1e-6)
    }
    let text = try #require(error).description
    for part in ["stopped at time 0.", "steps", "variable 0", "tolerance"] {
      #expect(text.contains(part), "\(text)")
    }
    let time = try #require(text.split(separator: " ").compactMap { Double($0) }.first)
    #expect(abs(time - 0.5) < 1e-3)
  }
}
