import EngramKit
import EngramPlugins
import Foundation
import Testing

/// L(x) = (x0 - 1)^2 + 2 (x1 + 1/2)^2 + x0 x2, the loss of case 8; NaN where x0 exceeds `edge`.
private struct Quadratic: Trains {
  var edge = Double.infinity
  var gives: Evidence { [.loss] }

  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights {
    Weights([.init("x", Tensor([0.3, -0.2, 0.5], shape: [3]))])
  }
  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    Trial(loss: Self.loss(try weights.double("x").elements, edge))
  }
  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {}

  static func loss(_ x: [Double], _ edge: Double = .infinity) -> Double {
    x[0] > edge ? .nan : (x[0] - 1) * (x[0] - 1) + 2 * (x[1] + 0.5) * (x[1] + 0.5) + x[0] * x[2]
  }
}

@Suite("Gradient estimates of evolution (case 8)")
struct EvolutionTests {
  private let theta = [0.3, -0.2, 0.5]
  private let rows: [[Double]] = [[0.1, -0.1, 0.05], [-0.05, 0.2, 0.1], [0.02, 0.03, -0.15]]

  private func loss(_ e: [Double], _ sign: Double = 1) -> Double {
    Quadratic.loss(zip(theta, e).map { $0 + sign * $1 })
  }

  private func sum(_ coefficients: EvolutionCoefficients, _ rows: [[Double]]) -> [Double] {
    (0..<3).map { i in zip(coefficients.values, rows).reduce(0) { $0 + $1.0 * $1.1[i] } }
  }

  private func paired(_ rows: [[Double]]) -> [Double] { rows.flatMap { [loss($0), loss($0, -1)] } }

  @Test("forward, baseline and antithetic estimates of a quadratic")
  func algebra() {
    let (base, losses) = (Quadratic.loss(theta), rows.map { loss($0) })
    #expect(agree([base] + losses, [0.82, 0.66, 1.2125, 0.7922], within: 1e-12))
    let forward = EvolutionCoefficients(.forward, base: base, losses: losses, sigma: 0.1)
    #expect(agree(sum(forward, rows), [0.530475, 5.00665, 0.8855], within: 1e-10))
    let baseline = EvolutionCoefficients(.baseline, base: base, losses: losses, sigma: 0.1)
    #expect(agree(sum(baseline, rows), [-0.904525, 2.34165, 0.8855], within: 1e-10))
    let pairs = EvolutionCoefficients(.antithetic, base: base, losses: paired(rows), sigma: 0.1)
    #expect(agree(sum(pairs, rows), [-1.193, 2.723, 0.86], within: 1e-10))
  }

  @Test("orthogonal pairs that span the space give the exact gradient of a quadratic")
  func orthogonal() {
    let signs: [[Double]] = [[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]]
    let rows = signs.map { $0.map { 0.1 * $0 } }
    let pairs = EvolutionCoefficients(.antithetic, base: 0, losses: paired(rows), sigma: 0.1)
    #expect(agree(sum(pairs, rows), [-0.9, 1.2, 0.3], within: 1e-12))
  }

  @Test("centred ranks, ties sharing theirs")
  func ranks() {
    #expect(agree(centredRanks([3, 5, 1, 2]), [1 / 6.0, 0.5, -0.5, -1 / 6.0], within: 1e-15))
    #expect(centredRanks([1, 1, 1]) == [0, 0, 0])
  }

  @Test("losses that are not finite are dropped and counted, with their partners")
  func invalid() {
    let some = EvolutionCoefficients(.antithetic, base: 0, losses: [1, .nan, 3, 1], sigma: 1)
    #expect(some.values == [0, 1] && some.invalid == 1 && !some.isEmpty)
    let ranked = EvolutionCoefficients(
      .antithetic, base: 0, losses: [1, .infinity, 3, 1], sigma: 1, ranked: true)
    #expect(ranked.values == [0, 0.5])
    #expect(EvolutionCoefficients(.forward, base: 0, losses: [.nan], sigma: 1).isEmpty)
  }

