import EngramData
import EngramKit

extension LayoutWriting {
  /// Writes spikes sorted by neuron and time, in ms.
  func spikes(_ stream: SpikeStream, in tables: [NodeTable], to root: H5Group) throws {
    job.progress(0, "spikes \(stream.name): counting")
    let positions = try positions(stream.population, in: tables)
    let spikes = try SortedSpikes(stream, positions: positions, memory: job.memory, folder: folder)
    let factor = stream.unit == .one ? 1 : stream.unit.factor(to: .millisecond) ?? 1
    let group = try root.createGroup("/spikes/\(stream.name)")
    let attributes = group.attributes
    try attributes.set("sorting", "by_id", of: ["none", "by_id", "by_time"])
    try attributes.set("t_start", stream.window.lowerBound * factor)
    try attributes.set("t_stop", stream.window.upperBound * factor)
    try attributes.set("node_population", stream.population)
    try attributes.set("n_nodes", UInt64(positions.count))
    if let resolution = stream.resolution { try attributes.set("resolution_ms", resolution * factor) }
    let storage = storage(spikes.count, job.options.compress)
    let times = try group.create("timestamps", element: .float64, shape: [spikes.count], storage: storage)
    try times.attributes.set("units", stream.unit == .one ? "1" : "ms")
    let ids = try group.create("node_ids", element: .uint64, shape: [spikes.count], storage: storage)
    var first = 0
    try spikes.blocks { block in
      let count = block.times.count
      try times.write(
        factor == 1 ? block.times : block.times.map { $0 * factor }, start: [first], count: [count])
      try ids.write(positions.ids(block.units), start: [first], count: [count])
      first += count
      job.progress(Double(first) / Double(max(spikes.count, 1)), "spikes \(stream.name)")
    }
    try group.write("index_pointers", spikes.offsets.map { UInt64($0) })
  }

  /// Writes a trace as a report: float32, which is what SONATA's readers take.
  func trace(_ stream: TraceStream, to root: H5Group) throws {
    let group = try root.createGroup("/report/\(stream.name)")
    try values(stream, group)
    if stream.population != stream.name { try group.attributes.set("node_population", stream.population) }
    if let variable = stream.variable {
      try group.dataset("data").attributes.set("variable", variable)
    }
    try mapping(stream, try group.createGroup("mapping"))
  }

  private func values(_ stream: TraceStream, _ group: H5Group) throws {
    let width = stream.ids.count
    let shape = [stream.frames, width]
    let chunk = [min(max(stream.frames, 1), 1024), min(max(width, 1), 64)]
    let data = try group.create(
      "data", element: .float32, shape: shape,
      storage: job.options.compress && product(shape) > 0 ? .compressed(chunk: chunk) : .contiguous)
    if let unit = stream.unit {
      try data.attributes.set("units", unit)
    } else {
      job.assume("the trace \(stream.name) has no unit; --unit gives one")
    }
    let rows = max(1, (1 << 20) / max(width, 1))
    var isRounded = false
    for first in stride(from: 0, to: stream.frames, by: rows) {
      let range = first..<min(stream.frames, first + rows)
      let block = try stream.read(range)
      if !isRounded, stream.stored != .float32 {
        isRounded = block.contains { Double(Float($0)) != $0 && !$0.isNaN }
      }
      try data.write(block.map { Float($0) }, start: [first, 0], count: [range.count, width])
      job.progress(Double(range.upperBound) / Double(stream.frames), "trace \(stream.name)")
    }
    if isRounded {
      job.assume("the values of \(stream.name) are rounded to float32, the type of SONATA's reports")
    }
  }

