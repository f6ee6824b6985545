import EngramData
import EngramKit

/// What users of Brian 2 save with `numpy.savez`: arrays named after the variables of monitors and synapses.
///
/// Brian has no file format, so the names are the evidence: `i` and `t` of a SpikeMonitor, `i` and `j` of Synapses, a
/// variable `v` `[neuron, time]` with its times `vt`, `v_t` or `t_v`.
struct BrianArchive {
  let archive: NumpyArchive
  let options: ConversionOptions

  private func header(_ name: String) throws -> NumpyHeader? {
    try archive.contains(name) ? archive.array(name).header : nil
  }

  /// Adds what it recognises and takes those names out of `rest`.
  func add(to contents: inout Contents, _ rest: inout Set<String>) throws {
    guard rest.contains("i") else { return }
    let (i, j, t) = (try header("i"), try header("j"), try header("t"))
    if let i, let j, i.shape == j.shape, i.shape.count == 1 {
      try synapses(i.count, &contents, &rest)
    } else if let i, let t, i.shape == t.shape, i.shape.count == 1 {
      try spikes(&contents, &rest)
    }
    try traces(&contents, &rest)
  }

  private func spikes(_ contents: inout Contents, _ rest: inout Set<String>) throws {
    let unit = try options.requiredTimeUnit(at: "\(archive.path)#t")
    let path = archive.path
    // `dt` and `N` are what a SpikeMonitor's source is called by.
    let source = SpikeSource(
      name: options.population ?? "spikes", unit: unit, base: UInt64(options.idBase ?? 0),
      neurons: try rest.contains("N") ? archive.number("N").flatMap { Int(exactly: $0) } : nil,
      resolution: try rest.contains("dt") ? archive.number("dt") : nil
    ) { try spikeBlocks(path, times: "t", ids: "i", $0) }
    try source.add(to: &contents, options, at: path)
    rest.subtract(["i", "t", "N", "dt"])
  }

  private func synapses(_ count: Int, _ contents: inout Contents, _ rest: inout Set<String>) throws {
    let path = archive.path
    var columns: [(key: String, column: EdgeStream.Column)] = []
    for name in rest.sorted() where name != "i" && name != "j" {
      guard let header = try header(name), header.shape == [count], header.type.isNumeric else { continue }
      let isWeight = options.weight.map { $0 == name } ?? TextTable.weight.contains(name.lowercased())
      let stored = NumpySource(path, name, header).stored
      let unit: String? =
        isWeight ? options.weightUnit : name == "delay" ? try options.requiredTimeUnit(at: path).symbol : nil
      columns.append((name, .init(isWeight ? EdgeStream.weight : name, unit: unit, stored: stored)))
    }
    let population = options.population ?? "neurons"
    var largest: Int = -1
    let survey = try NumpyArchive(reading: path)
    for end in ["i", "j"] {
      let ids = try survey.array(end)
      while ids.remaining > 0 {
        let block: [Int] = try ids.integers(min(1 << 17, ids.remaining))
        if let bad = block.first(where: { $0 < 0 || $0 >= 1 << 40 }) {
          throw Problem("has the index \(bad), which is no neuron's", at: ids.place)
        }
        largest = max(largest, block.max() ?? -1)
      }
    }
    let stated = try rest.contains("N") ? archive.number("N").flatMap { Int(exactly: $0) } : nil
    let neurons = max(options.neurons ?? stated ?? 0, largest + 1)
    if options.neurons == nil, stated == nil {
      contents.assumptions.append("there are \(neurons) neurons, up to the largest index")
    }
    contents.assumptions.append("i is presynaptic and j postsynaptic, as in Brian 2")
    contents.nodes.append(NodeTable(population, count: neurons))
    let keys = columns.map(\.key)
    contents.edges.append(
      EdgeStream(
        from: population, to: population, sourceCount: neurons, targetCount: neurons, count: count,
        columns: columns.map(\.column)
      ) { body in
        let archive = try NumpyArchive(reading: path)
        let (i, j) = (try archive.array("i"), try archive.array("j"))
        let values = try keys.map { try archive.array($0) }
        while i.remaining > 0 {
          let length = min(1 << 17, i.remaining)
          try body(
            .init(
              sources: try i.integers(length), targets: try j.integers(length),
              columns: try values.map { try $0.doubles(length) }))
        }
      })
    rest.subtract(["i", "j", "N"] + keys)
  }

  private func traces(_ contents: inout Contents, _ rest: inout Set<String>) throws {
    for name in rest.sorted() {
      guard let header = try header(name), header.type.isNumeric, (1...2).contains(header.shape.count),
        let frames = header.shape.last, frames > 1,
        let clock = ["\(name)t", "\(name)_t", "t_\(name)"].first(where: rest.contains),
        try self.header(clock)?.shape == [frames]
      else { continue }
      let unit = try options.requiredTimeUnit(at: "\(archive.path)#\(clock)")
      let scale = unit.factor(to: .millisecond) ?? 1
      let times = try archive.array(clock).doubles(frames)
      let step = (times[frames - 1] - times[0]) / Double(frames - 1)
      let isRegular = times.indices.allSatisfy {
        abs(times[$0] - times[0] - Double($0) * step) <= 1e-6 * abs(step)
      }
      let source = NumpySource(archive.path, name, header)
      // Rounded to the picosecond: seconds times 1000 are not the millisecond that Brian counted.
      func tidy(_ time: Double) -> Double { (time * scale * 1e9).rounded() / 1e9 }
      var trace = source.trace(
        name, start: tidy(times[0]), step: tidy(step), timeIsLast: header.shape.count == 2, options)
      if !isRegular { trace.times = .stamped { $0.map { times[$0] * scale } } }
      if header.shape.count == 2 {
        contents.assumptions.append(
          "\(name): [neuron, time] as a StateMonitor has it; columns are 0…\(header.shape[0] - 1)")
      }
      contents.traces.append(trace)
      rest.subtract([name, clock])
    }
  }
}
