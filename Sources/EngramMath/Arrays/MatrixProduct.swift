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
  var product = Tensor<Element>(repeating: 0, shape: [m, n])
  guard m > 0, n > 0, k > 0 else { return product }
  Element.gemm(
    transposeA, transposeB, m, n, k, 1, a.elements, a.columns, b.elements, b.columns, 0, &product.elements, n)
  return product
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
  var product = [Element](repeating: 0, count: m)
  guard m > 0, n > 0 else { return product }
  Element.gemv(transposed, a.rows, a.columns, 1, a.elements, x, 0, &product)
  return product
}

extension Tensor where Element == Double {
  /// The unit matrix of `size` rows.
  public static func identity(_ size: Int) -> Matrix {
    var result = Matrix(repeating: 0, shape: [size, size])
    for i in 0..<size { result[i, i] = 1 }
    return result
  }
}
