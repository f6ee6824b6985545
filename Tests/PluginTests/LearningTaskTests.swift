import EngramKit
import EngramPlugins
import Foundation
import Testing

/// The tasks that networks are trained on: what each trial shows and asks, from their specifications.
@Suite("tasks in time")
struct LearningTaskTests {
  private func batch(_ name: String, _ set: [String: Value] = [:], count: Int) throws -> Batch {
    let registry = try Registry(catalogue)
    let task = try #require(try registry.entry(name).make(try registry.accept(set, for: name)).poses)
    var random = RandomStream(seed: 6)
    return try task.trials(Inputs(), &random).batch(Array(0..<count), .train, &random)
  }

  @Test("pattern-generation: the sum of sinusoids of the specification")
  func pattern() throws {
    let batch = try batch("pattern-generation", ["noise": .real(0)], count: 2)
    guard case .values(let target) = batch.target else { throw Problem("no values") }
    #expect(target.shape == [2, 200, 1] && batch.input.shape == [2, 200, 5])
    for t in [1, 50, 137, 200] {
      let time = 0.01 * Double(t)
      let expected = [0.5, 1, 1.5, 2].enumerated().reduce(0.0) {
        $0 + sin(2 * .pi * $1.element * time + 0.7 * Double($1.offset + 1)) / 4
      }
      #expect(abs(target[1, t - 1, 0] - expected) < 1e-12)
    }
    // Over whole periods of sinusoids of different frequency the mean square is the sum of a²/2 over n².
    let meanSquare = target.row(0).reduce(0) { $0 + $1 * $1 } / 200
    #expect(abs(meanSquare - 4 * 0.5 / 16) < 1e-12)
  }

  @Test("two-alternative-choice: the stimulus is 0.5 ± c/200, the label its sign")
  func choice() throws {
    let batch = try batch("two-alternative-choice", ["noise": .real(0)], count: 200)
    guard case .labelsByStep(let labels) = batch.target else { throw Problem("no labels") }
    #expect(batch.input.shape == [200, 8, 3])
    var coherences: Set<Double> = []
    for trial in 0..<200 {
      let x = (0..<3).map { batch.input[trial, 3, $0] }
      #expect(x[0] == 1 && abs(x[1] + x[2] - 1) < 1e-12)
      #expect((0..<3).allSatisfy { batch.input[trial, 7, $0] == 0 })
      #expect((0..<7).allSatisfy { labels[trial, $0] == 0 })
      coherences.insert((abs(x[1] - x[2]) * 1000).rounded() / 10)
      if x[1] != x[2] { #expect(labels[trial, 7] == (x[1] > x[2] ? 1 : 2)) }
    }
    #expect(coherences == [0, 6.4, 12.8, 25.6, 51.2])
    #expect(Set((0..<200).map { labels[$0, 7] }) == [1, 2])
  }

  @Test("context-decision: the context's modality shows the label, and the context lasts")
  func context() throws {
    let batch = try batch("context-decision", ["noise": .real(0)], count: 200)
    guard case .labelsByStep(let labels) = batch.target else { throw Problem("no labels") }
    #expect(batch.input.shape == [200, 8, 7])
    var conflicts = 0
    for trial in 0..<200 {
      let x = (0..<7).map { batch.input[trial, 1, $0] }
      let context = x[5] == 1 ? 0 : 1
      #expect(x[5] + x[6] == 1 && (0..<8).allSatisfy { batch.input[trial, $0, 5 + context] == 1 })
      let answer = x[1 + 2 * context] > x[2 + 2 * context] ? 1 : 2
      let other = x[3 - 2 * context] > x[4 - 2 * context] ? 1 : 2
      #expect(labels[trial, 7] == answer)
      if answer != other { conflicts += 1 }
      #expect((2..<8).allSatisfy { t in (1...4).allSatisfy { batch.input[trial, t, $0] == 0 } })
      #expect(batch.input[trial, 6, 0] == 1 && batch.input[trial, 7, 0] == 0)
    }
    // The irrelevant modality is independent of the relevant one: half of the trials conflict.
    #expect(abs(conflicts - 100) < 3 * Int(50.0.squareRoot()))
  }
}

/// Alignment by the analysis is that of section 6 of the ModProp specification.
@Suite("gradient-alignment")
struct GradientAlignmentTests {
  private struct Fixed: TrialSource {
    let batch: Batch
    var shape: TrialShape { TrialShape(steps: 8, inputs: 2, outputs: 2, classes: true) }
    func count(_ split: Split) -> Int? { 2 }
    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch { batch }
  }

  @Test("cosine and projection on Network S (case 3)")
  func networkS() throws {
    let registry = try Registry(catalogue)
    func make(_ name: String, _ set: [String: Value] = [:]) throws -> Instance {
      try registry.entry(name).make(try registry.accept(set, for: name))
    }
    let network = NetworkS()
    let weights = try network.weights()
    let rules = try ["bptt", "three-factor", "mdgl", "modprop"].map {
      (name: $0, rule: try #require(try make($0).learns))
    }
    let probe = Probe(
      model: try network.model(), source: Fixed(batch: network.batch), rules: rules, updates: [0]
    ) { _ in weights }
    let analysis = try #require(try make("gradient-alignment", ["block": .text("W")]).measures)
    let sink = MemorySink()
    var (outputs, random) = (Outputs(sink), RandomStream(seed: 1))
    try analysis.analyse(Inputs(), probe, into: &outputs, &random)
    let cosines = [1, 0.9349925487, 0.9725690904, 0.9501084173]
    #expect(agree(try sink.values("alignment/cosine"), cosines, within: 1e-8))
    #expect(
      agree(
        try sink.values("alignment/rho"), [1, 0.8340201027, 0.8768103206, 0.8981401064], within: 1e-8))
    #expect(agree(try sink.values("alignment/norm"), [0.0490976432], within: 1e-8))
  }
}
