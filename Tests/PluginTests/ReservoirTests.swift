import EngramKit
import EngramPlugins
import Foundation
import Testing

@Suite("Reservoir-sampler network")
struct ReservoirTests {
  /// The fixture of case C1.
  private static let factors: [String: Stored] = [
    "W1": .numbers(fixture(2, 6, 0.1).map { 0.5 * $0 }), "W2": .numbers(fixture(6, 2, 1.1).map { 0.7 * $0 }),
    "b": .numbers(fixture(6, 1, 2.1).map { 0.3 * $0 }.reshaped([6])),
  ]

  private func model(_ set: [String: Value] = [:]) throws -> Rsn {
    try #require(try plugin("rsn", set).simulates as? Rsn)
  }

  @Test("the read-out of the reservoir is the reduced diffusion, step for step (C1)")
  func exactReduction() throws {
    var random = RandomStream(seed: 1)
    var inputs = Self.factors
    inputs["start_rates"] = .numbers(fixture(6, 1, 3.1).map { 0.2 * $0 }.reshaped([1, 6]))
    let rsn = try model(["simulate": .text("reservoir"), "chains": .integer(1)])
    var full = try rsn.start(Inputs(inputs), &random)
    let (w1, w2) = (fixture(2, 6, 0.1).map { 0.5 * $0 }, fixture(6, 2, 1.1).map { 0.7 * $0 })
    let b = fixture(6, 1, 2.1).elements.map { 0.3 * $0 }
    var x = Array(full.readouts.elements)
    for step in 1...200 {
      let noise = [0, 1].map { cos(0.37 * Double(step) * Double($0 + 1)) }
      try full.step(0.01, noise: Matrix(noise, shape: [1, 2]))
      let arguments = try multiply(w2, x)
      let rates = b.indices.map { max(arguments[$0] + b[$0], 0) }
      let read = try multiply(w1, rates)
      let drift = [read[0] - x[0], read[1] - x[1]]
      let spread: Double = 0.02.squareRoot()
      for k in 0..<2 { x[k] += 0.01 * drift[k] + spread * noise[k] }
      #expect(agree(full.readouts.elements, x, within: 1e-12))
    }
    #expect(agree(x, [-0.35767984, -0.08203538], within: 1e-7))
    let (rates, sigma) = try #require(full.reservoir)
    #expect(agree(Array(rates.elements.prefix(3)), [-0.06209078, 0.26501824, 0.17802499], within: 1e-7))
    #expect(agree(Array(sigma.row(0)), [-0.07187868, 0.61434902], within: 1e-7))
    #expect(agree(try multiply(w1, sigma).elements, [1, 0, 0, 1], within: 1e-14))
  }

  @Test("recurrent weights give their factors back, or are simulated as a whole (C9)")
  func recurrentWeights() throws {
    var random = RandomStream(seed: 1)
    var inputs = Self.factors
    let (w1, w2) = (fixture(2, 6, 0.1).map { 0.5 * $0 }, fixture(6, 2, 1.1).map { 0.7 * $0 })
    var recurrent = try multiply(w2, w1)
    inputs["W2"] = nil
    inputs["W_rec"] = .numbers(recurrent)
    func end(_ inputs: [String: Stored], _ simulation: String) throws -> [Double] {
      var same = random
      var chains = try model(["simulate": .text(simulation), "chains": .integer(3)]).start(
        Inputs(inputs), &same)
      for _ in 0..<50 { try chains.step(0.01, noise: same.normalTensor(shape: [3, 2])) }
      return chains.readouts.elements
    }
    #expect(agree(try end(inputs, "readout"), try end(Self.factors, "readout"), within: 1e-12))
    #expect(agree(try end(inputs, "reservoir"), try end(Self.factors, "readout"), within: 1e-12))
    for unit in 0..<6 { recurrent[unit, 0] += 0.1 }
    inputs["W_rec"] = .numbers(recurrent)
    let error = #expect(throws: Problem.self) { try end(inputs, "readout") }
    #expect(error?.what.contains("the recurrent weights are not W2 W1 (relative defect 0.") == true)
    #expect(error?.fix == "set `simulate: reservoir`")
    #expect(try !agree(end(inputs, "reservoir"), end(Self.factors, "readout"), within: 1e-6))
    _ = random.next()
  }

