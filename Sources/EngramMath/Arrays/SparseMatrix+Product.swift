extension SparseMatrix {
  /// y = A x over buffers of `columns` and `rows` elements, which must not overlap.
  ///
  /// Each row is summed in one fixed order, whatever the number of threads.
  public func apply(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>) {
    let grain = max(64, rows / 64)
    offsets.withUnsafeBufferPointer { offsets in
      indices.withUnsafeBufferPointer { indices in
        values.withUnsafeBufferPointer { values in
          let product = { (range: Range<Int>) in
            for i in range { y[i] = rowSum(indices, values, x, offsets[i], offsets[i + 1]) }
          }
          if count < 100_000 { product(0..<rows) } else { parallelFor(rows, grain: grain, product) }
        }
      }
    }
  }

  /// y = Aᵀ x over buffers of `rows` and `columns` elements; for many products transpose once and use `apply`.
  public func applyTransposed(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>) {
    for j in 0..<columns { y[j] = 0 }
    offsets.withUnsafeBufferPointer { offsets in
      indices.withUnsafeBufferPointer { indices in
        values.withUnsafeBufferPointer { values in
          for i in 0..<rows {
            for k in offsets[i]..<offsets[i + 1] { y[Int(indices[k])] += values[k] * x[i] }
          }
        }
      }
    }
  }

  /// Sum of each row; for weights `[post, pre]` the total input weight of each neuron.
  public func rowSums() -> [Double] {
    (0..<rows).map { i in values[offsets[i]..<offsets[i + 1]].reduce(0, +) }
  }

  /// Sum of each column; for weights `[post, pre]` the total output weight of each neuron.
  public func columnSums() -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for k in values.indices { sums[Int(indices[k])] += values[k] }
    return sums
  }
}

/// Four partial sums hide the latency of addition and of the gathered loads.
@inline(__always)
private func rowSum(
  _ indices: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Double>, _ x: UnsafePointer<Double>,
  _ first: Int, _ end: Int
) -> Double {
  var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
  var k = first
  while k + 4 <= end {
    a += values[k] * x[Int(indices[k])]
    b += values[k + 1] * x[Int(indices[k + 1])]
    c += values[k + 2] * x[Int(indices[k + 2])]
    d += values[k + 3] * x[Int(indices[k + 3])]
    k += 4
  }
  while k < end {
    a += values[k] * x[Int(indices[k])]
    k += 1
  }
  return (a + b) + (c + d)
}

/// The product op(`a`) `x` of a sparse matrix and a vector, where op transposes when asked.
///
/// - Throws: `MathError.shape` when the lengths differ.
/// - Complexity: O(stored elements).
public func multiply(_ a: SparseMatrix, _ x: [Double], transposed: Bool = false) throws(MathError) -> [Double]
{
  let (m, n) = transposed ? (a.columns, a.rows) : (a.rows, a.columns)
  guard n == x.count else {
    throw .shape("a matrix of shape [\(m), \(n)] cannot be multiplied by a vector of \(x.count)")
  }
  return [Double](unsafeUninitializedCapacity: m) { y, initialised in
    initialised = m
    guard let out = y.baseAddress, m > 0 else { return }
    if transposed { a.applyTransposed(x, into: out) } else { a.apply(x, into: out) }
  }
}

/// The product op(W) `x` of stored weights and a vector, where op transposes when asked.
public func multiply(_ a: Connectivity, _ x: [Double], transposed: Bool = false) throws(MathError) -> [Double]
{
  switch a {
  case .dense(let matrix): try multiply(matrix, x, transposed: transposed)
  case .sparse(let matrix): try multiply(matrix, x, transposed: transposed)
  }
}

extension Connectivity {
  /// Total input weight of each postsynaptic neuron.
  public func rowSums() -> [Double] {
    switch self {
    case .dense(let matrix): (0..<matrix.rows).map { matrix.row($0).reduce(0, +) }
    case .sparse(let matrix): matrix.rowSums()
    }
  }

  /// Total output weight of each presynaptic neuron.
  public func columnSums() -> [Double] {
    switch self {
    case .dense(let matrix):
      (0..<matrix.rows).reduce(into: [Double](repeating: 0, count: matrix.columns)) { sums, i in
        for j in 0..<matrix.columns { sums[j] += matrix[i, j] }
      }
    case .sparse(let matrix): matrix.columnSums()
    }
  }

  /// Every weight, zeros included; shape [post, pre].
  public func dense() -> Matrix {
    switch self {
    case .dense(let matrix): matrix
    case .sparse(let matrix): matrix.dense()
    }
  }
}
