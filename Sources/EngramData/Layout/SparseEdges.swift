import EngramKit

/// Makes a CSR matrix of edges in any order, with nothing in memory but the matrix and one block: in one pass where they
/// are sorted by target, as most files are, in two where they are not.
struct SparseEdges {
  let rows: Int
  let columns: Int

  func build(
    _ edges: EdgePopulation, _ targets: EdgePopulation.Positions, _ sources: EdgePopulation.Positions,
    _ weight: (Range<Int>) throws -> [Double], binary: Bool
  ) throws -> SparseMatrix {
    guard rows < Int(Int32.max), columns < Int(Int32.max) else {
      throw Problem("has more than \(Int32.max) neurons", at: edges.group.place)
    }
    var indices = [Int32](repeating: 0, count: edges.count)
    var values = [Double](repeating: 0, count: edges.count)
    var offsets = [Int](repeating: 0, count: rows + 1)
    if try !fillInOrder(edges, targets, sources, weight, &offsets, &indices, &values) {
      offsets = [Int](repeating: 0, count: rows + 1)
      for first in stride(from: 0, to: edges.count, by: blockLength) {
        let range = first..<min(edges.count, first + blockLength)
        for row in try targets.positions(try edges.targetIDs.read(rows: range)) { offsets[Int(row) + 1] += 1 }
      }
      for row in 0..<rows { offsets[row + 1] += offsets[row] }
      var next = offsets
      try edges.blocks { range, sourceIDs, targetIDs in
        let (weights, rows) = (try weight(range), try targets.positions(targetIDs))
        let columns = try sources.positions(sourceIDs)
        for (k, row) in rows.enumerated() {
          indices[next[Int(row)]] = columns[k]
          values[next[Int(row)]] = weights[k]
          next[Int(row)] += 1
        }
      }
    }
    return SparseEdges.ordered(
      rows: rows, columns: columns, offsets: offsets, indices: indices, values: values, binary: binary)
  }

  /// Puts the edges where they lie, in one pass; false as soon as they turn out not to be sorted by target.
  private func fillInOrder(
    _ edges: EdgePopulation, _ targets: EdgePopulation.Positions, _ sources: EdgePopulation.Positions,
    _ weight: (Range<Int>) throws -> [Double], _ offsets: inout [Int], _ indices: inout [Int32],
    _ values: inout [Double]
  ) throws -> Bool {
    var row = 0
    for first in stride(from: 0, to: edges.count, by: blockLength) {
      let range = first..<min(edges.count, first + blockLength)
      for (k, target) in try targets.positions(try edges.targetIDs.read(rows: range)).enumerated() {
        guard target >= row else { return false }
        while row < target {
          row += 1
          offsets[row] = first + k
        }
      }
      indices.replaceSubrange(range, with: try sources.positions(try edges.sourceIDs.read(rows: range)))
      values.replaceSubrange(range, with: try weight(range))
    }
    while row < rows {
      row += 1
      offsets[row] = edges.count
    }
    return true
  }

  /// A matrix whose columns ascend within each row; elements at one place are added, in the order given.
  static func ordered(
    rows: Int, columns: Int, offsets: [Int], indices: consuming [Int32], values: consuming [Double],
    binary: Bool = false
  ) -> SparseMatrix {
    if (0..<rows).allSatisfy({ strictlyAscending(indices, offsets[$0]..<offsets[$0 + 1]) }) {
      return SparseMatrix(rows: rows, columns: columns, offsets: offsets, indices: indices, values: values)
    }
    var ends = offsets
    var kept = 0
    for row in 0..<rows {
      let range = offsets[row]..<offsets[row + 1]
      if !strictlyAscending(indices, range) {
        // Stable, so that the sum of duplicates does not depend on how the sort treats equal columns.
        let order = range.sorted { (indices[$0], $0) < (indices[$1], $1) }
        let (ownIndices, ownValues) = (order.map { indices[$0] }, order.map { values[$0] })
        for (k, place) in range.enumerated() {
          indices[place] = ownIndices[k]
          values[place] = ownValues[k]
        }
      }
      let first = kept
      for place in range {
        if kept > first, indices[kept - 1] == indices[place] {
          values[kept - 1] = binary ? 1 : values[kept - 1] + values[place]
        } else {
          // What stays where it is must not be written: the arrays would be copied if anyone else held them.
          if kept != place {
            indices[kept] = indices[place]
            values[kept] = values[place]
          }
          kept += 1
        }
      }
      ends[row] = first
    }
    ends[rows] = kept
    if kept < indices.count {
      indices.removeLast(indices.count - kept)
      values.removeLast(values.count - kept)
    }
    return SparseMatrix(rows: rows, columns: columns, offsets: ends, indices: indices, values: values)
  }

  private static func strictlyAscending(_ indices: borrowing [Int32], _ range: Range<Int>) -> Bool {
    indices.withUnsafeBufferPointer { indices in
      var descents = 0
      for place in range.dropFirst() { descents += indices[place] <= indices[place - 1] ? 1 : 0 }
      return descents == 0
    }
  }
}
