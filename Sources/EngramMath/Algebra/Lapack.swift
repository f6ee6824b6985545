import CLAPACK

/// What every LAPACK driver here checks before a call and after it.
enum Lapack {
  static func requireSquare(_ a: Matrix, _ task: String) throws(MathError) -> Int {
    guard a.rank == 2, a.rows == a.columns else {
      throw .shape("\(task) needs a square matrix, not one of shape \(a.shape)")
    }
    try requireFinite(a, task)
    return a.rows
  }

  static func requireMatrix(_ a: Matrix, _ task: String) throws(MathError) {
    guard a.rank == 2 else { throw .shape("\(task) needs a matrix, not shape \(a.shape)") }
    try requireFinite(a, task)
  }

  private static func requireFinite(_ a: Matrix, _ task: String) throws(MathError) {
    _ = BlasThreads.started
    guard let bad = a.elements.firstIndex(where: { !$0.isFinite }) else { return }
    let (row, column) = (bad / a.columns, bad % a.columns)
    throw .notFinite("\(task) needs finite numbers, but element [\(row), \(column)] is \(a.elements[bad])")
  }

  /// A negative `info` is a wrong argument, that is our own mistake; a positive one is the driver's report.
  static func check(_ info: Int32, _ failure: (Int) -> MathError) throws(MathError) {
    precondition(info >= 0, "LAPACK refused argument \(-info)")
    if info > 0 { throw failure(Int(info)) }
  }

  static let rowMajor = LAPACK_ROW_MAJOR
}
