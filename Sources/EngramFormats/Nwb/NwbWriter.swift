import EngramData
import EngramKit

/// Writes NWB 2.7: neurons and spikes as units, traces as time series in `acquisition`, trials, electrodes.
public struct NwbWriter: FormatWriter {
  public static let format = FileFormat.nwb
  public static let holds: Set<ContentKind> = [.nodes, .spikes, .traces, .tables]

  public init() {}

  public func name(_ stem: String) -> String { "\(stem).nwb" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    try H5File.write(path, synced: false) { file in
      let writing = NwbWriting(root: try file.root, contents: contents, job: job, folder: parent(of: path))
      try writing.frame()
      try writing.units()
      for trace in contents.traces { try writing.series(trace) }
      for table in contents.tables { try writing.table(table) }
      for (name, _) in contents.texts { job.drop("text \(name): NWB has no place for it") }
      try writing.identify()
    }
  }
}

/// The parts of an NWB file.
final class NwbWriting {
  let root: H5Group
  let contents: Contents
  let job: ConversionJob
  let folder: String
  /// Typed objects so far, which get their ids when the input's hash is known.
  private var typed: [String] = []

  static let version = "2.7.0"

  init(root: H5Group, contents: Contents, job: ConversionJob, folder: String) {
    (self.root, self.contents, self.job, self.folder) = (root, contents, job, folder)
  }

  /// Root attributes and the groups that every file must have.
  func frame() throws {
    let attributes = root.attributes
    try attributes.set("nwb_version", Self.version)
    try mark(root, "NWBFile")
    for name in [
      "acquisition", "analysis", "general", "processing", "stimulus/presentation", "stimulus/templates",
    ] {
      try root.createGroup(name)
    }
    let start = job.options.sessionStart ?? contents.sessionStart ?? "1970-01-01T00:00:00+00:00"
    if job.options.sessionStart == nil, contents.sessionStart == nil {
      job.assume(
        "the begin of the recording is unknown: session_start_time is \(start); --session-start gives it")
    }
    try root.write("session_start_time", string: start)
    try root.write("timestamps_reference_time", string: start)
    try root.write("file_create_date", strings: [start], maxShape: [nil], storage: H5Storage(chunk: [1]))
    let title = contents.title.isEmpty ? "converted by engram" : contents.title
    try root.write("session_description", string: title)
  }

  /// Gives an object its type.
  func mark(_ object: any H5Object, _ type: String, _ namespace: String = "core") throws {
    try object.attributes.set("neurodata_type", type)
    try object.attributes.set("namespace", namespace)
    typed.append(object.path)
  }

  /// Identifiers that follow from the input: equal input, equal bytes.
  func identify() throws {
    let seed = try uuid5(try job.identity)
    try root.write("identifier", string: seed.uuidString.lowercased())
    for path in typed {
      let id = try uuid5(path, in: seed).uuidString.lowercased()
      let isGroup = try root.kind(of: path) == .group
      try (isGroup ? root.group(path).attributes : root.dataset(path).attributes).set("object_id", id)
    }
    let lines = try job.provenance()
    let scratch = try root.createGroup("scratch")
    let note = try scratch.write("engram_provenance", string: lines.joined(separator: "\n"))
    try mark(note, "ScratchData")
    try note.attributes.set("notes", "what this file was converted from, JSON lines")
    try note.attributes.set("object_id", try uuid5(note.path, in: seed).uuidString.lowercased())
  }

  // MARK: Tables

  /// Starts a table.
  func begin(_ path: String, _ type: String, _ namespace: String, _ description: String, _ columns: [String])
    throws -> H5Group
  {
    let group = try root.createGroup(path)
    try mark(group, type, namespace)
    try group.attributes.set("description", description)
    try group.attributes.set("colnames", columns)
    return group
  }

  /// The ids of the rows.
  func ids(_ values: [Int64], _ group: H5Group) throws {
    try mark(try group.write("id", values), "ElementIdentifiers", "hdmf-common")
  }

