import EngramData
import EngramKit

/// Edges in the order of one end and then the other, whatever order they came in; equal pairs keep theirs.
///
/// The first pass counts; then what is sorted already is passed on, and the rest is sorted in bounded memory.
public final class SortedEdges {
  /// Consecutive edges: positions of the neurons at both ends, and the values of each column.
  public struct Block {
    public var sources: [UInt32]
    public var targets: [UInt32]
    public var columns: [[Double]]
  }

  public let stream: EdgeStream
  /// The end that sorts first.
  public let major: EdgeIndex.End
  /// Number of edges of each neuron at the end that sorts first.
  public private(set) var counts: [Int]
  /// Number of edges.
  public private(set) var count = 0
  /// Whether some edge has no value in a column.
  public private(set) var hasGaps: [Bool]
  private let sources: Positions
  private let targets: Positions
  private let memory: Int
  private let folder: String
  private var isSorted = true
  private var sort: CountingSort?

  /// Edges emitted at a time.
  private static let blockLength = 1 << 16

  /// Counts the edges.
  ///
  /// - Parameter folder: Where a temporary file may lie.
  /// - Throws: `Problem` when an edge ends at no neuron; what the stream throws.
  public init(
    _ stream: EdgeStream, sources: Positions, targets: Positions, by major: EdgeIndex.End = .target,
    memory: Int, folder: String
  ) throws {
    (self.stream, self.major, self.sources, self.targets) = (stream, major, sources, targets)
    (self.memory, self.folder) = (memory, folder)
    var counts = [Int](repeating: 0, count: major == .target ? targets.count : sources.count)
    var gaps = [Bool](repeating: false, count: stream.columns.count)
    var (count, isSorted) = (0, true)
    var last: UInt64 = 0
    try stream.blocks { block in
      let (outer, inner) = try SortedEdges.ends(block, sources, targets, major)
      // Every position is below the count.
      counts.withUnsafeMutableBufferPointer { counts in
        for (outer, inner) in zip(outer, inner) {
          counts[Int(outer)] += 1
          let key = UInt64(outer) << 32 | UInt64(inner)
          if key < last { isSorted = false }
          last = key
        }
      }
      for column in gaps.indices where !gaps[column] {
        gaps[column] = block.columns[column].contains(where: \.isNaN)
      }
      count += outer.count
    }
    (self.counts, hasGaps, self.count, self.isSorted) = (counts, gaps, count, isSorted)
  }

  private static func ends(
    _ block: EdgeStream.Block, _ sources: Positions, _ targets: Positions, _ major: EdgeIndex.End
  ) throws -> (outer: [UInt32], inner: [UInt32]) {
    let (from, to) = (try sources.positions(block.sources), try targets.positions(block.targets))
    return major == .target ? (to, from) : (from, to)
  }

  /// Calls `body` with all edges in order; may be called again.
  public func blocks(_ body: (Block) throws -> Void) throws {
    if isSorted {
      try stream.blocks { block in
        try body(
          Block(
            sources: try sources.positions(block.sources), targets: try targets.positions(block.targets),
            columns: block.columns))
      }
      return
    }
    try filled().groups { keys, starts, words in
      orderGroups(&words, starts)
      try emit(keys, starts, words, body)
    }
  }

  /// The records, gathered in a second pass.
  private func filled() throws -> CountingSort {
    if let sort { return sort }
    let width = 1 + stream.columns.count
    let sort = try CountingSort(counts: counts, width: width, memory: memory, folder: folder)
    try stream.blocks { block in
      let (outer, inner) = try SortedEdges.ends(block, sources, targets, major)
      var words = [UInt64](repeating: 0, count: outer.count * width)
      for place in inner.indices { words[place * width] = UInt64(inner[place]) }
      for (column, values) in block.columns.enumerated() {
        for place in values.indices { words[place * width + 1 + column] = values[place].bitPattern }
      }
      try sort.add(keys: outer, words: words)
    }
    self.sort = sort
    return sort
  }

  /// Sorts the records of each neuron by the other end, where they are not.
  private func orderGroups(_ words: inout [UInt64], _ starts: [Int]) {
    let width = 1 + stream.columns.count
    for group in 0..<starts.count - 1 {
      let range = starts[group]..<starts[group + 1]
      guard range.count > 1 else { continue }
      var ascends = true
      for place in range.dropFirst() where words[place * width] < words[(place - 1) * width] {
        ascends = false
        break
      }
      if ascends { continue }
      // Other end above, place below: one key of 64 bits keeps equal pairs in order.
      var order = range.map { words[$0 * width] << 32 | UInt64($0 - range.lowerBound) }
      order.sort()
      let own = Array(words[range.lowerBound * width..<range.upperBound * width])
      for (place, key) in zip(range, order) {
        let from = Int(key & 0xFFFF_FFFF) * width
        for word in 0..<width { words[place * width + word] = own[from + word] }
      }
    }
  }

  private func emit(
    _ keys: Range<Int>, _ starts: [Int], _ words: [UInt64], _ body: (Block) throws -> Void
  ) throws {
    let width = 1 + stream.columns.count
    let total = starts.last ?? 0
    var group = 0
    for first in stride(from: 0, to: total, by: SortedEdges.blockLength) {
      let range = first..<min(total, first + SortedEdges.blockLength)
      var outer = [UInt32](repeating: 0, count: range.count)
      for place in range {
        while starts[group + 1] <= place { group += 1 }
        outer[place - first] = UInt32(keys.lowerBound + group)
      }
      let inner = range.map { UInt32(truncatingIfNeeded: words[$0 * width]) }
      let columns = (1..<width).map { word in range.map { Double(bitPattern: words[$0 * width + word]) } }
      try body(
        major == .target
          ? Block(sources: inner, targets: outer, columns: columns)
          : Block(sources: outer, targets: inner, columns: columns))
    }
  }
}
