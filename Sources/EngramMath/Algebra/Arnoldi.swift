import CARPACK
import Synchronization

/// Which eigenvalues to look for.
public enum EigenTarget: Sendable {
  /// Greatest absolute value.
  case largestMagnitude
  /// Greatest real part; for a symmetric operator the greatest eigenvalues.
  case largestReal
  /// Smallest real part; for a symmetric operator the smallest eigenvalues.
  case smallestReal
}

/// How an implicitly restarted Arnoldi or Lanczos iteration is to run.
public struct ArnoldiOptions: Sendable {
  /// Dimension of the search space (`ncv`); nil takes max(20, 2 `count` + 1). More helps crowded eigenvalues.
  public var subspace: Int?
  /// Residual at which an eigenvalue counts as converged, relative to its magnitude; 0 is machine precision.
  public var tolerance: Double
  /// Greatest number of restarts.
  public var restarts: Int
  /// Whether eigenvectors are wanted.
  public var vectors: Bool

  public init(subspace: Int? = nil, tolerance: Double = 1e-10, restarts: Int = 1000, vectors: Bool = false) {
    self.subspace = subspace
    self.tolerance = tolerance
    self.restarts = restarts
    self.vectors = vectors
  }
}

/// The converged eigenvalues that an iteration found, and how it went.
public struct LeadingEigen: Sendable {
  /// Converged eigenvalues only, the most wanted first; at most as many as requested.
  public let values: [Complex]
  /// `vectors[j]` belongs to `values[j]`, 2-norm one; empty when not asked for.
  public let vectors: [[Complex]]
  /// Number asked for.
  public let requested: Int
  /// Restarts used.
  public let restarts: Int
  /// Products with the operator used.
  public let products: Int
  /// Dimension of the search space used.
  public let subspace: Int

  /// Whether all that were asked for converged.
  public var isComplete: Bool { values.count == requested }
}

/// Leading eigenvalues of a general real operator that is known by its product with a vector.
///
/// The start vector is fixed, so that equal operators give equal results.
/// - Parameters:
///   - size: Dimension of the operator; at least `count` + 2.
///   - count: Number of eigenvalues; a conjugate pair counts as two.
///   - apply: Writes A x into its second argument, both of `size` elements.
/// - Returns: What converged; look at `isComplete`.
/// - Throws: `MathError.infeasible` for sizes that do not fit, `.notConverged` when ARPACK breaks down, and what
///   `apply` throws.
public func leadingEigenvalues(
  size: Int, count: Int, target: EigenTarget = .largestMagnitude, options: ArnoldiOptions = ArnoldiOptions(),
  apply: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
) throws -> LeadingEigen {
  try arpackLock.withLock { _ in
    var run = try ArpackRun(size: size, count: count, options: options, target: target, symmetric: false)
    try run.iterate(apply)
    return try run.generalResult(vectors: options.vectors)
  }
}

/// Leading eigenvalues of a symmetric operator that is known by its product with a vector, real and signed.
///
/// Parameters, result and errors are those of `leadingEigenvalues`; `size` must exceed `count`.
public func leadingSymmetricEigenvalues(
  size: Int, count: Int, target: EigenTarget = .largestMagnitude, options: ArnoldiOptions = ArnoldiOptions(),
  apply: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
) throws -> LeadingEigen {
  try arpackLock.withLock { _ in
    var run = try ArpackRun(size: size, count: count, options: options, target: target, symmetric: true)
    try run.iterate(apply)
    return try run.symmetricResult(vectors: options.vectors)
  }
}

/// The same for an operator that is written on arrays.
///
/// - Parameter product: A x for an array of `size` elements.
public func leadingSymmetricEigenvalues(
  size: Int, count: Int, target: EigenTarget = .largestMagnitude, options: ArnoldiOptions = ArnoldiOptions(),
  product: ([Double]) throws -> [Double]
) throws -> LeadingEigen {
  try leadingSymmetricEigenvalues(size: size, count: count, target: target, options: options) { x, y in
    let result = try product(Array(UnsafeBufferPointer(start: x, count: size)))
    precondition(result.count == size, "a product of \(result.count) elements for \(size)")
    y.update(from: result, count: size)
  }
}

/// Leading eigenvalues of stored weights, sparse or dense.
public func leadingEigenvalues(
  _ a: Connectivity, count: Int, target: EigenTarget = .largestMagnitude,
  options: ArnoldiOptions = ArnoldiOptions()
) throws -> LeadingEigen {
  guard a.rows == a.columns else {
    throw MathError.shape("an eigenproblem needs a square matrix, not \(a.rows) by \(a.columns)")
  }
  return try leadingEigenvalues(size: a.rows, count: count, target: target, options: options) { x, y in
    switch a {
    case .dense(let matrix): Double.gemv(false, matrix.rows, matrix.columns, 1, matrix.elements, x, 0, y)
    case .sparse(let matrix): matrix.apply(x, into: y)
    }
  }
}

/// ARPACK keeps state between its calls in static variables: one run at a time.
private let arpackLock = Mutex<Void>(())
