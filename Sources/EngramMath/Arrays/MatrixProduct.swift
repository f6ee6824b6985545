/// The product op(`a`) op(`b`) of two matrices, where op transposes when asked.
///
/// - Returns: A matrix with the rows of op(`a`) and the columns of op(`b`).
/// - Throws: `MathError.shape` when the inner lengths differ or an operand is not a matrix.
public func multiply<Element: Real>(
  _ a: Tensor<Element>, _ b: Tensor<Element>, transposeA: Bool = false, transposeB: Bool = false
) throws(MathError) -> Tensor<Element> {
  guard a.rank == 2, b.rank == 2 else {
    throw .shape("a matrix product needs two matrices, not shapes \(a.shape) and \(b.shape)")
  }
  let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
  let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
  guard k == inner else {
    throw .shape("a matrix of shape [\(m), \(k)] cannot be multiplied by one of shape [\(inner), \(n)]")
  }
  guard m > 0, n > 0, k > 0 else { return Tensor.zeros([m, n]) }
  // A factor of 0 on what was there means that it is not read.
  return Tensor(shape: [m, n]) { c in
    Element.gemm(transposeA, transposeB, m, n, k, 1, a.elements, a.columns, b.elements, b.columns, 0, c, n)
  }
}

/// The product of `a` and the transpose of f(`b`), f(x) = sgn(x) |x|^`power`; shape [row of a, row of b].
///
/// It is made in blocks of b's rows, whose powers then stay in the cache, on several threads with the same result for any
/// number of them.
///
/// - Throws: `MathError.shape` when the two are no matrices with equally long rows.
public func multiply(_ a: Matrix, signedPower power: Double, of b: Matrix) throws(MathError) -> Matrix {
  guard a.rank == 2, b.rank == 2, a.columns == b.columns else {
    throw .shape("rows of a matrix of shape \(b.shape) cannot be multiplied by those of \(a.shape)")
  }
  let (m, n, k) = (a.rows, b.rows, a.columns)
  guard m > 0, n > 0, k > 0 else { return Matrix(repeating: 0, shape: [m, n]) }
  return Matrix(shape: [m, n]) { product in
    a.elements.withUnsafeBufferPointer { a in
      b.elements.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        parallelFor(n, grain: 256) { rows in
          let (first, own) = (b + rows.lowerBound * k, product + rows.lowerBound)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count * k) { powers in
            guard let powers = powers.baseAddress else { return }
            Kernel.signedPower(first, power, powers, rows.count * k)
            Double.gemm(
              false, true, m, rows.count, k, 1, a, k, power == 1 ? first : UnsafePointer(powers), k, 0, own, n
            )
          }
        }
      }
    }
  }
}

extension Kernel {
  /// y = sgn(x) |x|^`power`; nothing where that is x.
  fileprivate static func signedPower(
    _ x: UnsafePointer<Double>, _ power: Double, _ y: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    switch power {
    case 1: return
    case 2: for i in 0..<count { y[i] = x[i] * x[i].magnitude }
    default: for i in 0..<count { y[i] = x[i] < 0 ? -pow(-x[i], power) : pow(x[i], power) }
    }
  }
}

/// The product op(`a`) `x` of a matrix and a vector, where op transposes when asked.
///
/// - Throws: `MathError.shape` when the lengths differ or `a` is not a matrix.
public func multiply<Element: Real>(
  _ a: Tensor<Element>, _ x: [Element], transposed: Bool = false
) throws(MathError) -> [Element] {
  guard a.rank == 2 else { throw .shape("a product with a vector needs a matrix, not shape \(a.shape)") }
  let (m, n) = transposed ? (a.columns, a.rows) : (a.rows, a.columns)
  guard n == x.count else {
    throw .shape("a matrix of shape [\(m), \(n)] cannot be multiplied by a vector of \(x.count)")
  }
  var product: [Element] = zeroElements(m)
  guard m > 0, n > 0 else { return product }
  Element.gemv(transposed, a.rows, a.columns, 1, a.elements, x, 0, &product)
  return product
}

extension Tensor where Element == Double {
  /// Adds `row`, which has as many numbers, to every row of a matrix.
  public mutating func add(row: [Double]) {
    precondition(row.count == columns, "a row of \(row.count) numbers for \(columns) columns")
    guard !row.isEmpty else { return }
    elements.withUnsafeMutableBufferPointer { values in
      row.withUnsafeBufferPointer { row in
        for start in stride(from: 0, to: values.count, by: row.count) {
          for j in 0..<row.count { values[start + j] += row[j] }
        }
      }
    }
  }

  /// Adds `factor` times `values` to row `row` of a matrix with as many columns.
  public mutating func addToRow(_ row: Int, _ factor: Double, _ values: ArraySlice<Double>) {
    let first = row * columns
    precondition(values.count == columns && first + columns <= elements.count)
    elements.withUnsafeMutableBufferPointer { own in
      values.withUnsafeBufferPointer { values in
        for j in 0..<values.count { own[first + j] += factor * values[j] }
      }
    }
  }

  /// Adds `factor` times `other`, of the same shape; on several threads, with the same result for any number of them.
  public mutating func add(_ factor: Double, times other: Tensor) {
    precondition(other.count == count)
    elements.withUnsafeMutableBufferPointer { own in
      other.elements.withUnsafeBufferPointer { other in
        parallelFor(own.count, grain: 1 << 17) { range in
          for i in range { own[i] += factor * other[i] }
        }
      }
    }
  }

  /// The largest absolute value; 0 of none.
  public var largestMagnitude: Double {
    elements.withUnsafeBufferPointer { values in
      var largest = SIMD8<Double>(repeating: 0)
      let whole = values.count & ~7
      for i in stride(from: 0, to: whole, by: 8) {
        let block = UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + i)
          .loadUnaligned(as: SIMD8<Double>.self)
        largest.replace(with: -block, where: -block .> largest)
        largest.replace(with: block, where: block .> largest)
      }
      return values[whole...].reduce(largest.max()) { max($0, abs($1)) }
    }
  }

  /// The unit matrix of `size` rows.
  public static func identity(_ size: Int) -> Matrix {
    var result = Matrix(repeating: 0, shape: [size, size])
    for i in 0..<size { result[i, i] = 1 }
    return result
  }
}
