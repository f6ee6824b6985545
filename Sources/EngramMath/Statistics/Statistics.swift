/// Arithmetic mean.
///
/// - Throws: `MathError.undefined` when there is no value.
public func mean(_ x: [Double]) throws(MathError) -> Double {
  guard !x.isEmpty else { throw .undefined("the mean of no values") }
  return x.reduce(0, +) / Double(x.count)
}

/// What a sum of squared deviations is divided by.
public enum Divisor: Sendable {
  /// *n*: the values are the whole population.
  case population
  /// *n* - 1: the values are a sample.
  case sample

  func callAsFunction(_ count: Int, _ quantity: String) throws(MathError) -> Double {
    let divisor = self == .population ? count : count - 1
    guard divisor > 0 else { throw .undefined("\(quantity) of \(count) value\(count == 1 ? "" : "s")") }
    return Double(divisor)
  }
}

/// Mean squared deviation from the mean. Two passes, so that equal large values give exactly 0.
///
/// - Throws: `MathError.undefined` with too few values for the divisor.
public func variance(_ x: [Double], _ divisor: Divisor) throws(MathError) -> Double {
  let count = try divisor(x.count, "the variance")
  let centre = try mean(x)
  return x.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / count
}

/// Square root of the variance.
public func standardDeviation(_ x: [Double], _ divisor: Divisor) throws(MathError) -> Double {
  try variance(x, divisor).squareRoot()
}

/// Standard deviation of the sample over the root of its size.
public func standardError(_ x: [Double]) throws(MathError) -> Double {
  try standardDeviation(x, .sample) / Double(x.count).squareRoot()
}

/// Mean product of the deviations of two paired variables.
///
/// - Throws: `MathError.shape` when the lengths differ, `.undefined` with too few values.
public func covariance(_ x: [Double], _ y: [Double], _ divisor: Divisor) throws(MathError) -> Double {
  try requirePairs(x, y)
  let count = try divisor(x.count, "the covariance")
  let (a, b) = (try mean(x), try mean(y))
  return zip(x, y).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) } / count
}

/// Covariances between the columns of `x`; shape [observation, variable] to [variable, variable].
public func covariance(_ x: Matrix, _ divisor: Divisor) throws(MathError) -> Matrix {
  guard x.rank == 2 else { throw .shape("a covariance needs a matrix, not shape \(x.shape)") }
  let count = try divisor(x.rows, "the covariance")
  var centred = x
  for j in 0..<x.columns {
    let centre = (0..<x.rows).reduce(0) { $0 + x[$1, j] } / Double(x.rows)
    for i in 0..<x.rows { centred[i, j] -= centre }
  }
  return try multiply(centred, centred, transposeA: true).map { $0 / count }
}

func requirePairs(_ x: [Double], _ y: [Double]) throws(MathError) {
  guard x.count == y.count else { throw .shape("\(x.count) and \(y.count) values are not pairs") }
}

/// Fourth central moment over the squared variance, minus 3; both moments divided by *n*. 0 for a normal variable.
///
/// - Throws: `MathError.undefined` when all values are equal or there is none.
public func excessKurtosis(_ x: [Double]) throws(MathError) -> Double {
  let spread = try variance(x, .population)
  guard spread > 0 else { throw .undefined("the kurtosis of equal values") }
  let centre = try mean(x)
  let fourth = x.reduce(0) { sum, value in
    let square = (value - centre) * (value - centre)
    return sum + square * square
  }
  return fourth / Double(x.count) / (spread * spread) - 3
}

/// The leave-one-out estimate of a statistic's standard error and bias.
///
/// - Parameters:
///   - count: Number of observations, at least 2.
///   - leavingOut: The statistic without observation i.
/// - Returns: The standard error sqrt((n - 1)/n sum (t_i - mean t)²), and the bias (n - 1)(mean t - `estimate`).
public func jackknife(
  _ count: Int, estimate: Double, leavingOut: (Int) throws -> Double
) throws -> (standardError: Double, bias: Double) {
  guard count > 1 else { throw MathError.undefined("a jackknife over \(count) observations") }
  let values = try (0..<count).map(leavingOut)
  let n = Double(count)
  let spread = try variance(values, .population)
  return (((n - 1) * spread).squareRoot(), (n - 1) * (try mean(values) - estimate))
}
