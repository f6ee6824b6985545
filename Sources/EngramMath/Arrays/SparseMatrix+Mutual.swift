extension SparseMatrix {
  /// Calls `body` with the places in `values` of each pair of stored elements (i, j) and (j, i) with j in `range` and
  /// i > j, in order of j, then of i.
  ///
  /// No transpose is made. The rows of `range` are taken in blocks. The elements (i, j) below the diagonal with j in
  /// the block set one bit each in a table that fits the cache; an element (j, i) above it that finds no bit has no
  /// partner, and the few that find one are looked up. Neither step waits for memory or guesses a branch, which a
  /// merge of two rows does at every element.
  /// - Complexity: O(stored elements + rows × blocks), and a binary search for each pair found; O(rows) memory.
  @inline(__always)
  func forEachMutual(_ range: Range<Int>, _ body: (_ i: Int, _ j: Int, _ ij: Int, _ ji: Int) -> Void) {
    let height = max(16, 1 << 20 * rows / max(1, count))
    var next = (0..<rows).map { range.lowerBound == 0 ? offsets[$0] : place($0, range.lowerBound) }
    let bits = PairBits(capacity: min(count, 1 << 20))
    offsets.withUnsafeBufferPointer { offsets in
      indices.withUnsafeBufferPointer { indices in
        next.withUnsafeMutableBufferPointer { next in
          for first in stride(from: range.lowerBound, to: range.upperBound, by: height) {
            let last = min(first + height, range.upperBound)
            bits.clear()
            for i in first..<rows {
              let (limit, end) = (Int32(truncatingIfNeeded: min(i, last)), offsets[i + 1])
              var k = next[i]
              while k < end, indices[k] < limit {
                bits.insert(indices[k], Int32(truncatingIfNeeded: i))
                k += 1
              }
              next[i] = k
            }
            for j in first..<last {
              for k in place(j, j + 1)..<offsets[j + 1]
              where bits.contains(Int32(truncatingIfNeeded: j), indices[k]) {
                let i = Int(indices[k])
                let partner = place(i, j)
                if partner < offsets[i + 1], Int(indices[partner]) == j { body(i, j, partner, k) }
              }
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

/// A set of pairs that never forgets one and sometimes, about once in 200, believes to have seen another: two bits of
/// one word for each pair (a blocked Bloom filter).
private final class PairBits {
  private let words: UnsafeMutablePointer<UInt32>
  private let count: Int
  private let shift: UInt32

  init(capacity: Int) {
    var power: UInt32 = 5
    while power < 26, 32 << power < capacity * 16 { power += 1 }
    count = 1 << power
    shift = 32 - power
    words = .allocate(capacity: count)
  }

  deinit { words.deallocate() }

  func clear() { words.initialize(repeating: 0, count: count) }

  /// The word of a pair, below `count`, and its two bits.
  @inline(__always)
  private func place(_ j: Int32, _ i: Int32) -> (word: Int, bits: UInt32) {
    let hash = UInt32(bitPattern: j) &* 0x9E37_79B1 &+ UInt32(bitPattern: i) &* 0x85EB_CA77
    return (Int(hash >> shift), 1 << (hash & 31) | 1 << (hash >> 5 & 31))
  }

  @inline(__always)
  func insert(_ j: Int32, _ i: Int32) {
    let (word, bits) = place(j, i)
    words[word] |= bits
  }

  @inline(__always)
  func contains(_ j: Int32, _ i: Int32) -> Bool {
    let (word, bits) = place(j, i)
    return words[word] & bits == bits
  }
}
