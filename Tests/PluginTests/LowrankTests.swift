import EngramKit
import EngramPlugins
import Testing

/// Low-rank modes: exact where a network has no more than its block means, and identities of the corrected vectors.
@Suite("low-rank approximation")
struct LowrankTests {
  private func network(_ set: [String: Value], seed: UInt64) throws -> [String: Stored] {
    let made = try generate("ei-motif-gaussian", set, seed: seed)
    return made.values.filter { ["connectivity", "types", "latent_x", "latent_y"].contains($0.key) }
  }

  @Test(
    "block means alone are their own low-rank form: eigenvalues, vectors and responses",
    arguments: [
      "perturbative", "numerical", "statistical",
    ])
  func blocks(form: String) throws {
    let (types, mean) = ((0..<12).map { $0 < 8 ? 0 : 1 }, [[0.06, -0.2], [0.09, -0.15]])
    var weights = Matrix(repeating: 0, shape: [12, 12])
    for i in 0..<12 { for j in 0..<12 where i != j { weights[i, j] = mean[types[i]][types[j]] } }
    let inputs: [String: Stored] = [
      "connectivity": .connectivity(.dense(weights)), "types": .labels(types.map { $0 == 0 ? "E" : "I" }),
    ]
    let modes = try analyse("lowrank-approximation", inputs, ["form": .text(form)])
    #expect(agree(try modes.values("eigenvalue"), try modes.values("actual"), within: 1e-9))
    for cosine in try modes.values("overlap") { #expect(abs(cosine - 1) < 1e-9) }
    let gain = try analyse("population-response", inputs).values("gain_actual")
    #expect(agree(try modes.values("gain"), gain, within: 1e-9))
  }

  @Test("numerical modes are eigenvectors, and their product with the left ones is the eigenvalue")
  func eigenvectors() throws {
    let inputs = try network(["neurons": .integer(100), "chain": .real(1.8), "scaled": .flag(true)], seed: 4)
    let modes = try analyse("lowrank-approximation", inputs, ["form": .text("numerical")])
    guard case .connectivity(.dense(let weights)) = inputs["connectivity"] else {
      throw MathError.shape("dense")
    }
    let (right, left) = (try #require(modes.numbers("right")), try #require(modes.numbers("left")))
    for k in 0..<right.shape[1] {
      let value = Complex(try modes.value("eigenvalue", k, 0), try modes.value("eigenvalue", k, 1))
      let r = (0..<100).map { Complex(right[$0, k, 0], right[$0, k, 1]) }
      let l = (0..<100).map { Complex(left[$0, k, 0], left[$0, k, 1]) }
      #expect((zip(l, r).reduce(Complex(0)) { $0 + $1.0 * $1.1 } - value).magnitude < 1e-9)
      for i in 0..<100 {
        let (forward, backward) = (0..<100).reduce((Complex(0), Complex(0))) {
          ($0.0 + weights[i, $1] * r[$1], $0.1 + weights[$1, i] * l[$1])
        }
        #expect((forward - value * r[i]).magnitude < 1e-9 && (backward - value * l[i]).magnitude < 1e-9)
      }
    }
  }

  @Test("the spread of right entries is that of summed inputs: variance and convergent motifs, over lambda²")
  func variance() throws {
    var inputs = try network(
      ["neurons": .integer(80), "convergent": .real(0.05), "gain": .real(0.5)], seed: 5)
    inputs["types"] = nil
    let motifs = try analyse("motif-statistics", inputs)
    let modes = try analyse("lowrank-approximation", inputs, ["rank": .integer(1)])
    let (sigma2, convergent) = (try motifs.values("variance")[0], try motifs.values("convergent")[0])
    let value = Complex(try modes.value("eigenvalue", 0, 0), try modes.value("eigenvalue", 0, 1))
    let expected = (79 * sigma2 + 79 * 78 * sigma2 * convergent) / value.squaredMagnitude
    let (mean, variance) = (try modes.values("right_mean")[0], try modes.values("right_variance")[0])
    #expect(abs(variance / (mean * mean) - expected) < 1e-9 * expected)
  }

  @Test("with strong chains the latent numbers and the corrected blocks both find the network's own mode")
  func latents() throws {
    let inputs = try network(
      ["neurons": .integer(1000), "chain": .real(3), "scaled": .flag(true)], seed: 6)
    for form in ["perturbative", "statistical"] {
      let modes = try analyse("lowrank-approximation", inputs, ["form": .text(form)])
      for cosine in try modes.values("overlap") { #expect(cosine > 0.9, "\(form)") }
    }
  }
}
