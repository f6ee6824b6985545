import EngramData
import EngramKit

/// Reads spike trains and analog signals of NIX files as Neo writes them.
public struct NixReader: FormatReader {
  public static let format = FileFormat.nix

  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try H5File(reading: path, followExternal: options.followExternal)
    var contents = Contents()
    contents.sourceVersion =
      try file.root.attributes.ints("version")?.map(String.init).joined(separator: ".") ?? ""
    guard try file.root.kind(of: "data") == .group else { return contents }
    let blocks = try file.root.group("data")
    let names = try blocks.names()
    for (number, name) in names.enumerated() {
      let block = NixBlock(
        group: try blocks.group(name), suffix: names.count > 1 ? "_\(number)" : "", options: options)
      try block.trains(into: &contents)
      try block.signals(into: &contents)
      try block.others(into: &contents)
    }
    return contents
  }
}

/// One block of a NIX file.
struct NixBlock {
  let group: H5Group
  /// What tells its objects from those of other blocks.
  let suffix: String
  let options: ConversionOptions

  private struct Train: Sendable {
    var name: String
    var id: Int64?
    var times: H5Dataset
    var factor: Double
    var window: Range<Double>?
  }

  /// All spike trains as one population: ids are `unit_id` where each train has its own.
  func trains(into contents: inout Contents) throws {
    guard try group.kind(of: "multi_tags") == .group else { return }
    var (trains, unit) = ([Train](), Unit.millisecond)
    let tags = try group.group("multi_tags")
    for name in try tags.names() {
      let tag = try tags.group(name)
      guard try tag.attributes.string("type") == "neo.spiketrain", try tag.kind(of: "positions") == .group
      else {
        contents.dropped.append("\(tag.path): no spike train")
        continue
      }
      let positions = try tag.group("positions")
      let own = try time(positions, "the times have no known unit")
      if trains.isEmpty { unit = own }
      let properties =
        try tag.kind(of: "metadata/properties") == .group ? try tag.group("metadata/properties") : nil
      let window = try (property("t_start", properties, unit), property("t_stop", properties, unit))
      trains.append(
        Train(
          name: try text("neo_name", properties) ?? name,
          id: try number("unit_id", properties).map { Int64($0) },
          times: try positions.dataset("data"), factor: own.factor(to: unit) ?? 1,
          window: window.0.flatMap { start in window.1.flatMap { start <= $0 ? start..<$0 : nil } }))
    }
    guard !trains.isEmpty else { return }
    let ids = trains.compactMap { $0.id.flatMap { $0 >= 0 ? UInt64($0) : nil } }
    let isNumbered = ids.count == trains.count && Set(ids).count == ids.count
    trains.sort { isNumbered ? $0.id ?? 0 < $1.id ?? 0 : ($0.name, $0.times.path) < ($1.name, $1.times.path) }
    if !isNumbered { contents.assumptions.append("trains have no unit_id of their own: numbered by name") }
    try add(trains, unit, isNumbered ? ids.sorted() : nil, &contents)
  }

  private func add(_ trains: [Train], _ unit: Unit, _ ids: [UInt64]?, _ contents: inout Contents) throws {
    let population = (options.population ?? "units") + suffix
    let own = ids.flatMap { ids in ids.indices.allSatisfy { ids[$0] == UInt64($0) } ? nil : ids }
    contents.nodes.append(
      NodeTable(population, count: trains.count, ids: own, columns: [("name", .names(trains.map(\.name)))]))
    let windows = trains.compactMap(\.window)
    let factor = Unit.millisecond.factor(to: unit) ?? 1
    let window: Range<Double>
    if let asked = options.window {
      window = asked.lowerBound * factor..<asked.upperBound * factor
    } else if windows.count == trains.count, let start = windows.map(\.lowerBound).min(),
      let stop = windows.map(\.upperBound).max()
    {
      let last = try trains.compactMap { train in
        try train.times.read(Double.self).max().map { $0 * train.factor }
      }.max()
      // Neo counts a spike at t_stop as inside; a window here ends before its end.
      window = start..<(last == stop ? stop.nextUp : stop)
      if last == stop { contents.assumptions.append("a spike lies at t_stop: the window ends just after it") }
      if Set(windows).count > 1 {
        contents.assumptions.append("windows of trains differ: one spans them all")
      }
    } else {
      throw ConversionOptions.missing(
        "a spike train has no t_start and t_stop", option: "window", example: "0:1000", at: group.place)
    }
    let selects = options.window != nil
    let (all, numbers) = (trains, ids ?? (0..<UInt64(trains.count)).map { $0 })
    contents.spikes.append(
      SpikeStream(
        population, unit: unit, window: window, ids: own, unitCount: trains.count,
        count: selects ? nil : trains.reduce(0) { $0 + $1.times.count }
      ) { body in
        for (train, id) in zip(all, numbers) {
          for rows in train.times.rowBlocks() {
            var times = try train.times.read(Double.self, rows: rows)
            if train.factor != 1 { times = times.map { $0 * train.factor } }
            if selects { times = times.filter { window.contains($0) } }
            try body(.init(times: times, ids: [UInt64](repeating: id, count: times.count)))
          }
        }
      })
  }

