import CLAPACK
import Glibc

/// The Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ.
public struct Cholesky: Sendable {
  /// Lower triangle, zeros above; shape [n, n].
  public let lower: Matrix
  /// Estimated condition number of A in the 1-norm.
  public let condition: Double

  /// Factors `a`, of which the lower triangle is read.
  ///
  /// - Throws: `MathError.infeasible` when `a` is not positive definite, or its condition number exceeds `limit`.
  /// - Complexity: O(*n*³).
  public init(_ a: Matrix, conditionLimit limit: Double = .infinity) throws(MathError) {
    let n = try Lapack.requireSquare(a, "a Cholesky factorisation")
    var factor = a
    guard n > 0 else {
      (lower, condition) = (a, 1)
      return
    }
    let mode = Int8(bitPattern: UInt8(ascii: "L"))
    let norm = LAPACKE_dlansy(
      Lapack.rowMajor, Int8(bitPattern: UInt8(ascii: "1")), mode, Int32(n), a.elements, Int32(n))
    let info = LAPACKE_dpotrf(Lapack.rowMajor, mode, Int32(n), &factor.elements, Int32(n))
    try Lapack.check(info) {
      .infeasible("the matrix is not positive definite: its leading block of \($0) rows is not")
    }
    var reciprocal = 0.0
    LAPACKE_dpocon(Lapack.rowMajor, mode, Int32(n), factor.elements, Int32(n), norm, &reciprocal)
    condition = reciprocal > 0 ? 1 / reciprocal : .infinity
    guard condition <= limit else {
      throw .infeasible("the matrix is nearly singular: condition number \(condition), limit \(limit)")
    }
    for i in 0..<n { for j in i + 1..<max(n, i + 1) { factor[i, j] = 0 } }
    lower = factor
  }

  /// X with A X = `b`; shape [n, right sides].
  public func solve(_ b: Matrix) throws(MathError) -> Matrix {
    try Lapack.requireMatrix(b, "a Cholesky solve")
    let n = lower.rows
    guard b.rows == n else { throw .shape("a system of \(n) equations cannot have \(b.rows) right sides") }
    var solution = b
    guard n > 0, b.columns > 0 else { return solution }
    let columns = Int32(b.columns)
    let info = LAPACKE_dpotrs(
      Lapack.rowMajor, Int8(bitPattern: UInt8(ascii: "L")), Int32(n), columns, lower.elements, Int32(n),
      &solution.elements, columns)
    precondition(info == 0, "LAPACK refused argument \(-info)")
    return solution
  }

  /// x with A x = `b`; shape [n].
  public func solve(_ b: [Double]) throws(MathError) -> [Double] {
    try solve(Matrix(b, shape: [b.count, 1])).elements
  }

  /// Natural logarithm of det A.
  public var logDeterminant: Double { (0..<lower.rows).reduce(0) { $0 + 2 * log(lower[$1, $1]) } }
}
