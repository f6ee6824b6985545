import CLAPACK

/// The thin factors A = Q R: orthonormal columns times an upper triangle.
public struct QRFactors: Sendable {
  /// Orthonormal columns; shape [m, k], k = min(m, n).
  public let q: Matrix
  /// Upper triangular with a diagonal that is not negative, so that the factors are unique; shape [k, n].
  public let r: Matrix
}

/// The thin QR factors of `a`; shape [m, n].
///
/// - Throws: `MathError.shape` or `.notFinite`.
/// - Complexity: O(*m n* min(*m*, *n*)).
public func qr(_ a: Matrix) throws(MathError) -> QRFactors {
  try Lapack.requireMatrix(a, "a QR factorisation")
  let (m, n) = (a.rows, a.columns)
  let k = min(m, n)
  var work = a.elements
  var scales = [Double](repeating: 0, count: k)
  var r = Matrix(repeating: 0, shape: [k, n])
  var q = Matrix(repeating: 0, shape: [m, k])
  guard k > 0 else { return QRFactors(q: q, r: r) }
  var info = LAPACKE_dgeqrf(Lapack.rowMajor, Int32(m), Int32(n), &work, Int32(n), &scales)
  precondition(info == 0, "LAPACK refused argument \(-info)")
  for i in 0..<k { for j in i..<n { r[i, j] = work[i * n + j] } }
  for i in 0..<m { for j in 0..<k { q[i, j] = work[i * n + j] } }
  info = LAPACKE_dorgqr(Lapack.rowMajor, Int32(m), Int32(k), Int32(k), &q.elements, Int32(k), scales)
  precondition(info == 0, "LAPACK refused argument \(-info)")
  for i in 0..<k where r[i, i] < 0 {
    for j in i..<n { r[i, j] = -r[i, j] }
    for row in 0..<m { q[row, i] = -q[row, i] }
  }
  return QRFactors(q: q, r: r)
}
