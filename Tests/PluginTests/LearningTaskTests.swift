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

  @Test("delayed match to sample without noise is the specification's trial (rich-lazy, case 7)")
  func match() throws {
    let source = try trialSource("delayed-match-sample", ["noise": .real(0)])
    #expect(source.shape == TrialShape(steps: 8, inputs: 3, outputs: 3, classes: true))
    var random = RandomStream(seed: 4)
    let batch = try source.batch(Array(0..<64), .train, &random)
    guard case .labelsByStep(let labels) = batch.target else { return #expect(Bool(false)) }
    var seen = Set<String>()
    for trial in 0..<64 {
      let rows = (0..<8).map { t in (0..<3).map { batch.input[trial, t, $0] } }
      #expect(rows[1...5].allSatisfy { $0 == [1, 0, 0] } && rows[7] == [0, 0, 0])
      #expect((0..<7).allSatisfy { labels[trial, $0] == 0 })
      #expect(
        rows[0][0] == 1 && rows[6][0] == 1 && rows[0][1] + rows[0][2] == 1 && rows[6][1] + rows[6][2] == 1)
      #expect(labels[trial, 7] == (rows[0] == rows[6] ? 1 : 2))
      seen.insert("\(rows[0]) \(rows[6])")
    }
    #expect(seen.count == 4)
    #expect(seen.contains("[1.0, 1.0, 0.0] [1.0, 0.0, 1.0]"))
  }

  @Test("row patterns are the templates plus noise of the given size")
  func rows() throws {
    let clean = try trialSource("row-pattern", ["noise": .real(0), "train": .integer(200)])
    #expect(clean.count(.train) == 200 && clean.count(.test) == 1000 && clean.count(.validate) == 0)
    #expect(clean.shape == TrialShape(steps: 14, inputs: 14, outputs: 10, classes: true))
    var random = RandomStream(seed: 1)
    let batch = try clean.batch(Array(0..<200), .train, &random)
    guard case .labels(let labels) = batch.target else { return #expect(Bool(false)) }
    #expect(Set(labels) == Set(0..<10))
    for trial in 0..<200 {
      let c = Double(labels[trial])
      for t in 0..<14 {
        for j in 0..<14 {
          let (t1, j1) = (Double(t), Double(j))
          let wave = sin(0.35 * (c + 1) * t1 + 0.9 * j1) + cos(0.5 * (c + 2) * j1 - 0.3 * t1)
          #expect(batch.input[trial, t, j] == (wave > 0.3 ? 1 : 0))
        }
      }
    }
    let noisy = try trialSource("row-pattern", ["train": .integer(200)]).batch(
      Array(0..<200), .train, &random)
    guard case .labels(let noisyLabels) = noisy.target else { return #expect(Bool(false)) }
    #expect(noisyLabels == labels)
    let noise = zip(noisy.input.elements, batch.input.elements).map { $0 - $1 }
    // 39,200 draws: the mean is within 5/sqrt(n), the variance within 5 sqrt(2/n).
    #expect(abs(try mean(noise)) < 5 / 39_200.0.squareRoot())
    #expect(abs(try variance(noise, .population) - 1) < 5 * (2 / 39_200.0).squareRoot())
  }

  @Test("digits by rows: shapes, splits in order, noise on test images alone and clipped")
  func digits() throws {
    let images = Tensor((0..<10 * 4).map { Double($0 % 4) / 3 }, shape: [10, 4])
    let inputs: [String: Stored] = [
      "trials/input": .numbers(images),
      "trials/label": .numbers(Tensor((0..<10).map(Double.init), shape: [10])),
    ]
    let set: [String: Value] = [
      "split_seed": .integer(0), "test_fraction": .real(0.3), "validate_fraction": .real(0.2),
      "test_noise": .real(0.5),
    ]
    let source = try trialSource("sequential-digits", set, inputs: inputs)
    #expect(source.shape == TrialShape(steps: 2, inputs: 2, outputs: 10, classes: true))
    var random = RandomStream(seed: 1)
    let train = try source.batch(Array(0..<5), .train, &random)
    #expect(train.target == .labels([0, 1, 2, 3, 4]))
    #expect(train.input.elements == Array(images.elements[..<20]) && train.input.shape == [5, 2, 2])
    let test = try source.batch([0, 1, 2], .test, &random)
    #expect(test.target == .labels([7, 8, 9]))
    #expect(test.input.elements != Array(images.elements[28...]))
    #expect(test.input.elements.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(throws: Problem.self) {
      try trialSource("sequential-digits", ["rows": .integer(3)], inputs: inputs)
    }
  }
}
