import EngramKit
import EngramPlugins
import Testing

@Suite("sparse motif networks")
struct SparseMotifTests {
  @Test("acceptance case A10: the mean of additive samples has exactly the two-edge eigenvalues")
  func additive() throws {
    let network = try generate(
      "ei-motif-sparse",
      [
        "neurons": .integer(12), "excitatory_fraction": .real(2.0 / 3), "density": .real(0.25),
        "excitation": .real(2), "inhibition": .real(3), "chain": .real(0.2), "convergent": .real(0.25),
        "divergent": .real(0.16), "reciprocal": .real(0.4), "draw": .text("expected"),
      ])
    let result = try analyse(
      "dominant-eigenvalues", ["connectivity": try #require(network.values["connectivity"])],
      ["count": .integer(3)])
    let expected = [-1.1708203932, 0, 0.1708203932, 0, 0, 0]
    #expect(agree(try result.values("eigenvalues"), expected, within: 1e-9))
  }

  @Test(
    "sparse samples have the density and the motifs that were asked for",
    arguments: ["additive", "threshold"])
  func sparse(sampler: String) throws {
    let set: [String: Value] = [
      "neurons": .integer(1500), "density": .real(0.2), "chain": .real(0.1), "reciprocal": .real(0.5),
      "sampler": .text(sampler),
    ]
    var (reciprocal, chain, density) = (0.0, 0.0, 0.0)
    for seed in 1...4 {
      let network = try generate("ei-motif-sparse", set, seed: UInt64(seed))
      let motifs = try analyse(
        "motif-statistics", ["connectivity": try #require(network.values["connectivity"])],
        ["values": .text("connections")])
      let p = try motifs.values("mean")[0]
      density += p / 4
      reciprocal += try motifs.values("reciprocal")[0] * (1 - p) / p / 4
      chain += try motifs.values("chain")[0] * (1 - p) / p / 4
    }
    // Latents of 1500 neurons shift the density of a sample by about 0.2 * 0.32 / sqrt(1500) * sqrt(2) = 0.0023.
    #expect(abs(density - 0.2) < 0.006)
    #expect(abs(reciprocal - 0.5) < 0.03)
    #expect(abs(chain - 0.1) < 0.02)
  }

  @Test(
    "section 4 (c): the latent form has the eigenvalues of the mean given the latents",
    arguments: [
      (0.3, 0.2, 0.176371, -1.769976), (0.2, 0.3, 0.198310, -1.899520), (0.1, 0.5, 0.229980, -2.150633),
    ])
  func latentForm(density: Double, chain: Double, greatest: Double, least: Double) throws {
    let network = try generate(
      "ei-motif-sparse",
      [
        "neurons": .integer(800), "density": .real(density), "chain": .real(chain),
        "reciprocal": .real(chain),
        "sampler": .text("threshold"), "draw": .text("expected"),
      ])
    let result = try analyse(
      "motif-outliers", network.values, ["latent_degree": .integer(8), "actual": .integer(0)])
    let roots = try #require(result.numbers("latent"))
    #expect(abs(roots[0, 0] - greatest) < 2e-6 && abs(roots[3, 0] - least) < 2e-6, "\(roots.elements)")
    // The theory of pairs says lambda0 (1 -+ sqrt(1 + 4 alpha)) / 2 with lambda0 = -1.5, a larger outlier.
    #expect(roots[0, 0] < 0.75 * ((1 + 4 * chain).squareRoot() - 1))
  }

  @Test("in samples too large for LAPACK's comfort the latent form stands beside the actual outliers")
  func latentSample() throws {
    let network = try generate(
      "ei-motif-sparse",
      [
        "neurons": .integer(3000), "density": .real(0.3), "chain": .real(0.2), "reciprocal": .real(0.2),
        "sampler": .text("threshold"),
      ], seed: 3)
    let result = try analyse(
      "motif-outliers", network.values, ["actual": .integer(3), "dense_limit": .integer(100)])
    let roots = try #require(result.numbers("latent"))
    // The private weights move an outlier by the order of gain²/lambda, here about 0.02.
    #expect(try abs(roots[3, 0] - result.values("least_actual")[0]) < 0.03)
    let single = #expect(throws: Problem.self) {
      try analyse("motif-outliers", network.values.filter { $0.key != "latent_y" }, ["actual": .integer(0)])
    }
    #expect(single?.what == "latent_x is given without the other latent numbers")
  }

  @Test(
    "given the latents, connections have exactly the probabilities of their law",
    arguments: ["additive", "threshold"])
  func sparseLaw(sampler: String) throws {
    let (n, p) = (600, 0.15)
    let alpha = (reciprocal: 0.6, chain: 0.08, convergent: 0.12, divergent: 0.1)
    let network = try generate(
      "ei-motif-sparse",
      [
        "neurons": .integer(n), "density": .real(p), "reciprocal": .real(alpha.reciprocal),
        "chain": .real(alpha.chain), "convergent": .real(alpha.convergent),
        "divergent": .real(alpha.divergent),
        "sampler": .text(sampler),
      ], seed: 12)
    let (x, y) = (try network.values("latent_x"), try network.values("latent_y"))
    guard case .connectivity(let weights)? = network.values["connectivity"] else {
      throw Problem("no weights")
    }
    let law = try pairLaw(sampler, p, alpha)
    // Sums of f (X - P) over all pairs, for functions f that a wrong law would not leave at 0: all are standard normal.
    let functions: [(Double, Double) -> Double] = [
      { _, _ in 1 }, { x, _ in x }, { _, y in y }, { x, y in x * y }, { x, _ in x > 1.2 ? 1 : 0 },
      { _, y in y < -1 ? 1 : 0 }, { x, y in x > 0.5 && y > 0.5 ? 1 : 0 },
    ]
    var (sums, variances) = ([Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8))
    for i in 0..<n {
      for j in 0..<i {
        let (there, back) = (weights[i, j] != 0, weights[j, i] != 0)
        let (onto, other, both) = try law(x[i], y[j], x[j], y[i])
        for (k, f) in functions.enumerated() {
          let (a, b) = (f(x[i], y[j]), f(x[j], y[i]))
          sums[k] += a * ((there ? 1 : 0) - onto) + b * ((back ? 1 : 0) - other)
          variances[k] +=
            a * a * onto * (1 - onto) + b * b * other * (1 - other) + 2 * a * b * (both - onto * other)
        }
        sums[7] += (there && back ? 1 : 0) - both
        variances[7] += both * (1 - both)
      }
    }
    for (k, (sum, variance)) in zip(sums, variances).enumerated() {
      #expect(abs(sum) <= 4 * variance.squareRoot(), "function \(k): \(sum / variance.squareRoot())")
    }
    #expect((0..<n).allSatisfy { weights[$0, $0] == 0 })
  }

  /// P(j onto i), P(i onto j) and P(both) of a pair from its latents x_i, y_j, x_j, y_i: section 2.2 written out.
  private func pairLaw(
    _ sampler: String, _ p: Double,
    _ alpha: (reciprocal: Double, chain: Double, convergent: Double, divergent: Double)
  ) throws -> (Double, Double, Double, Double) throws -> (Double, Double, Double) {
    if sampler == "additive" {
      let (u, v) = (alpha.convergent.squareRoot(), alpha.divergent.squareRoot())
      return { xi, yj, xj, yi in
        let (onto, other) = (p * (1 + u * xi + v * yj), p * (1 + u * xj + v * yi))
        return (onto, other, onto * other + p * p * (alpha.reciprocal - 2 * alpha.chain))
      }
    }
    let level = normalQuantile(1 - p)
    let r = { try normalCorrelation(exceeding: level, level, probability: p * p * (1 + $0)) }
    let (con, div) = (try r(alpha.convergent), try r(alpha.divergent))
    let left = 1 - con - div
    let mutual = (try r(alpha.reciprocal) - 2 * r(alpha.chain)) / left
    return { xi, yj, xj, yi in
      let s = (level - con.squareRoot() * xi - div.squareRoot() * yj) / left.squareRoot()
      let t = (level - con.squareRoot() * xj - div.squareRoot() * yi) / left.squareRoot()
      return (normalCDF(-s), normalCDF(-t), try bivariateNormalUpper(s, t, correlation: mutual))
    }
  }

  @Test("10^5 neurons come straight as compressed rows", arguments: ["additive", "threshold"])
  func large(sampler: String) throws {
    let (n, p) = (100_000, 2e-5)
    let network = try generate(
      "ei-motif-sparse",
      [
        "neurons": .integer(n), "density": .real(p), "chain": .real(0.1), "reciprocal": .real(0.5),
        "sampler": .text(sampler),
      ])
    guard case .connectivity(.sparse(let weights))? = network.values["connectivity"] else {
      throw Problem("not sparse")
    }
    let expected = p * Double(n) * Double(n - 1)
    // Latents of loading 0.32 shift a sample's count by 2 * 0.32 / sqrt(n) = 0.2 %, counting by 1 / sqrt(2e5) = 0.22 %.
    #expect(abs(Double(weights.count) / expected - 1) < 4 * 0.004)
    for i in 0..<n {
      let row = weights.indices[weights.offsets[i]..<weights.offsets[i + 1]]
      #expect(zip(row, row.dropFirst()).allSatisfy { $0 < $1 } && !row.contains(Int32(i)))
    }
  }
}
