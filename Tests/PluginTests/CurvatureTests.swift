import EngramKit
import EngramPlugins
import Foundation
import Testing

/// What an analysis writes for a model at given weights.
func probed(
  _ name: String, _ set: [String: Value] = [:], model: any Trains, source: any TrialSource,
  weights: [Weights],
  rules: [(name: String, rule: any Learns)] = [], seed: UInt64 = 1
) throws -> MemorySink {
  let registry = try Registry(catalogue)
  let analysis = try #require(try registry.entry(name).make(try registry.accept(set, for: name)).measures)
  let probe = Probe(
    model: model, source: source, rules: rules, updates: weights.indices.map { 100 * $0 }
  ) { weights[$0] }
  let sink = MemorySink()
  var outputs = Outputs(sink)
  var random = RandomStream(seed: seed)
  try analysis.analyse(Inputs(), probe, into: &outputs, &random)
  return sink
}

@Suite("hessian-spectrum")
struct HessianSpectrumTests {
  private let source: any TrialSource
  private let model: any Trains
  private let weights: Weights

  init() throws {
    source = try trialSource(
      "row-pattern", ["size": .integer(6), "train": .integer(40), "test": .integer(40)])
    model = try trainable(
      "ctrnn-relu",
      [
        "units": .integer(12), "gain": .real(1.4), "start": .text("he"), "autapses": .flag(false),
        "bias": .flag(true),
      ])
    var random = RandomStream(seed: 2)
    weights = try model.weights(Inputs(), for: source.shape, &random)
  }

  private func spectrum(_ set: [String: Value], _ weights: Weights? = nil) throws -> MemorySink {
    try probed(
      "hessian-spectrum", set, model: model, source: source, weights: [weights ?? self.weights])
  }

  @Test("lanczos and power find what the whole spectrum has")
  func methods() throws {
    let dense = try spectrum(["method": .text("dense"), "pairs": .integer(3), "negative_pairs": .integer(2)])
    let all = try dense.values("hessian/eigenvalues")
    // 12 units without autapses.
    #expect(all.count == 132 && all == all.sorted())
    #expect(try dense.values("hessian/diagonal_masked") == [1])
    #expect(try dense.values("hessian/largest") == Array(all.suffix(3).reversed()))
    let lanczos = try spectrum([
      "pairs": .integer(3), "negative_pairs": .integer(2), "tolerance": .real(1e-12),
    ])
    #expect(agree(try lanczos.values("hessian/largest"), Array(all.suffix(3).reversed()), within: 1e-9))
    #expect(agree(try lanczos.values("hessian/smallest"), Array(all.prefix(2)), within: 1e-9))
    #expect(try lanczos.values("hessian/converged") == [1])
    #expect(try lanczos.values("hessian/residual").allSatisfy { $0 < 1e-8 })
    #expect(try #require(lanczos.numbers("hessian/vector")).shape == [12, 12])
    let power = try spectrum([
      "method": .text("power"), "tolerance": .real(1e-13), "max_iterations": .integer(20_000),
    ])
    let magnitude = max(abs(all[0]), abs(all[131]))
    #expect(agree(try power.values("hessian/lambda"), [magnitude], within: 1e-9))
    #expect(
      agree(
        try power.values("hessian/rayleigh"), [abs(all[0]) > abs(all[131]) ? all[0] : all[131]], within: 1e-6)
    )
  }

  @Test("weight decay shifts every eigenvalue; autapses widen the spectrum; a short iteration says so")
  func options() throws {
    let plain = try spectrum(["method": .text("dense")]).values("hessian/eigenvalues")
    let decayed = try spectrum(["method": .text("dense"), "l2": .real(0.01)]).values("hessian/eigenvalues")
    #expect(agree(decayed, plain.map { $0 + 0.01 }, within: 1e-13))
    let free = try spectrum(["method": .text("dense"), "diagonal": .text("free")])
    #expect(try free.values("hessian/eigenvalues").count == 144)
    #expect(try free.values("hessian/diagonal_masked") == [0])
    // The model gives no curvature to autapses that it pins: the ends of the spectrum are unchanged.
    let ends = try free.values("hessian/eigenvalues")
    #expect(agree(Array(ends.prefix(10)), Array(plain.prefix(10)), within: 1e-12))
    #expect(agree(Array(ends.suffix(10)), Array(plain.suffix(10)), within: 1e-12))
    let short = try spectrum(["method": .text("power"), "max_iterations": .integer(2)])
    #expect(try short.values("hessian/converged") == [0])
    #expect(short.notes.contains { $0.contains("not all pairs converged") })
    let whole = try spectrum(["method": .text("dense"), "block": .text("")]).values("hessian/eigenvalues")
    #expect(whole.count == 132 + 72 + 120 + 10)
    #expect(throws: Problem.self) { try spectrum(["block": .text("V")]) }
  }

  @Test(
    "silent units have no curvature: 0, converged; NaN weights are a sentence",
    arguments: ["lanczos", "power", "dense"])
  func degenerate(method: String) throws {
    var silent = weights
    silent["Win"] = .init("Win", Matrix(repeating: 0, shape: [12, 6]))
    let sink = try spectrum(["method": .text(method)], silent)
    #expect(try sink.values("hessian/lambda") == [0] && sink.values("hessian/converged") == [1])
    var broken = weights
    broken["Win"] = .init("Win", Matrix(repeating: .nan, shape: [12, 6]))
    #expect(throws: Problem.self) { try spectrum(["method": .text(method)], broken) }
  }

  @Test("along checkpoints, on the same trials whatever the number of threads")
  func series() throws {
    var later = weights
    later["W"] = .init("W", try weights.double("W").map { 1.1 * $0 })
    func run() throws -> MemorySink {
      try probed(
        "hessian-spectrum", ["trials": .integer(20)], model: model, source: source,
        weights: [weights, later, weights])
    }
    let sink = try run()
    let series = try sink.values("hessian/lambda_t")
    #expect(series.count == 3 && series[0] == series[2] && series[0] != series[1])
    #expect(try sink.values("hessian/iteration") == [0, 100, 200])
    let threads = WorkerThreads.count
    WorkerThreads.set(threads == 1 ? 2 : 1)
    defer { WorkerThreads.set(threads) }
    #expect(try run().values("hessian/lambda_t") == series)
  }
}

