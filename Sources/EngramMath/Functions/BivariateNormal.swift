import Glibc

/// Probability that two standard normal variables of correlation `correlation` exceed `h` and `k`.
///
/// Q(h) Q(k) + the integral over the correlation of the density at (h, k), with s = sin(theta), which removes the
/// singular ends. Source: Drezner & Wesolowsky (1990) J. Stat. Comput. Simul. 35, 101.
/// - Throws: `MathError.infeasible` when |`correlation`| > 1.
public func bivariateNormalUpper(_ h: Double, _ k: Double, correlation: Double) throws -> Double {
  guard correlation.magnitude <= 1 else {
    throw MathError.infeasible("a correlation of \(correlation) does not exist")
  }
  let (p, q) = (normalCDF(-h), normalCDF(-k))
  if correlation == 1 { return min(p, q) }
  if correlation == -1 { return max(0, p + q - 1) }
  let (squares, product) = (h * h + k * k, 2 * h * k)
  let part = try integrate(from: 0, to: asin(correlation), tolerance: 1e-13) { theta in
    let cosine = cos(theta)
    return exp(-(squares - product * sin(theta)) / (2 * cosine * cosine))
  }
  return p * q + part.value / (2 * .pi)
}

/// The correlation of two standard normal variables that exceed `h` and `k` together with `probability`.
///
/// - Throws: `MathError.infeasible` when no correlation in [-1, 1] gives it, naming the range.
public func normalCorrelation(exceeding h: Double, _ k: Double, probability: Double) throws -> Double {
  let least = try bivariateNormalUpper(h, k, correlation: -1)
  let greatest = try bivariateNormalUpper(h, k, correlation: 1)
  guard probability >= least, probability <= greatest else {
    throw MathError.infeasible("a joint probability of \(probability) lies outside \(least)...\(greatest)")
  }
  return try root(between: -1, and: 1, tolerance: 1e-14) {
    try bivariateNormalUpper(h, k, correlation: $0) - probability
  }
}