  private func mapping(_ stream: TraceStream, _ mapping: H5Group) throws {
    var (nodes, pointers) = ([UInt64](), [UInt64]())
    for (column, id) in stream.ids.enumerated() where id != nodes.last || column == 0 {
      nodes.append(id)
      pointers.append(UInt64(column))
    }
    pointers.append(UInt64(stream.ids.count))
    let isSorted: UInt8 = zip(nodes, nodes.dropFirst()).allSatisfy { $0 < $1 } ? 1 : 0
    try mapping.write("node_ids", nodes).attributes.set("sorted", isSorted)
    try mapping.write("index_pointers", pointers)
    try mapping.hardLink("index_pointer", to: "index_pointers")
    let count = stream.ids.count
    try mapping.write("element_ids", stream.elements ?? [UInt32](repeating: 0, count: count))
    try mapping.write("element_pos", [Double](repeating: 0.5, count: count))
    if let labels = stream.labels { try mapping.write("labels", strings: labels) }
    let sampling: Sampling
    switch stream.times {
    case .regular(let regular): sampling = regular
    case .stamped(let read):
      let stamps = try mapping.create("timestamps", element: .float64, shape: [stream.frames])
      try stamps.attributes.set("units", "ms")
      var (first, last) = (0.0, 0.0)
      for start in stride(from: 0, to: stream.frames, by: 1 << 20) {
        let range = start..<min(stream.frames, start + 1 << 20)
        let block = try read(range)
        if start == 0 { first = block.first ?? 0 }
        last = block.last ?? last
        try stamps.write(block, start: [start], count: [range.count])
      }
      let step = stream.frames > 1 ? (last - first) / Double(stream.frames - 1) : 1
      sampling = Sampling(start: first, step: step)
      job.assume(
        "\(stream.name) has a time for each frame: kept in mapping/timestamps; mapping/time has their mean step"
      )
    }
    let stop = sampling.start + Double(stream.frames) * sampling.step
    try mapping.write("time", [sampling.start, stop, sampling.step]).attributes.set("units", "ms")
  }

  /// Writes what only the canonical layout holds.
  func rates(_ stream: TraceStream, to root: H5Group) throws {
    guard case .regular(let sampling) = stream.times else {
      return job.drop("rates \(stream.name): their times are not regular")
    }
    let group = try root.createGroup("/engram/rates/\(stream.name)")
    try values(stream, group)
    let attributes = try group.dataset("data").attributes
    try attributes.set("dt_ms", sampling.step)
    try attributes.set("t_start_ms", sampling.start)
    try group.write("labels", strings: stream.labels ?? stream.ids.map { "\($0)" })
  }

  func array(_ stream: ArrayStream, to root: H5Group) throws {
    let name = stream.name.hasPrefix("arrays/") ? String(stream.name.dropFirst(7)) : stream.name
    let path = "/engram/arrays/\(name)"
    guard try root.kind(of: path) == nil else {
      return job.drop("array \(stream.name): another one has its name")
    }
    let data = try root.create(path, element: stream.stored, shape: stream.shape)
    if let unit = stream.unit { try data.attributes.set("units", unit) }
    guard let rows = stream.shape.first else {
      return try data.write(try stream.read(0..<1))
    }
    let width = product(Array(stream.shape.dropFirst()))
    let step = max(1, (1 << 20) / max(width, 1))
    for first in stride(from: 0, to: width == 0 ? 0 : rows, by: step) {
      let range = first..<min(rows, first + step)
      let start = [first] + stream.shape.dropFirst().map { _ in 0 }
      try data.write(try stream.read(range), start: start, count: [range.count] + stream.shape.dropFirst())
    }
  }

  func table(_ table: TableContent, to root: H5Group) throws {
    let parent = table.kind == .trials ? "/engram/trials/\(table.name)/table" : "/engram/tables/\(table.name)"
    let group = try root.createGroup(parent)
    try group.attributes.set("kind", table.kind.rawValue)
    try group.attributes.set("rows", Int64(table.count))
    for (name, column) in table.columns {
      let own = table.kind == .trials ? TableContent.stored[name] ?? name : name
      switch column {
      case .words(let words), .names(let words): try group.write(own, strings: words)
      case .numbers(let values, let unit, let stored):
        try group.write(own, values, stored: stored).attributes.set("units", unit)
      }
    }
  }
}

extension TableContent {
  /// What the canonical layout calls the times of trials.
  static let stored = ["start_time": "start_ms", "stop_time": "stop_ms"]
}
