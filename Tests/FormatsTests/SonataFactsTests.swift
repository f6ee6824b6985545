import EngramData
import EngramKit
import Foundation
import Testing

/// What Engram reads from SONATA files equals what h5py, libsonata and bmtk read from them.
///
/// Sums may differ in the last digits, because NumPy adds in pairs and we add in order.
@Suite(.enabled(if: Samples.areHere)) struct SonataFactsTests {
  static let all = Samples.facts([
    "samples/sonata/", "samples/peer_written/sonata_bmtk", "samples/engram_reference/", "samples/bad/",
  ])
  /// What peers cannot do is no fact about the file, and neither is a version of NWB.
  static let facts = all.filter {
    !["peer-cannot", "nwb_version"].contains($0.fact) && !$0.file.hasSuffix(".csv")
  }

  @Test("the list of facts has not shrunk") func enough() { #expect(Self.facts.count >= 140) }

  @Test(arguments: facts) func fact(_ fact: Samples.Fact) throws {
    let file = try EngramFile(reading: Samples.path(fact.file))
    let parts = fact.fact.split(separator: "/", maxSplits: 1).map(String.init)
    let found: Any
    switch (parts[0], parts.count > 1 ? parts[1] : "") {
    case ("magic,version", _):
      let attributes = try file.h5.root.attributes
      found = [try attributes.int("magic") as Any, try attributes.ints("version") as Any]
    case ("nodes", let name): found = try nodes(file, name)
    case ("edges", let name): found = try edges(file, name, named: fact.value())
    case ("spikes", let name), ("libsonata spikes", let name): found = try spikes(file, name)
    case ("spikes (old flat layout)", _): found = try spikes(file, file.spikeNames()[0])
    case ("report", let name): found = try report(file, name)
    case ("libsonata edges", let name): found = try neighbours(file, name)
    case ("libsonata report", let name): found = try libsonataReport(file, name)
    case ("bmtk SpikeTrains", _): found = try allSpikes(file)
    default:
      Issue.record("no reading for this fact")
      return
    }
    expectFact(found, equals: try fact.value(), in: fact.fact)
  }

  // MARK: What we read

  private func nodes(_ file: EngramFile, _ name: String) throws -> [String: Any] {
    let nodes = try #require(try file.nodes(name))
    var types: [String: Int] = [:]
    for id in try nodes.table.typeIDs() ?? [] { types["\(id)", default: 0] += 1 }
    return [
      "n": nodes.count, "types": types, "groups": nodes.table.groups,
      "attrs": try nodes.table.groups.flatMap { try nodes.table.columns(of: $0) }.sorted(),
    ]
  }

  private func edges(_ file: EngramFile, _ name: String, named wanted: Any) throws -> [String: Any] {
    let edges = try file.edges(name)
    var found: [String: Any] = [
      "n": edges.count, "source": edges.sourcePopulation ?? NSNull(),
      "target": edges.targetPopulation ?? NSNull(),
      "has_index": try edges.index(by: .target) != nil,
    ]
    var (sources, targets) = ([UInt64](), [UInt64]())
    try edges.blocks { _, from, to in
      sources += from
      targets += to
    }
    func degrees(_ ids: [UInt64]) -> [Int] {
      ids.reduce(into: [Int](repeating: 0, count: Int(ids.max() ?? 0) + 1)) { $0[Int($1)] += 1 }
    }
    let (out, into) = (degrees(sources), degrees(targets))
    let isRecurrent = edges.sourcePopulation == edges.targetPopulation && edges.sourcePopulation != nil
    found["sum_source"] = sources.reduce(0, +)
    found["sum_target"] = targets.reduce(0, +)
    found["max_source"] = sources.max()
    found["max_target"] = targets.max()
    found["self_loops"] = isRecurrent ? zip(sources, targets).filter { $0 == $1 }.count : 0
    found["unique_pairs"] = Set(zip(sources, targets).map { [$0, $1] }).count
    found["out_degree_max"] = out.max()
    found["out_degree_argmax"] = out.firstIndex(of: out.max() ?? 0)
    found["in_degree_max"] = into.max()
    found["in_degree_argmax"] = into.firstIndex(of: into.max() ?? 0)
    found["in_degree_zero"] = into.filter { $0 == 0 }.count
    found["target_sorted"] = zip(targets, targets.dropFirst()).allSatisfy { $0 <= $1 }
    for key in (wanted as? [String: Any] ?? [:]).keys where key.contains("/") {
      let values = try edges.group.dataset(key).read(Double.self)
      found[key] = ["n": values.count, "sum": values.reduce(0, +)]
    }
    return found
  }

  private func spikes(_ file: EngramFile, _ name: String) throws -> [String: Any] {
    let spikes = try file.spikes(name)
    var (times, ids) = ([Double](), [UInt64]())
    try spikes.blocks {
      times += $1
      ids += $2
    }
    let counts = ids.reduce(into: [UInt64: Int]()) { $0[$1, default: 0] += 1 }
    let busiest = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    // Grouping by neuron keeps every spike.
    let trains = try spikes.trains().trains
    #expect(trains.count == times.count)
    #expect(trains.times.sorted() == times.sorted())
    return [
      "n": spikes.count, "sorting": spikes.sorting?.rawValue ?? "", "units": spikes.units ?? "",
      "t_min": times.min() as Any, "t_max": times.max() as Any, "t_sum": times.reduce(0, +),
      "times": [times.min() ?? 0, times.max() ?? 0], "active": counts.count,
      "first": times.isEmpty ? NSNull() : [Double(ids[0]), times[0]] as Any,
      "last": times.isEmpty ? NSNull() : [Double(ids[ids.count - 1]), times[times.count - 1]] as Any,
      "busiest": busiest.map { [Int($0.key), $0.value] } as Any,
      "time_sorted": zip(times, times.dropFirst()).allSatisfy { $0 <= $1 },
      "id_sorted": zip(ids, ids.dropFirst()).allSatisfy { $0 <= $1 },
    ]
  }

  private func report(_ file: EngramFile, _ name: String) throws -> [String: Any] {
    let report = try file.report(name)
    let values = try report.data.read(Double.self)
    let time = try #require(report.time)
    let sum = values.reduce(0, +)
    #expect(report.expectedFrames == report.shape[0])
    return [
      "shape": report.shape, "units": report.units ?? "", "time": [time.start, time.stop, time.step],
      "node_ids": try report.nodeIDs().prefix(5).map { Int($0) }, "sum": sum,
      "mean": sum / Double(values.count),
      "first": values.first as Any, "last": values.last as Any, "pointers": report.pointerName ?? "",
    ]
  }

  private func neighbours(_ file: EngramFile, _ name: String) throws -> [String: Any] {
    let edges = try file.edges(name)
    func of(_ node: Int, _ end: EdgeIndex.End) throws -> [Int] {
      try edges.index(by: end)?.edges(of: node).flatMap { Array($0) } ?? []
    }
    return [
      "n": edges.count, "source": edges.sourcePopulation as Any, "target": edges.targetPopulation as Any,
      "aff0": try of(0, .target), "eff1": try of(1, .source),
    ]
  }

  private func libsonataReport(_ file: EngramFile, _ name: String) throws -> [String: Any] {
    let report = try file.report(name)
    let time = try #require(report.time)
    return [
      "times": [time.start, time.stop, time.step], "units": ["ms", report.units],
      "nodes": try report.columns().count, "sum": try report.data.read(Double.self).reduce(0, +),
    ]
  }

  private func allSpikes(_ file: EngramFile) throws -> [String: Any] {
    let names = try file.spikeNames()
    var (sum, count, ids) = (0.0, 0, Set<UInt64>())
    for name in names {
      let trains = try file.spikes(name).trains().trains
      sum += trains.times.reduce(0, +)
      count += trains.count
      ids.formUnion((0..<trains.unitCount).filter { !trains.train($0).isEmpty }.map { trains.ids[$0] })
    }
    let isFlat = try file.hasFlatSpikes()
    return ["populations": isFlat ? ["<sonata:none>"] : names, "n": count, "t_sum": sum, "ids": ids.count]
  }
}
