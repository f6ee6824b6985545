import EngramKit
import EngramPlugins
import Foundation
import Testing

/// A trainable model at its defaults but for `set`.
func trainable(_ name: String, _ set: [String: Value] = [:]) throws -> any Trains {
  let registry = try Registry(catalogue)
  return try #require(try registry.entry(name).make(try registry.accept(set, for: name)).trains)
}

/// A rule at its defaults but for `set`.
func learner(_ name: String, _ set: [String: Value] = [:]) throws -> any Learns {
  let registry = try Registry(catalogue)
  return try #require(try registry.entry(name).make(try registry.accept(set, for: name)).learns)
}

/// A task's trials.
func trialSource(
  _ name: String, _ set: [String: Value] = [:], inputs: [String: Stored] = [:], seed: UInt64 = 1
) throws
  -> any TrialSource
{
  let registry = try Registry(catalogue)
  let poses = try #require(try registry.entry(name).make(try registry.accept(set, for: name)).poses)
  var random = RandomStream(seed: seed)
  return try poses.trials(Inputs(inputs), &random)
}

/// Network and trials of `rich-lazy`, section 6, cases 3 and 4.
private enum RichLazy {
  static func table(_ rows: Int, _ columns: Int, _ f: (Double, Double) -> Double) -> Matrix {
    Matrix(
      (0..<rows * columns).map { f(Double($0 / columns), Double($0 % columns)) }, shape: [rows, columns])
  }
  static func weights(_ phase: Double) -> Weights {
    let w = table(6, 6) { p, q in 1.2 / 6.0.squareRoot() * sin(1 + 2 * p + 3 * q + phase) }
    let bias = Matrix(repeating: 0, shape: [3])
    let input: Matrix = table(6, 3) { p, m in 0.5 * cos(p + 1.3 * m) }
    let output: Matrix = table(3, 6) { k, j in 0.4 * sin(0.7 * j + k) }
    return Weights([
      Weights.Block("W", w), Weights.Block("Win", input), Weights.Block("Wout", output),
      Weights.Block("b", bias, trained: false),
    ])
  }
  static let batch: Batch = {
    var input = Tensor(repeating: 0.0, shape: [3, 4, 3])
    var labels = Tensor(repeating: 0, shape: [3, 4])
    for b in 0..<3 {
      for t in 0..<4 {
        labels[b, t] = (t + b) % 3
        for m in 0..<3 { input[b, t, m] = 0.5 + 0.5 * cos(0.8 * Double(t) + 1.1 * Double(m) + 2 * Double(b)) }
      }
    }
    return Batch(input: input, target: .labelsByStep(labels))
  }()
}

@Suite("ctrnn-relu")
struct CtrnnReluTests {
  private func norm(_ weights: Weights, _ block: String) throws -> Double {
    try weights.double(block).elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test("loss and gradient norms of rich-lazy's case 4")
  func reference() throws {
    let model = try trainable("ctrnn-relu", ["units": .integer(6)])
    var random = RandomStream(seed: 1)
    let trial = try model.trial(
      RichLazy.batch, at: RichLazy.weights(0), Request([.loss, .gradient]), &random
    ) { _ in }
    let gradient = try #require(trial.gradient)
    #expect(abs(try #require(trial.loss) - 1.0870497306) < 1e-9)
    #expect(abs(try norm(gradient, "W") - 0.0405281479) < 1e-9)
    #expect(abs(try norm(gradient, "Win") - 0.0633879868) < 1e-9)
    #expect(abs(try norm(gradient, "Wout") - 0.0478090396) < 1e-9)
    #expect(gradient["b"] == nil)
  }

  @Test("fifty steps of momentum reach the loss of case 4")
  func trained() throws {
    let model = try trainable("ctrnn-relu", ["units": .integer(6)])
    var weights = RichLazy.weights(0)
    var velocity = weights.zeroed
    var random = RandomStream(seed: 1)
    for _ in 0..<50 {
      let trial = try model.trial(RichLazy.batch, at: weights, Request([.loss, .gradient]), &random) { _ in }
      velocity = try velocity.combined(with: try #require(trial.gradient)) { 0.9 * $0 + $1 }
      weights = try weights.combined(with: velocity) { $0 - 0.05 * $1 }
    }
    let loss = try #require(
      try model.trial(RichLazy.batch, at: weights, Request(.loss), &random) { _ in }.loss)
    #expect(abs(loss - 0.9856073985) < 1e-6)
    let change = zip(try weights.double("W").elements, try RichLazy.weights(0).double("W").elements)
      .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(abs(change - 0.5836793317) < 1e-6)
  }

  @Test(
    "adjoints add up to the gradient; a seed gives the derivative of one output; the read-out's gradient is its part"
  )
  func adjoints() throws {
    let model = try trainable("ctrnn-relu", ["units": .integer(6), "dt": .real(40)])
    let weights = RichLazy.weights(0)
    var random = RandomStream(seed: 1)
    var sums = [String: Matrix]()
    func add(_ trace: Trace) throws {
      let part = try multiply(trace.post.double, trace.pre.double, transposeA: true)
      let before = sums[trace.block] ?? Matrix(repeating: 0, shape: part.shape)
      sums[trace.block] = Matrix(zip(before.elements, part.elements).map { $0 + $1 }, shape: part.shape)
    }
    let trial = try model.trial(
      RichLazy.batch, at: weights, Request([.adjoints, .gradient]), &random, each: add)
    let gradient = try #require(trial.gradient)
    for name in ["W", "Win"] {
      let sum = try #require(sums[name])
      #expect(agree(sum.elements, try gradient.double(name).elements, within: 1e-15))
    }
    let local = try model.trial(RichLazy.batch, at: weights, Request(.readout), &random) { _ in }.gradient
    #expect(local?["Wout"] == gradient["Wout"] && local?["W"] == nil)

    var seed = Tensor(repeating: 0.0, shape: [3, 4, 3])
    seed[1, 2, 0] = 1
    sums = [:]
    _ = try model.trial(RichLazy.batch, at: weights, Request(.adjoints, seed: seed), &random, each: add)
    func output(_ step: Double) throws -> Double {
      var moved = weights
      var w = try weights.double("W")
      w[3, 4] += step
      moved["W"] = .init("W", w)
      let sink = MemorySink()
      var outputs = Outputs(sink)
      try model.evaluate(RichLazy.batch, at: moved, into: &outputs, &random)
      return try #require(sink.numbers("output"))[1, 2, 0]
    }
    let slope = (try output(1e-6) - (try output(-1e-6))) / 2e-6
    #expect(abs(slope - (try #require(sums["W"]))[3, 4]) < 1e-9)
  }

  @Test("curvature through the protocol is the difference of gradients, in the selected blocks")
  func curvature() throws {
    let model = try trainable("ctrnn-relu", ["units": .integer(6), "dt": .real(60), "bias": .flag(true)])
    var weights = RichLazy.weights(0.35)
    weights["b"] = .init("b", Matrix([0.1, 0, -0.1], shape: [3]))
    let tilted: Matrix = RichLazy.table(6, 6) { sin($0 + 3 * $1) }
    let direction = Weights([
      Weights.Block("W", tilted), .init("b", Matrix([1, -1, 0.5], shape: [3])),
    ])
    let product = try model.curvature(RichLazy.batch, at: weights, RandomStream(seed: 1))(direction)
    func gradient(_ step: Double) throws -> Weights {
      let moved = try weights.combined(with: weights.zeroed) { a, _ in a }
      var changed = moved
      for block in direction.blocks {
        let base = try weights.double(block.name)
        changed[block.name] = .init(
          block.name,
          Tensor(zip(base.elements, block.values.double.elements).map { $0 + step * $1 }, shape: base.shape))
      }
      var random = RandomStream(seed: 1)
      return try #require(
        try model.trial(RichLazy.batch, at: changed, Request(.gradient), &random) { _ in }.gradient)
    }
    let (above, below) = (try gradient(1e-6), try gradient(-1e-6))
    for name in ["W", "Win", "Wout", "b"] {
      let differences = zip(try above.double(name).elements, try below.double(name).elements).map {
        ($0 - $1) / 2e-6
      }
      #expect(agree(try product.double(name).elements, differences, within: 1e-8), "\(name)")
    }
  }

