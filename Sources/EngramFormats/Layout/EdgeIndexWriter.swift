import EngramData
import EngramKit

/// Writes SONATA's index of edges by one end, read back from the file in blocks and sorted in bounded memory.
struct EdgeIndexWriter {
  let group: H5Group
  let end: EdgeIndex.End
  /// Largest id and one more.
  let limit: Int
  let memory: Int
  let folder: String

  func write() throws {
    let ids = try group.dataset("\(end.rawValue)_node_id")
    var counts = [Int](repeating: 0, count: limit)
    try runs(ids) { node, _, _ in counts[Int(node)] += 1 }
    let total = counts.reduce(0, +)
    let sort = try CountingSort(counts: counts, width: 2, memory: memory, folder: folder)
    var (keys, words) = ([UInt32](), [UInt64]())
    try runs(ids) { node, start, stop in
      keys.append(UInt32(truncatingIfNeeded: node))
      words += [UInt64(start), UInt64(stop)]
      guard keys.count == 1 << 16 else { return }
      try sort.add(keys: keys, words: words)
      keys.removeAll(keepingCapacity: true)
      words.removeAll(keepingCapacity: true)
    }
    try sort.add(keys: keys, words: words)
    let path = "indices/\(end.directory)"
    let ranges = try group.create("\(path)/range_to_edge_id", element: .uint64, shape: [total, 2])
    var first = 0
    try sort.groups { _, starts, words in
      let rows = starts.last ?? 0
      try ranges.write(words, start: [first, 0], count: [rows, 2])
      first += rows
    }
    var place: UInt64 = 0
    var nodes: [UInt64] = []
    nodes.reserveCapacity(2 * limit)
    for count in counts {
      nodes.append(place)
      place += UInt64(count)
      nodes.append(place)
    }
    try group.write("\(path)/node_id_to_ranges", nodes, shape: [limit, 2])
    try group.hardLink("\(path)/node_id_to_range", to: "\(path)/node_id_to_ranges")
  }

  /// Calls `body` with each run of edges of one neuron.
  private func runs(_ ids: H5Dataset, _ body: (UInt64, Int, Int) throws -> Void) throws {
    var (node, start): (UInt64, Int) = (0, 0)
    for rows in ids.rowBlocks() {
      for (place, id) in zip(rows, try ids.read(UInt64.self, rows: rows)) where id != node || place == 0 {
        if place > 0 { try body(node, start, place) }
        (node, start) = (id, place)
      }
    }
    if ids.count > 0 { try body(node, start, ids.count) }
  }
}
