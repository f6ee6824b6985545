import EngramKit

extension SpikePopulation {
  /// All spikes by neuron, ms.
  ///
  /// - Returns: Trains of all neurons (of the spiking ones where no others are known), and what was assumed.
  /// - Throws: `Problem`: an unknown unit of time, a time that is not finite, an id that no neuron has, a spike
  ///   outside the stated window.
  /// - Complexity: O(spikes + neurons): a counting sort by neuron where the file is not grouped already, whatever its
  ///   attribute `sorting` says.
  public func trains(_ options: ReadingOptions = ReadingOptions()) throws -> (
    trains: SpikeTrains, notes: [String]
  ) {
    let plan = try plan(options)
    return (try read(plan), plan.notes)
  }

  /// Spikes in blocks of whole units, about `length` spikes each, in the order of the units.
  ///
  /// - Returns: What was assumed.
  public func trainBlocks(
    _ options: ReadingOptions = ReadingOptions(), of length: Int, _ body: (SpikeTrains) throws -> Void
  ) throws -> [String] {
    let plan = try plan(options)
    let whole = plan.isGrouped ? nil : try read(plan)
    var first = 0
    while first < plan.ids.count {
      var end = first + 1
      while end < plan.ids.count, plan.offsets[end + 1] - plan.offsets[first] <= length { end += 1 }
      try body(try whole.map { part($0, first..<end) } ?? read(plan, units: first..<end))
      first = end
    }
    return plan.notes
  }

  /// What one pass over the neuron ids tells.
  private struct Plan {
    var ids: [UInt64]
    /// Where each unit's spikes begin once they are grouped; shape [unit + 1].
    var offsets: [Int]
    /// Whether the file holds them in that order.
    var isGrouped: Bool
    var positions: [UInt64: Int]?
    var factor: Double
    var window: Range<Double>
    /// Whether the window selects; else a spike outside is an error.
    var selects: Bool
    var notes: [String]

    func position(_ id: UInt64) -> Int? {
      if let positions { return positions[id] }
      return id < UInt64(ids.count) ? Int(id) : nil
    }
  }

  private func plan(_ options: ReadingOptions) throws -> Plan {
    let (factor, unitNotes) = try toMilliseconds(options)
    let (ids, idNotes) = try unitIDs()
    let identity = ids.indices.allSatisfy { ids[$0] == UInt64($0) }
    var plan = Plan(
      ids: ids, offsets: [Int](repeating: 0, count: ids.count + 1), isGrouped: true,
      positions: identity ? nil : Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first },
      factor: factor, window: 0..<0, selects: options.window != nil, notes: unitNotes + idNotes)
    var last = 0
    for first in stride(from: 0, to: count, by: blockLength) {
      for id in try nodeIDs.read(UInt64.self, rows: first..<min(count, first + blockLength)) {
        guard let unit = plan.position(id) else {
          throw Problem(
            "spike of neuron id \(id), which is none of the \(ids.count) of \(nodePopulation)",
            at: nodeIDs.place,
            fix: "`engram check` lists every such spike")
        }
        plan.offsets[unit + 1] += 1
        if unit < last { plan.isGrouped = false }
        last = unit
      }
    }
    for unit in ids.indices { plan.offsets[unit + 1] += plan.offsets[unit] }
    if sorting == .byID, !plan.isGrouped {
      plan.notes.append("\(name) claims to be sorted by id, but is not")
    }
    try setWindow(&plan, options)
    return plan
  }

  private func setWindow(_ plan: inout Plan, _ options: ReadingOptions) throws {
    if let window = options.window {
      plan.window = window
    } else if let window {
      guard window.start <= window.stop else {
        throw Problem("the window [\(window.start), \(window.stop)) ends before it begins", at: group.place)
      }
      plan.window = window.start..<window.stop
    } else {
      var (least, most) = (0.0, 0.0)
      for first in stride(from: 0, to: count, by: blockLength) {
        for time in try times.read(Double.self, rows: first..<min(count, first + blockLength)) {
          guard time.isFinite else { throw notFinite(time) }
          least = min(least, time * plan.factor)
          most = max(most, time * plan.factor)
        }
      }
      plan.window = least.rounded(.down)..<most.rounded(.down) + 1
      plan.notes.append(
        "\(name) states no observation window: taken as [\(shortest(plan.window.lowerBound)), "
          + "\(shortest(plan.window.upperBound))) ms, up to the last spike; --window START:STOP states one")
    }
  }

  /// Reads the units `units`, all when nil.
  private func read(_ plan: Plan, units: Range<Int>? = nil) throws -> SpikeTrains {
    let units = units ?? plan.ids.indices
    let range = plan.offsets[units.lowerBound]..<plan.offsets[units.upperBound]
    var grouped: [Double]
    if plan.isGrouped {
      grouped = try times.read(Double.self, rows: range)
      if plan.factor != 1 { for spike in grouped.indices { grouped[spike] *= plan.factor } }
    } else {
      grouped = [Double](repeating: 0, count: count)
      var next = plan.offsets
      try blocks { _, times, ids in
        for (time, id) in zip(times, ids) {
          guard let unit = plan.position(id) else { continue }
          grouped[next[unit]] = time * plan.factor
          next[unit] += 1
        }
      }
    }
    var offsets = (units.lowerBound...units.upperBound).map { plan.offsets[$0] - range.lowerBound }
    for unit in 0..<units.count { sortIfNeeded(&grouped, offsets[unit]..<offsets[unit + 1]) }
    try select(&grouped, &offsets, plan)
    return SpikeTrains(
      times: grouped, offsets: offsets, ids: Array(plan.ids[units]), start: plan.window.lowerBound,
      stop: plan.window.upperBound)
  }

  /// Checks that times are finite and inside the window; drops those outside one that the user chose.
  private func select(_ times: inout [Double], _ offsets: inout [Int], _ plan: Plan) throws {
    if let bad = times.first(where: { !$0.isFinite }) { throw notFinite(bad) }
    guard times.contains(where: { !plan.window.contains($0) }) else { return }
    guard plan.selects else {
      let outside = times.filter { !plan.window.contains($0) }
      throw Problem(
        "\(outside.count) spikes lie outside the observation window [\(shortest(plan.window.lowerBound)), "
          + "\(shortest(plan.window.upperBound))) ms, the first at \(shortest(outside[0])) ms",
        at: group.place,
        fix: "correct the attributes t_start and t_stop")
    }
    var kept: [Double] = []
    var starts = [0]
    for unit in 1..<offsets.count {
      kept += times[offsets[unit - 1]..<offsets[unit]].filter { plan.window.contains($0) }
      starts.append(kept.count)
    }
    (times, offsets) = (kept, starts)
  }

  private func part(_ whole: SpikeTrains, _ units: Range<Int>) -> SpikeTrains {
    let (first, end) = (whole.offsets[units.lowerBound], whole.offsets[units.upperBound])
    return SpikeTrains(
      times: Array(whole.times[first..<end]),
      offsets: whole.offsets[units.lowerBound...units.upperBound].map { $0 - first },
      ids: Array(whole.ids[units]),
      start: whole.start, stop: whole.stop)
  }

  private func notFinite(_ time: Double) -> Problem {
    Problem("holds the spike time \(time)", at: times.place, fix: "remove the spikes without a finite time")
  }
}

/// Sorts `range` of `times` where it does not ascend already.
private func sortIfNeeded(_ times: inout [Double], _ range: Range<Int>) {
  for spike in range.dropFirst() where times[spike] < times[spike - 1] {
    times[range].sort()
    return
  }
}
