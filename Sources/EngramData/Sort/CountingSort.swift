import EngramKit
import Foundation

/// Groups records of equal length by a small whole number, in bounded memory and keeping the order of equal ones.
///
/// How many records each key has must be known first. What fits in the memory given is grouped there; more goes through
/// one temporary file, whose parts each hold a range of keys that fits.
public final class CountingSort {
  private let counts: [Int]
  /// Words of one record.
  public let width: Int
  private let parts: [Range<Int>]
  /// In memory: where the next record of each key goes.
  private var next: [Int] = []
  private var records: [UInt64] = []
  private let spill: SpillFile?
  /// Part of each key, where there are several.
  private var partOf: [UInt32] = []

  /// - Parameters:
  ///   - counts: Number of records of each key.
  ///   - width: Words of one record.
  ///   - memory: Bytes that records may take.
  ///   - folder: Where a temporary file may lie; it has no name there.
  public init(counts: [Int], width: Int, memory: Int, folder: String) throws {
    self.counts = counts
    self.width = width
    let total = counts.reduce(0, +)
    if total * width * 8 <= memory {
      parts = [0..<counts.count]
      spill = nil
      var place = 0
      next = counts.map { count in
        defer { place += count }
        return place
      }
      // Records come in no order of their places: with small pages each would cost a walk through the page table.
      records = Array(unsafeUninitializedCapacity: total * width) { buffer, filled in
        wantLargePages(UnsafeMutableRawBufferPointer(buffer))
        buffer.initialize(repeating: 0)
        filled = buffer.count
      }
      return
    }
    // A part is read with its keys and grouped into a second array: three times its records at most.
    let most = max(1, memory / 3 / ((width + 1) * 8))
    var (ranges, sizes) = ([Range<Int>](), [Int]())
    var (first, size) = (0, 0)
    for (key, count) in counts.enumerated() {
      if size > 0, size + count > most {
        ranges.append(first..<key)
        sizes.append(size)
        (first, size) = (key, 0)
      }
      size += count
    }
    ranges.append(first..<counts.count)
    sizes.append(size)
    parts = ranges
    for (part, range) in ranges.enumerated() {
      partOf += [UInt32](repeating: UInt32(part), count: range.count)
    }
    spill = try SpillFile(sizes: sizes.map { $0 * (width + 1) }, buffered: memory / 8, in: folder)
  }

  /// Adds records, whose words lie one record after the other.
  ///
  /// - Throws: `Problem` when the temporary file cannot be written.
  public func add(keys: [UInt32], words: [UInt64]) throws {
    precondition(words.count == keys.count * width, "records of \(width) words")
    if let spill {
      for (place, key) in keys.enumerated() {
        let record = words[place * width..<(place + 1) * width]
        try spill.add(UInt64(key), record, to: Int(partOf[Int(key)]))
      }
      return
    }
    group(keys, words, &next, &records)
  }

  /// Bounds: `next` counts up from each key's start, so a place is below the number of records as long as no key comes
  /// more often than was said, which the caller's first pass counted.
  private func group(_ keys: [UInt32], _ words: [UInt64], _ next: inout [Int], _ records: inout [UInt64]) {
    let width = width
    let total = records.count / max(width, 1)
    next.withUnsafeMutableBufferPointer { next in
      records.withUnsafeMutableBufferPointer { records in
        words.withUnsafeBufferPointer { words in
          for (item, key) in keys.enumerated() {
            let place = next[Int(key)]
            precondition(place < total, "more records than were counted")
            next[Int(key)] = place + 1
            switch width {
            case 1: records[place] = words[item]
            case 2:
              records[2 * place] = words[2 * item]
              records[2 * place + 1] = words[2 * item + 1]
            default:
              for word in 0..<width { records[place * width + word] = words[item * width + word] }
            }
          }
        }
      }
    }
  }

  /// Calls `body` with the records of consecutive ranges of keys, which it may reorder: keys, where each key's records
  /// start, and the words.
  public func groups(
    _ body: (_ keys: Range<Int>, _ starts: [Int], _ words: inout [UInt64]) throws -> Void
  ) throws {
    guard let spill else { return try body(parts[0], starts(parts[0]), &records) }
    for (part, keys) in parts.enumerated() {
      let starts = starts(keys)
      let stored = try spill.read(part)
      var grouped = [UInt64](repeating: 0, count: (starts.last ?? 0) * width)
      var next = starts
      for place in stride(from: 0, to: stored.count, by: width + 1) {
        let key = Int(stored[place]) - keys.lowerBound
        for word in 0..<width { grouped[next[key] * width + word] = stored[place + 1 + word] }
        next[key] += 1
      }
      try body(keys, starts, &grouped)
    }
  }

  private func starts(_ keys: Range<Int>) -> [Int] {
    var starts = [0]
    starts.reserveCapacity(keys.count + 1)
    for key in keys { starts.append((starts.last ?? 0) + counts[key]) }
    return starts
  }
}
