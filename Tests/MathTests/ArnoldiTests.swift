import EngramMath
import Testing

@Suite("Leading eigenvalues by Arnoldi iteration")
struct ArnoldiTests {
  let dense = sample(200, 200, seed: 8)
  var sparse: Connectivity { .sparse(SparseMatrix(dense.map { $0 > 0.5 ? $0 : 0 })) }

  @Test(
    "agree with the dense solver, pairs included",
    arguments: [EigenTarget.largestMagnitude, .largestReal, .smallestReal])
  func agreement(target: EigenTarget) throws {
    let all = try eigenvalues(sparse.dense())
    let key: (Complex) -> Double = { value in
      switch target {
      case .largestMagnitude: value.magnitude
      case .largestReal: value.real
      case .smallestReal: -value.real
      }
    }
    let found = try leadingEigenvalues(
      sparse, count: 6, target: target, options: ArnoldiOptions(subspace: 60, vectors: true))
    #expect(found.isComplete && found.values.count == 6 && found.vectors.count == 6)
    let expected = all.map(key).sorted(by: >)
    for (j, value) in found.values.enumerated() {
      #expect((key(value) - expected[j]).magnitude < 1e-9)
      #expect(all.contains { ($0 - value).magnitude < 1e-9 })
      let vector = found.vectors[j]
      let real = try multiply(sparse, vector.map(\.real))
      let imaginary = try multiply(sparse, vector.map(\.imaginary))
      for i in 0..<200 { #expect((Complex(real[i], imaginary[i]) - value * vector[i]).magnitude < 1e-8) }
    }
  }

  @Test("a symmetric operator's leading pairs keep their sign")
  func symmetric() throws {
    // Householder reflection times a known diagonal: eigenvalues -9, 7, 5 and small ones.
    let n = 50
    let diagonal = [-9.0, 7, 5] + (3..<n).map { 1 / Double($0) }
    let direction = sample(1, n).elements
    let norm = direction.reduce(0) { $0 + $1 * $1 }
    func reflect(_ x: [Double]) -> [Double] {
      let factor = 2 * zip(direction, x).reduce(0) { $0 + $1.0 * $1.1 } / norm
      return zip(x, direction).map { $0 - factor * $1 }
    }
    let found = try leadingSymmetricEigenvalues(size: n, count: 3, options: ArnoldiOptions(vectors: true)) {
      x, y in
      let inner = zip(reflect((0..<n).map { x[$0] }), diagonal).map(*)
      for (i, value) in reflect(inner).enumerated() { y[i] = value }
    }
    #expect(distance(found.values.map(\.real), [-9, 7, 5]) < 1e-12)
    let axis = reflect(found.vectors[0].map(\.real))
    #expect((axis[0].magnitude - 1).magnitude < 1e-10)
  }

  @Test("say honestly what did not converge, and refuse impossible requests")
  func honesty() throws {
    let hurried = try leadingEigenvalues(
      .dense(dense), count: 6, options: ArnoldiOptions(subspace: 8, restarts: 1))
    #expect(!hurried.isComplete && hurried.values.count < 6 && hurried.requested == 6)
    #expect(throws: MathError.self) { try leadingEigenvalues(.dense(sample(5, 5)), count: 4) }
    #expect(throws: MathError.self) { try leadingEigenvalues(.dense(sample(5, 4)), count: 1) }
    #expect(throws: MathError.notFinite("a product with the operator is not finite")) {
      try leadingEigenvalues(size: 9, count: 1) { _, y in for i in 0..<9 { y[i] = .nan } }
    }
    #expect(throws: MathError.undefined("mine")) {
      try leadingEigenvalues(size: 9, count: 1) { _, _ in throw MathError.undefined("mine") }
    }
  }

  @Test("equal operators give equal bits")
  func repeatable() throws {
    let first = try leadingEigenvalues(sparse, count: 4)
    #expect(try leadingEigenvalues(sparse, count: 4).values == first.values)
  }
}
