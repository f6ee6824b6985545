import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Weights that `hebb-outer-product` gives `hopfield-binary` for the rows of `patterns`.
private func stored(_ patterns: Matrix) throws -> Weights {
  let model = HopfieldBinary()
  let rule = HebbOuterProduct()
  var random = RandomStream(seed: 1)
  var weights = try model.weights(
    Inputs(), for: TrialShape(steps: nil, inputs: patterns.columns, outputs: 0, classes: false), &random)
  let trials = Trials(
    batch: Batch(input: patterns), clock: Clock(update: 0, updates: 1), model: model, noise: random)
  try rule.apply(rule.estimate(at: weights, trials, &random), to: &weights, trials.clock)
  model.constrain(&weights)
  return weights
}

/// Sweeps from `cues` at `weights`: what `recall/...` holds.
private func recalled(
  _ cues: Matrix, target: Matrix? = nil, at weights: Weights, sweeps: Int = 1000
) throws -> MemorySink {
  var random = RandomStream(seed: 1)
  let sink = MemorySink()
  var outputs = Outputs(sink)
  let batch = Batch(input: cues, target: target.map { .values($0) } ?? .none, mode: .evaluate)
  let model = try #require(try plugin("hopfield-binary", ["maximum_sweeps": .integer(sweeps)]).trains)
  try model.evaluate(batch, at: weights, into: &outputs, &random)
  return sink
}

