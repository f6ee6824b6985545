import EngramData
import EngramKit

/// Spikes: lengths, unit, times, sorting, neurons.
func checkSpikes(_ file: EngramFile, _ name: String, _ list: inout FindingList) throws {
  let path = try file.hasFlatSpikes() ? "/spikes" : "/spikes/\(name)"
  let group = try file.h5.root.group(path)
  let ids = try group.dataset(group.exists("node_ids") ? "node_ids" : "gids")
  let times = try group.dataset("timestamps")
  guard ids.count == times.count else {
    return list.add(.lengths, path, "has \(times.count) times but \(ids.count) neuron ids")
  }
  let spikes = try file.spikes(name)
  if let unit = spikes.units {
    let isTime = unit == "1" || Unit(unit)?.factor(to: .millisecond) != nil
    if !isTime { list.add(.units, times.path, "unit “\(unit)” is no known unit of time", severity: .error) }
  } else {
    list.add(.units, times.path, "has no attribute units; ms are assumed")
  }
  try checkOrder(spikes, &list)
  if let nodes = try file.nodes(spikes.nodePopulation) {
    try checkIDs(ids, nodes, "spike", &list)
  } else if spikes.group.attributes.contains("node_population"), try !file.nodeNames().isEmpty {
    list.add(
      .unknownPopulation, path, "names the node population “\(spikes.nodePopulation)”, which is not there")
  }
}

private func checkOrder(_ spikes: SpikePopulation, _ list: inout FindingList) throws {
  let least = spikes.window.map { min($0.start, $0.stop) } ?? 0
  let most = spikes.window?.stop ?? .infinity
  var (bad, unsorted) = (Cases(), Cases())
  var last: (time: Double, id: UInt64)?
  try spikes.blocks { range, times, ids in
    for k in 0..<range.count {
      let (time, id) = (times[k], ids[k])
      if !time.isFinite || time < least || time >= most { bad.add("spike \(range.lowerBound + k): \(time)") }
      if let last {
        switch spikes.sorting {
        case .byID where id < last.id || (id == last.id && time < last.time):
          unsorted.add(
            "spike \(range.lowerBound + k): neuron \(id) at \(time) after neuron \(last.id) at \(last.time)")
        case .byTime where time < last.time:
          unsorted.add("spike \(range.lowerBound + k): \(time) after \(last.time)")
        default: break
        }
      }
      last = (time, id)
    }
  }
  list.add(.badTime, spikes.times.path, bad) {
    "\($0) times are no numbers or lie outside [\(shortest(least)), \(most == .infinity ? "∞" : shortest(most)))"
  }
  list.add(.sorting, spikes.group.path, unsorted) {
    "sorting says \(spikes.sorting?.rawValue ?? ""), but \($0) spikes are out of that order"
  }
  if spikes.sorting == nil, spikes.group.attributes.contains("sorting") {
    list.add(.sorting, spikes.group.path, "sorting is none of none, by_id, by_time")
  }
}

/// Traces: unit, frames, which column is whose.
func checkReport(_ file: EngramFile, _ name: String, _ list: inout FindingList) throws {
  let path = "/report/\(name)"
  let report = try file.report(name)
  if let unit = report.units {
    if Unit(unit) == nil {
      list.add(.units, report.data.path, "unit “\(unit)” is not known", severity: .error)
    }
  } else {
    list.add(.units, report.data.path, "has no attribute units")
  }
  guard report.shape.count == 2 else {
    return list.add(.lengths, report.data.path, "has shape \(report.shape), not [time, element]")
  }
  if report.pointerName == "index_pointer" {
    list.add(.oldNames, "\(path)/mapping", "has index_pointer only, which libsonata does not read")
  }
  if let expected = report.expectedFrames, expected != report.shape[0] {
    list.add(.frames, path, "has \(report.shape[0]) frames, but mapping/time implies \(expected)")
  }
  if try report.group.exists("mapping/element_ids") {
    let elements = try report.group.dataset("mapping/element_ids").count
    if elements != report.shape[1] {
      list.add(.lengths, path, "has \(report.shape[1]) columns but \(elements) element ids")
    }
  }
  if let pointers = report.pointerName, try report.group.dataset("mapping/\(pointers)").count != 0 {
    let (found, wanted) = (try report.group.dataset("mapping/\(pointers)").count, try report.nodeIDs().count)
    // The specification's text has one pointer less than every writer.
    if found != wanted + 1, found != wanted {
      list.add(.lengths, path, "has \(found) pointers for \(wanted) neurons")
    } else {
      list.part("\(path)/mapping/\(pointers)") { _ in _ = try report.columns() }
    }
  }
}

/// What the canonical layout adds: orientation of matrices, width of weight snapshots.
func checkEngram(_ file: EngramFile, _ list: inout FindingList) throws {
  for name in try file.matrixNames() {
    let path = "/engram/connectivity/\(name)"
    list.part(path) { list in
      let matrix = try file.matrix(name)
      if !matrix.statesOrientation { list.add(.orientation, path, "has no attribute orientation") }
      if matrix.units == nil { list.add(.units, path, "has no attribute units") }
      _ = try matrix.read()
    }
  }
  let edges = try file.edgeNames()
  for name in try file.weightNames() {
    let path = "/engram/weights/\(name)"
    list.part(path) { list in
      let group = try file.h5.root.group(path)
      let own = try group.attributes.string("edge_population") ?? (edges.contains(name) ? name : nil)
      let values = try group.dataset("values")
      guard let own, values.shape.count == 2, edges.contains(own) else { return }
      let count = try file.edges(own).count
      if values.shape[1] != count {
        list.add(
          .snapshotWidth, path, "has \(values.shape[1]) weights in a snapshot, but \(own) has \(count) edges")
      }
    }
  }
}
