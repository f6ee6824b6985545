/// Spike times of many units within one observation window, as flat arrays.
///
/// Units are positions `0..<unitCount`; `ids` gives what each is called in the file. Times ascend within a unit.
public struct SpikeTrains: Sendable, Equatable {
  /// Times of all spikes, ms, unit after unit; shape [spike].
  public var times: [Double]
  /// Where each unit's spikes begin in `times`; shape [unit + 1].
  public var offsets: [Int]
  /// The id of each unit in its population; shape [unit].
  public var ids: [UInt64]
  /// Observation window [start, stop), ms.
  public var start: Double
  public var stop: Double

  /// Trains that are already grouped by unit.
  public init(times: [Double], offsets: [Int], ids: [UInt64], start: Double, stop: Double) {
    precondition(offsets.count == ids.count + 1 && offsets.last == times.count)
    self.times = times
    self.offsets = offsets
    self.ids = ids
    self.start = start
    self.stop = stop
  }

  /// Trains from (unit, time) pairs in any order; `unit` counts positions below `ids.count`.
  ///
  /// - Complexity: O(spikes + units), and a sort within each unit whose times do not ascend already.
  public init(units: [Int], times: [Double], ids: [UInt64], start: Double, stop: Double) {
    var offsets = [Int](repeating: 0, count: ids.count + 1)
    for unit in units { offsets[unit + 1] += 1 }
    for i in 0..<ids.count { offsets[i + 1] += offsets[i] }
    var next = offsets
    var grouped = [Double](repeating: 0, count: times.count)
    for (unit, time) in zip(units, times) {
      grouped[next[unit]] = time
      next[unit] += 1
    }
    for unit in 0..<ids.count {
      let range = offsets[unit]..<offsets[unit + 1]
      if zip(grouped[range], grouped[range].dropFirst()).contains(where: { $0 > $1 }) {
        grouped[range].sort()
      }
    }
    self.init(times: grouped, offsets: offsets, ids: ids, start: start, stop: stop)
  }

  /// Number of units, silent ones included.
  public var unitCount: Int { ids.count }
  /// Number of spikes.
  public var count: Int { times.count }
  /// Length of the observation window, ms.
  public var duration: Double { stop - start }

  /// The spike times of the unit at position `unit`, ms, ascending.
  public func train(_ unit: Int) -> ArraySlice<Double> { times[offsets[unit]..<offsets[unit + 1]] }

  /// These trains and those of the following stretch of time, as one.
  ///
  /// - Throws: `Problem` when the units differ or the windows do not meet.
  public func followed(by later: SpikeTrains) throws -> SpikeTrains {
    guard later.ids == ids, later.start == stop else {
      throw Problem(
        "spikes of [\(start), \(stop)) ms are not followed by those of [\(later.start), \(later.stop)) ms")
    }
    var joined = SpikeTrains(times: [], offsets: [0], ids: [], start: start, stop: later.stop)
    joined.ids = ids
    joined.times.reserveCapacity(count + later.count)
    for unit in 0..<unitCount {
      joined.times += train(unit)
      joined.times += later.train(unit)
      joined.offsets.append(joined.times.count)
    }
    return joined
  }
}
