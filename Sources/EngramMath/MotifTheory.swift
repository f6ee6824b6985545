/// What pairwise motifs do to the eigenvalues and the responses of a network, from its block statistics alone.
///
/// With M the block sums of means and C those of z z, averaging (lambda - J)^-1 to second order gives
/// det(lambda² - lambda M - C) = 0 for the outliers and (1 - M - C)^-1 for mean responses: chains and reciprocal motifs
/// enter C, convergent and divergent ones do not. Source: Shao et al. (2025) PRX Life 3, 023008, for two populations and
/// a mean of rank one; the block form is this toolkit's.
public struct MotifTheory: Sendable {
  /// Summed mean weights and summed covariances of two-step paths, [post, pre]; shape [P, P].
  public var mean, covariance: Matrix

  public init(mean: Matrix, covariance: Matrix) {
    self.mean = mean
    self.covariance = covariance
  }

  /// From the statistics of each block.
  ///
  /// - Parameters:
  ///   - sizes: Neurons of each population.
  ///   - mean: Mean weight of each block; [P, P].
  ///   - variance: Variance of the weights of each block; [P, P].
  ///   - chain: Chain correlations [p, k, q].
  ///   - reciprocal: Reciprocal correlations [p, q].
  ///   - exactCounts: Whether pairs and paths through one neuron twice are left out, as without self-connections;
  ///     else blocks count as infinitely large.
  public init(
    sizes: [Int], mean: Matrix, variance: Matrix, chain: Tensor<Double>, reciprocal: Matrix, exactCounts: Bool
  ) {
    let types = sizes.count
    let count = sizes.map(Double.init)
    let one = exactCounts ? 1.0 : 0
    func same(_ p: Int, _ q: Int) -> Double { p == q ? one : 0 }
    // A block without variance, or too small for a motif, has no covariance to add.
    func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }
    var (m, c) = (mean, mean)
    for p in 0..<types {
      for q in 0..<types {
        m[p, q] = finite(mean[p, q]) * (count[q] - same(p, q))
        c[p, q] = 0
        for k in 0..<types {
          let paths = (count[q] - same(p, q)) * (count[k] - same(k, p) - same(k, q))
          c[p, q] += paths * finite(chain[p, k, q] * (variance[p, k] * variance[k, q]).squareRoot())
          guard p == q else { continue }
          c[p, q] +=
            (count[k] - same(k, p))
            * finite(reciprocal[p, k] * (variance[p, k] * variance[k, p]).squareRoot())
        }
      }
    }
    self.init(mean: m, covariance: c)
  }

  /// The 2P roots of det(lambda² - lambda M - C), greatest real part first.
  public func roots() throws(MathError) -> [Complex] {
    let types = mean.rows
    var companion = Matrix(repeating: 0, shape: [2 * types, 2 * types])
    for p in 0..<types {
      for q in 0..<types {
        companion[p, q] = mean[p, q]
        companion[p, types + q] = covariance[p, q]
      }
      companion[types + p, p] = 1
    }
    return try eigenvalues(companion).sorted { ($1.real, $1.imaginary) < ($0.real, $0.imaginary) }
  }

  /// Mean response of population p to unit input into every neuron of q: (1 - M - C)^-1; [p, q].
  ///
  /// - Throws: `MathError.infeasible` when the matrix is singular: the network is at the edge of stability.
  public func gain() throws(MathError) -> Matrix {
    var matrix = Matrix.identity(mean.rows)
    for k in matrix.elements.indices { matrix.elements[k] -= mean.elements[k] + covariance.elements[k] }
    return try inverse(matrix)
  }
}

/// lambda± = (lambda0 ± sqrt(lambda0² + 4 c)) / 2: outliers of equal motifs in all blocks and means of rank one.
///
/// - Parameters:
///   - mean: lambda0, the outlier without motifs.
///   - chain: c = gain² ((N - 1) chain correlation + reciprocal correlation).
public func homogeneousOutliers(mean: Double, chain: Double) -> (Complex, Complex) {
  let root = Complex(mean * mean + 4 * chain).squareRoot
  return (0.5 * (Complex(mean) + root), 0.5 * (Complex(mean) - root))
}

/// Outliers with reciprocal motifs from the perturbation of an elliptic random matrix: w² - lambda0 w - N g² t = 0 for
/// the chain correlation t, then lambda = w + g² (r - 2 t) / w for the reciprocal correlation r.
public func ellipticOutliers(mean: Double, scaledChain: Double, reciprocal: Double) -> (Complex, Complex) {
  let (plus, minus) = homogeneousOutliers(mean: mean, chain: scaledChain)
  func shifted(_ w: Complex) -> Complex {
    w.magnitude > 0 ? w + reciprocal * (Complex(1) / w) : w
  }
  return (shifted(plus), shifted(minus))
}

/// Roots of lambda³ - lambda0 lambda² - b = 0, greatest real part first: reciprocal motifs alone (Shao & Ostojic 2023).
public func cubicOutliers(mean: Double, reciprocity: Double) throws(MathError) -> [Complex] {
  let companion = Matrix([mean, 0, reciprocity, 1, 0, 0, 0, 1, 0], shape: [3, 3])
  return try eigenvalues(companion).sorted { ($1.real, $1.imaginary) < ($0.real, $0.imaginary) }
}
