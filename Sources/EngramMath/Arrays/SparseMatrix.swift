/// A sparse float64 matrix in compressed rows (CSR): `[row, column]`, which for weights is `[post, pre]`.
///
/// Column indices ascend within a row and none occurs twice.
public struct SparseMatrix: Sendable, Equatable {
  /// Number of rows and columns.
  public let rows: Int
  public let columns: Int
  /// Where each row begins in `indices` and `values`; shape [rows + 1].
  public let offsets: [Int]
  /// Column of each stored element.
  public let indices: [Int32]
  /// Value of each stored element.
  public var values: [Double]

  /// A matrix over arrays that already satisfy the type's conditions.
  public init(rows: Int, columns: Int, offsets: [Int], indices: [Int32], values: [Double]) {
    precondition(offsets.count == rows + 1 && offsets.last == values.count && indices.count == values.count)
    self.rows = rows
    self.columns = columns
    self.offsets = offsets
    self.indices = indices
    self.values = values
  }

  /// Number of stored elements.
  public var count: Int { values.count }
}

/// Weights between neurons as they are stored: dense or sparse, always `[post, pre]`.
public enum Connectivity: Sendable, Equatable {
  case dense(Matrix)
  case sparse(SparseMatrix)

  /// Number of postsynaptic neurons.
  public var rows: Int {
    switch self {
    case .dense(let matrix): matrix.rows
    case .sparse(let matrix): matrix.rows
    }
  }

  /// Number of presynaptic neurons.
  public var columns: Int {
    switch self {
    case .dense(let matrix): matrix.columns
    case .sparse(let matrix): matrix.columns
    }
  }
}
