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
    let tiles = members.enumerated().flatMap { p, list in
      stride(from: 0, to: list.count, by: Tile.width).map { first in
        Segment(population: p, members: Array(list[first..<min(list.count, first + Tile.width)]))
      }
    }
    let empty = [Double](repeating: 0, count: Tile.width * Tile.width)
    var (forward, backward) = (empty, empty)
    var squares = [Double](repeating: 0, count: types * types)
    matrix.elements.withUnsafeBufferPointer { weights in
      rows.withUnsafeMutableBufferPointer { rows in
        columns.withUnsafeMutableBufferPointer { columns in
          forward.withUnsafeMutableBufferPointer { forward in
            backward.withUnsafeMutableBufferPointer { backward in
              guard let weights = weights.baseAddress, let rows = rows.baseAddress,
                let columns = columns.baseAddress, let x = forward.baseAddress, let y = backward.baseAddress
              else { return }
              for (number, a) in tiles.enumerated() {
                for b in tiles[number...] {
                  let (p, q) = (a.population, b.population)
                  let same = a.members[0] == b.members[0]
                  Tile.load(weights, neurons, a.members, b.members, base[p * types + q], into: x)
                  if same { for i in 0..<a.members.count { x[i * Tile.width + i] = 0 } }
                  if !same { Tile.load(weights, neurons, b.members, a.members, base[q * types + p], into: y) }
                  let add = Tile.add(
                    x, same ? x : y, a.members, b.members, same: same, rowsA: rows + q * neurons,
                    columnsA: columns + q * neurons, rowsB: rows + p * neurons,
                    columnsB: columns + p * neurons)
                  squares[p * types + q] += add.squareForward
                  if !same { squares[q * types + p] += add.squareBackward }
                  product[p * types + q] += add.product
                  if !same { product[q * types + p] += add.product }
                }
              }
            }
          }
        }
      }
    }
    square = squares
    for p in 0..<types {
      for q in 0..<types {
        sum[p * types + q] = members[p].reduce(0) { $0 + rows[q * neurons + $1] }
      }
    }
    mutualSum = sum
  }
}

private struct Segment {
  var population: Int
  var members: [Int]
}

/// A square of the matrix in the cache: rows and columns of one population each, padded with zeros.
private enum Tile {
  static let width = 32
  private typealias Lane = SIMD4<Double>

  /// Copies the weights from `pre` to `post`, less `base`.
  @inline(__always)
  static func load(
    _ weights: UnsafePointer<Double>, _ neurons: Int, _ post: [Int], _ pre: [Int], _ base: Double,
    into tile: UnsafeMutablePointer<Double>
  ) {
    let (m, n) = (post.count, pre.count)
    let contiguous = pre[n - 1] - pre[0] == n - 1
    pre.withUnsafeBufferPointer { pre in
      for i in 0..<m {
        let (row, out) = (weights + post[i] * neurons, tile + i * width)
        if contiguous {
          let source = row + pre[0]
          for j in 0..<n { out[j] = source[j] - base }
        } else {
          for j in 0..<n { out[j] = row[pre[j]] - base }
        }
        for j in n..<max(n, width) { out[j] = 0 }
      }
    }
    for k in m * width..<max(m * width, width * width) { tile[k] = 0 }
  }

  /// Adds the sums of tile `x` [a, b] and of `y` [b, a] (the same tile when `same`).
  @inline(__always)
  static func add(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ a: [Int], _ b: [Int], same: Bool,
    rowsA: UnsafeMutablePointer<Double>, columnsA: UnsafeMutablePointer<Double>,
    rowsB: UnsafeMutablePointer<Double>, columnsB: UnsafeMutablePointer<Double>
  ) -> (squareForward: Double, squareBackward: Double, product: Double) {
    var (squareX, squareY, product) = (Lane(), Lane(), Lane())
    // Four columns of both tiles at a time: x by row, y transposed on the way.
    for j in stride(from: 0, to: b.count, by: 4) {
      var columnX = Lane()
      var (row0, row1, row2, row3) = (Lane(), Lane(), Lane(), Lane())
      for i in stride(from: 0, to: a.count, by: 4) {
        let (y0, y1) = (lane(y + j * width + i), lane(y + (j + 1) * width + i))
        let (y2, y3) = (lane(y + (j + 2) * width + i), lane(y + (j + 3) * width + i))
        let (x0, x1) = (lane(x + i * width + j), lane(x + (i + 1) * width + j))
        let (x2, x3) = (lane(x + (i + 2) * width + j), lane(x + (i + 3) * width + j))
        columnX += (x0 + x1) + (x2 + x3)
        squareX += (x0 * x0 + x1 * x1) + (x2 * x2 + x3 * x3)
        if !same { squareY += (y0 * y0 + y1 * y1) + (y2 * y2 + y3 * y3) }
        (row0, row1, row2, row3) = (row0 + y0, row1 + y1, row2 + y2, row3 + y3)
        let t0 = Lane(y0[0], y1[0], y2[0], y3[0])
        let t1 = Lane(y0[1], y1[1], y2[1], y3[1])
        let t2 = Lane(y0[2], y1[2], y2[2], y3[2])
        let t3 = Lane(y0[3], y1[3], y2[3], y3[3])
        product += (x0 * t0 + x1 * t1) + (x2 * t2 + x3 * t3)
      }
      let rowY = Lane(row0.sum(), row1.sum(), row2.sum(), row3.sum())
      for k in 0..<min(4, b.count - j) {
        columnsB[b[j + k]] += columnX[k]
        rowsB[b[j + k]] += rowY[k]
      }
    }
    guard !same else { return (squareX.sum(), 0, product.sum()) }
    for i in stride(from: 0, to: a.count, by: 4) {
      var columnY = Lane()
      for j in 0..<b.count { columnY += lane(y + j * width + i) }
      for k in 0..<min(4, a.count - i) { columnsA[a[i + k]] += columnY[k] }
    }
    for i in 0..<a.count {
      var row = Lane()
      for j in stride(from: 0, to: b.count, by: 4) { row += lane(x + i * width + j) }
      rowsA[a[i]] += row.sum()
    }
    return (squareX.sum(), squareY.sum(), product.sum())
  }

  @inline(__always)
  private static func lane(_ p: UnsafePointer<Double>) -> Lane {
    UnsafeRawPointer(p).loadUnaligned(as: Lane.self)
  }
}
