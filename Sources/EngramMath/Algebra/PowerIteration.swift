/// What a power iteration on a symmetric operator found.
public struct PowerResult: Sendable, Equatable {
  /// Norm of the last product: the magnitude of the eigenvalue of largest magnitude, once converged.
  public let magnitude: Double
  /// Rayleigh quotient of the vector before the last product: the eigenvalue with its sign.
  public let rayleigh: Double
  /// The last vector, 2-norm one; zero when the operator is.
  public let vector: [Double]
  /// Products made.
  public let iterations: Int
  /// Whether the magnitude changed by less than the tolerance in the last iteration.
  public let isConverged: Bool

  /// Whether eigenvalues of both signs share the largest magnitude (or nearly do): then the vector is a mixture of both and the Rayleigh
  /// quotient stays inside them.
  public var isMixed: Bool { rayleigh.magnitude < magnitude * (1 - 1e-3) }
}

/// Power iteration on a symmetric operator that is known by its product with a vector.
///
/// - Parameters:
///   - start: Not zero; scaled to norm one.
///   - tolerance: It stops when the magnitude changes by less than this, absolutely.
///   - limit: Greatest number of products.
///   - apply: The product with a vector.
/// - Throws: `MathError.notFinite` when a product is not, and what `apply` throws.
public func powerIteration(
  start: [Double], tolerance: Double, limit: Int, apply: ([Double]) throws -> [Double]
) throws -> PowerResult {
  var vector = normalised(start).vector
  var (magnitude, rayleigh, iterations) = (0.0, 0.0, 0)
  while iterations < limit {
    let product = try apply(vector)
    iterations += 1
    rayleigh = zip(vector, product).reduce(0) { $0 + $1.0 * $1.1 }
    let (norm, next) = normalised(product)
    guard norm.isFinite else {
      throw MathError.notFinite("the operator's product in iteration \(iterations)")
    }
    // The zero operator has no direction: its eigenvalue is 0.
    guard norm > 0 else {
      return PowerResult(magnitude: 0, rayleigh: 0, vector: next, iterations: iterations, isConverged: true)
    }
    let change = (norm - magnitude).magnitude
    (magnitude, vector) = (norm, next)
    if change < tolerance {
      return PowerResult(
        magnitude: magnitude, rayleigh: rayleigh, vector: vector, iterations: iterations, isConverged: true)
    }
  }
  return PowerResult(
    magnitude: magnitude, rayleigh: rayleigh, vector: vector, iterations: iterations, isConverged: false)
}

private func normalised(_ x: [Double]) -> (norm: Double, vector: [Double]) {
  let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return (norm, norm > 0 ? x.map { $0 / norm } : x)
}
