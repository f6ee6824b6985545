extension SparseMatrix {
  /// A matrix from one (row, column, value) for each element, in any order; values at one place are added, in the
  /// order given.
  ///
  /// - Throws: `MathError.shape` when the three arrays differ in length or an index lies outside.
  /// - Complexity: O(elements + `rows` + `columns`): two counting sorts, by column and then by row.
  public init(
    rows: Int, columns: Int, rowIndices: [Int32], columnIndices: [Int32], values: [Double]
  ) throws(MathError) {
    let count = values.count
    guard rowIndices.count == count, columnIndices.count == count else {
      throw .shape(
        "\(rowIndices.count) rows, \(columnIndices.count) columns and \(count) values are not triplets")
    }
    if let bad = (0..<count).first(where: {
      rowIndices[$0] < 0 || Int(rowIndices[$0]) >= rows || columnIndices[$0] < 0
        || Int(columnIndices[$0]) >= columns
    }) {
      throw .shape(
        "element \(bad) lies at [\(rowIndices[bad]), \(columnIndices[bad])], outside a \(rows) by \(columns) matrix"
      )
    }
    let byColumn = bucket(keys: columnIndices, others: rowIndices, values: values, buckets: columns)
    self = SparseMatrix(rows: columns, columns: rows, unsorted: byColumn).transposed().merged()
  }

  /// A matrix of the places that `visit` names, in any order and none twice, with one value for each column.
  ///
  /// `visit` runs twice and must name the same places: first they are counted, then put where they belong, so that no
  /// list of them is held beside the matrix.
  /// - Complexity: O(elements log(elements of a row)), and twice the cost of `visit`.
  public init(
    rows: Int, columns: Int, values: [Double], visit: ((_ row: Int32, _ column: Int32) -> Void) -> Void
  ) {
    precondition(values.count == columns, "\(values.count) values for \(columns) columns")
    var offsets = [Int](repeating: 0, count: rows + 1)
    visit { row, _ in offsets[Int(row) + 1] += 1 }
    for row in 0..<rows { offsets[row + 1] += offsets[row] }
    var next = offsets
    var indices = [Int32](repeating: 0, count: offsets[rows])
    visit { row, column in
      indices[next[Int(row)]] = column
      next[Int(row)] += 1
    }
    indices.withUnsafeMutableBufferPointer { indices in
      let (indices, offsets) = (indices, offsets)
      parallelFor(rows, grain: 1024) { range in
        for row in range { indices[offsets[row]..<offsets[row + 1]].sort() }
      }
    }
    self.init(
      rows: rows, columns: columns, offsets: offsets, indices: indices,
      values: indices.map { values[Int($0)] })
  }

  /// A matrix of the elements of `dense` that are not zero.
  public init(_ dense: Matrix) {
    precondition(dense.rank == 2, "only a matrix can be sparse, this has shape \(dense.shape)")
    var (offsets, indices, values) = ([0], [Int32](), [Double]())
    offsets.reserveCapacity(dense.rows + 1)
    for i in 0..<dense.rows {
      for j in 0..<dense.columns where dense[i, j] != 0 {
        indices.append(Int32(j))
        values.append(dense[i, j])
      }
      offsets.append(values.count)
    }
    self.init(rows: dense.rows, columns: dense.columns, offsets: offsets, indices: indices, values: values)
  }

  /// Every element, zeros included; shape [rows, columns].
  public func dense() -> Matrix {
    var result = Matrix(repeating: 0, shape: [rows, columns])
    for i in 0..<rows {
      for k in offsets[i]..<offsets[i + 1] { result[i, Int(indices[k])] = values[k] }
    }
    return result
  }

  /// Rows and columns exchanged.
  ///
  /// - Complexity: O(elements + rows + columns).
  public func transposed() -> SparseMatrix {
    var rowOf = [Int32](repeating: 0, count: count)
    for i in 0..<rows { for k in offsets[i]..<offsets[i + 1] { rowOf[k] = Int32(i) } }
    return SparseMatrix(
      rows: columns, columns: rows,
      unsorted: bucket(keys: indices, others: rowOf, values: values, buckets: columns))
  }

  private init(rows: Int, columns: Int, unsorted parts: Buckets) {
    self.init(
      rows: rows, columns: columns, offsets: parts.offsets, indices: parts.others, values: parts.values)
  }

  /// The same matrix with neighbours of equal column added into one.
  private func merged() -> SparseMatrix {
    let repeated = (0..<rows).contains { i in
      (offsets[i] + 1..<max(offsets[i] + 1, offsets[i + 1])).contains { indices[$0] == indices[$0 - 1] }
    }
    guard repeated else { return self }
    var (ends, columnsKept, sums) = ([0], [Int32](), [Double]())
    for i in 0..<rows {
      for k in offsets[i]..<offsets[i + 1] {
        if k > offsets[i], indices[k] == indices[k - 1] {
          sums[sums.count - 1] += values[k]
        } else {
          columnsKept.append(indices[k])
          sums.append(values[k])
        }
      }
      ends.append(sums.count)
    }
    return SparseMatrix(rows: rows, columns: columns, offsets: ends, indices: columnsKept, values: sums)
  }
}

private struct Buckets {
  var offsets: [Int]
  var others: [Int32]
  var values: [Double]
}

/// One stable counting sort by `keys`.
private func bucket(keys: [Int32], others: [Int32], values: [Double], buckets: Int) -> Buckets {
  var offsets = [Int](repeating: 0, count: buckets + 1)
  for key in keys { offsets[Int(key) + 1] += 1 }
  for i in 0..<buckets { offsets[i + 1] += offsets[i] }
  var next = offsets
  var sorted = Buckets(
    offsets: offsets, others: [Int32](repeating: 0, count: keys.count),
    values: [Double](repeating: 0, count: keys.count))
  for k in keys.indices {
    let place = next[Int(keys[k])]
    next[Int(keys[k])] = place + 1
    sorted.others[place] = others[k]
    sorted.values[place] = values[k]
  }
  return sorted
}
