/// The ellipse about the origin that holds the eigenvalues of random weights without structure.
public struct SpectralBulk: Sendable, Equatable {
  /// Half axes along the real and the imaginary axis.
  public var real, imaginary: Double

  public init(real: Double, imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }

  /// Whether `value` lies inside; `margin` widens the ellipse in proportion.
  public func contains(_ value: Complex, margin: Double = 0) -> Bool {
    let (a, b) = (real * (1 + margin), imaginary * (1 + margin))
    guard a > 0, b > 0 else { return value.imaginary.magnitude <= b && value.real.magnitude <= a }
    let (x, y) = (value.real / a, value.imaginary / b)
    return x * x + y * y <= 1
  }
}

extension MotifSums {
  /// The bulk that the variances of the blocks predict.
  ///
  /// Its radius is the root of the greatest eigenvalue of [N_q s_pq²] (Rajan & Abbott 2006; Aljadeff et al. 2015);
  /// with a correlation t of mutual weights over all blocks the half axes are radius (1 + t) and radius (1 - t)
  /// (Sommers et al. 1988), exact when blocks have equal statistics.
  public func bulk() throws(MathError) -> SpectralBulk {
    let (types, motifs) = (populations.count, motifs())
    var gain = motifs.variance
    var (variances, covariances) = (0.0, 0.0)
    for p in 0..<types {
      for q in 0..<types {
        gain[p, q] = pairs[p * types + q] > 0 ? motifs.variance[p, q] * Double(sizes[q]) : 0
        guard pairs[p * types + q] > 0 else { continue }
        let covariance =
          motifs.reciprocal[p, q] * (motifs.variance[p, q] * motifs.variance[q, p]).squareRoot()
        variances += motifs.variance[p, q] * pairs[p * types + q]
        covariances += covariance.isFinite ? covariance * mutual[p * types + q] : 0
      }
    }
    let radius = max(0, try eigenvalues(gain).map(\.real).max() ?? 0).squareRoot()
    let correlation = variances > 0 ? covariances / variances : 0
    return SpectralBulk(real: radius * (1 + correlation), imaginary: radius * (1 - correlation))
  }
}
