extension SparseMatrix {
  /// Calls `body` with the places in `values` of each pair of stored elements (i, j) and (j, i), for i in `rows` and
  /// j > i, in order.
  ///
  /// A pointer into each row only moves forward, since rows are taken in order: O(stored elements) in all, and no
  /// transpose is made.
  @inline(__always)
  func forEachMutual(_ range: Range<Int>, _ body: (_ i: Int, _ j: Int, _ ij: Int, _ ji: Int) -> Void) {
    var next = [Int](unsafeUninitializedCapacity: rows) { next, initialised in
      for j in 0..<rows { next[j] = range.lowerBound == 0 ? offsets[j] : place(j, range.lowerBound) }
      initialised = rows
    }
    offsets.withUnsafeBufferPointer { offsets in
      indices.withUnsafeBufferPointer { indices in
        next.withUnsafeMutableBufferPointer { next in
          for i in range {
            let target = Int32(truncatingIfNeeded: i)
            for k in place(i, i + 1)..<offsets[i + 1] {
              let j = Int(indices[k])
              let end = offsets[j + 1]
              var place = next[j]
              while place < end, indices[place] < target { place += 1 }
              next[j] = place
              if place < end, indices[place] == target { body(i, j, k, place) }
            }
          }
        }
      }
    }
  }

  /// Where column `j` of row `i` is stored, or would be; O(log stored in the row).
  @inline(__always)
  func place(_ i: Int, _ j: Int) -> Int {
    var (low, high) = (offsets[i], offsets[i + 1])
    while low < high {
      let middle = (low + high) / 2
      if Int(indices[middle]) < j { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// One element, 0 where none is stored; O(log stored in the row).
  public subscript(_ i: Int, _ j: Int) -> Double {
    let place = place(i, j)
    return place < offsets[i + 1] && Int(indices[place]) == j ? values[place] : 0
  }

  /// Number of unordered pairs of different nodes that are connected both ways.
  public func mutualPairs() -> Int {
    var count = 0
    forEachMutual(0..<rows) { _, _, _, _ in count += 1 }
    return count
  }
}
