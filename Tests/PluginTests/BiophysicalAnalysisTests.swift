import EngramKit
import EngramPlugins
import Foundation
import Testing

@Suite("Bifurcations of Morris-Lecar cells")
struct BifurcationTests {
  @Test("fixed points of the set snic with their eigenvalues (case 2)")
  func snic() throws {
    let sink = try analyse("bifurcation", [:], ["currents": .reals([0, 30, 60])])
    let wanted = [
      -59.4690664522, -10.2270555322, 0.7829073002, -41.7762766983, -20.0491167405, 4.1384331378,
      6.2992168483,
    ]
    #expect(agree(try sink.values("fixed/voltage"), wanted, within: 1e-7))
    #expect(try sink.values("fixed/current") == [0, 0, 0, 30, 30, 30, 60])
    let values = try sink.values("fixed/eigenvalues")
    let eigenvalues = [
      -0.0946553940, 0, -0.2764416779, 0, 0.3451443771, 0, -0.0393234238, 0, 0.1443472373, 0.0246410909,
      0.1443472373, -0.0246410909,
    ]
    for (found, wanted) in zip(values, eigenvalues) {
      #expect(abs(found - wanted) <= 1e-5 * abs(wanted) + 1e-12)
    }
  }

  @Test("fixed points of the set hopf (case 2), which loses stability without a fold")
  func hopf() throws {
    let sink = try analyse("bifurcation", [:], ["preset": .text("hopf"), "currents": .reals([0, 60])])
    #expect(agree(try sink.values("fixed/voltage"), [-60.8988140742, -37.1516550865], within: 1e-7))
    #expect(try sink.values("fold/current").isEmpty)
    // Silent at 90 and firing at 100 from the standard start (case 4): the point lies near.
    #expect(try #require(try sink.values("hopf/current").first) > 80)
  }

  @Test("onset of the set snic: the fold of the lower branch (case 3)")
  func onset() throws {
    let sink = try analyse("bifurcation", [:])
    let fold = try #require(try sink.values("fold/voltage").first { $0 > -50 && $0 < -15 })
    #expect(abs(fold + 29.63300169) < 1e-4)
    #expect(abs(try #require(try sink.values("fold/current").max()) - 39.5773681401) < 1e-6)
  }
}

@Suite("Hodgkin-Huxley neurons")
struct HodgkinHuxleyTests {
  @Test("firing rates as SciPy's LSODA has them at 1e-10, and silence below the onset")
  func rates() throws {
    let registry = try Registry(catalogue)
    let currents = [5.0, 10, 20, 40]
    let model = try registry.entry("hodgkin-huxley").make(
      try registry.accept(["current": .reals(currents)], for: "hodgkin-huxley"))
    let simulates = try #require(model.simulates)
    let sink = try simulated(simulates, Inputs(), duration: 600, dt: 0.02, seed: 1)
    let curve = try analyse(
      "fi-curve",
      ["spikes": try #require(sink.values["spikes"]), "current": .numbers(Tensor(currents, shape: [4]))],
      ["transient": .real(100)])
    for (rate, wanted) in zip(try curve.values("fi/rate"), [0, 68.3237, 86.4701, 108.6080]) {
      #expect(abs(rate - wanted) <= 1e-4 * wanted, "\(rate)")
    }
  }

  @Test("a step too long for sodium channels is refused")
  func longStep() throws {
    let model = try #require(try Registry(catalogue).entry("hodgkin-huxley").make([:]).simulates)
    #expect(throws: Problem.self) { _ = try simulated(model, Inputs(), duration: 10, dt: 1, seed: 1) }
  }
}

/// L = |W|^2 / 2 over a task's inputs: its gradient is W whatever the horizon.
private struct Bowl: Trains {
  var gives: Evidence { [.loss, .gradient] }
  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights {
    Weights([.init("W", Matrix([3, 0, 0, 4], shape: [2, 2]))])
  }
  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let w = try weights.double("W")
    let steps = Double(batch.input.shape[1])
    return Trial(
      loss: steps * w.elements.reduce(0) { $0 + $1 * $1 } / 2,
      gradient: Weights([.init("W", w.map { steps * $0 })]))
  }
  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {}
}

private struct EmptyTask: TrialSource {
  var shape: TrialShape { TrialShape(steps: 16, inputs: 1, outputs: 0, classes: false) }
  func count(_ split: Split) -> Int? { nil }
  func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
    Batch(input: Tensor(repeating: 0, shape: [picks.count, 16, 1]))
  }
}

@Suite("Gradient health and loss landscape")
struct LandscapeTests {
  private func probed(_ name: String, _ set: [String: Value], rules: [(name: String, rule: any Learns)] = [])
    throws
    -> MemorySink
  {
    let registry = try Registry(catalogue)
    let analysis = try #require(
      try registry.entry(name).make(try registry.accept(set, for: name)).measures)
    var random = RandomStream(seed: 5)
    let model = Bowl()
    let source = EmptyTask()
    let weights = try model.weights(Inputs(), for: source.shape, &random)
    let sink = MemorySink()
    var outputs = Outputs(sink)
    let probe = Probe(model: model, source: source, rules: rules, updates: [0]) { _ in weights }
    try analysis.analyse(Inputs(), probe, into: &outputs, &random)
    return sink
  }

  @Test("norms follow the horizon, and an exact estimate has cosine 1")
  func health() throws {
    let registry = try Registry(catalogue)
    let rule = try #require(
      try registry.entry("es-gradient").make(["orthogonal": .flag(true), "samples": .integer(8)]).learns)
    let sink = try probed("gradient-health", ["horizons": .reals([4, 16])], rules: [("evolution", rule)])
    #expect(agree(try sink.values("health/grad_norm"), [20, 80], within: 1e-12))
    #expect(try sink.values("health/nonfinite_fraction") == [0, 0])
    #expect(abs(try sink.values("health/growth")[0] - log(4) / 12) < 1e-12)
    #expect(agree(try sink.values("health/cosine"), [1, 1], within: 1e-9))
  }

  @Test("a parabola smoothed by width sigma is the parabola plus sigma^2 / 2 of its curvature")
  func landscape() throws {
    let sink = try probed(
      "loss-landscape", ["radius": .real(1), "points": .integer(201), "sigma": .real(0.2)])
    let (loss, smoothed) = (try sink.values("landscape/loss"), try sink.values("landscape/smoothed"))
    // Of curvature 16; what lies beyond four widths is missing.
    #expect(zip(loss, smoothed).allSatisfy { abs($1 - $0 - 16 * 0.02) < 1e-3 })
    #expect(abs(loss[100] - 200) < 1e-9)
    #expect(abs(try sink.values("landscape/roughness")[0] - 1) < 1e-3)
  }
}