private func isNear(_ a: [Double]?, _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
  guard let a, a.count == b.count else { return false }
  return zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

/// Patterns of the specification's case C2: +1 where sin(a(m+1)(i+1)^2 + 0.3(m+1)) >= 0.
private func patterns(_ count: Int, _ units: Int, _ a: Double) -> Matrix {
  var result = Matrix(repeating: -1, shape: [count, units])
  for m in 0..<count {
    for i in 0..<units {
      let k = Double(m + 1)
      if sin(a * k * Double((i + 1) * (i + 1)) + 0.3 * k) >= 0 { result[m, i] = 1 }
    }
  }
  return result
}

@Suite("Binary Hopfield network with Hebbian storage")
struct HopfieldTests {
  @Test("orthogonal patterns lie at E = -(N - p)/2, their mixture above (case C1)")
  func orthogonalPatterns() throws {
    var hadamard = Matrix(repeating: 1, shape: [16, 16])
    for i in 0..<16 { for j in 0..<16 where (i & j).nonzeroBitCount % 2 == 1 { hadamard[i, j] = -1 } }
    let rows = Matrix([1, 2, 5].flatMap { hadamard.row($0) }, shape: [3, 16])
    let weights = try stored(rows)
    let sink = try recalled(rows, at: weights)
    #expect(isNear(sink.numbers("recall/energy")?.elements, [-6.5, -6.5, -6.5]))
    #expect(isNear(sink.numbers("recall/overlap")?.elements, [1, 1, 1]))
    let mixture = (0..<16).map { i in (0..<3).reduce(0) { $0 + rows[$1, i] } > 0 ? 1.0 : -1.0 }
    let mixed = try recalled(Matrix(mixture, shape: [1, 16]), at: weights)
    #expect(isNear(mixed.numbers("recall/energy")?.elements, [-4.5]))
  }

  @Test("forty units hold four patterns and repair six flipped bits (case C2)")
  func fortyUnits() throws {
    let rows = patterns(4, 40, 1.3)
    #expect((0..<4).map { rows.row($0).reduce(0, +) } == [6, -4, -6, 6])
    let overlaps = try multiply(rows, Array(rows.row(0))).map { $0 / 40 }
    #expect(isNear(overlaps, [1, 0.15, 0.1, 0.2]))
    let weights = try stored(rows)
    let sink = try recalled(rows, at: weights)
    #expect(isNear(sink.numbers("recall/energy")?.elements, [-19.45, -19.35, -19.45, -20.05]))
    #expect(sink.numbers("recall/state")?.elements == rows.elements)

    var cue = Matrix(Array(rows.row(0)), shape: [1, 40])
    for bit in [0, 3, 7, 12, 25, 31] { cue[0, bit] *= -1 }
    let first = Matrix(Array(rows.row(0)), shape: [1, 40])
    let repaired = try recalled(cue, target: first, at: weights)
    #expect(repaired.numbers("recall/overlap")?.elements == [1])
    #expect(repaired.numbers("recall/sweeps")?.elements == [2])
    // Six flips, each lowering the energy.
    #expect(
      isNear(
        repaired.numbers("recall/flip_energy")?.elements,
        [-8.45, -9.55, -10.85, -12.55, -14.45, -16.75, -19.45]))
  }

  @Test("energy never rises along asynchronous sweeps", arguments: ["sequential", "permutation", "random"])
  func energyFalls(order: String) throws {
    let entry = Entry(HopfieldBinary.self)
    let model = try #require(try entry.make(["order": .text(order)]).simulates)
    let weights = try stored(patterns(4, 40, 1.3)).double("W")
    var random = RandomStream(seed: 3)
    let cues = Matrix((0..<400).map { _ in random.uniform() < 0.5 ? -1.0 : 1.0 }, shape: [10, 40])
    let energies = try sweeps(model, Inputs(["connectivity": .numbers(weights), "cue": .numbers(cues)]), 6)
    for k in 1..<energies.rows { for c in 0..<10 { #expect(energies[k, c] <= energies[k - 1, c] + 1e-12) } }
  }

  /// Energies [sweep, cue] of `count` sweeps.
  private func sweeps<S: Simulates>(_ model: S, _ inputs: Inputs, _ count: Int) throws -> Matrix {
    var random = RandomStream(seed: 5)
    let sink = MemorySink()
    var outputs = Outputs(sink)
    var state = try model.start(inputs, &random)
    try model.record(&state, into: &outputs)
    for k in 0..<count {
      try model.advance(&state, from: k, count: 1, dt: 1, &random)
      try model.record(&state, into: &outputs)
    }
    return try #require(sink.numbers("energy"))
  }

  @Test("the energy followed from flip to flip is that of the end, whatever the weights")
  func flips() throws {
    var random = RandomStream(seed: 6)
    let weights = Weights([.init("W", random.normalTensor(shape: [30, 30]) as Matrix)])
    let sink = try recalled(
      Matrix((0..<30).map { _ in random.sign() }, shape: [1, 30]), at: weights, sweeps: 20)
    let (energies, end) = (try sink.values("recall/flip_energy"), try sink.values("recall/energy"))
    #expect(energies.count > 10)
    #expect(sink.notes.contains { $0.hasPrefix("no Lyapunov guarantee: W is not symmetric (defect 1.") })
    #expect(abs(energies[energies.count - 1] - end[0]) < 1e-10)
  }

  @Test("a unit whose field is 0 keeps its state: ties change nothing")
  func ties() throws {
    let weights = Weights([.init("W", Matrix([0, 1, -1, 1, 0, 0, -1, 0, 0], shape: [3, 3]))])
    let sink = try recalled(Matrix([1, 1, 1, -1, 1, 1], shape: [2, 3]), at: weights)
    #expect(Array(try sink.values("recall/state").prefix(3)) == [1, 1, -1])
    #expect(try sink.values("recall/sweeps") == [2, 2])
    // Unit 0 in the first sweep of either cue: 1 - 1.
    #expect(sink.notes == ["ties: at 2 updates so far the field was 0, which keeps the unit's state"])
  }

  @Test("a grey value in a cue is one sentence that says what to do")
  func greyCue() throws {
    let weights = try stored(patterns(1, 4, 1.3))
    let error = #expect(throws: Problem.self) {
      try recalled(Matrix([1, 0.5, 1, -1], shape: [1, 4]), at: weights)
    }
    #expect(error?.what == "cue 0 holds 0.5; states are -1 or 1")
  }
}

@Suite("Stored trials")
struct StoredTrialsTests {
  private func source(_ values: [String: Value]) throws -> any TrialSource {
    let poses = try #require(try Entry(StoredTrials.self).make(values).poses)
    var random = RandomStream(seed: 2)
    let input = Tensor((0..<20).map(Double.init), shape: [10, 2])
    return try poses.trials(
      Inputs([
        "trials/input": .numbers(input),
        "trials/label": .numbers(Tensor((0..<10).map(Double.init), shape: [10])),
      ]),
      &random)
  }

  @Test("splits are disjoint, cover every trial, and keep inputs with their labels")
  func splits() throws {
    let source = try source(["test_fraction": .real(0.3), "validate_fraction": .real(0.2)])
    var random = RandomStream(seed: 9)
    var seen: [Int] = []
    for (split, size) in [(Split.train, 5), (.validate, 2), (.test, 3)] {
      #expect(source.count(split) == size)
      let batch = try source.batch(Array(0..<size), split, &random)
      guard case .labels(let labels) = batch.target else { throw Problem("no labels") }
      for (row, label) in labels.enumerated() {
        #expect(Array(batch.input.row(row)) == [Double(2 * label), Double(2 * label + 1)])
      }
      seen += labels
    }
    #expect(seen.sorted() == Array(0..<10))
  }

  @Test("grey inputs become states of binary units")
  func binarised() throws {
    let source = try source(["binarise": .flag(true), "scale": .real(0.1), "threshold": .real(0.55)])
    var random = RandomStream(seed: 9)
    let batch = try source.batch(Array(0..<10), .train, &random)
    #expect(batch.input.elements == (0..<20).map { $0 > 5 ? 1 : -1 })
  }

  @Test("splits that leave nothing to train on are refused")
  func nothingLeft() {
    #expect(throws: Problem.self) {
      try source(["test_fraction": .real(0.6), "validate_fraction": .real(0.4)])
    }
  }
}
