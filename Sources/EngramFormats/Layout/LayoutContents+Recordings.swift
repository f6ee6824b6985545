import EngramData
import EngramKit

extension LayoutContents {
  mutating func spikes(_ file: EngramFile, _ name: String, _ label: String, _ window: Range<Double>?) throws {
    var spikes = try file.spikes(name)
    let unit = try timeUnit(spikes)
    if let own = options.population, try file.hasFlatSpikes() { spikes.rename(own) }
    let known = spikes.nodePopulation
    if contents.nodes(known) == nil { try nodes(file, known) }
    let ids: [UInt64]
    if let nodes = contents.nodes(known) {
      ids = nodes.ids ?? (0..<UInt64(nodes.count)).map { $0 }
    } else if let count = options.neurons {
      ids = (0..<UInt64(count)).map { $0 }
    } else {
      let (found, notes) = try spikes.unitIDs()
      ids = found
      assume(notes)
    }
    let isIdentity = ids.indices.allSatisfy { ids[$0] == UInt64($0) }
    let scale = Unit.millisecond.factor(to: unit) ?? 1
    let observed: Range<Double>
    if let asked = options.window ?? spikes.window.map({ $0.start..<max($0.start, $0.stop) }) ?? window {
      observed = asked.lowerBound * scale..<asked.upperBound * scale
      if options.window == nil, spikes.window == nil {
        assume(["spikes of \(spikes.name): observation window \(words(observed, unit)), what was simulated"])
      }
    } else {
      observed = try span(spikes)
      assume([
        "\(spikes.name) states no observation window: taken as \(words(observed, unit)), up to the last spike"
      ])
    }
    let taken = Set(contents.spikes.map(\.name))
    let place = spikes.times.place
    let selects = options.window != nil
    let source = spikes
    contents.spikes.append(
      SpikeStream(
        taken.contains(spikes.name) ? "\(label)_\(spikes.name)" : spikes.name, population: known, unit: unit,
        window: observed, ids: isIdentity ? nil : ids, unitCount: ids.count,
        count: selects ? nil : spikes.count
      ) { body in
        try source.blocks { _, times, ids in
          if let bad = times.first(where: { !$0.isFinite }) {
            throw Problem(
              "holds the spike time \(bad)", at: place, fix: "remove the spikes without a finite time")
          }
          guard selects else { return try body(.init(times: times, ids: ids)) }
          let kept = times.indices.filter { observed.contains(times[$0]) }
          try body(.init(times: kept.map { times[$0] }, ids: kept.map { ids[$0] }))
        }
      })
  }

  private mutating func timeUnit(_ spikes: SpikePopulation) throws -> Unit {
    if let unit = spikes.units {
      if unit == "1" { return .one }
      guard let known = Unit(unit), known.factor(to: .millisecond) != nil else {
        guard let own = options.timeUnit else {
          throw ConversionOptions.missing(
            "times are in “\(unit)”, which is no known unit of time", option: "time-unit", example: "ms",
            at: spikes.times.place)
        }
        return try parseTimeUnit(own)
      }
      return known
    }
    if let own = options.timeUnit { return try parseTimeUnit(own) }
    assume(["times of \(spikes.name) have no unit: taken as ms, SONATA's unit"])
    return .millisecond
  }

  private func words(_ range: Range<Double>, _ unit: Unit) -> String {
    "[\(shortest(range.lowerBound)), \(shortest(range.upperBound))) \(unit.symbol)"
  }

  /// From zero, or the first spike where it is negative, to the first whole number beyond the last spike.
  private func span(_ spikes: SpikePopulation) throws -> Range<Double> {
    var (least, most) = (0.0, 0.0)
    try spikes.blocks { _, times, _ in
      for time in times where time.isFinite {
        least = min(least, time)
        most = max(most, time)
      }
    }
    return least.rounded(.down)..<most.rounded(.down) + 1
  }

  mutating func report(_ file: EngramFile, _ name: String, _ label: String) throws {
    let report = try file.report(name)
    let place = report.data.place
    guard report.shape.count == 2 else {
      contents.dropped.append("\(report.data.path): shape \(report.shape) is not [time, element]")
      return
    }
    guard let sampling = report.sampling ?? options.dt.map({ Sampling(start: 0, step: $0) }) else {
      throw ConversionOptions.missing(
        "has no mapping/time, so the time between frames is unknown", option: "dt", example: "0.1", at: place)
    }
    if let expected = report.expectedFrames, expected != report.shape[0] {
      assume([
        "\(name): mapping/time implies \(expected) frames, there are \(report.shape[0]); start and step are kept"
      ])
    }
    let (nodes, columns) = (try report.nodeIDs(), try report.columns())
    var ids: [UInt64] = []
    for (node, range) in zip(nodes, columns) { ids += [UInt64](repeating: node, count: range.count) }
    guard ids.count == report.shape[1], columns.map(\.lowerBound) == columns.map(\.lowerBound).sorted() else {
      throw Problem("has \(report.shape[1]) columns, but its mapping describes \(ids.count)", at: place)
    }
    var elements: [UInt32]?
    if try report.group.exists("mapping/element_ids") {
      elements = try report.group.dataset("mapping/element_ids").read(UInt32.self)
      if elements?.count != ids.count { elements = nil }
    }
    if report.units == nil, options.unit == nil { assume(["\(name) states no unit"]) }
    let population = try report.group.attributes.string("node_population") ?? name
    let taken = Set(contents.traces.map(\.name))
    let data = report.data
    var trace = TraceStream(
      taken.contains(name) ? "\(label)_\(name)" : name, population: population, ids: ids, elements: elements,
      unit: report.units ?? options.unit, variable: report.variable, frames: report.shape[0],
      times: .regular(sampling), stored: data.type.element ?? .float64
    ) { try data.read(Double.self, rows: $0) }
    if try report.group.exists("mapping/timestamps") {
      let stamps = try report.group.dataset("mapping/timestamps")
      trace.times = .stamped { try stamps.read(Double.self, rows: $0) }
    }
    if try report.group.exists("mapping/labels") {
      trace.labels = try report.group.dataset("mapping/labels").readStrings()
    }
    contents.traces.append(trace)
  }

