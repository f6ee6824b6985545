import CSLEEF
import Glibc

/// Probability that a standard normal variable is below `x`.
public func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

/// Density of a standard normal variable at `x`.
public func normalDensity(_ x: Double) -> Double { exp(-0.5 * x * x) * 0.398_942_280_401_432_7 }

/// The value below which a standard normal variable lies with probability `p`.
///
/// Relative error about 1e-16. Source: Wichura (1988) Algorithm AS 241, Appl. Statist. 37, 477.
/// - Parameter p: In [0, 1]; the ends give minus and plus infinity, everything outside NaN.
public func normalQuantile(_ p: Double) -> Double {
  guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
  var value = p
  engram_normal_quantiles(&value, 1)
  return value
}
