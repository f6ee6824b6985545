extension MotifSums {
  /// One pass over a dense matrix, in pairs of tiles (a, b) and (b, a), so that z_ij meets z_ji in the cache.
  ///
  /// Each block is shifted by its first weight: sums about a typical value keep their digits, and a block of equal
  /// weights has exactly no variance.
  mutating func addDense(_ matrix: Matrix) {
    let (types, neurons) = (populations.count, populations.neurons)
    let members = populations.members
    for p in 0..<types {
      for q in 0..<types where pairs[p * types + q] > 0 {
        base[p * types + q] = matrix[members[p][0], members[q][p == q ? 1 : 0]]
      }
    }
    let segments = members.enumerated().flatMap { p, list in
      stride(from: 0, to: list.count, by: Tile.width).map { first in
        Segment(population: p, members: Array(list[first..<min(list.count, first + Tile.width)]))
      }
    }
    let parts = Self.parts(segments.count)
    let base = base
    var totals = [DenseTotals](repeating: DenseTotals(types: types, neurons: neurons), count: parts.count)
    matrix.elements.withUnsafeBufferPointer { weights in
      totals.withUnsafeMutableBufferPointer { totals in
        let (weights, totals) = (weights, totals)
        parallelFor(chunks: parts.count) { totals[$0].add(parts[$0], segments, weights, base) }
      }
    }
    // One after the other, so that sums do not depend on threads.
    for part in totals {
      for k in rows.indices {
        rows[k] += part.rows[k]
        columns[k] += part.columns[k]
      }
      for k in square.indices {
        square[k] += part.square[k]
        product[k] += part.product[k]
      }
    }
    for p in 0..<types {
      for q in 0..<types { sum[p * types + q] = members[p].reduce(0) { $0 + rows[q * neurons + $1] } }
    }
    mutualSum = sum
  }

  /// Ranges of segments with about equally many pairs (a in the range, b not before a).
  private static func parts(_ segments: Int) -> [Range<Int>] {
    let count = segments < 16 ? 1 : 4
    let ends = (0...count).map { part in
      Int((Double(segments) * (1 - (1 - Double(part) / Double(count)).squareRoot())).rounded())
    }
    return zip(ends, ends.dropFirst()).map { $0..<$1 }
  }
}

/// What some of the pairs of tiles add to the sums over a dense matrix.
private struct DenseTotals {
  let types, neurons: Int
  var rows, columns, square, product: [Double]

  init(types: Int, neurons: Int) {
    (self.types, self.neurons) = (types, neurons)
    rows = [Double](repeating: 0, count: types * neurons)
    columns = rows
    square = [Double](repeating: 0, count: types * types)
    product = square
  }

  /// Adds the pairs (a, b) of tiles with a in `range` and b not before a.
  mutating func add(
    _ range: Range<Int>, _ segments: [Segment], _ weights: UnsafeBufferPointer<Double>, _ base: [Double]
  ) {
    let kernel = TileKernel()
    rows.withUnsafeMutableBufferPointer { rows in
      columns.withUnsafeMutableBufferPointer { columns in
        guard let weights = weights.baseAddress, let rows = rows.baseAddress,
          let columns = columns.baseAddress
        else { return }
        for number in range {
          for b in segments[number...] {
            let a = segments[number]
            let (p, q) = (a.population, b.population)
            let (there, back) = (p * types + q, q * types + p)
            let same = a.members[0] == b.members[0]
            let sums = kernel.add(
              weights, neurons, a.members, b.members, base[there], base[back],
              Totals(rows: rows + q * neurons, columns: columns + q * neurons),
              Totals(rows: rows + p * neurons, columns: columns + p * neurons))
            square[there] += sums.forward
            product[there] += sums.product
            guard !same else { continue }
            square[back] += sums.backward
            product[back] += sums.product
          }
        }
      }
    }
  }
}

/// Neurons of one population that make the rows or the columns of a tile.
private struct Segment: Sendable {
  var population: Int
  var members: [Int]
}

/// Where the sums of rows and columns of one population go, by neuron.
private struct Totals {
  var rows, columns: UnsafeMutablePointer<Double>
}

private typealias Lane = SIMD4<Double>

/// A square of weights of which rows and columns are multiples of four.
private struct Tile {
  static let width = 64
  var first: UnsafePointer<Double>
  var stride: Int

  @inline(__always)
  func lane(_ i: Int, _ j: Int) -> Lane {
    UnsafeRawPointer(first + i * stride + j).loadUnaligned(as: Lane.self)
  }
}

/// Adds the sums of a pair of tiles, with memory of its own for what is needed on the way.
private final class TileKernel {
  private let forward = UnsafeMutablePointer<Double>.allocate(capacity: Tile.width * Tile.width)
  private let backward = UnsafeMutablePointer<Double>.allocate(capacity: Tile.width * Tile.width)
  private let columns = UnsafeMutablePointer<Lane>.allocate(capacity: Tile.width / 4)

  deinit {
    forward.deallocate()
    backward.deallocate()
    columns.deallocate()
  }

