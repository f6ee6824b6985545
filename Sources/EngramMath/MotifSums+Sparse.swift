extension MotifSums {
  /// One pass over the stored elements for rows, columns and squares, and beside it one for mutual pairs; the zeros
  /// that are not stored enter through the numbers of pairs.
  mutating func addSparse(_ matrix: SparseMatrix) {
    let types = populations.count
    let ranges = matrix.mutualRanges(matrix.count < 100_000 ? 1 : 4)
    let codes = codes
    var products = [[Double]](repeating: [], count: ranges.count)
    var totals = BlockTotals(types: types)
    rows.withUnsafeMutableBufferPointer { rows in
      columns.withUnsafeMutableBufferPointer { columns in
        products.withUnsafeMutableBufferPointer { products in
          withUnsafeMutablePointer(to: &totals) { totals in
            // Each chunk writes what it alone owns, so that the result is the same for any number of threads.
            let (rows, columns, products, totals) = (rows, columns, products, totals)
            parallelFor(chunks: 1 + ranges.count) { chunk in
              if chunk == 0 {
                totals.pointee.add(matrix, codes, rows: rows, columns: columns)
              } else {
                products[chunk - 1] = matrix.mutualProducts(ranges[chunk - 1], codes, types)
              }
            }
          }
        }
      }
    }
    for p in 0..<types {
      for q in 0..<types {
        let (k, stored) = (p * types + q, totals.stored[p * types + q])
        guard pairs[k] > 0 else { continue }
        // Equal weights at every pair leave a sum of exactly 0, and the mean is that weight.
        let whole = stored == pairs[k]
        let mean =
          whole
          ? totals.shift[k] + totals.sum[k] / stored : (totals.sum[k] + stored * totals.shift[k]) / pairs[k]
        let step = mean - totals.shift[k]
        base[k] = mean
        square[k] =
          totals.square[k] - 2 * step * totals.sum[k] + stored * step * step + (pairs[k] - stored) * mean
          * mean
        product[k] = products.reduce(0) { $0 + $1[k] + $1[q * types + p] }
      }
    }
    for p in 0..<types {
      // Sum of (x - m)(y - n) over all pairs from that of xy over the mutual ones: the cross terms are sums.
      for q in 0..<types {
        product[p * types + q] -= pairs[p * types + q] * base[p * types + q] * base[q * types + p]
      }
    }
    centre()
  }

  /// Takes the block means out of sums of the weights themselves.
  private mutating func centre() {
    let (types, neurons) = (populations.count, populations.neurons)
    for q in 0..<types {
      for l in 0..<neurons {
        let p = Int(codes[l])
        let partners = Double(sizes[q] - (p == q ? 1 : 0))
        rows[q * neurons + l] -= base[p * types + q] * partners
        columns[q * neurons + l] -= base[q * types + p] * partners
      }
    }
  }
}

/// Sums over the stored weights of each block [post, pre], less `shift`, the first of them: sums about a typical value
/// keep their digits.
private struct BlockTotals {
  var shift, sum, square, stored: [Double]
  let types: Int

  init(types: Int) {
    self.types = types
    let zero = [Double](repeating: 0, count: types * types)
    (shift, sum, square, stored) = (zero, zero, zero, zero)
  }

  /// Adds the rows one after the other, each to one row of blocks.
  mutating func add(
    _ matrix: SparseMatrix, _ codes: [Int32], rows: UnsafeMutableBufferPointer<Double>,
    columns: UnsafeMutableBufferPointer<Double>
  ) {
    let neurons = codes.count
    var row = [RowTotals](repeating: RowTotals(), count: types)
    for i in 0..<neurons {
      let first = Int(codes[i]) * types
      let outputs = UnsafeMutableBufferPointer(
        rebasing: columns[Int(codes[i]) * neurons..<(Int(codes[i]) + 1) * neurons])
      for q in 0..<types { row[q] = RowTotals(shift: shift[first + q], known: stored[first + q] > 0) }
      addRow(matrix, i, codes, &row, outputs)
      for q in 0..<types where row[q].stored > 0 {
        shift[first + q] = row[q].shift
        stored[first + q] += row[q].stored
        sum[first + q] += row[q].sum
        square[first + q] += row[q].square
        rows[q * neurons + i] = row[q].sum + row[q].stored * row[q].shift
      }
    }
  }

  @inline(__always)
  private func addRow(
    _ matrix: SparseMatrix, _ i: Int, _ codes: [Int32], _ row: inout [RowTotals],
    _ columns: UnsafeMutableBufferPointer<Double>
  ) {
    matrix.indices.withUnsafeBufferPointer { indices in
      matrix.values.withUnsafeBufferPointer { values in
        codes.withUnsafeBufferPointer { codes in
          row.withUnsafeMutableBufferPointer { row in
            for k in matrix.offsets[i]..<matrix.offsets[i + 1] {
              let (j, weight) = (Int(indices[k]), values[k])
              guard j != i else { continue }
              columns[j] += weight
              row[Int(codes[j])].add(weight)
            }
          }
        }
      }
    }
  }
}

/// Sums over the weights of one row from one population.
private struct RowTotals {
  var shift = 0.0
  var known = false
  var sum = 0.0
  var square = 0.0
  var stored = 0.0

  @inline(__always)
  mutating func add(_ weight: Double) {
    if !known { (shift, known) = (weight, true) }
    let z = weight - shift
    sum += z
    square += z * z
    stored += 1
  }
}

extension SparseMatrix {
  /// Ranges of rows with about equally many pairs (j in the range, i > j).
  fileprivate func mutualRanges(_ count: Int) -> [Range<Int>] {
    let ends = (0...count).map { part in
      Int((Double(rows) * (1 - (1 - Double(part) / Double(count)).squareRoot())).rounded())
    }
    return zip(ends, ends.dropFirst()).map { $0..<$1 }
  }

  /// Sum of J_ij J_ji by block of (i, j), once for each unordered pair with j in `range` and i > j.
  fileprivate func mutualProducts(_ range: Range<Int>, _ codes: [Int32], _ types: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: types * types)
    forEachMutual(range) { i, j, ij, ji in
      sums[Int(codes[i]) * types + Int(codes[j])] += values[ij] * values[ji]
    }
    return sums
  }
}
