extension MotifSums {
  /// Sums over the tested pairs alone, which `matrix` stores, zeros among them.
  mutating func addTested(_ matrix: SparseMatrix) {
    let (types, neurons) = (populations.count, populations.neurons)
    matrix.forEachStored { i, j, k in
      let block = Int(codes[i]) * types + Int(codes[j])
      base[block] += matrix.values[k]
      pairs[block] += 1
    }
    for k in base.indices where pairs[k] > 0 { base[k] /= pairs[k] }
    var (testedRows, testedColumns) = (rows, columns)
    matrix.forEachStored { i, j, k in
      let (p, q) = (Int(codes[i]), Int(codes[j]))
      let z = matrix.values[k] - base[p * types + q]
      square[p * types + q] += z * z
      rows[q * neurons + i] += z
      columns[p * neurons + j] += z
      testedRows[q * neurons + i] += 1
      testedColumns[p * neurons + j] += 1
    }
    tested = .counted(rows: testedRows, columns: testedColumns)
    matrix.forEachMutual(0..<neurons) { i, j, ij, ji in
      let (p, q) = (Int(codes[i]), Int(codes[j]))
      let (there, back) = (p * types + q, q * types + p)
      let (x, y) = (matrix.values[ij] - base[there], matrix.values[ji] - base[back])
      for block in [there, back] {
        product[block] += x * y
        mutual[block] += 1
      }
      mutualSum[there] += x
      mutualSum[back] += y
    }
  }
}

extension SparseMatrix {
  /// Calls `body` with row, column and place of each stored element, in order.
  @inline(__always)
  func forEachStored(_ body: (_ i: Int, _ j: Int, _ place: Int) -> Void) {
    for i in 0..<rows { for k in offsets[i]..<offsets[i + 1] { body(i, Int(indices[k]), k) } }
  }
}
