import CLAPACK

/// Eigenvalues of a symmetric matrix, ascending, and its orthonormal eigenvectors in columns.
public struct SymmetricEigen: Sendable {
  /// Ascending; shape [n].
  public let values: [Double]
  /// Column j belongs to `values[j]`; shape [n, n]. The element of greatest magnitude is positive, so that equal
  /// matrices give equal signs.
  public let vectors: Matrix
}

/// Eigenvalues and eigenvectors of the symmetric matrix `a`, of which the lower triangle is read.
///
/// - Throws: `MathError.shape`, `.notFinite`, or `.notConverged` in rare cases.
/// - Complexity: O(*n*³) (divide and conquer).
public func symmetricEigen(_ a: Matrix) throws(MathError) -> SymmetricEigen {
  let (values, vectors) = try dsyevd(a, "V")
  var signed = vectors
  let n = a.rows
  for j in 0..<n {
    let extreme = (0..<n).max { signed[$0, j].magnitude < signed[$1, j].magnitude } ?? 0
    if signed[extreme, j] < 0 { for i in 0..<n { signed[i, j] = -signed[i, j] } }
  }
  return SymmetricEigen(values: values, vectors: signed)
}

/// Eigenvalues of the symmetric matrix `a`, ascending; the lower triangle is read.
public func symmetricEigenvalues(_ a: Matrix) throws(MathError) -> [Double] { try dsyevd(a, "N").values }

private func dsyevd(_ a: Matrix, _ job: Unicode.Scalar) throws(MathError) -> (
  values: [Double], vectors: Matrix
) {
  let n = try Lapack.requireSquare(a, "a symmetric eigenproblem")
  var vectors = a
  var values = [Double](repeating: 0, count: n)
  guard n > 0 else { return (values, vectors) }
  let info = LAPACKE_dsyevd(
    Lapack.rowMajor, Int8(truncatingIfNeeded: job.value), Int8(bitPattern: UInt8(ascii: "L")), Int32(n),
    &vectors.elements, Int32(n), &values)
  try Lapack.check(info) { _ in .notConverged("the symmetric eigenproblem of size \(n) did not converge") }
  return (values, vectors)
}
