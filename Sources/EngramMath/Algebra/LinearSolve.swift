import CLAPACK
import Glibc

/// The factors P L U of a square matrix, made once and used for many right sides.
public struct LUFactors: Sendable {
  /// Number of rows.
  public let size: Int
  /// Estimated reciprocal condition number in the 1-norm: near 1 is well conditioned, near 1e-16 is useless.
  public let reciprocalCondition: Double
  private var factors: [Double]
  private var pivots: [Int32]

  /// Factors `a` with partial pivoting; shape [n, n].
  ///
  /// - Throws: `MathError.infeasible` when a pivot is exactly zero: the matrix is singular.
  /// - Complexity: O(*n*³).
  public init(_ a: Matrix) throws(MathError) {
    size = try Lapack.requireSquare(a, "a linear solve")
    factors = a.elements
    pivots = [Int32](repeating: 0, count: size)
    guard size > 0 else {
      reciprocalCondition = 1
      return
    }
    let n = Int32(size)
    let norm = LAPACKE_dlange(Lapack.rowMajor, Int8(bitPattern: UInt8(ascii: "1")), n, n, factors, n)
    let info = LAPACKE_dgetrf(Lapack.rowMajor, n, n, &factors, n, &pivots)
    try Lapack.check(info) { .infeasible("the matrix is singular: pivot \($0) of \(a.rows) is zero") }
    var reciprocal = 0.0
    LAPACKE_dgecon(Lapack.rowMajor, Int8(bitPattern: UInt8(ascii: "1")), n, factors, n, norm, &reciprocal)
    reciprocalCondition = reciprocal
  }

  /// X with A X = `b`, or Aᵀ X = `b`; `b` has shape [n, right sides].
  public func solve(_ b: Matrix, transposed: Bool = false) throws(MathError) -> Matrix {
    try Lapack.requireMatrix(b, "a linear solve")
    guard b.rows == size else {
      throw .shape("a system of \(size) equations cannot have \(b.rows) right sides")
    }
    var solution = b
    guard size > 0, b.columns > 0 else { return solution }
    let mode = Int8(bitPattern: UInt8(ascii: transposed ? "T" : "N"))
    let columns = Int32(b.columns)
    let info = LAPACKE_dgetrs(
      Lapack.rowMajor, mode, Int32(size), columns, factors, Int32(size), pivots, &solution.elements, columns)
    precondition(info == 0, "LAPACK refused argument \(-info)")
    return solution
  }

  /// x with A x = `b`, or Aᵀ x = `b`.
  public func solve(_ b: [Double], transposed: Bool = false) throws(MathError) -> [Double] {
    try solve(Matrix(b, shape: [b.count, 1]), transposed: transposed).elements
  }

  /// The inverse matrix; prefer `solve` where only its product is needed.
  public func inverse() throws(MathError) -> Matrix { try solve(.identity(size)) }

  /// Natural logarithm of |det A| and the determinant's sign.
  public var determinant: (logMagnitude: Double, sign: Double) {
    var (sum, sign) = (0.0, 1.0)
    for i in 0..<size {
      let pivot = factors[i * size + i]
      sum += log(pivot.magnitude)
      if (pivot < 0) != (Int(pivots[i]) != i + 1) { sign = -sign }
    }
    return (sum, sign)
  }
}

/// x with `a` x = `b`, by LU factors with partial pivoting.
///
/// - Parameters:
///   - a: Shape [n, n].
///   - b: Shape [n].
/// - Throws: `MathError.infeasible` when `a` is singular.
public func solve(_ a: Matrix, _ b: [Double]) throws(MathError) -> [Double] { try LUFactors(a).solve(b) }

/// X with `a` X = `b`; shapes [n, n] and [n, right sides].
public func solve(_ a: Matrix, _ b: Matrix) throws(MathError) -> Matrix { try LUFactors(a).solve(b) }

/// The inverse of `a`; shape [n, n].
public func inverse(_ a: Matrix) throws(MathError) -> Matrix { try LUFactors(a).inverse() }
