import EngramData
import EngramKit

/// Writes SONATA's index of edges by one end, in bounded memory.
struct EdgeIndexWriter {
  let group: H5Group
  let end: EdgeIndex.End
  let positions: Positions

  /// Ranges written at once.
  private static let blockLength = 1 << 16

  /// Largest id and one more.
  private var limit: Int { Int(positions.idLimit) }

  /// Writes the index by the end that the edges are sorted by: one run for each neuron that has any.
  ///
  /// - Parameter counts: Edges of each neuron, by position.
  func write(sorted counts: [Int]) throws {
    var starts = [Int](repeating: 0, count: limit)
    var place = 0
    for (id, count) in zip(positions.ids(Array(0..<UInt32(counts.count))), counts) {
      starts[Int(id)] = place
      place += count
    }
    let counts = byID(counts)
    let (ranges, total) = try create(counts.map { min($0, 1) })
    var (first, words) = (0, [UInt64]())
    for (start, count) in zip(starts, counts) where count > 0 {
      words.append(UInt64(start))
      words.append(UInt64(start + count))
      if words.count == 2 * EdgeIndexWriter.blockLength { try put(&words, ranges, &first) }
    }
    try put(&words, ranges, &first)
    precondition(first == total, "a range for each neuron with edges")
  }

  /// Writes the index by the other end, whose ids are read back from the file.
  ///
  /// - Parameters:
  ///   - counts: Runs of each neuron, by position.
  ///   - memory: Bytes for the sort.
  ///   - folder: Where a temporary file may lie.
  func write(runs counts: [Int], memory: Int, folder: String) throws {
    let ids = try group.dataset("\(end.rawValue)_node_id")
    guard ids.count < EdgeRuns.mostEdges else {
      throw Problem("has \(ids.count) edges, more than an index is made for", at: group.place)
    }
    let counts = byID(counts)
    let (ranges, _) = try create(counts)
    // A run is one word: where it starts, and its length in the lowest 24 bits.
    let sort = try CountingSort(counts: counts, width: 1, memory: memory, folder: folder)
    try gather(ids, sort)
    var (first, words) = (0, [UInt64]())
    try sort.groups { _, _, runs in
      for run in runs {
        words.append(run >> 24)
        words.append(run >> 24 + run & 0xFF_FFFF)
        if words.count == 2 * EdgeIndexWriter.blockLength { try put(&words, ranges, &first) }
      }
    }
    try put(&words, ranges, &first)
  }

  private func gather(_ ids: H5Dataset, _ sort: CountingSort) throws {
    var (keys, words) = ([UInt32](), [UInt64]())
    var runs = EdgeRuns()
    var open: (id: UInt64, start: Int)?
    func close(_ stop: Int) {
      guard let open else { return }
      keys.append(UInt32(truncatingIfNeeded: open.id))
      words.append(UInt64(open.start) << 24 | UInt64(stop - open.start))
    }
    for rows in ids.rowBlocks() {
      for (edge, id) in zip(rows, try ids.read(UInt64.self, rows: rows)) where runs.begins(id, at: edge) {
        close(edge)
        open = (id, edge)
      }
      try sort.add(keys: keys, words: words)
      keys.removeAll(keepingCapacity: true)
      words.removeAll(keepingCapacity: true)
    }
    close(ids.count)
    try sort.add(keys: keys, words: words)
  }

  /// Numbers by position as numbers by id; 0 where no neuron has the id.
  private func byID(_ counts: [Int]) -> [Int] {
    var own = [Int](repeating: 0, count: limit)
    for (id, count) in zip(positions.ids(Array(0..<UInt32(counts.count))), counts) { own[Int(id)] = count }
    return own
  }

  /// Writes which ranges belong to each id, and creates the dataset of the ranges.
  private func create(_ counts: [Int]) throws -> (ranges: H5Dataset, total: Int) {
    let path = "indices/\(end.directory)"
    var place: UInt64 = 0
    var nodes: [UInt64] = []
    nodes.reserveCapacity(2 * counts.count)
    for count in counts {
      nodes.append(place)
      place += UInt64(count)
      nodes.append(place)
    }
    let ranges = try group.create("\(path)/range_to_edge_id", element: .uint64, shape: [Int(place), 2])
    try group.write("\(path)/node_id_to_ranges", nodes, shape: [counts.count, 2])
    try group.hardLink("\(path)/node_id_to_range", to: "\(path)/node_id_to_ranges")
    return (ranges, Int(place))
  }

  private func put(_ words: inout [UInt64], _ ranges: H5Dataset, _ first: inout Int) throws {
    guard !words.isEmpty else { return }
    let rows = words.count / 2
    try ranges.write(words, start: [first, 0], count: [rows, 2])
    first += rows
    words.removeAll(keepingCapacity: true)
  }
}
