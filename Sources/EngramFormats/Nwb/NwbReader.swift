import EngramData
import EngramKit

/// Reads NWB 2.x: units, electrodes, time series, trials and other intervals.
public struct NwbReader: FormatReader {
  public static let format = FileFormat.nwb

  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try H5File(reading: path, followExternal: options.followExternal)
    let root = try file.root
    let version = try nwbVersion(root)
    guard let version, version.hasPrefix("2") else {
      throw Problem(
        "is NWB \(version ?? "1.x"); NWB 1.x is not supported", at: path,
        fix: "convert it to NWB 2 with the tool that wrote it")
    }
    var gathered = NwbContents(root, options)
    gathered.contents.sourceVersion = version
    gathered.contents.title = try text("session_description", root) ?? ""
    gathered.contents.sessionStart = try text("session_start_time", root)
    try gathered.walk()
    try gathered.general()
    return gathered.contents
  }

  private func text(_ name: String, _ root: H5Group) throws -> String? {
    guard try root.kind(of: name) == .dataset else { return nil }
    let data = try root.dataset(name)
    return data.type.isString && data.count == 1 ? try data.readString() : nil
  }
}

/// The version that the root states: an attribute, in NWB 1.x a dataset; nil where there is none.
func nwbVersion(_ root: H5Group) throws -> String? {
  if root.attributes.contains("nwb_version") { return try root.attributes.string("nwb_version") }
  guard try root.kind(of: "nwb_version") == .dataset else { return nil }
  return try root.dataset("nwb_version").readStrings().first
}

/// Gathers the typed objects of an NWB file.
struct NwbContents {
  let root: H5Group
  let options: ConversionOptions
  var contents = Contents()

  init(_ root: H5Group, _ options: ConversionOptions) { (self.root, self.options) = (root, options) }

  /// Looks at every group by its type.
  mutating func walk() throws {
    try root.walk { group, link in
      if group.path == "/", ["specifications", "general"].contains(link.name) { return false }
      switch link.kind {
      case .soft, .other: return false
      case .external(let other, _):
        contents.dropped.append("\(group.path)/\(link.name): a link to the file \(other)")
        return false
      case .hard: break
      }
      if group.path == "/scratch", link.name == "engram_provenance" {
        let text = try group.dataset(link.name).readString()
        contents.provenance = text.split(separator: "\n").map(String.init)
        return false
      }
      switch try group.kind(of: link.name) {
      case .group: return try isContainer(try group.group(link.name), link.name)
      case .dataset where group.path != "/":
        contents.dropped.append("\(try group.dataset(link.name).path): no part of a known type")
        return false
      default: return false
      }
    }
  }

  /// Gathers a typed object; true where it is none, and others may lie in it.
  private mutating func isContainer(_ group: H5Group, _ name: String) throws -> Bool {
    let type =
      try group.attributes.contains("neurodata_type") ? group.attributes.string("neurodata_type") : nil
    switch type {
    case "Units"?: try units(group, name)
    case "TimeIntervals"?: try intervals(group, name)
    case "DynamicTable"?: try table(group, name, .other)
    case nil: return true
    default:
      if try group.exists("data"), try group.exists("timestamps") || group.exists("starting_time") {
        try series(group, name)
      } else if try group.kind(of: "data") == .dataset {
        contents.dropped.append("\(group.path): \(type ?? "") without times")
      } else {
        return true
      }
    }
    return false
  }

  func isWanted(_ name: String) -> Bool { options.objects.isEmpty || options.objects.contains(name) }

  /// A name that no other has: the object's own, else with the group above it.
  func unused(_ name: String, _ path: String, _ taken: [String]) -> String {
    guard taken.contains(name) else { return name }
    return path.split(separator: "/").joined(separator: "_")
  }

  // MARK: Units

  private mutating func units(_ group: H5Group, _ name: String) throws {
    guard isWanted(name) else { return }
    let table = try DynamicTable(group)
    let stated = try stated(table)
    let population = unused(options.population ?? stated ?? name, group.path, contents.nodes.map(\.name))
    let ids = ids(table, population)
    var nodes = NodeTable(population, count: table.count, ids: ids)
    for column in table.columns where !["spike_times", "obs_intervals"].contains(column.name) {
      if stated != nil, column.name == "population" { continue }
      if let plain = try table.plain(column) {
        nodes.columns.append((column.name, plain))
      } else {
        array(column, "\(population)/\(column.name)")
      }
    }
    contents.nodes.append(nodes)
    guard let times = table.column("spike_times"), times.data.type.isNumeric || times.data.count == 0 else {
      return contents.assumptions.append("\(group.path) has no spike_times: labels only")
    }
    let bounds = times.ends.isEmpty ? Array(0...table.count) : times.bounds
    let window = try window(table, times.data, population)
    let own = ids ?? (0..<UInt64(table.count)).map { $0 }
    let resolution =
      try times.data.attributes.contains("resolution") ? times.data.attributes.double("resolution") : nil
    let data = times.data
    let select: Range<Double>? = options.window.map { $0.lowerBound / 1000..<$0.upperBound / 1000 }
    contents.spikes.append(
      SpikeStream(
        population, unit: .second, window: window, ids: ids, unitCount: table.count,
        count: select == nil ? bounds.last ?? 0 : nil,
        resolution: resolution.flatMap { $0 > 0 ? $0 : nil }
      ) { body in
        var unit = 0
        for first in stride(from: 0, to: bounds.last ?? 0, by: 1 << 20) {
          let range = first..<min(bounds.last ?? 0, first + 1 << 20)
          var block = SpikeStream.Block(times: try data.read(Double.self, rows: range), ids: [])
          block.ids.reserveCapacity(range.count)
          for place in range {
            while bounds[unit + 1] <= place { unit += 1 }
            block.ids.append(own[unit])
          }
          if let select {
            let kept = block.times.indices.filter { select.contains(block.times[$0]) }
            block = .init(times: kept.map { block.times[$0] }, ids: kept.map { block.ids[$0] })
          }
          try body(block)
        }
      })
  }

