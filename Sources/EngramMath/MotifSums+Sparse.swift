extension MotifSums {
  /// Two passes over the stored elements; the zeros between them enter through the numbers of pairs.
  ///
  /// The second pass takes squares about the block means, so that a block of equal weights has exactly no variance.
  mutating func addSparse(_ matrix: SparseMatrix) {
    let (types, neurons) = (populations.count, populations.neurons)
    addRawSums(matrix)
    for k in sum.indices { base[k] = pairs[k] > 0 ? sum[k] / pairs[k] : 0 }
    var stored = [Double](repeating: 0, count: types * types)
    let parts = matrix.squaresAndProducts(codes, base, types)
    for part in parts {
      for k in stored.indices {
        square[k] += part.square[k]
        product[k] += part.product[k]
        stored[k] += part.stored[k]
      }
    }
    for p in 0..<types {
      for q in 0..<types {
        let (k, back) = (p * types + q, q * types + p)
        square[k] += (pairs[k] - stored[k]) * base[k] * base[k]
        // Sum of (x - m)(y - n) over all pairs from the sum of xy over the mutual ones: the cross terms are sums.
        product[k] -= pairs[k] * base[k] * base[back]
      }
    }
    for p in 0..<types {
      for q in 0..<types {
        let mean = base[q * types + p]
        for l in 0..<neurons {
          let partners = Double(sizes[q] - (Int(codes[l]) == q ? 1 : 0))
          if Int(codes[l]) == p { rows[q * neurons + l] -= base[p * types + q] * partners }
          if Int(codes[l]) == p { columns[q * neurons + l] -= mean * partners }
        }
      }
    }
    sum = [Double](repeating: 0, count: types * types)
    mutualSum = sum
  }

  /// Row and column sums of the weights themselves; the diagonal does not count.
  mutating func addRawSums(_ matrix: SparseMatrix) {
    let (types, neurons) = (populations.count, populations.neurons)
    var totals = [Double](repeating: 0, count: types)
    for i in 0..<neurons {
      let p = Int(codes[i])
      for q in 0..<types { totals[q] = 0 }
      matrix.addRow(i, codes, into: &totals, columns: &columns, from: p * neurons)
      for q in 0..<types {
        rows[q * neurons + i] = totals[q]
        sum[p * types + q] += totals[q]
      }
    }
  }
}

private struct BlockParts {
  var square, product, stored: [Double]
}

extension SparseMatrix {
  @inline(__always)
  fileprivate func addRow(
    _ i: Int, _ codes: [Int32], into totals: inout [Double], columns: inout [Double], from first: Int
  ) {
    indices.withUnsafeBufferPointer { indices in
      values.withUnsafeBufferPointer { values in
        codes.withUnsafeBufferPointer { codes in
          totals.withUnsafeMutableBufferPointer { totals in
            columns.withUnsafeMutableBufferPointer { columns in
              for k in offsets[i]..<offsets[i + 1] {
                let j = Int(indices[k])
                guard j != i else { continue }
                totals[Int(codes[j])] += values[k]
                columns[first + j] += values[k]
              }
            }
          }
        }
      }
    }
  }

  /// Squares about `base`, products of mutual weights and numbers of stored elements, by block, in a fixed number of
  /// parts that are added in order: the same sums for any number of threads.
  fileprivate func squaresAndProducts(_ codes: [Int32], _ base: [Double], _ types: Int) -> [BlockParts] {
    let zero = [Double](repeating: 0, count: types * types)
    let chunks = count < 100_000 ? 1 : 8
    let grain = (rows + chunks - 1) / max(1, chunks)
    var parts = [BlockParts](
      repeating: BlockParts(square: zero, product: zero, stored: zero), count: chunks)
    parts.withUnsafeMutableBufferPointer { parts in
      let parts = parts
      parallelFor(chunks: chunks) { chunk in
        let range = min(rows, chunk * grain)..<min(rows, (chunk + 1) * grain)
        parts[chunk] = squaresAndProducts(range, codes, base, types, zero)
      }
    }
    return parts
  }

  private func squaresAndProducts(
    _ range: Range<Int>, _ codes: [Int32], _ base: [Double], _ types: Int, _ zero: [Double]
  ) -> BlockParts {
    var part = BlockParts(square: zero, product: zero, stored: zero)
    values.withUnsafeBufferPointer { values in
      codes.withUnsafeBufferPointer { codes in
        for i in range {
          let p = Int(codes[i]) * types
          for k in offsets[i]..<offsets[i + 1] {
            let j = Int(indices[k])
            guard j != i else { continue }
            let block = p + Int(codes[j])
            let z = values[k] - base[block]
            part.square[block] += z * z
            part.stored[block] += 1
          }
        }
        forEachMutual(range) { i, j, ij, ji in
          let (p, q) = (Int(codes[i]), Int(codes[j]))
          let xy = values[ij] * values[ji]
          part.product[p * types + q] += xy
          part.product[q * types + p] += xy
        }
      }
    }
    return part
  }
}
