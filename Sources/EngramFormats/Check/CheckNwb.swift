import EngramData
import EngramKit

/// What readers of NWB 2.x rely on: required objects, indices of ragged columns, spike times, references to electrodes.
func checkNwb(_ file: H5File, _ list: inout FindingList) throws {
  let root = try file.root
  guard let version = try nwbVersion(root), version.hasPrefix("2") else {
    return list.add(.nwbRequired, "/", "is NWB 1.x, which is another format")
  }
  var absent = Cases()
  for name in [
    "file_create_date", "identifier", "session_description", "session_start_time",
    "timestamps_reference_time",
  ] where try root.kind(of: name) != .dataset { absent.add("dataset \(name)") }
  for name in [
    "acquisition", "analysis", "general", "processing", "stimulus", "stimulus/presentation",
    "stimulus/templates",
  ] where try root.kind(of: name) != .group { absent.add("group \(name)") }
  list.add(.nwbRequired, "/", absent) { "\($0) objects that every NWB file must have are not there" }
  if try root.kind(of: "specifications") == nil, root.attributes.contains(".specloc") {
    list.add(.nwbRequired, "/", "refers to /specifications, which is not there")
  }
  try checkTypes(file, &list)
}

/// Every typed group: tables and time series.
private func checkTypes(_ file: H5File, _ list: inout FindingList) throws {
  try file.walk { entry in
    guard entry.content == .group, !"\(entry.path)/".hasPrefix("/specifications/") else { return true }
    list.part(entry.path) { list in
      let own = try file.root.group(entry.path)
      let attributes = own.attributes
      let type = try attributes.contains("neurodata_type") ? attributes.string("neurodata_type") : nil
      if ["Units", "DynamicTable", "TimeIntervals"].contains(type ?? "") {
        try checkTable(own, &list)
        if type == "Units" { list.part(own.path) { try checkUnits(own, &$0) } }
      } else if try own.kind(of: "data") == .dataset, type != nil {
        try checkSeries(own, file, &list)
      }
    }
    return true
  }
}

/// Indices of ragged columns, lengths, references to rows of other tables.
private func checkTable(_ group: H5Group, _ list: inout FindingList) throws {
  if try group.kind(of: "id") != .dataset { list.add(.nwbRequired, group.path, "has no id") }
  let names = try group.names()
  for name in names where name.hasSuffix("_index") {
    let target = String(name.dropLast(6))
    guard names.contains(target) else {
      list.add(.nwbIndex, "\(group.path)/\(name)", "is the index of \(target), which is not there")
      continue
    }
    let (index, length) = (try group.dataset(name), try group.dataset(target).shape.first ?? 0)
    var (wrong, last) = (Cases(), 0)
    for (row, end) in try index.read(Int.self).enumerated() {
      if end < last { wrong.add("row \(row): \(end) after \(last)") }
      if end > length || end < 0 { wrong.add("row \(row): \(end) of \(length)") }
      last = end
    }
    list.add(.nwbIndex, index.path, wrong) { "\($0) ends descend or lie beyond the \(length) values" }
  }
  for name in names where try group.kind(of: name) == .dataset {
    let data = try group.dataset(name)
    if data.attributes.contains("table"), data.type.isNumeric { try checkRegion(data, &list) }
  }
}

/// Row numbers of another table.
private func checkRegion(_ data: H5Dataset, _ list: inout FindingList) throws {
  guard let path = try data.attributes.strings("table")?.first, !path.isEmpty,
    try data.file.root.kind(of: "\(path)/id") == .dataset
  else {
    return list.add(.nwbRegion, data.path, "refers to a table that is not there")
  }
  let count = try data.file.root.dataset("\(path)/id").count
  var outside = Cases()
  for (place, row) in try data.read(Int.self).enumerated() where row < 0 || row >= count {
    outside.add("entry \(place): row \(row)")
  }
  list.add(.nwbRegion, data.path, outside) { "\($0) rows lie outside the \(count) of \(path)" }
}

/// Spike times: ascending, inside their intervals, with a resolution.
private func checkUnits(_ group: H5Group, _ list: inout FindingList) throws {
  let table = try DynamicTable(group, only: ["spike_times", "obs_intervals"])
  guard let times = table.column("spike_times"), times.data.type.isNumeric else { return }
  let attributes = times.data.attributes
  if !attributes.contains("resolution") {
    list.add(.nwbResolution, times.data.path, "has no attribute resolution")
  }
  let bounds = times.ends.isEmpty ? Array(0...table.count) : times.bounds
  let intervals = try observed(table)
  var (descending, outside, bad) = (Cases(), Cases(), Cases())
  for unit in 0..<table.count where bounds[unit] < bounds[unit + 1] {
    var last = -Double.infinity
    for time in try times.data.read(Double.self, rows: bounds[unit]..<bounds[unit + 1]) {
      if !time.isFinite { bad.add("unit \(table.ids[unit]): \(time)") }
      if time < last { descending.add("unit \(table.ids[unit]): \(time) after \(last)") }
      if let own = intervals?[unit], !own.contains(where: { $0.0 <= time && time <= $0.1 }) {
        outside.add("unit \(table.ids[unit]): \(time)")
      }
      last = time
    }
  }
  list.add(.badTime, times.data.path, bad) { "\($0) spike times are no numbers" }
  list.add(.nwbOrder, times.data.path, descending) { "\($0) spike times descend within their unit" }
  list.add(.nwbIntervals, times.data.path, outside) { "\($0) spikes lie outside their unit's obs_intervals" }
}

/// The observation intervals of each unit; nil where there are none.
private func observed(_ table: DynamicTable) throws -> [[(Double, Double)]]? {
  guard let column = table.column("obs_intervals"), column.data.shape.count == 2, column.data.shape[1] == 2
  else {
    return nil
  }
  let ends = try column.data.read(Double.self)
  let bounds = column.ends.isEmpty ? Array(0...table.count) : column.bounds
  return (0..<table.count).map { unit in
    (bounds[unit]..<bounds[unit + 1]).map { (ends[2 * $0], ends[2 * $0 + 1]) }
  }
}

/// Times and unit of a time series.
private func checkSeries(_ group: H5Group, _ file: H5File, _ list: inout FindingList) throws {
  let data = try group.dataset("data")
  if !data.attributes.contains("unit") { list.add(.nwbRequired, data.path, "has no attribute unit") }
  let (start, stamps) = try (group.kind(of: "starting_time"), group.kind(of: "timestamps"))
  if start == nil, stamps == nil {
    list.add(.nwbRequired, group.path, "has neither starting_time nor timestamps")
  }
  if start == .dataset, try !group.dataset("starting_time").attributes.contains("rate") {
    list.add(.nwbRequired, "\(group.path)/starting_time", "has no attribute rate")
  }
  if stamps == .dataset {
    let count = try group.dataset("timestamps").count
    if count != data.shape.first ?? 0 {
      list.add(.lengths, group.path, "has \(data.shape.first ?? 0) frames but \(count) times")
    }
  }
  if try group.kind(of: "electrodes") == .dataset {
    let electrodes = try group.dataset("electrodes")
    if electrodes.attributes.contains("table") { try checkRegion(electrodes, &list) }
  }
}
