import CBoost

/// Scaled complementary error function exp(x²) erfc(x), which does not underflow for large `x`.
public func scaledComplementaryErrorFunction(_ x: Double) -> Double { engram_boost_erfcx(x) }

/// The x with erf(x) = `p`; infinite at ±1, NaN beyond.
public func inverseErrorFunction(_ p: Double) -> Double { engram_boost_erf_inverse(p) }

/// Derivative of the logarithm of the gamma function.
public func digamma(_ x: Double) -> Double { engram_boost_digamma(x) }

/// Regularised lower incomplete gamma function P(a, x).
public func regularisedGamma(_ a: Double, _ x: Double) -> Double { engram_boost_gamma_p(a, x) }

/// Regularised incomplete beta function I_x(a, b).
public func regularisedBeta(_ a: Double, _ b: Double, _ x: Double) -> Double {
  engram_boost_beta_regularised(a, b, x)
}

/// Probability that |T| exceeds |`t`| for Student's t with `degreesOfFreedom`; NaN when they are not positive.
public func studentTwoSided(_ t: Double, degreesOfFreedom: Double) -> Double {
  2 * engram_boost_student_upper(t.magnitude, degreesOfFreedom)
}

/// The value below which Student's t with `degreesOfFreedom` lies with probability `p`.
public func studentQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
  engram_boost_student_quantile(p, degreesOfFreedom)
}

/// Probability that a chi-squared variable with `degreesOfFreedom` exceeds `x`.
public func chiSquaredUpper(_ x: Double, degreesOfFreedom: Double) -> Double {
  engram_boost_chi_squared_upper(x, degreesOfFreedom)
}

/// Probability that an F variable with these degrees of freedom exceeds `f`.
public func fisherUpper(_ f: Double, numerator: Double, denominator: Double) -> Double {
  engram_boost_fisher_upper(f, numerator, denominator)
}