  /// Matrices, rates, tables and other numbers that only the canonical layout has.
  mutating func addEngram(_ file: EngramFile) throws {
    for name in try file.matrixNames() where options.objects.isEmpty || options.objects.contains(name) {
      let matrix = try file.matrix(name)
      assume(matrix.notes)
      let (post, pre) = (matrix.postPopulation ?? "post", matrix.prePopulation ?? "pre")
      let column = EdgeStream.Column(EdgeStream.weight, unit: matrix.units, stored: try matrix.element)
      contents.edges.append(
        EdgeStream(
          name, form: matrix.isDense ? .dense : .sparse, from: pre, to: post, sourceCount: matrix.shape[1],
          targetCount: matrix.shape[0], columns: [column]
        ) { body in
          try matrix.elements { posts, pres, values in
            try body(.init(sources: pres, targets: posts, columns: [values]))
          }
        })
    }
    for name in try file.rateNames() {
      let group = try file.h5.root.group("/engram/rates/\(name)")
      let data = try group.dataset("data")
      guard data.shape.count == 2, let step = try data.attributes.double("dt_ms") else { continue }
      var trace = TraceStream(
        name, ids: (0..<UInt64(data.shape[1])).map { $0 }, unit: try data.attributes.string("units"),
        variable: TraceStream.rate, frames: data.shape[0],
        times: .regular(Sampling(start: try data.attributes.double("t_start_ms") ?? 0, step: step)),
        stored: data.type.element ?? .float64
      ) { try data.read(Double.self, rows: $0) }
      if try group.exists("labels") { trace.labels = try group.dataset("labels").readStrings() }
      contents.traces.append(trace)
    }
    for section in ["weights", "history", "results", "arrays"] {
      guard try file.h5.root.kind(of: "/engram/\(section)") == .group else { continue }
      try arrays(try file.h5.root.group("/engram/\(section)"), section)
    }
    try tables(file)
  }

  private mutating func arrays(_ group: H5Group, _ name: String) throws {
    try group.walk { own, link in
      guard link.kind == .hard, try own.kind(of: link.name) == .dataset else { return true }
      let data = try own.dataset(link.name)
      guard data.type.isNumeric, !data.isNull else {
        contents.dropped.append("\(data.path): \(data.type.words)")
        return false
      }
      contents.arrays.append(
        ArrayStream(
          "\(name)/\(own.child(link.name, below: group))", shape: data.shape,
          unit: try data.attributes.string("units"),
          stored: data.type.element ?? .float64
        ) { try data.shape.isEmpty ? data.read(Double.self) : data.read(Double.self, rows: $0) })
      return false
    }
  }

  private mutating func tables(_ file: EngramFile) throws {
    for section in ["tables", "trials"] {
      guard try file.h5.root.kind(of: "/engram/\(section)") == .group else { continue }
      try tables(try file.h5.root.group("/engram/\(section)"), section == "trials")
    }
  }

  private mutating func tables(_ parent: H5Group, _ areTrials: Bool) throws {
    let path = areTrials ? "/table" : ""
    for name in try parent.names() where try parent.kind(of: name + path) == .group {
      let group = try parent.group(name + path)
      let kind = try group.attributes.string("kind").flatMap(TableContent.Kind.init) ?? .other
      var table = TableContent(kind, name, count: try group.attributes.int("rows") ?? 0, columns: [])
      for column in try group.names() where try group.kind(of: column) == .dataset {
        let data = try group.dataset(column)
        let own = TableContent.stored.first { $0.value == column }?.key ?? column
        if data.type.isString {
          table.columns.append((own, .names(try data.readStrings())))
        } else {
          table.columns.append(
            (
              own,
              .numbers(
                try data.read(Double.self), unit: try data.attributes.string("units") ?? "1",
                stored: data.type.element ?? .float64)
            ))
        }
      }
      contents.tables.append(table)
    }
  }
}

extension TraceStream {
  /// The variable of rates, which the canonical layout keeps apart.
  static let rate = "rate"
}

/// The unit of time that `text` names.
func parseTimeUnit(_ text: String) throws -> Unit {
  if text == "1" { return .one }
  guard let unit = Unit(text), unit.factor(to: .millisecond) != nil else {
    throw Problem("“\(text)” is no unit of time", fix: "write --time-unit ms, s or us")
  }
  return unit
}
