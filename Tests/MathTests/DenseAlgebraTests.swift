import EngramMath
import Testing

@Suite("Dense algebra")
struct DenseAlgebraTests {
  @Test("multiplies with either operand transposed")
  func products() throws {
    let a = sample(4, 3)
    let b = sample(3, 5, seed: 2)
    var expected = Matrix(repeating: 0, shape: [4, 5])
    for i in 0..<4 { for j in 0..<5 { for k in 0..<3 { expected[i, j] += a[i, k] * b[k, j] } } }
    #expect(distance(try multiply(a, b), expected) < 1e-15)
    #expect(distance(try multiply(a.transposed(), b, transposeA: true), expected) < 1e-15)
    #expect(distance(try multiply(a, b.transposed(), transposeB: true), expected) < 1e-15)
    #expect(
      distance(try multiply(a.transposed(), b.transposed(), transposeA: true, transposeB: true), expected)
        < 1e-15)
    let x = sample(1, 3, seed: 3).elements
    #expect(distance(try multiply(a, x), try multiply(a, Matrix(x, shape: [3, 1])).elements) < 1e-15)
    #expect(distance(try multiply(a.transposed(), x, transposed: true), try multiply(a, x)) < 1e-15)
    #expect(throws: MathError.self) { try multiply(a, a) }
    #expect(try multiply(a.map { Float($0) }, b.map { Float($0) }).shape == [4, 5])
  }

  @Test("solves and inverts, and names a singular matrix")
  func solving() throws {
    let a = sample(20, 20)
    let x = sample(1, 20, seed: 2).elements
    #expect(distance(try solve(a, try multiply(a, x)), x) < 1e-12)
    #expect(
      distance(try LUFactors(a).solve(try multiply(a, x, transposed: true), transposed: true), x) < 1e-12)
    #expect(distance(try multiply(try inverse(a), a), .identity(20)) < 1e-12)
    #expect(throws: MathError.self) { try inverse(Matrix(repeating: 1, shape: [3, 3])) }
    let known = Matrix([0, 2, 3, 0], shape: [2, 2])
    let determinant = try LUFactors(known).determinant
    #expect(determinant.sign == -1 && (determinant.logMagnitude - 1.791759469228055).magnitude < 1e-14)
  }

  @Test("symmetric eigenvectors diagonalise and are orthonormal")
  func symmetric() throws {
    var a = sample(15, 15)
    for i in 0..<15 { for j in 0..<i { a[i, j] = a[j, i] } }
    let eigen = try symmetricEigen(a)
    var scaled = eigen.vectors
    for i in 0..<15 { for j in 0..<15 { scaled[i, j] *= eigen.values[j] } }
    #expect(distance(try multiply(scaled, eigen.vectors, transposeB: true), a) < 1e-13)
    #expect(distance(try multiply(eigen.vectors, eigen.vectors, transposeA: true), .identity(15)) < 1e-13)
    #expect(eigen.values == eigen.values.sorted())
    #expect(distance(try symmetricEigenvalues(a), eigen.values) < 1e-13)
  }

  @Test("right and left eigenvectors of a general matrix satisfy their equations")
  func general() throws {
    let n = 12
    let a = sample(n, n)
    let eigen = try generalEigen(a, right: true, left: true)
    for (k, value) in eigen.values.enumerated() {
      for i in 0..<n {
        let right = (0..<n).reduce(Complex(0)) { $0 + a[i, $1] * eigen.right[k][$1] }
        #expect((right - value * eigen.right[k][i]).magnitude < 1e-13)
        let left = (0..<n).reduce(Complex(0)) { $0 + a[$1, i] * eigen.left[k][$1].conjugate }
        #expect((left - value * eigen.left[k][i].conjugate).magnitude < 1e-13)
      }
    }
    let rotation = try eigenvalues(Matrix([0, -1, 1, 0], shape: [2, 2]))
    #expect(rotation.allSatisfy { $0.real.magnitude < 1e-15 && $0.imaginary.magnitude == 1 })
    #expect(eigen.values[eigen.byRealPart[0]].real == eigen.values.map(\.real).max())
  }

  @Test(
    "singular values, pseudo-inverse, QR and Cholesky reproduce their matrix", arguments: [[7, 4], [4, 7]])
  func factors(shape: [Int]) throws {
    let a = sample(shape[0], shape[1])
    let svd = try singularDecomposition(a)
    var scaled = svd.left
    for i in 0..<scaled.rows { for j in 0..<scaled.columns { scaled[i, j] *= svd.values[j] } }
    #expect(distance(try multiply(scaled, svd.rightTransposed), a) < 1e-14)
    #expect(distance(try singularValues(a), svd.values) < 1e-14)
    #expect(distance(try multiply(try multiply(a, try pseudoInverse(a)), a), a) < 1e-13)
    let factors = try qr(a)
    #expect(distance(try multiply(factors.q, factors.r), a) < 1e-14)
    #expect((0..<4).allSatisfy { factors.r[$0, $0] >= 0 })
    let gram = try multiply(a, a, transposeA: shape[0] > shape[1], transposeB: shape[0] < shape[1])
    let cholesky = try Cholesky(gram)
    #expect(distance(try multiply(cholesky.lower, cholesky.lower, transposeB: true), gram) < 1e-14)
    let x = sample(1, 4, seed: 5).elements
    #expect(distance(try cholesky.solve(try multiply(gram, x)), x) < 1e-12)
    #expect(throws: MathError.self) { try Cholesky(gram, conditionLimit: 1) }
    #expect(throws: MathError.self) { try Cholesky(Matrix([1, 2, 2, 1], shape: [2, 2])) }
  }

  @Test("Hilbert's matrix of size 6 has the condition number 2.907e7 in the 1-norm")
  func hilbert() throws {
    var hilbert = Matrix(repeating: 0, shape: [6, 6])
    for i in 0..<6 { for j in 0..<6 { hilbert[i, j] = 1 / Double(i + j + 1) } }
    #expect((try Cholesky(hilbert).condition / 2.907e7 - 1).magnitude < 1e-3)
    #expect((1 / (try LUFactors(hilbert).reciprocalCondition) / 2.907e7 - 1).magnitude < 1e-3)
  }

  @Test("refuses what is not finite, naming the element")
  func notFinite() {
    let broken = Matrix([1, .nan, 0, 1], shape: [2, 2])
    #expect(throws: MathError.notFinite("an eigenproblem needs finite numbers, but element [0, 1] is nan")) {
      try eigenvalues(broken)
    }
  }

  @Test("the square root of a complex number squares back")
  func complex() {
    for z in [Complex(3, -4), Complex(-3, 4), Complex(-2, -1e-9), Complex(0, 2), Complex(-4)] {
      let root = z.squareRoot
      #expect((root * root - z).magnitude < 1e-14 * z.magnitude && root.real >= 0)
      #expect((z / root - root).magnitude < 1e-14)
    }
  }
}