@Suite("split-performance and gaps")
struct GapTests {
  @Test("both splits, at every checkpoint, as the model gives them")
  func splits() throws {
    let source = try trialSource(
      "row-pattern", ["size": .integer(6), "train": .integer(40), "test": .integer(30)])
    let model = try trainable("ctrnn-relu", ["units": .integer(12)])
    var random = RandomStream(seed: 2)
    let weights = try model.weights(Inputs(), for: source.shape, &random)
    let sink = try probed("split-performance", model: model, source: source, weights: [weights, weights])
    for (split, count) in [(Split.train, 40), (.test, 30)] {
      let batch = try source.batch(Array(0..<count), split, &random)
      let trial = try model.trial(batch, at: weights, Request(.loss), &random) { _ in }
      let name = split == .train ? "train" : "test"
      let losses = try sink.values("performance/\(name)_loss")
      #expect(agree(losses, [trial.loss ?? .nan, trial.loss ?? .nan], within: 1e-12))
      #expect(try sink.values("performance/\(name)_accuracy")[0] == trial.metrics["accuracy"])
    }
  }

  @Test(
    "too few runs have no correlation; matching without checkpoints is refused; groups must share the runs")
  func sentences() throws {
    func row(_ x: [Double]) -> Stored { .numbers(Tensor(x, shape: [x.count])) }
    let two: [String: Stored] = ["train": row([1, 0.9]), "test": row([0.8, 0.8]), "lambda": row([1, 2])]
    let sink = try analyse("generalization-gap", two)
    #expect(try sink.values("gap/pearson_r")[0].isNaN && sink.values("gap/p")[0].isNaN)
    #expect(sink.notes.contains { $0.contains("at least 3 runs") })
    var matched = two
    matched["train_loss"] = row([0.1, 0.2])
    #expect(throws: Problem.self) {
      try analyse("generalization-gap", matched, ["match": .text("train-loss")])
    }
    #expect(throws: Problem.self) { try analyse("generalization-gap", two, ["groups": .text("a, b, c")]) }
    // A run with a value for r and p: 4 points of case 6, t = r sqrt(2 / (1 - r²)) with 2 degrees of freedom.
    let four: [String: Stored] = [
      "train": row([1, 1, 0.98, 0.96]), "test": row([0.95, 0.9, 0.9, 0.8]), "lambda": row([10, 20, 25, 60]),
    ]
    let known = try analyse("generalization-gap", four)
    let r = try known.values("gap/pearson_r")[0]
    // With 2 degrees of freedom the two-sided p-value is 1 - |r|.
    #expect(agree(try known.values("gap/p"), [1 - r], within: 1e-12))
  }
}
