import EngramMath
import Testing

@Suite("Sparse matrices")
struct SparseMatrixTests {
  /// 40 by 30 with about a fifth of the elements.
  var dense: Matrix { sample(40, 30).map { $0 > 0.6 ? $0 : 0 } }

  @Test("triplets in any order give ascending columns, and equal places are added")
  func triplets() throws {
    let matrix = try SparseMatrix(
      rows: 3, columns: 4, rowIndices: [2, 0, 2, 0, 2], columnIndices: [3, 1, 0, 0, 3],
      values: [1, 2, 3, 4, 5])
    #expect(
      matrix.offsets == [0, 2, 2, 4] && matrix.indices == [0, 1, 0, 3] && matrix.values == [4, 2, 3, 6])
    #expect(throws: MathError.shape("element 0 lies at [3, 0], outside a 3 by 4 matrix")) {
      try SparseMatrix(rows: 3, columns: 4, rowIndices: [3], columnIndices: [0], values: [1])
    }
    let empty = try SparseMatrix(rows: 2, columns: 0, rowIndices: [], columnIndices: [], values: [])
    #expect(empty.rowSums() == [0, 0] && empty.transposed().rows == 0)
  }

  @Test("agrees with its dense form in products, sums and transposition")
  func agreement() throws {
    let matrix = SparseMatrix(dense)
    #expect(matrix.dense() == dense)
    #expect(matrix.transposed().dense() == dense.transposed())
    #expect(matrix.transposed().transposed() == matrix)
    let (x, y) = (sample(1, 30, seed: 4).elements, sample(1, 40, seed: 5).elements)
    for weights in [Connectivity.dense(dense), .sparse(matrix)] {
      #expect(distance(try multiply(weights, x), try multiply(dense, x)) < 1e-14)
      #expect(
        distance(try multiply(weights, y, transposed: true), try multiply(dense.transposed(), y)) < 1e-14)
      #expect(distance(weights.rowSums(), try multiply(dense, [Double](repeating: 1, count: 30))) < 1e-14)
      #expect(distance(weights.columnSums(), dense.transposed().rowTotals) < 1e-14)
    }
    #expect(throws: MathError.self) { try multiply(matrix, y) }
  }

  @Test("a large product has the same bits for any number of threads")
  func threads() throws {
    let n = 2000
    var random = RandomStream(seed: 3)
    let count = 200_000
    let matrix = try SparseMatrix(
      rows: n, columns: n, rowIndices: (0..<count).map { _ in Int32(random.next() % UInt64(n)) },
      columnIndices: (0..<count).map { _ in Int32(random.next() % UInt64(n)) },
      values: (0..<count).map { _ in random.uniform() })
    let x = sample(1, n).elements
    let before = WorkerThreads.count
    defer { WorkerThreads.set(before) }
    WorkerThreads.set(1)
    let single = try multiply(matrix, x)
    WorkerThreads.set(3)
    #expect(try multiply(matrix, x) == single)
    #expect(distance(single, try multiply(matrix.dense(), x)) < 1e-12)
  }
}

extension Matrix {
  fileprivate var rowTotals: [Double] { (0..<rows).map { row($0).reduce(0, +) } }
}