  /// A column with one value for each row.
  func column(_ name: String, _ column: NodeTable.Column, _ group: H5Group) throws {
    let data: H5Dataset
    switch column {
    case .words(let words), .names(let words): data = try group.write(name, strings: words)
    case .numbers(let values, let unit, let stored):
      data = try group.write(name, values, stored: stored)
      if unit != "1" { try data.attributes.set("unit", unit) }
    }
    try describe(data, "VectorData", name)
  }

  func describe(_ data: H5Dataset, _ type: String, _ words: String) throws {
    try mark(data, type, "hdmf-common")
    try data.attributes.set("description", words)
  }

  /// The index of a ragged column.
  func index(_ name: String, _ ends: [Int], _ group: H5Group) throws {
    let isNarrow = ends.last ?? 0 < 1 << 32
    let data = try group.write("\(name)_index", ends, stored: isNarrow ? .uint32 : .uint64)
    try describe(data, "VectorIndex", "Index for VectorData '\(name)'")
    try data.attributes.set("target", referenceTo: "\(group.path)/\(name)")
  }

  func table(_ table: TableContent) throws {
    switch table.kind {
    case .trials: try trials(table)
    case .electrodes: try electrodes(table)
    case .other:
      let path = "analysis/\(table.name)"
      let own = try begin(
        path, "DynamicTable", "hdmf-common", "table \(table.name)", table.columns.map(\.name))
      try ids((0..<Int64(table.count)).map { $0 }, own)
      for (name, values) in table.columns { try column(name, values, own) }
    }
  }

  private func trials(_ table: TableContent) throws {
    let names = table.columns.map(\.name).filter { $0 != "id" }
    guard names.contains("start_time"), names.contains("stop_time") else {
      return job.drop("table \(table.name): it has no start_time and stop_time")
    }
    let group = try begin(
      "intervals/\(table.name)", "TimeIntervals", "core", "intervals \(table.name)", names)
    try ids(rowIDs(table), group)
    for (name, values) in table.columns where name != "id" {
      if case .numbers(let times, let unit, _) = values, ["start_time", "stop_time"].contains(name) {
        let factor = unit == "s" ? 1 : 1000.0
        try column(name, .numbers(times.map { $0 / factor }, unit: "1", stored: .float64), group)
      } else {
        try column(name, values, group)
      }
    }
  }

  private func rowIDs(_ table: TableContent) -> [Int64] {
    if case .numbers(let values, _, _)? = table.columns.first(where: { $0.name == "id" })?.values {
      return values.map { Int64($0) }
    }
    return (0..<Int64(table.count)).map { $0 }
  }

  /// Electrodes need groups and a device; what the source does not have of these is made and said.
  private func electrodes(_ table: TableContent) throws {
    func words(_ name: String) -> [String]? {
      switch table.columns.first(where: { $0.name == name })?.values {
      case .words(let words), .names(let words): words
      default: nil
      }
    }
    let groups = words("group_name") ?? [String](repeating: "electrodes", count: table.count)
    let device = try root.createGroup("general/devices/device")
    try mark(device, "Device")
    try device.attributes.set("description", "unknown")
    for name in Set(groups).sorted() {
      let group = try root.createGroup("general/extracellular_ephys/\(name)")
      try mark(group, "ElectrodeGroup")
      try group.attributes.set("description", name)
      try group.attributes.set("location", "unknown")
      try group.softLink("device", to: "/general/devices/device")
    }
    job.assume("electrode groups and their device are made from the names of the groups")
    let own = ["group", "group_name", "location", "id"]
    let others = table.columns.filter { !own.contains($0.name) }
    let path = "general/extracellular_ephys/electrodes"
    let group = try begin(
      path, "DynamicTable", "hdmf-common", "electrodes",
      ["location", "group", "group_name"] + others.map(\.name))
    try ids(rowIDs(table), group)
    try column(
      "location", .words(words("location") ?? [String](repeating: "unknown", count: table.count)), group)
    let references = try group.write(
      "group", referencesTo: groups.map { "/general/extracellular_ephys/\($0)" })
    try describe(references, "VectorData", "the electrode group")
    try column("group_name", .words(groups), group)
    for (name, values) in others { try column(name, values, group) }
  }
}
