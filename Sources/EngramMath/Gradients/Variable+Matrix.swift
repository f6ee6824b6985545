/// The product op(`a`) op(`b`) of two matrices, where op transposes when asked.
public func multiply<Element: Real>(
  _ a: Variable<Element>, _ b: Variable<Element>, transposeA: Bool = false, transposeB: Bool = false
) -> Variable<Element> {
  let (m, n, k) = productShape(a.shape, b.shape, transposeA, transposeB)
  let result = Tensor<Element>(shape: [m, n]) { out in
    gemm(a.value, b.value, transposeA, transposeB, (m, n, k), 0, out)
  }
  return Variable(result, from: [a, b]) { $0.addMatrixParts(transposeA, transposeB) }
}

/// op(`a`) op(`b`) + `addend`, with the addition inside the product; `addend` has the product's shape.
public func multiply<Element: Real>(
  _ a: Variable<Element>, _ b: Variable<Element>, adding addend: Variable<Element>, transposeA: Bool = false,
  transposeB: Bool = false
) -> Variable<Element> {
  let (m, n, k) = productShape(a.shape, b.shape, transposeA, transposeB)
  precondition(
    addend.shape == [m, n], "shape \(addend.shape) cannot be added to a product of shape \([m, n])")
  var result = addend.value
  result.elements.withUnsafeMutableBufferPointer { out in
    guard let start = out.baseAddress else { return }
    gemm(a.value, b.value, transposeA, transposeB, (m, n, k), 1, start)
  }
  return Variable(result, from: [a, b, addend]) { pull in
    pull.addMatrixParts(transposeA, transposeB)
    pull.add(2, pull.gradient)
  }
}

/// The products of the matrices in `a` and `b`, of shapes [batch, m, k] and [batch, k, n] before transposition.
public func multiplyBatched<Element: Real>(
  _ a: Variable<Element>, _ b: Variable<Element>, transposeA: Bool = false, transposeB: Bool = false
) -> Variable<Element> {
  precondition(
    a.shape.count == 3 && b.shape.count == 3 && a.shape[0] == b.shape[0],
    "shapes \(a.shape) and \(b.shape) are not batches of as many matrices")
  let (m, n, k) = productShape(Array(a.shape[1...]), Array(b.shape[1...]), transposeA, transposeB)
  let (rowA, rowB) = (a.shape[2], b.shape[2])
  let result = Tensor<Element>(shape: [a.shape[0], m, n]) { out in
    guard k > 0 else { return out.update(repeating: 0, count: a.shape[0] * m * n) }
    a.value.elements.withUnsafeBufferPointer { x in
      b.value.elements.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        for i in 0..<a.shape[0] {
          Element.gemm(
            transposeA, transposeB, m, n, k, 1, x + i * m * k, rowA, y + i * k * n, rowB, 0, out + i * m * n,
            n)
        }
      }
    }
  }
  return Variable(result, from: [a, b]) { pull in
    let (a, b, g) = (pull.input(0), pull.input(1), pull.gradient)
    pull.add(
      0,
      transposeA
        ? multiplyBatched(b, g, transposeA: transposeB, transposeB: true)
        : multiplyBatched(g, b, transposeB: !transposeB))
    pull.add(
      1,
      transposeB
        ? multiplyBatched(g, a, transposeA: true, transposeB: transposeA)
        : multiplyBatched(a, g, transposeA: !transposeA))
  }
}

extension Pullback {
  /// The gradients by the two factors of a matrix product.
  fileprivate func addMatrixParts(_ transposeA: Bool, _ transposeB: Bool) {
    let (a, b) = (input(0), input(1))
    if transposeA {
      addProduct(0, b, gradient, transposeA: transposeB, transposeB: true)
    } else {
      addProduct(0, gradient, b, transposeA: false, transposeB: !transposeB)
    }
    if transposeB {
      addProduct(1, gradient, a, transposeA: true, transposeB: transposeA)
    } else {
      addProduct(1, a, gradient, transposeA: !transposeA, transposeB: false)
    }
  }
}

private func productShape(_ a: [Int], _ b: [Int], _ transposeA: Bool, _ transposeB: Bool) -> (
  m: Int, n: Int, k: Int
) {
  precondition(a.count == 2 && b.count == 2, "a matrix product needs matrices, not shapes \(a) and \(b)")
  let (m, k) = transposeA ? (a[1], a[0]) : (a[0], a[1])
  let (inner, n) = transposeB ? (b[1], b[0]) : (b[0], b[1])
  precondition(
    k == inner, "a matrix of shape [\(m), \(k)] cannot be multiplied by one of shape [\(inner), \(n)]")
  return (m, n, k)
}

private func gemm<Element: Real>(
  _ a: Tensor<Element>, _ b: Tensor<Element>, _ transposeA: Bool, _ transposeB: Bool,
  _ size: (m: Int, n: Int, k: Int),
  _ beta: Element, _ out: UnsafeMutablePointer<Element>
) {
  guard size.k > 0 else {
    if beta == 0 { out.update(repeating: 0, count: size.m * size.n) }
    return
  }
  guard size.m > 0, size.n > 0 else { return }
  Element.gemm(
    transposeA, transposeB, size.m, size.n, size.k, 1, a.elements, a.columns, b.elements, b.columns, beta,
    out, size.n)
}
