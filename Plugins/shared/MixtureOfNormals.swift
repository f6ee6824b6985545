import EngramKit

/// A mixture of isotropic normal laws: samples, density and score, also of the mixture blurred by noise.
struct MixtureOfNormals: Sendable {
  var dimension = 1
  var means: [Double] = [-1, 1]
  var sds: [Double] = [0.5, 0.5]
  var weights: [Double] = [0.5, 0.5]

  /// The parameters as a plugin declares them, `within` the property that holds the mixture.
  static let parameters: [Parameter<Self>] = [
    .integer("dimension", \.dimension, in: 1...10_000, "Dimension of the samples."),
    .reals("means", \.means, unit: .one, in: -1e9...1e9, "Means of the components, one after the other."),
    .reals("sds", \.sds, unit: .one, in: 1e-9...1e9, "Standard deviation of each component."),
    .reals(
      "weights", \.weights, unit: .one, in: 0...1e9, "Weight of each component; their sum is divided out."),
  ]

  /// - Throws: `Problem` when the lists do not describe one set of components.
  func check() throws {
    guard !sds.isEmpty, sds.count == weights.count, means.count == sds.count * dimension,
      weights.contains(where: { $0 > 0 })
    else {
      throw Problem(
        "\(means.count) mean values, \(sds.count) sds and \(weights.count) weights are no mixture in \(dimension) dimensions",
        fix: "give dimension x components means, and one sd and weight for each component")
    }
  }

  /// `count` samples; shape [sample, dimension].
  func samples(_ count: Int, _ random: inout RandomStream) -> Matrix {
    let total = weights.reduce(0, +)
    var values: [Double] = []
    values.reserveCapacity(count * dimension)
    for _ in 0..<count {
      var left = random.uniform() * total
      var k = 0
      while k < weights.count - 1, left >= weights[k] {
        left -= weights[k]
        k += 1
      }
      for d in 0..<dimension { values.append(means[k * dimension + d] + sds[k] * random.normal()) }
    }
    return Matrix(values, shape: [count, dimension])
  }

  /// Density at `x` of the mixture convolved with a normal law of standard deviation `noise`, and its score.
  func law(at x: ArraySlice<Double>, noise: Double = 0) -> (density: Double, score: [Double]) {
    let total = weights.reduce(0, +)
    var exponents: [Double] = []
    for k in sds.indices {
      let variance = sds[k] * sds[k] + noise * noise
      let square = zip(x, means[k * dimension..<(k + 1) * dimension]).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      exponents.append(
        log(weights[k] / total) - square / (2 * variance) - Double(dimension) / 2
          * log(2 * Double.pi * variance))
    }
    // Relative to the largest term, so that far from all components the score stays finite.
    let largest = exponents.max() ?? 0
    let shares = exponents.map { exp($0 - largest) }
    let sum = shares.reduce(0, +)
    var score = [Double](repeating: 0, count: dimension)
    for k in sds.indices {
      let variance = sds[k] * sds[k] + noise * noise
      for (d, value) in x.enumerated() {
        score[d] -= shares[k] / sum * (value - means[k * dimension + d]) / variance
      }
    }
    return (exp(largest) * sum, score)
  }
}
