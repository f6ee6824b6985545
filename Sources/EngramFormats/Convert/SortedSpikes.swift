import EngramData
import EngramKit

/// Spikes neuron by neuron, times ascending in each, whatever order they came in.
public final class SortedSpikes {
  /// Consecutive spikes: position of the neuron, and time in the unit of the stream.
  public struct Block {
    public var units: [UInt32]
    public var times: [Double]
  }

  public let stream: SpikeStream
  /// Where each neuron's spikes begin; shape [neuron + 1].
  public let offsets: [Int]
  private let positions: Positions
  private let memory: Int
  private let folder: String
  private let isSorted: Bool
  private var sort: CountingSort?

  private static let blockLength = 1 << 16

  /// Counts the spikes and checks them.
  ///
  /// - Parameter folder: Where a temporary file may lie.
  /// - Throws: `Problem`: a neuron that the population lacks, a time that is not finite or outside the window.
  public init(_ stream: SpikeStream, positions: Positions, memory: Int, folder: String) throws {
    (self.stream, self.positions, self.memory, self.folder) = (stream, positions, memory, folder)
    var offsets = [Int](repeating: 0, count: positions.count + 1)
    var (isSorted, outside) = (true, 0)
    var last: (unit: UInt32, time: Double) = (0, -.infinity)
    var example = 0.0
    let window = stream.window
    try stream.blocks { block in
      let units = try positions.positions(block.ids)
      // Every position is below the count, for which `offsets` has one place more.
      offsets.withUnsafeMutableBufferPointer { offsets in
        for (unit, time) in zip(units, block.times) {
          offsets[Int(unit) + 1] += 1
          if unit < last.unit || (unit == last.unit && time < last.time) { isSorted = false }
          if !(time >= window.lowerBound && time < window.upperBound) {
            if outside == 0 { example = time }
            outside += 1
          }
          last = (unit, time)
        }
      }
    }
    guard outside == 0 else {
      let range = "[\(shortest(window.lowerBound)), \(shortest(window.upperBound))) \(stream.unit.symbol)"
      throw Problem(
        "\(outside) spikes of \(stream.name) lie outside the observation window \(range), the first at "
          + "\(shortest(example))",
        fix: "give a wider one with --window START:STOP in ms, or correct the file")
    }
    for unit in 0..<positions.count { offsets[unit + 1] += offsets[unit] }
    (self.offsets, self.isSorted) = (offsets, isSorted)
  }

  /// Number of spikes.
  public var count: Int { offsets.last ?? 0 }

  /// Calls `body` with all spikes in order; may be called again.
  public func blocks(_ body: (Block) throws -> Void) throws {
    if isSorted {
      try stream.blocks { try body(Block(units: try positions.positions($0.ids), times: $0.times)) }
      return
    }
    try filled().groups { keys, starts, words in
      for unit in 0..<keys.count { order(&words, starts[unit]..<starts[unit + 1]) }
      var unit = 0
      let total = starts.last ?? 0
      for first in stride(from: 0, to: total, by: SortedSpikes.blockLength) {
        let range = first..<min(total, first + SortedSpikes.blockLength)
        var units = [UInt32](repeating: 0, count: range.count)
        for place in range {
          while starts[unit + 1] <= place { unit += 1 }
          units[place - first] = UInt32(keys.lowerBound + unit)
        }
        try body(Block(units: units, times: words[range].map { Double(bitPattern: $0) }))
      }
    }
  }

  private func filled() throws -> CountingSort {
    if let sort { return sort }
    let counts = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
    let sort = try CountingSort(counts: counts, width: 1, memory: memory, folder: folder)
    try stream.blocks { block in
      try sort.add(keys: try positions.positions(block.ids), words: block.times.map(\.bitPattern))
    }
    self.sort = sort
    return sort
  }

  /// Sorts one neuron's times where they do not ascend already.
  private func order(_ words: inout [UInt64], _ range: Range<Int>) {
    func time(_ place: Int) -> Double { Double(bitPattern: words[place]) }
    for place in range.dropFirst() where time(place) < time(place - 1) {
      let sorted = words[range].map { Double(bitPattern: $0) }.sorted()
      for (target, value) in zip(range, sorted) { words[target] = value.bitPattern }
      return
    }
  }
}
