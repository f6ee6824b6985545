import CLAPACK

/// The thin singular value decomposition A = U diag(values) Vᵀ.
public struct SingularDecomposition: Sendable {
  /// Left singular vectors in columns; shape [m, k], k = min(m, n).
  public let left: Matrix
  /// Descending, none negative; shape [k].
  public let values: [Double]
  /// Right singular vectors in rows (Vᵀ); shape [k, n].
  public let rightTransposed: Matrix
}

/// The thin singular value decomposition of `a`; shape [m, n].
///
/// - Throws: `MathError.shape`, `.notFinite`, or `.notConverged` in rare cases.
public func singularDecomposition(_ a: Matrix) throws(MathError) -> SingularDecomposition {
  try Lapack.requireMatrix(a, "a singular value decomposition")
  let (m, n) = (a.rows, a.columns)
  let k = min(m, n)
  var left = Matrix(repeating: 0, shape: [m, k])
  var right = Matrix(repeating: 0, shape: [k, n])
  let values = try dgesdd(a, "S", &left.elements, &right.elements)
  return SingularDecomposition(left: left, values: values, rightTransposed: right)
}

/// The singular values of `a`, descending; shape [min(m, n)].
public func singularValues(_ a: Matrix) throws(MathError) -> [Double] {
  try Lapack.requireMatrix(a, "a singular value decomposition")
  var (none, empty) = ([0.0], [0.0])
  return try dgesdd(a, "N", &none, &empty)
}

private func dgesdd(
  _ a: Matrix, _ job: Unicode.Scalar, _ left: inout [Double], _ right: inout [Double]
) throws(MathError) -> [Double] {
  let (m, n) = (a.rows, a.columns)
  let k = min(m, n)
  var values = [Double](repeating: 0, count: k)
  guard k > 0 else { return values }
  var copy = a.elements
  let info = LAPACKE_dgesdd(
    Lapack.rowMajor, Int8(truncatingIfNeeded: job.value), Int32(m), Int32(n), &copy, Int32(n), &values, &left,
    Int32(k), &right, Int32(n))
  try Lapack.check(info) { _ in .notConverged("the singular values of a \(m) by \(n) matrix did not converge")
  }
  return values
}

/// The pseudo-inverse of `a`, with singular values below `tolerance` times the greatest taken as zero.
///
/// - Returns: Shape [n, m] for `a` of shape [m, n].
public func pseudoInverse(_ a: Matrix, tolerance: Double = 1e-15) throws(MathError) -> Matrix {
  let parts = try singularDecomposition(a)
  let least = tolerance * (parts.values.first ?? 0)
  var scaled = parts.rightTransposed
  for (i, value) in parts.values.enumerated() {
    let factor = value > least ? 1 / value : 0
    for j in 0..<scaled.columns { scaled[i, j] *= factor }
  }
  return try multiply(scaled, parts.left, transposeA: true, transposeB: true)
}