  @Test("a read-out without full rank is refused with its condition number (C9)")
  func rankDeficient() throws {
    var factors = Self.factors
    let row = Array(fixture(1, 6, 0.1).elements)
    factors["W1"] = .numbers(Matrix(row + row, shape: [2, 6]))
    var random = RandomStream(seed: 1)
    let error = #expect(throws: Problem.self) {
      try model(["simulate": .text("reservoir")]).start(Inputs(factors), &random)
    }
    #expect(error?.what.contains("the read-out has no right inverse") == true)
    #expect(error?.what.contains("condition number of W1 W1' is") == true)
  }

  @Test(
    "a read-out without full rank is named where its reservoir is not simulated, and so are lost chains (C9)")
  func named() throws {
    var factors = Self.factors
    let row = Array(fixture(1, 6, 0.1).elements)
    factors["W1"] = .numbers(Matrix(row + row, shape: [2, 6]))
    let chains = try model(["chains": .integer(3)])
    let sink = try simulated(chains, Inputs(factors), duration: 1, dt: 0.1, seed: 1)
    #expect(sink.notes.count == 1)
    #expect(sink.notes[0].hasPrefix("the read-out has no right inverse"))
    // A drift of 9 x has no density: steps of 1 multiply x by 10, beyond every number after 400.
    let runaway: [String: Stored] = [
      "W1": .numbers(Matrix([10, -10], shape: [1, 2])), "W2": .numbers(Matrix([1, -1], shape: [2, 1])),
      "b": .numbers(Tensor([0, 0], shape: [2])),
    ]
    let lost = try simulated(chains, Inputs(runaway), duration: 400, dt: 1, seed: 1)
    #expect(lost.notes.count == 1)
    #expect(lost.notes[0].hasPrefix("3 of 3 chains are not finite: the drift does not confine them"))
  }

  @Test("one output and rectified units: the table of lines is the network's drift")
  func table() throws {
    var random = RandomStream(seed: 7)
    let inputs: [String: Stored] = [
      "W1": .numbers(random.normalTensor(shape: [1, 300])),
      "W2": .numbers(random.normalTensor(shape: [300, 1])),
      "b": .numbers(random.normalTensor(shape: [300])),
    ]
    var chains = try model(["chains": .integer(5000), "start_range": .real(4)]).start(Inputs(inputs), &random)
    let before = chains.readouts
    try chains.step(1, noise: Matrix(repeating: 0, shape: [5000, 1]))
    let drift = Matrix(zip(chains.readouts.elements, before.elements).map { $0 - $1 }, shape: [5000, 1])
    let sink = MemorySink()
    var outputs = Outputs(sink)
    let rsn = try #require(try plugin("rsn").trains)
    let weights = try rsn.weights(
      Inputs(inputs), for: TrialShape(steps: nil, inputs: 1, outputs: 1, classes: false), &random)
    try rsn.evaluate(Batch(input: before), at: weights, into: &outputs, &random)
    #expect(agree(drift.elements, try sink.values("score"), within: 1e-11))
  }

  @Test("denoising loss and gradients on a fixed batch (C5)")
  func denoising() throws {
    let rsn = try #require(try plugin("rsn").trains)
    let weights = Weights([
      .init("W1", Matrix([0.8, -0.5, 1.2], shape: [1, 3])),
      .init("W2", Matrix([1, -1.5, 0.7], shape: [3, 1])),
      .init("b", Tensor([0.1, -0.2, 0.3], shape: [3])),
    ])
    let (x, z, sigma) = ([-1.2, 0.4, 0.9, 1.6], [0.5, -1, 0.25, 0.8], 0.5)
    let batch = Batch(
      input: Matrix(zip(x, z).map { $0 + sigma * $1 }, shape: [4, 1]),
      target: .values(Matrix(z.map { -$0 / sigma }, shape: [4, 1])))
    var random = RandomStream(seed: 1)
    let trial = try rsn.trial(batch, at: weights, Request([.loss, .gradient]), &random) { _ in }
    let gradient = try #require(trial.gradient)
    #expect(abs(try #require(trial.loss) - 2.2494872812) < 1e-7)
    #expect(agree(try gradient.double("W1").elements, [2.191875, 0.40960937, 1.7236025], within: 1e-7))
    #expect(agree(try gradient.double("W2").elements, [1.68766, 0.15882812, 2.53149], within: 1e-7))
    #expect(agree(try gradient.double("b").elements, [0.6584, -0.1671875, 0.9876], within: 1e-7))
  }

  @Test("Euler steps of a linear drift have variance 1 / (1 - dt/2) (C6)", arguments: [0.1, 0.01])
  func eulerBias(dt: Double) throws {
    let zero: [String: Stored] = [
      "W1": .numbers(Matrix([0], shape: [1, 1])), "W2": .numbers(Matrix([1], shape: [1, 1])),
      "b": .numbers(Tensor([0], shape: [1])),
    ]
    let model = try #require(try plugin("rsn", ["chains": .integer(20_000)]).simulates)
    let samples = try simulated(model, Inputs(zero), duration: 12, dt: dt, seed: 3).values("samples")
    let variance = try variance(samples, .population)
    let expected = 1 / (1 - dt / 2)
    #expect(abs(variance - expected) < 3 * expected * (2.0 / 20_000).squareRoot())
  }

  @Test("a rotated drift leaves the law, up to the Euler bias 1 / (1 - dt) (C8)")
  func rotated() throws {
    let model = try #require(
      try plugin(
        "langevin",
        [
          "dimension": .integer(2), "means": .reals([0, 0]), "sds": .reals([1]), "weights": .reals([1]),
          "skew": .real(1), "chains": .integer(20_000),
        ]
      ).simulates)
    let samples = try #require(
      try simulated(model, Inputs(), duration: 8, dt: 0.05, seed: 4).numbers("samples"))
    let expected = 1 / (1 - 0.05)
    let error = 3 * expected * (2.0 / 20_000).squareRoot()
    let matrix = try covariance(samples, .population)
    #expect(abs(matrix[0, 0] - expected) < error && abs(matrix[1, 1] - expected) < error)
    #expect(abs(matrix[0, 1]) < 3 * expected / 20_000.0.squareRoot())
  }

  @Test("a rotated drift makes the correlation in time cos(t) exp(-t) (C8)")
  func rotatedCorrelation() throws {
    let model = try #require(
      try plugin(
        "langevin",
        [
          "dimension": .integer(2), "means": .reals([0, 0]), "sds": .reals([1]), "weights": .reals([1]),
          "skew": .real(1), "chains": .integer(40_000),
        ]
      ).simulates)
    func correlations<S: Simulates>(_ model: S) throws -> [Double] {
      var random = RandomStream(seed: 5)
      var state = try model.start(Inputs(), &random)
      func samples() throws -> [Double] {
        let sink = MemorySink()
        var outputs = Outputs(sink)
        try model.record(&state, into: &outputs)
        let all = try #require(sink.numbers("samples"))
        return (0..<all.rows).map { all[$0, 0] }
      }
      try model.advance(&state, from: 0, count: 600, dt: 0.01, &random)
      let first = try samples()
      return try [0.5, 1.0, 2.0].enumerated().map { place, _ in
        try model.advance(&state, from: 600, count: [50, 50, 100][place], dt: 0.01, &random)
        return try zip(first, samples()).reduce(0) { $0 + $1.0 * $1.1 } / Double(first.count)
      }
    }
    let measured = try correlations(model)
    for (t, value) in zip([0.5, 1.0, 2.0], measured) {
      // Three standard errors, and the first-order bias of the steps.
      #expect(abs(value - cos(t) * exp(-t)) < 3 / 40_000.0.squareRoot() + 0.015)
    }
  }
}
