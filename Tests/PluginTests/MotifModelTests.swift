import EngramKit
import EngramPlugins
import Testing

@Suite("motif networks")
struct MotifModelTests {
  @Test("acceptance case A8: Gaussian correlations of an excess of pairs")
  func thresholds() throws {
    let cases = [
      (0.1, 0.1, 0.5, 0.1448385632), (0.2, 0.2, 0.3, 0.1454918641), (0.2, 0.2, 1, 0.4356908580),
      (0.3, 0.1, 0.5, 0.2288941876), (0.1, 0.1, -0.5, -0.1923741220), (0.11565, 0.11565, 3.05, 0.6782502369),
    ]
    for (p, q, excess, correlation) in cases {
      let found = try normalCorrelation(
        exceeding: normalQuantile(1 - p), normalQuantile(1 - q), probability: p * q * (1 + excess))
      #expect(abs(found - correlation) < 1e-9, "\(p) \(q) \(excess)")
    }
  }

  @Test("acceptance case A9: samples have the motifs that were asked for", arguments: ["latent"])
  func gaussian(method: String) throws {
    var sums = [String: Double]()
    for seed in 1...5 {
      let result = try generate(
        "ei-motif-gaussian",
        [
          "neurons": .integer(300), "gain": .real(1), "mean": .reals([0, 0, 0, 0]), "chain": .real(0.005),
          "reciprocal": .real(0.3), "convergent": .real(0.011), "divergent": .real(0.02),
          "method": .text(method),
        ], seed: UInt64(seed))
      let motifs = try analyse(
        "motif-statistics", ["connectivity": try #require(result.values["connectivity"])])
      for name in ["reciprocal", "chain", "convergent", "divergent"] {
        sums[name, default: 0] += try motifs.values(name)[0] / 5
      }
      #expect(try abs(motifs.values("variance")[0] * 300 - 1) < 0.05)
    }
    #expect(abs((sums["reciprocal"] ?? 0) - 0.3) < 0.01)
    #expect(abs((sums["chain"] ?? 0) - 0.005) < 0.003)
    #expect(abs((sums["convergent"] ?? 0) - 0.011) < 0.003)
    #expect(abs((sums["divergent"] ?? 0) - 0.02) < 0.003)
  }

  @Test("loadings by block give each block its motifs")
  func heterogeneous() throws {
    // Section 4 (b'') of the specification, whose own mean of six samples lies within 0.004 of the targets.
    let set: [String: Value] = [
      "neurons": .integer(400), "fractions": .reals([0.75, 0.25]), "gain": .reals([0.3, 0.4, 0.3, 0.4]),
      "input_loading": .reals([0.12, 0.20, 0.16, 0.08]), "output_loading": .reals([0.16, 0.24, 0.12, 0.20]),
      "latent_correlation": .reals([0.8, 0.5]), "reciprocal": .reals([0.3, 0.1, 0.1, -0.2]),
      "self": .text("same"),
    ]
    var (difference, count) = ([Double](repeating: 0, count: 8), 0.0)
    for seed in 1...6 {
      let result = try generate("ei-motif-gaussian", set, seed: UInt64(seed))
      let motifs = try analyse(
        "motif-statistics",
        [
          "connectivity": try #require(result.values["connectivity"]),
          "types": try #require(result.values["types"]),
        ])
      for (k, (measured, wanted)) in zip(try motifs.values("chain"), try result.values("chain")).enumerated()
      {
        difference[k] += measured - wanted
      }
      for (measured, wanted) in zip(try motifs.values("reciprocal"), [0.3, 0.1, 0.1, -0.2]) {
        #expect(abs(measured - wanted) < 0.03)
      }
      count += 1
    }
    #expect(difference.allSatisfy { abs($0 / count) < 0.006 })
  }

  @Test("equal seeds give equal networks, also on one thread")
  func repeatable() throws {
    let threads = WorkerThreads.count
    let first = try generate("ei-motif-gaussian", ["neurons": .integer(150), "chain": .real(0.02)])
    WorkerThreads.set(1)
    let second = try generate("ei-motif-gaussian", ["neurons": .integer(150), "chain": .real(0.02)])
    WorkerThreads.set(threads)
    #expect(first.values == second.values)
  }

  @Test("infeasible motifs are refused with the numbers")
  func infeasible() throws {
    #expect(throws: MathError.self) {
      try generate("ei-motif-gaussian", ["convergent": .real(0.6), "divergent": .real(0.5)])
    }
    let chain = #expect(throws: Problem.self) {
      try generate(
        "ei-motif-gaussian", ["chain": .real(0.02), "convergent": .real(0.01), "divergent": .real(0.01)])
    }
    #expect(chain?.what.hasPrefix("a chain correlation of 0.02 needs") == true)
    let shao = #expect(throws: Problem.self) {
      try generate(
        "ei-motif-gaussian", ["chain": .real(0.2), "reciprocal": .real(0.5), "method": .text("shao")])
    }
    #expect(
      shao?.what.hasSuffix("|reciprocal| >= 0, here -0.3") == true
        || shao?.what.contains("here -0.30") == true)
    let gaussian = #expect(throws: Problem.self) {
      try generate(
        "ei-motif-sparse", ["density": .real(0.3), "chain": .real(0.4), "sampler": .text("threshold")])
    }
    // Needs a Gaussian correlation of 0.284, above 1/4 (section 2.2 of the specification).
    #expect(gaussian?.what.contains("0.284") == true)
    let additive = #expect(throws: Problem.self) {
      try generate("ei-motif-sparse", ["density": .real(0.6), "chain": .real(0.25)])
    }
    #expect(additive?.what.contains("leave 0...1") == true)
  }

  @Test("acceptance case A11: an exponential step of a linear rate unit")
  func linearRate() throws {
    let registry = try Registry(catalogue)
    let instance = try registry.entry("linear-rate-network").make(["steady_state": .flag(true)])
    let model = try #require(instance.simulates)
    let inputs = Inputs(["connectivity": .connectivity(.dense(Matrix([0.5], shape: [1, 1])))])
    let coarse = try simulated(model, inputs, duration: 20, dt: 2, seed: 1)
    #expect(try abs(coarse.values("rates")[0] - 0.7716866408) < 1e-9)
    #expect(try coarse.values("steady_rates") == [2])
    let fine = try simulated(model, inputs, duration: 20, dt: 0.001, seed: 1)
    #expect(try abs(fine.values("rates")[0] - 0.7869386806) < 1e-4)
  }

  @Test("activity of an unstable network ends with a sentence")
  func overflow() throws {
    let instance = try Registry(catalogue).entry("linear-rate-network").make([:])
    let model = try #require(instance.simulates)
    let inputs = Inputs(["connectivity": .connectivity(.dense(Matrix([5], shape: [1, 1])))])
    let problem = #expect(throws: Problem.self) {
      try simulated(model, inputs, duration: 1e5, dt: 1, seed: 1)
    }
    #expect(problem?.what.hasPrefix("activity grows without bound") == true)
  }

  @Test("section 4 (b): the chain's outlier appears at its predicted place")
  func outliers() throws {
    // Row c = 1.8 of the specification's table: 0.942 ± 0.130 and -1.798 ± 0.190 over ten seeds.
    var (greatest, least, error) = (0.0, 0.0, 0.0)
    for seed in 1...10 {
      let network = try generate(
        "ei-motif-gaussian",
        ["neurons": .integer(300), "chain": .real(1.8), "scaled": .flag(true), "self": .text("same")],
        seed: UInt64(seed))
      let result = try analyse(
        "motif-outliers",
        [
          "connectivity": try #require(network.values["connectivity"]),
          "types": try #require(network.values["types"]),
        ])
      greatest += try result.values("greatest_actual")[0] / 10
      least += try result.values("least_actual")[0] / 10
      let predicted = try result.values("greatest_predicted")[0]
      error += try abs(predicted - result.values("greatest_actual")[0]) / 10
    }
    // The specification's acceptance: three standard errors times sqrt(2), both means having their own.
    #expect(abs(greatest - 0.942) < 3 * 0.130 / 10.0.squareRoot() * 2.0.squareRoot())
    #expect(abs(least - -1.798) < 3 * 0.190 / 10.0.squareRoot() * 2.0.squareRoot())
    // Section 4 (b'): measured motifs predict each network's own outlier within a few hundredths.
    #expect(error < 0.05)
  }
}
