import EngramKit

extension StoredMatrix {
  /// Whether the numbers lie dense.
  public var isDense: Bool { encoding == .dense }

  /// The type that keeps every element.
  public var element: H5Element {
    get throws { try (dataset ?? group?.dataset("data"))?.type.element ?? .float64 }
  }

  /// Calls `body` with the elements in blocks, in the order of the file: positions of the postsynaptic and presynaptic
  /// neurons, and values. Zeros of a dense matrix are left out, explicit ones of a sparse matrix are not.
  ///
  /// - Throws: `Problem`: index arrays that do not fit together, an index out of range.
  public func elements(_ body: ([UInt64], [UInt64], [Double]) throws -> Void) throws {
    if let dataset {
      let width = storedShape[1]
      for rows in dataset.rowBlocks() {
        let values = try dataset.read(Double.self, rows: rows)
        var (outer, inner, kept) = ([UInt64](), [UInt64](), [Double]())
        for (place, value) in values.enumerated() where value != 0 {
          outer.append(UInt64(rows.lowerBound + place / width))
          inner.append(UInt64(place % width))
          kept.append(value)
        }
        try isPostByPre ? body(outer, inner, kept) : body(inner, outer, kept)
      }
      return
    }
    guard let group, storedShape.allSatisfy({ $0 >= 0 }) else {
      throw Problem("has shape \(storedShape)", at: place)
    }
    let byRows = encoding == .rows
    let (major, minor) = byRows ? (storedShape[0], storedShape[1]) : (storedShape[1], storedShape[0])
    let pointers = try group.dataset("indptr").read(Int.self)
    let (indices, data) = (try group.dataset("indices"), try group.dataset("data"))
    guard pointers.count == major + 1, pointers.first == 0, pointers.last == data.count,
      indices.count == data.count, zip(pointers, pointers.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw Problem(
        "indptr (\(pointers.count)), indices (\(indices.count)) and data (\(data.count)) do not fit shape "
          + "\(storedShape)", at: place, fix: "the matrix is damaged: write it again")
    }
    var line = 0
    for first in stride(from: 0, to: data.count, by: blockLength) {
      let range = first..<min(data.count, first + blockLength)
      let own = try indices.read(UInt64.self, rows: range)
      if let bad = own.first(where: { $0 >= UInt64(minor) }) {
        throw Problem("holds the index \(bad), outside 0..<\(minor)", at: place)
      }
      var lines = [UInt64](repeating: 0, count: range.count)
      for place in range {
        while pointers[line + 1] <= place { line += 1 }
        lines[place - first] = UInt64(line)
      }
      let values = try data.read(Double.self, rows: range)
      try byRows == isPostByPre ? body(lines, own, values) : body(own, lines, values)
    }
  }
}
