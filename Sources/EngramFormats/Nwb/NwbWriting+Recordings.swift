import EngramData
import EngramKit

extension NwbWriting {
  /// All populations with spikes as one table of units.
  func units() throws {
    for table in contents.nodes where !contents.spikes.contains(where: { $0.population == table.name }) {
      job.drop("neurons \(table.name): NWB's units are neurons with spikes")
    }
    guard !contents.spikes.isEmpty else { return }
    var seen: Set<String> = []
    let streams = contents.spikes.filter { seen.insert($0.population).inserted }
    for extra in contents.spikes where !streams.contains(where: { $0.name == extra.name }) {
      job.drop("spikes \(extra.name): another recording of \(extra.population) is in the table of units")
    }
    let counts = streams.map(\.unitCount)
    let total = counts.reduce(0, +)
    let columns = unitColumns(streams)
    let names = columns.map(\.name)
    let group = try begin(
      "units", "Units", "core", "neurons and their spikes", names + ["obs_intervals", "spike_times"])
    let isOne = streams.count == 1
    try ids(isOne ? rowIDs(streams[0]) : (0..<Int64(total)).map { $0 }, group)
    for (name, values) in columns { try column(name, values, group) }
    try observation(streams, group)
    try spikeTimes(streams, group)
  }

  private func rowIDs(_ stream: SpikeStream) -> [Int64] {
    guard let ids = stream.ids else { return (0..<Int64(stream.unitCount)).map { $0 } }
    guard ids.allSatisfy({ $0 <= UInt64(Int64.max) }) else {
      job.drop("ids above 2^63 of \(stream.population): NWB's ids are signed")
      return (0..<Int64(stream.unitCount)).map { $0 }
    }
    return ids.map { Int64($0) }
  }

  /// Columns of the neurons; populations lacking one of another's get NULL or NaN.
  private func unitColumns(_ streams: [SpikeStream]) -> [(name: String, values: NodeTable.Column)] {
    let reserved = ["id", "spike_times", "obs_intervals", "electrodes", "waveform_mean", "waveforms"]
    let tables = streams.map { contents.nodes($0.population) }
    var names: [String] = []
    for table in tables {
      for column in table?.columns ?? [] where !names.contains(column.name) { names.append(column.name) }
    }
    for name in names where reserved.contains(name) {
      job.drop("column \(name): NWB's units use the name otherwise")
    }
    var columns: [(name: String, values: NodeTable.Column)] = []
    columns.append(
      ("population", .words(streams.flatMap { [String](repeating: $0.population, count: $0.unitCount) })))
    if streams.count > 1 {
      let ids = streams.flatMap { stream in stream.ids ?? (0..<UInt64(stream.unitCount)).map { $0 } }
      columns.append(("node_id", .numbers(ids.map { Double($0) }, unit: "1", stored: .float64)))
    }
    for name in names where !reserved.contains(name) {
      let parts = zip(tables, streams).map { table, stream in
        (table?.columns.first { $0.name == name }?.values, stream.unitCount)
      }
      // NWB has no slash in names: SONATA's dynamics_params/tau.
      columns.append((name.replacing("/", with: "."), join(parts)))
    }
    return columns
  }

  private func join(_ parts: [(NodeTable.Column?, Int)]) -> NodeTable.Column {
    if parts.count == 1, let only = parts[0].0 { return only }
    let isNumeric = parts.allSatisfy { if case .numbers? = $0.0 { true } else { $0.0 == nil } }
    if isNumeric {
      var unit = "1"
      let values = parts.flatMap { column, count -> [Double] in
        guard case .numbers(let values, let own, _)? = column else {
          return [Double](repeating: .nan, count: count)
        }
        unit = own
        return values
      }
      return .numbers(values, unit: unit, stored: .float64)
    }
    return .names(
      parts.flatMap { column, count -> [String] in
        switch column {
        case .words(let words)?, .names(let words)?: words
        case .numbers(let values, _, _)?: values.map(shortest)
        case nil: [String](repeating: "NULL", count: count)
        }
      })
  }

  private func seconds(_ stream: SpikeStream) -> Double {
    stream.unit == .one ? 1e-3 : stream.unit.factor(to: .second) ?? 1
  }

  private func observation(_ streams: [SpikeStream], _ group: H5Group) throws {
    let intervals = streams.flatMap { stream -> [Double] in
      let window = [stream.window.lowerBound, stream.window.upperBound].map { converted($0, stream) }
      return (0..<stream.unitCount).flatMap { _ in window }
    }
    let data = try group.write("obs_intervals", intervals, shape: [intervals.count / 2, 2])
    try describe(data, "VectorData", "when the unit was observed, s")
    try index(
      "obs_intervals", Array(1...max(1, intervals.count / 2)).prefix(intervals.count / 2).map { $0 }, group)
    for stream in streams where stream.unit == .one {
      job.assume("spikes of \(stream.name) are in time without a unit: taken as ms")
    }
  }

