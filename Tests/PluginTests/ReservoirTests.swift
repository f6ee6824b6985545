import EngramKit
import EngramPlugins
import Foundation
import Testing

private func plugin(_ name: String, _ set: [String: Value] = [:]) throws -> Instance {
  let registry = try Registry(catalogue)
  return try registry.entry(name).make(try registry.accept(set, for: name))
}

@Suite("Reservoir-sampler network")
struct ReservoirTests {
  /// The fixture of case C1.
  private static let factors: [String: Stored] = [
    "W1": .numbers(fixture(2, 6, 0.1).map { 0.5 * $0 }), "W2": .numbers(fixture(6, 2, 1.1).map { 0.7 * $0 }),
    "b": .numbers(fixture(6, 1, 2.1).map { 0.3 * $0 }.reshaped([6])),
  ]

  @Test("the read-out of the reservoir is the reduced diffusion, step for step (C1)")
  func exactReduction() throws {
    var random = RandomStream(seed: 1)
    func chains(_ simulation: String) throws -> ReservoirChains {
      let registry = try Registry(catalogue)
      let set: [String: Value] = ["simulate": .text(simulation), "chains": .integer(3)]
      let instance = try registry.entry("rsn").make(try registry.accept(set, for: "rsn"))
      var same = random
      return try #require((instance.simulates as? Rsn)?.start(Inputs(Self.factors), &same))
    }
    var (full, reduced) = (try chains("reservoir"), try chains("readout"))
    for step in 1...200 {
      let noise = Matrix((0..<6).map { cos(0.37 * Double(step) * Double($0 % 2 + 1)) }, shape: [3, 2])
      try full.step(0.01, noise: noise)
      try reduced.step(0.01, noise: noise)
      #expect(zip(full.readouts.elements, reduced.readouts.elements).allSatisfy { abs($0 - $1) < 1e-12 })
    }
    _ = random.next()
  }

  @Test("a read-out without full rank is refused with its condition number (C9)")
  func rankDeficient() throws {
    var factors = Self.factors
    let row = Array(fixture(1, 6, 0.1).elements)
    factors["W1"] = .numbers(Matrix(row + row, shape: [2, 6]))
    let model = try #require(try plugin("rsn", ["simulate": .text("reservoir")]).simulates as? Rsn)
    var random = RandomStream(seed: 1)
    #expect(throws: Problem.self) { try model.start(Inputs(factors), &random) }
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

  @Test(
    "gradients of the sampler without reservoir are central differences",
    arguments: ["synaptic-current", "firing-rate"])
  func samplerGradient(variant: String) throws {
    let model = try #require(
      try plugin("sampler-only", ["variant": .text(variant), "activation": .text("tanh")]).trains)
    var random = RandomStream(seed: 2)
    var weights = try model.weights(
      Inputs(), for: TrialShape(steps: nil, inputs: 3, outputs: 3, classes: false), &random)
    weights["Sigma"] = .init("Sigma", fixture(3, 3, 0.4))
    let batch = Batch(input: fixture(5, 3, 1.1), target: .values(fixture(5, 3, 2.2)))
    func loss(_ weights: Weights) throws -> Double {
      var same = random
      return try #require(try model.trial(batch, at: weights, Request(.loss), &same) { _ in }.loss)
    }
    var same = random
    let gradient = try #require(
      try model.trial(batch, at: weights, Request([.loss, .gradient]), &same) { _ in }.gradient)
    for block in gradient.blocks {
      for place in 0..<block.values.double.count {
        var changed = weights
        var values = try weights.double(block.name)
        let base = values[place]
        values[place] = base + 1e-6
        changed[block.name] = .init(block.name, values)
        let above = try loss(changed)
        values[place] = base - 1e-6
        changed[block.name] = .init(block.name, values)
        let slope = (above - (try loss(changed))) / 2e-6
        #expect(abs(slope - block.values.double[place]) < 1e-7)
      }
    }
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
}

@Suite("Distances and capacity of samplers")
struct SamplerAnalysisTests {
  @Test("Wasserstein, MMD and kurtosis of the fixture (C7)")
  func metrics() throws {
    let a = (0..<8).map { 2 * sin(1 + 1.7 * Double($0) + 0.1) }
    let c = (0..<8).map { cos(0.5 + 2.3 * Double($0) + 0.1) + 0.3 }
    let marginal = try analyse(
      "distribution-distance",
      ["samples": .numbers(Matrix(a, shape: [8, 1])), "target": .numbers(Matrix(c, shape: [8, 1]))])
    #expect(agree(try marginal.values("distance/w1"), [0.5533321761], within: 1e-9))
    #expect(agree(try marginal.values("distance/kurtosis"), [-1.2184319775], within: 1e-9))
    let first = Matrix(zip(a, c).flatMap { [$0, $1] }, shape: [8, 2])
    let second = Matrix(zip(a, c).flatMap { [$1, $0 / 2 + 0.1] }, shape: [8, 2])
    let plane = try analyse(
      "distribution-distance", ["samples": .numbers(first), "target": .numbers(second)],
      ["bandwidth": .real(1)])
    #expect(agree(try plane.values("distance/mmd2"), [-0.0694168859], within: 1e-9))
  }

  @Test("drifts of synaptic currents reach no second peak, eleven hidden units do (C3)")
  func capacity() throws {
    let plain = try analyse("architecture-capacity", [:])
    #expect(agree(try plain.values("capacity/coefficients"), [-0.8, 0, 0], within: 1e-6))
    #expect(agree(try plain.values("capacity/residual"), [2.10244146], within: 1e-5))
    #expect(agree(try plain.values("capacity/fisher"), [2.90244146], within: 1e-5))
    #expect(agree(try plain.values("capacity/kl"), [0.171999], within: 1e-4))
    #expect(try plain.values("capacity/peaks") == [1])
    let rich = try analyse(
      "architecture-capacity", [:], ["kinks": .reals(stride(from: -2.5, through: 2.5, by: 0.5).map { $0 })])
    #expect(agree(try rich.values("capacity/residual"), [0.06896], within: 1e-3))
    #expect(agree(try rich.values("capacity/kl"), [8.33e-4], within: 5e-5))
    #expect(try rich.values("capacity/peaks") == [2])
  }

  @Test("scores of the two-peaked target, and a drift that confines nothing (C2, C9)")
  func scoreField() throws {
    let network: [String: Stored] = [
      "W1": .numbers(Matrix([1], shape: [1, 1])), "W2": .numbers(Matrix([2], shape: [1, 1])),
      "b": .numbers(Tensor([0], shape: [1])),
    ]
    let sink = try analyse(
      "score-field", network, ["from": .real(-2), "to": .real(2), "points": .integer(17)])
    let (scores, densities) = (try sink.values("field/target_score"), try sink.values("field/target_density"))
    let places = [0, 4, 7, 8, 10, 14]
    #expect(
      agree(
        places.map { scores[$0] }, [4.0000009, 0.0026828010, -2.04637662, 0, 1.85611032, -2.00004915],
        within: 1e-7))
    #expect(
      agree(
        places.map { densities[$0] },
        [0.05399097, 0.39907611, 0.1470459, 0.10798193, 0.24640257, 0.24197221], within: 1e-7))
    #expect(try sink.values("field/normalisable") == [0])
    #expect(sink.values["field/kl"] == nil)
    #expect(sink.notes.first?.hasPrefix("not normalisable") == true)
  }
}
