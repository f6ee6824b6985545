/// A correlation coefficient with the two-sided probability of one as large without any association.
public struct Correlation: Sendable, Equatable {
  /// In [-1, 1].
  public let coefficient: Double
  /// From Student's t with n - 2 degrees of freedom; NaN for two pairs.
  public let pValue: Double
  /// Number of pairs.
  public let count: Int
}

/// Pearson's linear correlation of paired values.
///
/// - Throws: `MathError.shape` when the lengths differ, `.undefined` when one variable does not vary.
public func pearsonCorrelation(_ x: [Double], _ y: [Double]) throws(MathError) -> Correlation {
  try requirePairs(x, y)
  guard x.count > 1 else { throw .undefined("the correlation of \(x.count) pairs") }
  let (a, b) = (try mean(x), try mean(y))
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (u, v) in zip(x, y) {
    xx += (u - a) * (u - a)
    yy += (v - b) * (v - b)
    xy += (u - a) * (v - b)
  }
  guard xx > 0, yy > 0 else { throw .undefined("the correlation with a variable that does not vary") }
  let r = max(-1, min(1, xy / (xx.squareRoot() * yy.squareRoot())))
  let freedom = Double(x.count - 2)
  let t = r * (freedom / ((1 - r) * (1 + r))).squareRoot()
  return Correlation(coefficient: r, pValue: studentTwoSided(t, degreesOfFreedom: freedom), count: x.count)
}

/// Spearman's rank correlation: Pearson's over ranks, ties sharing their mean rank.
public func spearmanCorrelation(_ x: [Double], _ y: [Double]) throws(MathError) -> Correlation {
  try requirePairs(x, y)
  return try pearsonCorrelation(ranks(x), ranks(y))
}

/// The rank of each value from 1; equal values share the mean of their ranks.
public func ranks(_ x: [Double]) -> [Double] {
  let order = x.indices.sorted { x[$0] < x[$1] }
  var result = [Double](repeating: 0, count: x.count)
  var first = 0
  while first < order.count {
    var last = first
    while last + 1 < order.count, x[order[last + 1]] == x[order[first]] { last += 1 }
    for i in first...last { result[order[i]] = Double(first + last) / 2 + 1 }
    first = last + 1
  }
  return result
}

/// Normal statistic z of the Mann-Whitney test that values of `x` tend to exceed those of `y`, with ties corrected.
///
/// - Returns: U of `x`, and the two-sided p-value of the normal approximation with continuity correction.
public func mannWhitney(_ x: [Double], _ y: [Double]) throws(MathError) -> (u: Double, pValue: Double) {
  guard !x.isEmpty, !y.isEmpty else {
    throw .undefined("a Mann-Whitney test of \(x.count) against \(y.count) values")
  }
  let all = x + y
  let (m, n, total) = (Double(x.count), Double(y.count), Double(all.count))
  let u = ranks(all)[..<x.count].reduce(0, +) - m * (m + 1) / 2
  var ties = 0.0
  let sorted = all.sorted()
  var first = 0
  while first < sorted.count {
    var end = first
    while end < sorted.count, sorted[end] == sorted[first] { end += 1 }
    let t = Double(end - first)
    ties += t * t * t - t
    first = end
  }
  let spread = (m * n / 12 * (total + 1 - ties / (total * (total - 1)))).squareRoot()
  guard spread > 0 else { throw .undefined("a Mann-Whitney test of values that are all equal") }
  let z = max(0, (u - m * n / 2).magnitude - 0.5) / spread
  return (u, 2 * normalCDF(-z))
}
