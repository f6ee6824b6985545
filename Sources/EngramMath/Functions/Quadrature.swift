import CBoost

/// The integral of `f` from `from` to `to`, by adaptive Gauss-Kronrod quadrature with 31 nodes.
///
/// - Parameters:
///   - from: Lower end; minus infinity is allowed.
///   - to: Upper end; infinity is allowed.
///   - tolerance: Wanted error relative to the integral of |f|.
/// - Returns: The integral and the estimate of its absolute error.
/// - Throws: What `f` throws; `MathError.notConverged` when 20 halvings do not reach `tolerance`, `.notFinite` when `f`
///   is not finite inside.
public func integrate(
  from: Double, to: Double, tolerance: Double = 1e-12, _ f: (Double) throws -> Double
) throws -> (value: Double, error: Double) {
  if from == to { return (0, 0) }
  var (value, error, magnitude) = (0.0, 0.0, 0.0)
  let status = try withCallback(f) { callback, context in
    engram_boost_gauss_kronrod(callback, context, from, to, tolerance, 20, &value, &error, &magnitude)
  }
  guard status == 0, value.isFinite else {
    throw MathError.notFinite("the integrand is not finite everywhere from \(from) to \(to)")
  }
  // Below 1e-14 of the magnitude, rounding alone keeps the estimate from falling.
  guard error <= max(tolerance, 1e-14) * magnitude * 10 else {
    throw MathError.notConverged(
      "the integral from \(from) to \(to) has an error of \(error) where \(tolerance * magnitude) was asked for"
    )
  }
  return (value, error)
}

/// A root of `f` between `low` and `high`, where it must change sign, by algorithm TOMS 748.
///
/// - Parameter tolerance: Width of the final bracket; 0 goes on to neighbouring numbers.
/// - Throws: What `f` throws; `MathError.infeasible` when both ends have one sign, naming the values.
public func root(
  between low: Double, and high: Double, tolerance: Double = 0, _ f: (Double) throws -> Double
) throws -> Double {
  var (a, b) = (low, high)
  let (atLow, atHigh) = (try f(low), try f(high))
  if atLow == 0 { return low }
  if atHigh == 0 { return high }
  guard (atLow < 0) != (atHigh < 0), atLow.isFinite, atHigh.isFinite, low < high else {
    throw MathError.infeasible(
      "no root is known between \(low) and \(high): the values there are \(atLow) and \(atHigh)")
  }
  var evaluations: Int32 = 200
  // A bracket narrower than two units in the last place cannot shrink further.
  let least = 2 * max(low.magnitude, high.magnitude).ulp
  let status = try withCallback(f) { callback, context in
    engram_boost_toms748(callback, context, &a, &b, atLow, atHigh, max(tolerance, least), &evaluations)
  }
  guard status == 0, b - a <= max(tolerance, least) else {
    throw MathError.notConverged(
      "the root between \(low) and \(high) is known only to lie between \(a) and \(b)")
  }
  return a + (b - a) / 2
}

/// Runs `body` with `f` as a C callback; an error of `f` ends as NaN inside and is thrown afterwards.
private func withCallback<Result>(
  _ f: (Double) throws -> Double, _ body: (engram_boost_function, UnsafeMutableRawPointer) -> Result
) throws -> Result {
  try withoutActuallyEscaping(f) { f in
    var call = Callback(function: f)
    let result = withUnsafeMutablePointer(to: &call) { pointer in
      body(
        { context, x in
          guard let call = context?.assumingMemoryBound(to: Callback.self) else { return .nan }
          if call.pointee.failure != nil { return .nan }
          do { return try call.pointee.function(x) } catch {
            call.pointee.failure = error
            return .nan
          }
        }, UnsafeMutableRawPointer(pointer))
    }
    if let failure = call.failure { throw failure }
    return result
  }
}

private struct Callback {
  let function: (Double) throws -> Double
  var failure: (any Error)?
}