  /// Divides where the factor is a fraction: 1/1000 is no binary number.
  private func converted(_ time: Double, _ stream: SpikeStream) -> Double {
    let factor = seconds(stream)
    return factor < 1 ? time / (1 / factor).rounded() : time * factor
  }

  private func spikeTimes(_ streams: [SpikeStream], _ group: H5Group) throws {
    let sorted = try streams.map { stream in
      job.progress(0, "spikes \(stream.name): counting")
      return try SortedSpikes(
        stream, positions: try Positions(stream.population, count: stream.unitCount, ids: stream.ids),
        memory: job.memory, folder: folder)
    }
    let total = sorted.reduce(0) { $0 + $1.count }
    let data = try group.create(
      "spike_times", element: .float64, shape: [total], storage: storage(total, job.options.compress))
    var (first, ends) = (0, [Int]())
    for (spikes, stream) in zip(sorted, streams) {
      ends += spikes.offsets.dropFirst().map { $0 + first }
      let factor = seconds(stream)
      let divisor = factor < 1 ? (1 / factor).rounded() : 1
      var place = first
      try spikes.blocks { block in
        let times = factor == 1 ? block.times : block.times.map { factor < 1 ? $0 / divisor : $0 * factor }
        try data.write(times, start: [place], count: [times.count])
        place += times.count
        job.progress(Double(place) / Double(max(total, 1)), "spikes \(stream.name)")
      }
      first = place
    }
    try describe(data, "VectorData", "spike times, s")
    let known = streams.map { stream in
      stream.resolution.map { $0 * seconds(stream) } ?? job.options.dt.map { $0 / 1000 }
    }
    if let resolution = known.compactMap({ $0 }).max() {
      try data.attributes.set("resolution", resolution)
    } else {
      job.assume("the resolution of spike times is unknown and left out; --dt gives it")
    }
    try index("spike_times", ends, group)
  }

  /// A trace as a `TimeSeries`: numbers as they are, the prefix of their unit as conversion.
  func series(_ trace: TraceStream) throws {
    let group = try root.createGroup("acquisition/\(trace.name.replacing("/", with: "_"))")
    try mark(group, "TimeSeries")
    let what = trace.variable.map { "\($0) of \(trace.population)" } ?? "recording of \(trace.population)"
    try group.attributes.set("description", what)
    try group.attributes.set("comments", NwbColumns(trace).text)
    let width = trace.ids.count
    let shape = [trace.frames, width]
    let chunk = [min(max(trace.frames, 1), 1 << 14), min(max(width, 1), 64)]
    let data = try group.create(
      "data", element: trace.stored, shape: shape,
      storage: job.options.compress && product(shape) > 0 ? .compressed(chunk: chunk) : .contiguous)
    let (unit, conversion) = nwbUnit(trace)
    try data.attributes.set("unit", unit)
    try data.attributes.set("conversion", conversion)
    try data.attributes.set("offset", 0.0)
    try data.attributes.set("resolution", -1.0)
    let rows = max(1, (1 << 20) / max(width, 1))
    for first in stride(from: 0, to: trace.frames, by: rows) {
      let range = first..<min(trace.frames, first + rows)
      try data.write(try trace.read(range), start: [first, 0], count: [range.count, width])
      job.progress(Double(range.upperBound) / Double(trace.frames), "trace \(trace.name)")
    }
    try times(trace, group)
  }

  private func nwbUnit(_ trace: TraceStream) -> (String, Double) {
    guard let symbol = trace.unit else {
      job.assume("the trace \(trace.name) has no unit: “unknown”; --unit gives one")
      return ("unknown", 1)
    }
    for (unit, name) in [("V", "volts"), ("A", "amperes"), ("S", "siemens")] {
      for (prefix, factor) in [("", 1), ("m", 1e-3), ("u", 1e-6), ("n", 1e-9), ("p", 1e-12)]
      where symbol == prefix + unit { return (name, factor) }
    }
    return (symbol, 1)
  }

  private func times(_ trace: TraceStream, _ group: H5Group) throws {
    switch trace.times {
    case .regular(let sampling):
      let start = try group.write("starting_time", scalar: sampling.start / 1000)
      try start.attributes.set("rate", 1000 / sampling.step)
      try start.attributes.set("unit", "seconds")
    case .stamped(let read):
      let stamps = try group.create("timestamps", element: .float64, shape: [trace.frames])
      try stamps.attributes.set("interval", Int32(1))
      try stamps.attributes.set("unit", "seconds")
      for first in stride(from: 0, to: trace.frames, by: 1 << 20) {
        let range = first..<min(trace.frames, first + 1 << 20)
        try stamps.write(try read(range).map { $0 / 1000 }, start: [first], count: [range.count])
      }
    }
  }
}
