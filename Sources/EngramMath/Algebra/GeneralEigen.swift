import CLAPACK

/// Eigenvalues of a general real matrix with right and left eigenvectors.
public struct GeneralEigen: Sendable {
  /// As LAPACK orders them; conjugate pairs are neighbours, the positive imaginary part first.
  public let values: [Complex]
  /// `right[j]`: A v = lambda v, 2-norm one; empty when not asked for.
  public let right: [[Complex]]
  /// `left[j]`: u^H A = lambda u^H, 2-norm one; empty when not asked for.
  public let left: [[Complex]]

  /// Positions of the eigenvalues, greatest real part first; ties by imaginary part, so that the order is fixed.
  public var byRealPart: [Int] {
    values.indices.sorted {
      (values[$1].real, values[$1].imaginary, $0) < (values[$0].real, values[$0].imaginary, $1)
    }
  }
}

/// All eigenvalues of the real matrix `a`; shape [n, n].
///
/// - Throws: `MathError.shape`, `.notFinite`, or `.notConverged` when the QR iteration fails.
/// - Complexity: O(*n*³).
public func eigenvalues(_ a: Matrix) throws(MathError) -> [Complex] {
  try generalEigen(a, right: false, left: false).values
}

/// Eigenvalues of the real matrix `a` and, where asked for, its right and left eigenvectors.
///
/// - Throws: `MathError.shape`, `.notFinite`, or `.notConverged` when the QR iteration fails.
/// - Complexity: O(*n*³).
public func generalEigen(_ a: Matrix, right: Bool = true, left: Bool = false) throws(MathError)
  -> GeneralEigen
{
  let n = try Lapack.requireSquare(a, "an eigenproblem")
  guard n > 0 else { return GeneralEigen(values: [], right: [], left: []) }
  var copy = a.elements
  var (real, imaginary) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
  var leftVectors = [Double](repeating: 0, count: left ? n * n : 1)
  var rightVectors = [Double](repeating: 0, count: right ? n * n : 1)
  // A matrix and its transpose have the same eigenvalues, so that values alone need no copy in the other order.
  let order = left || right ? Lapack.rowMajor : LAPACK_COL_MAJOR
  let info = LAPACKE_dgeev(
    order, Int8(bitPattern: UInt8(ascii: left ? "V" : "N")),
    Int8(bitPattern: UInt8(ascii: right ? "V" : "N")), Int32(n), &copy, Int32(n), &real, &imaginary,
    &leftVectors, Int32(left ? n : 1), &rightVectors, Int32(right ? n : 1))
  try Lapack.check(info) {
    .notConverged("the QR iteration found only eigenvalues \($0 + 1) to \(n) of a matrix of size \(n)")
  }
  let values = zip(real, imaginary).map { Complex($0, $1) }
  return GeneralEigen(
    values: values, right: right ? unpacked(rightVectors, imaginary) : [],
    left: left ? unpacked(leftVectors, imaginary) : [])
}

/// LAPACK keeps a conjugate pair in two real columns: real part, then imaginary part.
private func unpacked(_ packed: [Double], _ imaginary: [Double]) -> [[Complex]] {
  let n = imaginary.count
  return (0..<n).map { j in
    if imaginary[j] == 0 { return (0..<n).map { Complex(packed[$0 * n + j]) } }
    let first = imaginary[j] > 0 ? j : j - 1
    let sign = imaginary[j] > 0 ? 1.0 : -1.0
    return (0..<n).map { Complex(packed[$0 * n + first], sign * packed[$0 * n + first + 1]) }
  }
}
