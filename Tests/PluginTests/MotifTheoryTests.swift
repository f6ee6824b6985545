import EngramKit
import Testing

/// Acceptance cases A4 to A7 of the motif specification: theory against closed forms and exact low-rank networks.
@Suite("motif theory")
struct MotifTheoryTests {
  @Test(
    "acceptance case A4: equal motifs in all blocks",
    arguments: [
      (-0.8, 0.5, [0.4124038405, 0, -1.2124038405, 0]), (0.4, 0.3, [0.7830951895, 0, -0.3830951895, 0]),
      (-2, 3, [1, 0, -3, 0]), (-1, -0.5, [-0.5, 0.5, -0.5, -0.5]),
      (0.3, -0.01, [0.2618033989, 0, 0.0381966011, 0]),
    ])
  func homogeneous(mean: Double, chain: Double, roots: [Double]) {
    let (plus, minus) = homogeneousOutliers(mean: mean, chain: chain)
    #expect(agree(Matrix(complex: [plus, minus]).elements, roots, within: 1e-9))
  }

  private let sizes = [800, 200]
  private let gain = Matrix([0.5, 0.6, 0.4, 0.7], shape: [2, 2])
  private let inputs = Matrix([0.03, 0.05, 0.04, 0.02], shape: [2, 2])
  private let outputs = Matrix([0.04, 0.06, 0.03, 0.05], shape: [2, 2])

  private func heterogeneous(exact: Bool) -> MotifTheory {
    var chain = Tensor<Double>(repeating: 0, shape: [2, 2, 2])
    for p in 0..<2 { for k in 0..<2 { for q in 0..<2 { chain[p, k, q] = outputs[p, k] * inputs[k, q] } } }
    return MotifTheory(
      sizes: sizes, mean: Matrix([1.2 / 800, -1.6 / 200, 1.2 / 800, -1.6 / 200], shape: [2, 2]),
      variance: gain.map { $0 * $0 / 1000 }, chain: chain,
      reciprocal: Matrix([0.3, 0.1, 0.1, -0.2], shape: [2, 2]), exactCounts: exact)
  }