  @Test(
    "without leak it is leaky-relu-rnn: gradient, curvature and local rules agree",
    arguments: ["bptt", "three-factor", "mdgl"])
  func sameWithoutLeak(rule: String) throws {
    let source = try trialSource("row-pattern", ["size": .integer(6), "train": .integer(8)])
    let own = try trainable(
      "ctrnn-relu", ["units": .integer(9), "autapses": .flag(false), "bias": .flag(true)])
    let other = try trainable(
      "leaky-relu-rnn",
      ["units": .integer(9), "tau": .real(0.01), "dale": .flag(false), "precision": .text("double")])
    var random = RandomStream(seed: 2)
    let weights = try own.weights(Inputs(), for: source.shape, &random)
    var same = try other.weights(Inputs(), for: source.shape, &random)
    for name in ["W", "Win", "Wout", "b"] { same[name] = weights[name] }
    let batch = try source.batch(Array(0..<8), .train, &random)
    func estimate(_ model: any Trains, _ weights: Weights) throws -> Weights {
      var learns = try learner(rule)
      let trials = Trials(batch: batch, clock: Clock(update: 0, updates: 1), model: model, noise: random)
      return try learns.estimate(at: weights, trials, &random)
    }
    let (a, b) = (try estimate(own, weights), try estimate(other, same))
    let direction = Weights([Weights.Block("W", try weights.double("W"))])
    let (c, d) = (
      try own.curvature(batch, at: weights, random)(direction),
      try other.curvature(batch, at: same, random)(direction)
    )
    for name in ["W", "Win", "Wout", "b"] {
      #expect(agree(try a.double(name).elements, try b.double(name).elements, within: 1e-13), "\(name)")
      #expect(agree(try c.double(name).elements, try d.double(name).elements, within: 1e-13), "\(name)")
    }
  }

  @Test("what does not fit is said")
  func sentences() throws {
    var random = RandomStream(seed: 1)
    let slow = try trainable("ctrnn-relu", ["units": .integer(6), "tau": .real(50)])
    #expect(throws: Problem.self) {
      try slow.trial(RichLazy.batch, at: RichLazy.weights(0), Request(.loss), &random) { _ in }
    }
    let model = try trainable("ctrnn-relu", ["units": .integer(6)])
    var wrong = RichLazy.batch
    wrong.target = .labels([0, 1, 3])
    do {
      _ = try model.trial(wrong, at: RichLazy.weights(0), Request(.loss), &random) { _ in }
      Issue.record("label 3 was taken")
    } catch let problem as Problem {
      #expect(problem.what.contains("the label 3, but the read-out has 3 outputs"))
    }
    #expect(throws: Problem.self) {
      try model.weights(Inputs(), for: TrialShape(steps: nil, inputs: 3, outputs: 2, classes: true), &random)
    }
    #expect(throws: Problem.self) {
      try model.weights(
        Inputs(["W": .numbers(Matrix.identity(5))]),
        for: TrialShape(steps: 4, inputs: 3, outputs: 2, classes: true),
        &random)
    }
  }
}