  /// Adds the tiles x = [a, b] less `baseX` and y = [b, a] less `baseY`, once where a is b.
  ///
  /// - Parameters:
  ///   - weights: A matrix of `neurons` columns.
  ///   - totalsA: Rows of x and columns of y, by the neurons of `a`.
  ///   - totalsB: Rows of y and columns of x, by the neurons of `b`.
  /// - Returns: Sums of x², of y² and of x times y transposed.
  func add(
    _ weights: UnsafePointer<Double>, _ neurons: Int, _ a: [Int], _ b: [Int], _ baseX: Double,
    _ baseY: Double, _ totalsA: Totals, _ totalsB: Totals
  ) -> (forward: Double, backward: Double, product: Double) {
    let same = a[0] == b[0]
    let x = tile(weights, neurons, a, b, baseX, diagonal: same, forward)
    let squareX = addRows(x, a, b.count, baseX, to: totalsA.rows)
    let y = same ? x : tile(weights, neurons, b, a, baseY, diagonal: false, backward)
    let squareY = same ? 0 : addRows(y, b, a.count, baseY, to: totalsB.rows)
    columns.initialize(repeating: Lane(), count: Tile.width / 4)
    let product = addColumns(x, y, a.count, b, baseX, baseY, to: totalsB.columns)
    if !same { for (i, neuron) in a.enumerated() { totalsA.columns[neuron] += columns[i / 4][i % 4] } }
    return (squareX, squareY, product)
  }

  /// The weights from `pre` to `post` as they lie in the matrix, or copied where they are scattered, ragged or on
  /// the diagonal; what is padded equals `base`, so that it adds nothing.
  private func tile(
    _ weights: UnsafePointer<Double>, _ neurons: Int, _ post: [Int], _ pre: [Int], _ base: Double,
    diagonal: Bool, _ copy: UnsafeMutablePointer<Double>
  ) -> Tile {
    let (m, n) = (post.count, pre.count)
    if !diagonal, m % 4 == 0, n % 4 == 0, post[m - 1] - post[0] == m - 1, pre[n - 1] - pre[0] == n - 1 {
      return Tile(first: weights + post[0] * neurons + pre[0], stride: neurons)
    }
    copy.initialize(repeating: base, count: Tile.width * Tile.width)
    for i in 0..<m {
      let (row, out) = (weights + post[i] * neurons, copy + i * Tile.width)
      for j in 0..<n { out[j] = row[pre[j]] }
      if diagonal { out[i] = base }
    }
    return Tile(first: UnsafePointer(copy), stride: Tile.width)
  }

  /// Adds the sum of each row; returns the sum of squares. Rows are read as they lie, which brings the tile into the
  /// cache: `addColumns` jumps between rows and would wait for memory at each.
  private func addRows(
    _ tile: Tile, _ post: [Int], _ width: Int, _ base: Double, to totals: UnsafeMutablePointer<Double>
  ) -> Double {
    let shift = Lane(repeating: base)
    var square = Lane()
    for (i, neuron) in post.enumerated() {
      var row = Lane()
      for j in stride(from: 0, to: width, by: 4) {
        let z = tile.lane(i, j) - shift
        row += z
        square += z * z
      }
      totals[neuron] += row.sum()
    }
    return square.sum()
  }

  /// Adds the sum of each column of `x` to `totals` and of `y` to `columns`; returns the sum of x times y transposed.
  private func addColumns(
    _ x: Tile, _ y: Tile, _ height: Int, _ b: [Int], _ baseX: Double, _ baseY: Double,
    to totals: UnsafeMutablePointer<Double>
  ) -> Double {
    let (shiftX, shiftY) = (Lane(repeating: baseX), Lane(repeating: baseY))
    var product = Lane()
    for j in stride(from: 0, to: b.count, by: 4) {
      var column = Lane()
      for i in stride(from: 0, to: height, by: 4) {
        let (x0, x1) = (x.lane(i, j) - shiftX, x.lane(i + 1, j) - shiftX)
        let (x2, x3) = (x.lane(i + 2, j) - shiftX, x.lane(i + 3, j) - shiftX)
        let (y0, y1) = (y.lane(j, i) - shiftY, y.lane(j + 1, i) - shiftY)
        let (y2, y3) = (y.lane(j + 2, i) - shiftY, y.lane(j + 3, i) - shiftY)
        column += (x0 + x1) + (x2 + x3)
        columns[i / 4] += (y0 + y1) + (y2 + y3)
        let (t0, t1) = (Lane(y0[0], y1[0], y2[0], y3[0]), Lane(y0[1], y1[1], y2[1], y3[1]))
        let (t2, t3) = (Lane(y0[2], y1[2], y2[2], y3[2]), Lane(y0[3], y1[3], y2[3], y3[3]))
        product += (x0 * t0 + x1 * t1) + (x2 * t2 + x3 * t3)
      }
      for k in 0..<min(4, b.count - j) { totals[b[j + k]] += column[k] }
    }
    return product.sum()
  }
}