  /// Analog signals: Neo stores one array for each channel, `NAME.0`, `NAME.1`, …; together they are one trace.
  func signals(into contents: inout Contents) throws {
    guard try group.kind(of: "data_arrays") == .group else { return }
    let arrays = try group.group("data_arrays")
    var channels: [String: [(number: Int, array: H5Group)]] = [:]
    for name in try arrays.names() {
      let array = try arrays.group(name)
      guard try array.attributes.string("type") == "neo.analogsignal", let dot = name.lastIndex(of: "."),
        let number = Int(name[name.index(after: dot)...])
      else { continue }
      channels[String(name[..<dot]), default: []].append((number, array))
    }
    for (name, parts) in channels.sorted(by: { $0.key < $1.key }) {
      try signal(name, parts.sorted { $0.number < $1.number }.map(\.array), &contents)
    }
  }

  private func signal(_ name: String, _ arrays: [H5Group], _ contents: inout Contents) throws {
    let first = arrays[0]
    let data = try arrays.map { try $0.dataset("data") }
    let frames = data[0].shape.first ?? 0
    guard data.allSatisfy({ $0.shape == [frames] }) else {
      contents.dropped.append("\(first.path): its channels have unequal lengths")
      return
    }
    let dimension = try first.group("dimensions/1").attributes
    guard let interval = try dimension.double("sampling_interval"),
      let unit = try dimension.string("unit").flatMap({ Unit($0) }),
      let factor = unit.factor(to: .millisecond)
    else {
      throw ConversionOptions.missing(
        "has no sampling interval", option: "dt", example: "0.1", at: first.place)
    }
    let properties =
      try first.kind(of: "metadata/properties") == .group ? try first.group("metadata/properties") : nil
    let start =
      try property("t_start", properties, .millisecond) ?? (try dimension.double("offset") ?? 0) * factor
    var own = try text("neo_name", properties) ?? name
    if own.isEmpty || contents.traces.contains(where: { $0.name == own }) { own = name }
    contents.traces.append(
      TraceStream(
        own + suffix, ids: (0..<UInt64(data.count)).map { $0 }, unit: try first.attributes.string("unit"),
        frames: frames, times: .regular(Sampling(start: start, step: interval * factor)),
        stored: data[0].type.element ?? .float64
      ) { rows in
        let columns = try data.map { try $0.read(Double.self, rows: rows) }
        var values = [Double](repeating: 0, count: rows.count * columns.count)
        for (column, part) in columns.enumerated() {
          for row in part.indices { values[row * columns.count + column] = part[row] }
        }
        return values
      })
  }

  /// Kinds of arrays that are left: events, epochs, images, irregular signals.
  func others(into contents: inout Contents) throws {
    guard try group.kind(of: "data_arrays") == .group else { return }
    let arrays = try group.group("data_arrays")
    var counts: [String: Int] = [:]
    for name in try arrays.names() {
      let type = try arrays.group(name).attributes.string("type") ?? "array"
      if type != "neo.analogsignal", !type.hasPrefix("neo.spiketrain") { counts[type, default: 0] += 1 }
    }
    for (type, count) in counts.sorted(by: { $0.key < $1.key }) {
      contents.dropped.append("\(group.path): \(count) of type \(type)")
    }
  }

  // MARK: Properties

  private func time(_ object: H5Group, _ what: String) throws -> Unit {
    let symbol = try object.attributes.contains("unit") ? object.attributes.string("unit") : nil
    guard let unit = (symbol ?? options.timeUnit).flatMap({ Unit($0) }), unit.factor(to: .millisecond) != nil
    else {
      throw ConversionOptions.missing(what, option: "time-unit", example: "ms", at: object.place)
    }
    return unit
  }

  /// A time among the properties, in `unit`.
  private func property(_ name: String, _ properties: H5Group?, _ unit: Unit) throws -> Double? {
    guard let properties, let value = try number(name, properties) else { return nil }
    let data = try properties.dataset(name)
    let own =
      try data.attributes.contains("unit") ? data.attributes.string("unit").flatMap { Unit($0) } : unit
    return own?.factor(to: unit).map { value * $0 }
  }

  private func number(_ name: String, _ properties: H5Group?) throws -> Double? {
    guard let properties, try properties.kind(of: name) == .dataset else { return nil }
    let data = try properties.dataset(name)
    return data.type.isNumeric ? try data.read(Double.self).first : nil
  }

  private func text(_ name: String, _ properties: H5Group?) throws -> String? {
    guard let properties, try properties.kind(of: name) == .dataset else { return nil }
    let data = try properties.dataset(name)
    return data.type.isString ? try data.readStrings().first : nil
  }
}
