import EngramKit

/// Makes a CSR matrix of edges in any order, with nothing in memory but the matrix and one block.
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
    var offsets = [Int](repeating: 0, count: rows + 1)
    for first in stride(from: 0, to: edges.count, by: blockLength) {
      let range = first..<min(edges.count, first + blockLength)
      for id in try edges.targetIDs.read(UInt64.self, rows: range) {
        offsets[try targets.position(id) + 1] += 1
      }
    }
    for row in 0..<rows { offsets[row + 1] += offsets[row] }
    var next = offsets
    var indices = [Int32](repeating: 0, count: edges.count)
    var values = [Double](repeating: 0, count: edges.count)
    try edges.blocks { range, sourceIDs, targetIDs in
      let weights = try weight(range)
      for k in 0..<range.count {
        let row = try targets.position(targetIDs[k])
        indices[next[row]] = Int32(try sources.position(sourceIDs[k]))
        values[next[row]] = weights[k]
        next[row] += 1
      }
    }
    return SparseEdges.ordered(
      rows: rows, columns: columns, offsets: offsets, indices: indices, values: values, binary: binary)
  }

  /// A matrix whose columns ascend within each row; elements at one place are added, in the order given.
  static func ordered(
    rows: Int, columns: Int, offsets: [Int], indices: consuming [Int32], values: consuming [Double],
    binary: Bool = false
  ) -> SparseMatrix {
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
    for place in range.dropFirst() where indices[place] <= indices[place - 1] { return false }
    return true
  }
}