  @Test("a linear loss: the antithetic estimate has mean g and covariance (|g|^2 + g g') / P")
  func linear() {
    let g = [0.7, -1.2, 0.4]
    let (pairs, repeats, sigma) = (4, 20_000, 0.3)
    var random = RandomStream(seed: 8)
    var (mean, square) = ([0.0, 0, 0], Matrix(repeating: 0, shape: [3, 3]))
    for _ in 0..<repeats {
      let rows = (0..<pairs).map { _ in random.normals(3, as: Double.self).map { sigma * $0 } }
      let losses = rows.flatMap { row -> [Double] in
        let value = zip(g, row).reduce(0) { $0 + $1.0 * $1.1 }
        return [5 + value, 5 - value]
      }
      let estimate = sum(EvolutionCoefficients(.antithetic, base: 5, losses: losses, sigma: sigma), rows)
      for i in 0..<3 {
        mean[i] += estimate[i] / Double(repeats)
        for j in 0..<3 { square[i, j] += estimate[i] * estimate[j] / Double(repeats) }
      }
    }
    let norm = g.reduce(0) { $0 + $1 * $1 }
    for i in 0..<3 {
      let spread = ((norm + g[i] * g[i]) / Double(pairs * repeats)).squareRoot()
      #expect(abs(mean[i] - g[i]) < 4 * spread)
      for j in 0..<3 {
        let wanted = ((i == j ? norm : 0) + g[i] * g[j]) / Double(pairs)
        // A variance estimated from n normal-like draws is good to root 2 / n of it; tails are heavier, so five of them.
        #expect(
          abs(square[i, j] - mean[i] * mean[j] - wanted) < 5 * norm / Double(pairs)
            * (4 / Double(repeats)).squareRoot())
      }
    }
  }

  @Test("a wave: smoothed loss and gradient by 1e5 pairs, within four standard errors")
  func wave() {
    let (k, sigma, x, pairs) = (20.0, 0.1, 0.3, 100_000)
    var random = RandomStream(seed: 9)
    let e = random.normals(pairs, as: Double.self).map { sigma * $0 }
    let losses = e.map { (cos(k * (x + $0)), cos(k * (x - $0))) }
    let means = losses.map { ($0 + $1) / 2 }
    let slopes = zip(losses, e).map { ($0.0 - $0.1) * $1 / (2 * sigma * sigma) }
    func check(_ numbers: [Double], _ wanted: Double) {
      let mean = numbers.reduce(0, +) / Double(pairs)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pairs)
      #expect(abs(mean - wanted) < 4 * (variance / Double(pairs)).squareRoot())
    }
    check(means, 0.129944917699)
    check(slopes, 0.756295511789)
    let all = EvolutionCoefficients(.antithetic, base: 0, losses: losses.flatMap { [$0, $1] }, sigma: sigma)
    let estimate = zip(all.values, e).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(estimate - slopes.reduce(0, +) / Double(pairs)) < 1e-9)
  }

  private func estimate(_ set: [String: Value], _ model: Quadratic = Quadratic()) throws -> (Weights, Trial) {
    let registry = try Registry(catalogue)
    let entry = try registry.entry("es-gradient")
    var rule = try #require(entry.make(try registry.accept(set, for: "es-gradient")).learns)
    var random = RandomStream(seed: 3)
    let weights = try model.weights(
      Inputs(), for: TrialShape(steps: nil, inputs: 1, outputs: 0, classes: false), &random)
    try rule.begin(Inputs(), weights)
    let trials = Trials(
      batch: Batch(input: Matrix(repeating: 0, shape: [1, 1])), clock: Clock(update: 0, updates: 1),
      model: model,
      noise: random)
    return (try rule.estimate(at: weights, trials, &random), trials.seen)
  }

  @Test("the rule is exact for a quadratic: orthogonal pairs, and finite differences as the step shrinks")
  func exact() throws {
    let (orthogonal, _) = try estimate(["orthogonal": .flag(true), "samples": .integer(6)])
    #expect(agree(try orthogonal.double("x").elements, [-0.9, 1.2, 0.3], within: 1e-12))
    let (differences, _) = try estimate(["estimator": .text("finite-difference"), "sigma": .real(1e-6)])
    #expect(agree(try differences.double("x").elements, [-0.9, 1.2, 0.3], within: 1e-5))
  }

  @Test("the rule drops what is not finite, counts it, and without a loss leaves the weights alone")
  func dropped() throws {
    let (some, seen) = try estimate(["samples": .integer(40), "sigma": .real(1)], Quadratic(edge: 1))
    #expect(try some.double("x").elements.allSatisfy(\.isFinite))
    let invalid = try #require(seen.metrics["n_invalid"])
    #expect(invalid > 0 && invalid < 20)
    let (none, _) = try estimate(["samples": .integer(40)], Quadratic(edge: -.infinity))
    #expect(none.blocks.isEmpty)
  }

  @Test("unknown groups and odd pairs are refused with a way out")
  func refused() {
    for set: [String: Value] in [["groups": .text("y")], ["samples": .integer(5)]] {
      let problem = #expect(throws: Problem.self) { _ = try estimate(set) }
      #expect(problem?.fix != nil)
    }
  }
}