  @Test("acceptance case A5: blocks with statistics of their own")
  func blocks() throws {
    let theory = heterogeneous(exact: false)
    #expect(agree(theory.mean.elements, [1.2, -1.6, 1.2, -1.6], within: 1e-9))
    #expect(agree(theory.covariance.elements, [0.34896, 0.11616, 0.2048, 0.0768], within: 1e-9))
    let roots = [0.7197915756, 0, 0.0106613593, 0, -0.5652264675, 0.2698661668, -0.5652264675, -0.2698661668]
    #expect(agree(Matrix(complex: try theory.roots()).elements, roots, within: 1e-9))
    let exact = [0.7144907373, 0, 0.0103366333, 0, -0.5591636853, 0.2795808501, -0.5591636853, -0.2795808501]
    #expect(agree(Matrix(complex: try heterogeneous(exact: true).roots()).elements, exact, within: 1e-9))
    #expect(
      agree(
        try theory.gain().elements, [3.6078568461, -2.1217035124, 2.0086863100, -0.7849433633], within: 1e-9))
    let plain = MotifTheory(mean: theory.mean, covariance: Matrix(repeating: 0, shape: [2, 2]))
    #expect(
      agree(
        try plain.gain().elements, [1.8571428571, -1.1428571429, 0.8571428571, -0.1428571429], within: 1e-9))
  }

  @Test("acceptance case A6: a low-rank network has exactly the predicted eigenvalues and responses")
  func lowRank() throws {
    let x = [1.0, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1]
    let y = [-1.0, 1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1]
    let mean = [[0.10, -0.30], [0.12, -0.28]]
    let deviation = [[0.05, 0.10], [0.08, 0.06]]
    let (a, b, rho) = ([[0.8, 0.5], [0.6, 0.9]], [[0.7, 0.4], [0.9, 0.3]], [0.5, 1])
    let types = (0..<12).map { $0 < 8 ? 0 : 1 }
    var weights = Matrix(repeating: 0, shape: [12, 12])
    for i in 0..<12 {
      for j in 0..<12 {
        let (p, q) = (types[i], types[j])
        weights[i, j] = mean[p][q] + deviation[p][q] * (a[p][q] * x[i] + b[p][q] * y[j])
      }
    }
    let matrix = Matrix(mean.flatMap { $0 }, shape: [2, 2])
    var chain = Tensor<Double>(repeating: 0, shape: [2, 2, 2])
    for p in 0..<2 { for k in 0..<2 { for q in 0..<2 { chain[p, k, q] = rho[k] * b[p][k] * a[k][q] } } }
    let theory = MotifTheory(
      sizes: [8, 4], mean: matrix, variance: Matrix(deviation.flatMap { $0 }.map { $0 * $0 }, shape: [2, 2]),
      chain: chain, reciprocal: Matrix(repeating: 0, shape: [2, 2]), exactCounts: false)
    #expect(agree(theory.mean.elements, [0.8, -1.2, 0.96, -1.12], within: 1e-12))
    #expect(agree(theory.covariance.elements, [0.10624, 0.06256, 0.119808, 0.073152], within: 1e-12))
    let roots = try theory.roots()
    let expected = [
      -0.0001544961, 0.2696414466, -0.0001544961, -0.2696414466, -0.0123738092, 0, -0.3073171986, 0,
    ]
    #expect(agree(Matrix(complex: roots).elements, expected, within: 1e-9))
    let result = try analyse(
      "dominant-eigenvalues", ["connectivity": .connectivity(.dense(weights))], ["count": .integer(4)])
    let actual = try result.values("eigenvalues")
    let byMagnitude = [roots[3], roots[0], roots[1], roots[2]]
    #expect(agree(actual, Matrix(complex: byMagnitude).elements, within: 1e-8))
    let response = try analyse(
      "population-response",
      ["connectivity": .connectivity(.dense(weights)), "types": .labels(types.map { $0 == 0 ? "E" : "I" })])
    let gains = [1.4413110333, -0.8009411650, 0.7603589442, 0.0660221582]
    #expect(agree(try response.values("gain_actual"), gains, within: 1e-9))
    #expect(agree(try theory.gain().elements, gains, within: 1e-9))
  }

  @Test(
    "acceptance case A7: chains alone make responses paradoxical",
    arguments: [
      (0.6, 1.8, 0, 0.1818181818), (0.6, 1.8, 0.4, 0.0444444444), (0.6, 1.8, 0.8, -0.1714285714),
      (0.6, 1.8, 1.6, -1.4666666667), (1.4, 2, 0.2, -0.4), (0.8, 1, 0.15, 0.0761904762), (0.6, 1.8, 0.5, 0),
    ])
  func paradox(excitation: Double, inhibition: Double, chain: Double, response: Double) throws {
    let mean = Matrix([excitation, -inhibition, excitation, -inhibition], shape: [2, 2])
    let covariance = Matrix([0.8 * chain, 0.2 * chain, 0.8 * chain, 0.2 * chain], shape: [2, 2])
    #expect(try abs(MotifTheory(mean: mean, covariance: covariance).gain()[1, 1] - response) < 1e-9)
  }

  @Test("the borders of the stability map are the zeros of det(1 - M - y C) and of 1 - M_EE - y C_EE")
  func stabilityMap() throws {
    let network = try generate(
      "ei-motif-gaussian",
      [
        "neurons": .integer(400), "excitation": .real(0.6), "inhibition": .real(1.8), "chain": .real(0.8),
        "scaled": .flag(true),
      ], seed: 3)
    let inputs = [
      "connectivity": try #require(network.values["connectivity"]),
      "types": try #require(network.values["types"]),
    ]
    let blocks = try analyse("motif-outliers", inputs, ["actual": .integer(0)])
    let (m, c) = (try blocks.values("mean_input"), try blocks.values("path_input"))
    let map = try analyse("stability-map", inputs, ["motifs": .real(5), "excitation": .real(10)])
    let y = try #require(try map.values("critical_motifs").first)
    let e = zip(zip(m, c), [1.0, 0, 0, 1]).map { $0.1 - $0.0.0 - y * $0.0.1 }
    #expect(y > 1 && abs(e[0] * e[3] - e[1] * e[2]) < 1e-9)
    let paradox = try #require(try map.values("paradox_motifs").first)
    #expect(abs(paradox - (1 - m[0]) / c[0]) < 1e-9)
    let x = try #require(try map.values("critical_excitation").first)
    // Stronger excitation only brings this circuit closer to 1 - M - C = 0 from the side of M_EE + C_EE < 1.
    let f = zip(zip([x * m[0], m[1], x * m[2], m[3]], c), [1.0, 0, 0, 1]).map { $0.1 - $0.0.0 - $0.0.1 }
    #expect(x > 1 && abs(f[0] * f[3] - f[1] * f[2]) < 1e-9)
    let (own, predicted) = (try map.values("own_growth"), try blocks.values("greatest_predicted"))
    #expect(own == predicted)
  }

  @Test("reciprocal motifs alone: the cubic's root is the outlier that it shifts")
  func cubic() throws {
    for root in try cubicOutliers(mean: -1.6, reciprocity: 0.1) {
      let value = root * root * root - (-1.6) * (root * root) - Complex(0.1)
      #expect(value.magnitude < 1e-12)
    }
  }

  @Test("an unstable network is named and has no paradox")
  func unstable() throws {
    let weights = Matrix(repeating: 0.2, shape: [10, 10])
    let result = try analyse("population-response", ["connectivity": .connectivity(.dense(weights))])
    #expect(try result.values("stable") == [0])
    #expect(try result.values("paradoxical") == [0])
    #expect(result.notes.contains { $0.hasPrefix("The network is unstable: a real part of 1.8") })
  }
}
