import EngramKit

extension H5Dataset {
  /// Rows with at most this many bytes between them are read in one go: a seek costs more than the bytes.
  private static let gapBytes = 1 << 16
  /// Largest piece read at once, so that the memory needed beyond the result stays small.
  private static let pieceBytes = 1 << 24

  /// The rows `rows` of the first dimension in the order asked for; repeats are allowed.
  ///
  /// Requests are sorted and near ones merged before reading, so scattered ids cost few reads.
  ///
  /// - Returns: `rows.count` × the extent of a row, row-major.
  /// - Throws: `Problem` when a row lies outside, and as `read` does.
  public func read<T: H5Scalar>(_ type: T.Type = T.self, rowList rows: [Int]) throws -> [T] {
    guard let extent = shape.first else { throw Problem("is a scalar and has no rows", at: place) }
    guard let first = rows.first else { return [] }
    if let outside = rows.first(where: { $0 < 0 || $0 >= extent }) {
      throw Problem("row \(outside) lies outside the \(extent) rows", at: place)
    }
    let width = product(Array(shape.dropFirst()))
    let (total, overflow) = width.multipliedReportingOverflow(by: rows.count)
    guard width > 0 else { return [] }
    try guardRead(overflow ? Int.max : total, bytesEach: MemoryLayout<T>.stride)
    let order = rows.indices.sorted { rows[$0] < rows[$1] }
    let rowBytes = max(1, width.multipliedReportingOverflow(by: MemoryLayout<T>.stride).partialValue)
    let gap = max(1, H5Dataset.gapBytes / rowBytes)
    let longest = max(1, H5Dataset.pieceBytes / rowBytes)
    var result = [T](repeating: try read(type, rows: first..<first + 1)[0], count: total)
    var from = 0
    while from < order.count {
      let lowest = rows[order[from]]
      var to = from + 1
      while to < order.count, rows[order[to]] - rows[order[to - 1]] <= gap, rows[order[to]] - lowest < longest
      {
        to += 1
      }
      let piece = try read(type, rows: lowest..<rows[order[to - 1]] + 1)
      for position in order[from..<to] {
        let source = (rows[position] - lowest) * width
        for column in 0..<width { result[position * width + column] = piece[source + column] }
      }
      from = to
    }
    return result
  }

  /// The rows in blocks of about `bytes` in memory that begin and end at chunk borders, for reading in slabs: no chunk is
  /// decompressed twice. Blocks of half a megabyte stay in the processor's cache while they are worked on.
  ///
  /// - Parameters:
  ///   - bytes: Wanted size of a block.
  ///   - bytesEach: Bytes of one element in memory.
  public func rowBlocks(
    bytes: Int = 1 << 19, bytesEach: Int = 8
  ) -> some RandomAccessCollection<Range<Int>> {
    let extent = isNull ? 0 : shape.first ?? 0
    let rowBytes = max(
      1, product(Array(shape.dropFirst())).multipliedReportingOverflow(by: bytesEach).partialValue)
    let step = max(1, bytes / rowBytes)
    let chunk = max(1, storage.chunk?.first ?? 1)
    let rows = max(chunk, step / chunk * chunk)
    // Made as they are asked for: a file may declare 2^60 rows.
    let count = extent / rows + (extent % rows == 0 ? 0 : 1)
    return (0..<count).lazy.map { block in
      block * rows..<min(extent - block * rows, rows) + block * rows
    }
  }
}