@Suite("Evidence tasks")
struct EvidenceTaskTests {
  private func source(_ name: String, _ set: [String: Value]) throws -> any TrialSource {
    let registry = try Registry(catalogue)
    var random = RandomStream(seed: 4)
    let poses = try #require(try registry.entry(name).make(try registry.accept(set, for: name)).poses)
    return try poses.trials(Inputs(), &random)
  }

  @Test("a trial has its evidence, one winner, and <eos> last", arguments: ["vectors", "totals"])
  func trials(counts: String) throws {
    let task = try source("evidence-integration", ["counts": .text(counts)])
    var random = RandomStream(seed: 5)
    let batch = try task.batch(Array(0..<200), .train, &random)
    guard case .labels(let labels) = batch.target else { throw Problem("no labels") }
    #expect(batch.input.shape == [200, 50, 50])
    // Words are told apart by their vectors; the five of them occur in 200 trials.
    var kinds: [[Double]: Int] = [:]
    for trial in 0..<200 {
      for word in 0..<50 {
        let first = (trial * 50 + word) * 50
        kinds[Array(batch.input.elements[first..<first + 50]), default: 0] += 1
      }
    }
    #expect(kinds.count == 5)
    let end = Array(batch.input.elements[49 * 50..<50 * 50])
    #expect(kinds[end] == 200)
    #expect(Set(labels) == [0, 1, 2])
    #expect(kinds.keys.allSatisfy { $0.allSatisfy { $0 == 0 || abs($0 - 0.2) < 1e-12 } })
  }

  @Test("counts are uniform over vectors: the mean of each kind is (words - 1) / 4, ties apart")
  func uniform() throws {
    let task = try source("evidence-integration", ["words": .integer(3), "classes": .integer(2)])
    var random = RandomStream(seed: 6)
    guard case .labels(let labels) = try task.batch(Array(0..<4000), .train, &random).target else { return }
    // Of the six vectors with a sum up to 2, four have a winner: two for each class.
    let share = Double(labels.count { $0 == 0 }) / 4000
    #expect(abs(share - 0.5) < 4 * (0.25 / 4000).squareRoot())
  }

  @Test("a delay is zeros before <eos>, or before the evidence", arguments: [5, -5])
  func delay(words: Int) throws {
    let task = try source("working-memory", ["delay": .integer(words), "words": .integer(10)])
    var random = RandomStream(seed: 7)
    let batch = try task.batch([0, 1, 2], .train, &random)
    #expect(batch.input.shape == [3, 15, 50])
    let silent = (0..<15).filter { word in
      batch.input.elements[word * 50..<(word + 1) * 50].allSatisfy { $0 == 0 }
    }
    #expect(silent == (words > 0 ? Array(9..<14) : Array(0..<5)))
  }

  @Test("stored trials are the same at each visit")
  func stored() throws {
    let task = try source("evidence-integration", ["stored_trials": .integer(8)])
    var (one, other) = (RandomStream(seed: 1), RandomStream(seed: 2))
    #expect(task.count(.train) == 8 && task.count(.validate) == 100)
    #expect(try task.batch([3, 5], .train, &one) == task.batch([3, 5], .train, &other))
  }
}