  /// The name in the column `population` where all units share one.
  private func stated(_ table: DynamicTable) throws -> String? {
    guard let column = table.column("population"), case .words(let words)? = try table.plain(column),
      let first = words.first, !first.isEmpty, !first.contains("/"), words.allSatisfy({ $0 == first })
    else { return nil }
    return first
  }

  /// Ids of the rows; nil where they are positions.
  private mutating func ids(_ table: DynamicTable, _ population: String) -> [UInt64]? {
    if table.ids.enumerated().allSatisfy({ $1 == Int64($0) }) { return nil }
    guard table.ids.allSatisfy({ $0 >= 0 }), Set(table.ids).count == table.count else {
      contents.assumptions.append("\(population): ids are negative or repeat; neurons are numbered by row")
      return nil
    }
    return table.ids.map { UInt64($0) }
  }

  /// The observation window, s: what all units' intervals span, else up to the last spike.
  private mutating func window(_ table: DynamicTable, _ times: H5Dataset, _ name: String) throws -> Range<
    Double
  > {
    if let window = options.window { return window.lowerBound / 1000..<window.upperBound / 1000 }
    if let column = table.column("obs_intervals"), column.data.shape.count == 2, column.data.shape[1] == 2,
      column.data.shape[0] > 0
    {
      let ends = try column.data.read(Double.self)
      let (start, stop) = (ends.min() ?? 0, ends.max() ?? 0)
      let isOne = stride(from: 0, to: ends.count, by: 2).allSatisfy {
        ends[$0] == start && ends[$0 + 1] == stop
      }
      let last = try lastSpike(times)
      if !isOne {
        array(column, "\(name)/obs_intervals")
        contents.assumptions.append(
          "\(name): observation intervals of the units became one window that spans them")
      }
      if last.least > last.most || (last.least >= start && last.most < stop) { return start..<stop }
      if last.least >= start, last.most == stop {
        // A spike at the end of its interval counts as inside; a window here ends before its end.
        contents.assumptions.append(
          "\(name): a spike lies at the end of its interval: the window ends just after it")
        return start..<stop.nextUp
      }
      contents.assumptions.append(
        "\(name): spikes lie outside the observation intervals; the window spans both")
      return min(start, last.least.rounded(.down))..<max(stop, last.most.rounded(.down) + 1)
    }
    let last = try lastSpike(times)
    guard last.least <= last.most else {
      contents.assumptions.append("\(name) has neither spikes nor observation intervals: the window is empty")
      return 0..<0
    }
    let window = min(0, last.least.rounded(.down))..<max(0, last.most.rounded(.down) + 1)
    contents.assumptions.append(
      "\(name) states no observation intervals: taken as [\(shortest(window.lowerBound)), "
        + "\(shortest(window.upperBound))) s, up to the last spike")
    return window
  }

  /// First and last time; the first above the last where there is none.
  private func lastSpike(_ times: H5Dataset) throws -> (least: Double, most: Double) {
    var (least, most) = (Double.infinity, -Double.infinity)
    for rows in times.rowBlocks() {
      for time in try times.read(Double.self, rows: rows) {
        guard time.isFinite else { throw Problem("holds the spike time \(time)", at: times.place) }
        least = min(least, time)
        most = max(most, time)
      }
    }
    return (least, most)
  }

  /// A ragged or many-dimensional column: its data and index as arrays.
  mutating func array(_ column: DynamicTable.Column, _ name: String) {
    let data = column.data
    guard data.type.isNumeric else {
      return contents.dropped.append("\(data.path): a ragged column of \(data.type.words)")
    }
    contents.arrays.append(
      ArrayStream(name, shape: data.shape, unit: nil, stored: data.type.element ?? .float64) {
        try data.shape.isEmpty ? data.read(Double.self) : data.read(Double.self, rows: $0)
      })
    for (level, ends) in column.ends.enumerated() {
      let suffix = String(repeating: "_index", count: column.ends.count - level)
      contents.arrays.append(
        ArrayStream(name + suffix, shape: [ends.count], unit: "1", stored: .int64) {
          ends[$0].map { Double($0) }
        })
    }
  }
}
