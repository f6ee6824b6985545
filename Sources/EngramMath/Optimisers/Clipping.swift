/// Shrinks all gradients by one factor when their common 2-norm exceeds `limit`.
///
/// - Returns: The norm before.
@discardableResult
@inlinable
public func clip<Element: Real>(_ gradients: inout [[Element]], norm limit: Double) -> Double {
  var square = 0.0
  for gradient in gradients { for value in gradient { square += Double(value) * Double(value) } }
  let norm = square.squareRoot()
  guard norm > limit else { return norm }
  let factor = Element(limit / norm)
  for k in gradients.indices { for i in gradients[k].indices { gradients[k][i] *= factor } }
  return norm
}

/// Moves every value towards 0 by at most `step`: the proximal step of an L1 penalty.
@specialized(where Element == Float)
@specialized(where Element == Double)
public func softThreshold<Element: Real>(_ values: inout [Element], by step: Element) {
  Kernel.threshold(&values, step, values.count)
}

/// Sets values that are NaN or infinite to 0, and counts them.
@specialized(where Element == Float)
@specialized(where Element == Double)
public func zeroNonFinite<Element: Real>(_ values: inout [Element]) -> Int {
  // x - x is NaN for those alone; the sum tells cheaply that there are none.
  var sum: Element = 0
  for value in values { sum += value - value }
  if sum == 0 { return 0 }
  var count = 0
  for i in values.indices where !values[i].isFinite {
    values[i] = 0
    count += 1
  }
  return count
}

/// The sum of squares, in double precision.
@specialized(where Element == Float)
@specialized(where Element == Double)
public func sumOfSquares<Element: Real>(_ values: [Element]) -> Double {
  values.reduce(0) { $0 + Double($1) * Double($1) }
}
