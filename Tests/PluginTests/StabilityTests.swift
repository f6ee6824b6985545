import EngramKit
import EngramPlugins
import Foundation
import Testing

/// y = w · x with half the squared error: case 5 of `beyond-accuracy`.
private struct Line: Trains {
  var gives: Evidence { [.loss, .gradient] }

  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights {
    Weights([.init("w", Matrix([0.1, 0.2], shape: [1, 2]))])
  }

  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    guard case .values(let target) = batch.target else { throw Problem("no values") }
    let w = try weights.double("w")
    let error = zip(w.elements, batch.input.elements).reduce(-target[0]) { $0 + $1.0 * $1.1 }
    return Trial(
      loss: error * error / 2,
      gradient: Weights([.init("w", Matrix(batch.input.elements.map { error * $0 }, shape: [1, 2]))]))
  }

  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {}
}

/// Keeps only the first weight's part of the gradient: D_r = (3, 0).
private struct FirstAlone: Learns {
  var needs: Evidence { .gradient }

  mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    var gradient = try #require(try trials.run(at: weights, Request([.loss, .gradient])).gradient)
    let exact = try gradient.double("w")
    gradient["w"] = .init("w", Matrix([exact[0], 0], shape: [1, 2]))
    return gradient
  }

  mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {}
}

private struct OnePoint: TrialSource {
  var shape: TrialShape { TrialShape(steps: nil, inputs: 2, outputs: 1, classes: false) }
  func count(_ split: Split) -> Int? { nil }
  func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
    Batch(
      input: Matrix(picks.flatMap { _ in [3.0, 4] }, shape: [picks.count, 2]),
      target: .values(Matrix(repeating: 1, shape: [picks.count, 1])))
  }
}

@Suite("update-map-stability")
struct StabilityTests {
  @Test("the quadratic toy: lambda 25, critical rates 0.08 and 0.2222 (case 5)")
  func toy() throws {
    var random = RandomStream(seed: 1)
    let weights = try Line().weights(Inputs(), for: OnePoint().shape, &random)
    let sink = try probed(
      "update-map-stability", ["block": .text("w"), "trials": .integer(1), "rate": .real(0.1)], model: Line(),
      source: OnePoint(), weights: [weights], rules: [("first-alone", FirstAlone())])
    #expect(agree(try sink.values("stability/lambda"), [25], within: 1e-12))
    #expect(agree(try sink.values("stability/rho"), [1, 0.36], within: 1e-13))
    #expect(agree(try sink.values("stability/lr_critical"), [0.08, 2 / 9.0], within: 1e-13))
    #expect(agree(try sink.values("stability/sharpest"), [20, 20 / 0.36], within: 1e-10))
    #expect(sink.values["stability/rule"] == .labels(["exact", "first-alone"]))
    // Three copies of one trial: the sum is thrice, its mean the same.
    let three = try probed(
      "update-map-stability", ["block": .text("w"), "trials": .integer(3)], model: Line(), source: OnePoint(),
      weights: [weights], rules: [("first-alone", FirstAlone())])
    #expect(agree(try three.values("stability/trace"), [75, 27], within: 1e-11))
    #expect(agree(try three.values("stability/lr_critical"), [0.08, 2 / 9.0], within: 1e-10))
  }

  @Test(
    "for the exact gradient the matrix is symmetric, and its leading eigenvalue is the Hessian's at zero error"
  )
  func exact() throws {
    let source = try trialSource(
      "row-pattern", ["size": .integer(6), "classes": .integer(2), "train": .integer(5)])
    let model = try trainable("ctrnn-relu", ["units": .integer(10), "autapses": .flag(false)])
    var random = RandomStream(seed: 2)
    let weights = try model.weights(Inputs(), for: source.shape, &random)
    let sink = try probed(
      "update-map-stability", ["trials": .integer(5)], model: model, source: source, weights: [weights],
      rules: [("bptt", try learner("bptt"))])
    let gram = try #require(sink.numbers("stability/gram"))
    #expect(gram.shape == [2, 10, 10])
    for i in 0..<10 { for j in 0..<i { #expect(abs(gram[0, i, j] - gram[0, j, i]) < 1e-13) } }
    #expect(agree(Array(gram.elements[..<100]), Array(gram.elements[100...]), within: 1e-14))
    // At zero error the Hessian of the mean squared error is the Gauss-Newton matrix: take the outputs as targets.
    var batch = try source.batch(Array(0..<5), .train, &random)
    let seen = MemorySink()
    var outputs = Outputs(seen)
    batch.target = .none
    try model.evaluate(batch, at: weights, into: &outputs, &random)
    let y = try #require(seen.numbers("output"))
    let last = (0..<5).flatMap { b in (0..<2).map { y[b, 5, $0] } }
    batch.target = .values(Matrix(last, shape: [5, 2]))
    let product = try model.curvature(batch, at: weights, random)
    let start = Weights([.init("W", Matrix(repeating: 1, shape: [10, 10]))])
    var vector = start
    var norm = 0.0
    for _ in 0..<2000 {
      let next = try product(vector).double("W")
      norm = next.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector = Weights([.init("W", next.map { $0 / norm })])
    }
    #expect(agree(try sink.values("stability/lambda"), [norm], within: 1e-9 * norm))
  }
}
