import EngramKit
import EngramPlugins
import Foundation
import Testing

@Suite("Samplers without a reservoir, distances and capacity")
struct SamplerAnalysisTests {
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
    #expect(sink.values["field/kl"] == nil && sink.values["field/density"] == nil)
    #expect(sink.notes.first?.hasPrefix("not normalisable") == true)
    let blurred = try analyse(
      "score-field", network,
      ["from": .real(-2), "to": .real(2), "points": .integer(17), "noise": .real(0.3)]
    ).values("field/target_score")
    #expect(
      agree(
        places.map { blurred[$0] }, [2.9412222, 0.01635567, -1.10674575, 0, 1.17555766, -1.47145415],
        within: 1e-7))
  }

  @Test("one unit without a reservoir samples one peak, where it samples at all (C4)")
  func unimodal() throws {
    var random = RandomStream(seed: 4)
    for _ in 0..<500 {
      let (w, b) = (4 * random.uniform() - 2, 6 * random.uniform() - 3)
      // A firing rate -x + phi(w x + b), and a synaptic current -x + w phi(x) + b, as reservoirs.
      let networks: [[String: Stored]] = [
        [
          "W1": .numbers(Matrix([1], shape: [1, 1])), "W2": .numbers(Matrix([w], shape: [1, 1])),
          "b": .numbers(Tensor([b], shape: [1])),
        ],
        [
          "W1": .numbers(Matrix([w, b], shape: [1, 2])), "W2": .numbers(Matrix([1, 0], shape: [2, 1])),
          "b": .numbers(Tensor([0, 1], shape: [2])),
        ],
      ]
      for network in networks {
        let sink = try analyse(
          "score-field", network, ["from": .real(-9), "to": .real(9), "points": .integer(181)])
        #expect(try sink.values("field/normalisable") == [w < 1 ? 1 : 0])
        guard w < 1 else { continue }
        let (drift, q) = (try sink.values("field/score"), try sink.values("field/density"))
        #expect(zip(drift, drift.dropFirst()).allSatisfy { $0 > $1 })
        let turns = zip(zip(q, q.dropFirst()), q.dropFirst(2)).count { $0.0.1 > $0.0.0 && $0.0.1 > $0.1 }
        #expect(turns <= 1)
      }
    }
  }
}
