import EngramKit

/// An eigenvalue with a right and a left vector; the outer product of the two is the mode's part of the weights.
struct Mode {
  struct Statistics {
    var rightMean, rightVariance, leftMean, leftVariance, covariance: Double
  }

  var value: Complex
  /// J r = lambda r and lᵀ J = lambda lᵀ; [neuron].
  var right, left: [Complex]

  /// Scales the right vector to a mean square of 1 and a positive sum, and the left one to lᵀ r = lambda.
  ///
  /// - Throws: `Problem` when the two are orthogonal: the eigenvalue is defective.
  mutating func normalise() throws {
    let size = (right.reduce(0) { $0 + $1.squaredMagnitude } / Double(right.count)).squareRoot()
    let sum = right.reduce(Complex(0), +)
    let phase = sum.magnitude > 1e-12 * size ? (1 / sum.magnitude) * sum.conjugate : Complex(1)
    right = right.map { (1 / size) * ($0 * phase) }
    let product = zip(left, right).reduce(Complex(0)) { $0 + $1.0 * $1.1 }
    guard size > 0, product.magnitude > 0, product.magnitude.isFinite else {
      throw Problem(
        "the left and right vectors of the eigenvalue \(value) are orthogonal", fix: "lower 'rank'")
    }
    let scale = value / product
    left = left.map { $0 * scale }
  }

  func statistics(_ members: [Int]) -> Statistics {
    let count = Double(members.count)
    func mean(_ values: [Complex]) -> Complex {
      (1 / count) * members.reduce(Complex(0)) { $0 + values[$1] }
    }
    let (r, l) = (mean(right), mean(left))
    var (rr, ll, rl) = (0.0, 0.0, Complex(0))
    for i in members {
      rr += (right[i] - r).squaredMagnitude / count
      ll += (left[i] - l).squaredMagnitude / count
      rl = rl + (1 / count) * ((right[i] - r) * (left[i] - l))
    }
    return Statistics(
      rightMean: r.real, rightVariance: rr, leftMean: l.real, leftVariance: ll, covariance: rl.real)
  }

  /// Cosine of the angle to another right vector.
  func overlap(_ other: [Complex]) -> Double {
    var (product, a, b) = (Complex(0), 0.0, 0.0)
    for (x, y) in zip(right, other) {
      product = product + x.conjugate * y
      a += x.squaredMagnitude
      b += y.squaredMagnitude
    }
    return product.magnitude / (a * b).squareRoot()
  }
}

/// Positions of the eigenvalues nearest to `wanted`, none twice.
func nearestEigenvalues(_ eigen: GeneralEigen, to wanted: [Complex]) -> [Int] {
  var free = eigen.values.indices.map { $0 }
  return wanted.compactMap { value in
    guard
      let place = free.indices.min(by: {
        (eigen.values[free[$0]] - value).magnitude < (eigen.values[free[$1]] - value).magnitude
      })
    else { return nil }
    return free.remove(at: place)
  }
}

/// Block means of (1 - sum of r lᵀ)^-1 = 1 + R (1 - Lᵀ R)^-1 Lᵀ.
///
/// - Throws: `MathError.infeasible` when an eigenvalue is 1.
func lowRankGain(_ modes: [Mode], _ populations: Populations) throws -> Matrix {
  let (types, count) = (populations.count, modes.count)
  // Complex numbers as real blocks [[a, -b], [b, a]], so that one real solver serves.
  var system = Matrix.identity(2 * count)
  var sides = Matrix(repeating: 0, shape: [2 * count, types])
  for (j, mode) in modes.enumerated() {
    for (k, other) in modes.enumerated() {
      let product = zip(mode.left, other.right).reduce(Complex(0)) { $0 + $1.0 * $1.1 }
      system[2 * j, 2 * k] -= product.real
      system[2 * j, 2 * k + 1] += product.imaginary
      system[2 * j + 1, 2 * k] -= product.imaginary
      system[2 * j + 1, 2 * k + 1] -= product.real
    }
    for (q, members) in populations.members.enumerated() {
      let sum = members.reduce(Complex(0)) { $0 + mode.left[$1] }
      (sides[2 * j, q], sides[2 * j + 1, q]) = (sum.real, sum.imaginary)
    }
  }
  let answers = try solve(system, sides)
  var gain = Matrix.identity(types)
  for (p, members) in populations.members.enumerated() {
    for (j, mode) in modes.enumerated() {
      let mean = (1 / Double(members.count)) * members.reduce(Complex(0)) { $0 + mode.right[$1] }
      for q in 0..<types {
        gain[p, q] += mean.real * answers[2 * j, q] - mean.imaginary * answers[2 * j + 1, q]
      }
    }
  }
  return gain
}
