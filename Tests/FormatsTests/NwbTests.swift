import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// What Engram reads from NWB and NIX files equals what pynwb, h5py and Neo read from them.
@Suite(.enabled(if: Samples.areHere)) struct NwbFactsTests {
  static let facts = Samples.facts([
    "samples/nwb_old/", "samples/peer_written/nwb/", "samples/peer_written/nix/",
  ])
  // pynwb makes up an empty array for a series whose file has no data; here such a series is none.
  .filter { $0.fact != "peer-cannot" && !($0.file.contains("no_data") && $0.fact.hasPrefix("acquisition")) }

  @Test("the list of facts has not shrunk") func enough() { #expect(Self.facts.count >= 20) }

  @Test(arguments: facts) func fact(_ fact: Samples.Fact) throws {
    let path = Samples.path(fact.file)
    let found: Any
    switch fact.fact {
    case "nix": found = try nix(path)
    case "nwb_version":
      let version = try NwbReader().contents(of: path, ConversionOptions()).sourceVersion
      let hasSchema = try H5File(reading: path).root.exists("specifications")
      found = [version as Any, hasSchema as Any]
    case "nwb": found = try head(path)
    case "units": found = try units(path)
    case "units.cell_type": found = try cellTypes(path)
    case "units.electrodes rows": found = try electrodeRows(path)
    case let name where name.hasPrefix("acquisition/"): found = try series(path, name)
    default:
      Issue.record("no reading for this fact")
      return
    }
    expectFact(found, equals: try fact.value(), in: fact.fact)
  }

  private func contents(_ path: String) throws -> Contents {
    try NwbReader().contents(of: path, ConversionOptions())
  }

  private func head(_ path: String) throws -> [String: Any] {
    let root = try H5File(reading: path).root
    let start = try #require(try contents(path).sessionStart)
    return [
      "identifier": try root.dataset("identifier").readString(),
      // Python prints the same moment with a blank between day and time.
      "start": start.replacing("T", with: " "), "acquisition": try root.group("acquisition").names(),
    ]
  }

  private func units(_ path: String) throws -> [String: Any] {
    let contents = try contents(path)
    let (nodes, spikes) = (try #require(contents.nodes.first), try #require(contents.spikes.first))
    let ids = nodes.ids ?? (0..<UInt64(nodes.count)).map { $0 }
    var trains: [UInt64: [Double]] = [:]
    try spikes.blocks { for (time, id) in zip($0.times, $0.ids) { trains[id, default: []].append(time) } }
    let all = ids.map { trains[$0] ?? [] }
    let stored = try H5File(reading: path).root.group("units").attributes.strings("colnames")
    return [
      "n": nodes.count, "ids": ids.map { Int($0) }, "colnames": stored ?? [], "counts": all.map(\.count),
      "total": all.reduce(0) { $0 + $1.count }, "sum": all.joined().reduce(0, +),
      "first": all.prefix(5).map { $0.first.map { $0 as Any } ?? NSNull() },
      "last": all.prefix(5).map { $0.last.map { $0 as Any } ?? NSNull() },
    ]
  }

  private func cellTypes(_ path: String) throws -> Any {
    let column = try contents(path).nodes.first?.columns.first { $0.name == "cell_type" }
    guard case .words(let words)? = column?.values else { return [String]() }
    return words
  }

  private func electrodeRows(_ path: String) throws -> Any {
    let arrays = try contents(path).arrays
    let data = try #require(arrays.first { $0.name == "units/electrodes" })
    let index = try #require(arrays.first { $0.name == "units/electrodes_index" })
    let rows = try data.read(0..<data.shape[0]).map { Int($0) }
    let ends = try index.read(0..<index.shape[0]).map { Int($0) }
    return zip([0] + ends, ends).map { Array(rows[$0..<$1]) }
  }

  private func series(_ path: String, _ name: String) throws -> [String: Any] {
    let group = try H5File(reading: path).root.group(name)
    let data = try group.dataset("data")
    let trace = try contents(path).traces.first { name == "acquisition/\($0.name)" }
    let start = try group.exists("starting_time") ? try group.dataset("starting_time") : nil
    let conversion = try #require(try data.attributes.double("conversion"))
    let rate = try start?.attributes.double("rate")
    let first = try start?.readScalar(Double.self)
    if let trace {
      // What the reader gives is data · conversion: their sum is the sum of the raw numbers times it.
      let sum = try trace.read(0..<trace.frames).reduce(0, +)
      let raw = try data.read(Double.self).reduce(0, +)
      #expect(abs(sum - raw * conversion) <= 1e-9 * abs(raw * conversion))
      #expect(trace.frames == data.shape[0] && trace.ids.count == (data.shape.count > 1 ? data.shape[1] : 1))
      if case .regular(let sampling) = trace.times, let rate, let first {
        #expect(sampling == Sampling(start: first * 1000, step: 1000 / rate))
      }
    }
    let stamps = try group.exists("timestamps") ? try group.dataset("timestamps").count : nil
    return [
      "type": try group.attributes.string("neurodata_type") ?? "", "shape": data.shape,
      "dtype": dtype(data.type), "unit": try data.attributes.string("unit") ?? "", "conversion": conversion,
      "rate": rate.map { $0 as Any } ?? NSNull(), "start": first.map { $0 as Any } ?? NSNull(),
      "n_timestamps": stamps.map { $0 as Any } ?? NSNull(),
      "raw_sum": try data.read(Double.self).reduce(0, +),
      "channel_conversion": try group.exists("channel_conversion"),
    ]
  }

  private func dtype(_ type: H5Type) -> String {
    switch type {
    case .integer(let bytes, let signed): (signed ? "int" : "uint") + "\(8 * bytes)"
    case .float(let bytes): "float\(8 * bytes)"
    default: type.words
    }
  }

  private func nix(_ path: String) throws -> [String: Any] {
    let contents = try NixReader().contents(of: path, ConversionOptions())
    let spikes = try #require(contents.spikes.first)
    var (counts, sum) = ([Int](repeating: 0, count: spikes.unitCount), 0.0)
    try spikes.blocks { block in
      for id in block.ids { counts[Int(id)] += 1 }
      sum = block.times.reduce(sum, +)
    }
    let signals = try contents.traces.map { trace -> [Any] in
      guard case .regular(let sampling) = trace.times else { return [] }
      let total = try trace.read(0..<trace.frames).reduce(0, +)
      return [[trace.frames, trace.ids.count], trace.unit ?? "", 1000 / sampling.step, total]
    }
    return [
      "trains": spikes.unitCount, "counts": counts, "units": spikes.unit.symbol, "sum": sum,
      "t_stop": spikes.window.upperBound, "signals": signals,
    ]
  }
}

@Suite("NWB") struct NwbTests {
  private func trains(_ path: String, _ name: String) throws -> SpikeTrains {
    try EngramFile(reading: path).spikes(name).trains(ReadingOptions()).trains
  }

  /// Spikes, a trace with a unit that has a prefix, trials, silent neurons.
  private func recording(_ path: String) throws {
    try EngramWriter.write(path) { writer in
      try writer.nodes(
        NodeTable("p", count: 3, ids: [5, 2, 9], columns: [("cell_type", .words(["exc", "inh", "exc"]))]))
      try writer.spikes(
        "p",
        SpikeTrains(times: [0.1, 7.3, 1e-3], offsets: [0, 2, 2, 3], ids: [5, 2, 9], start: 0, stop: 12.5))
      try writer.trace(
        "v", Tensor([-65, -64.5, -70, -71], shape: [2, 2]), unit: "mV", variable: "v",
        Sampling(start: 3, step: 0.25))
      let table = try writer.h5.root.createGroup("/engram/trials/trials/table")
      try table.attributes.set("kind", "trials")
      try table.attributes.set("rows", Int64(2))
      try table.write("start_ms", [0.0, 5]).attributes.set("units", "ms")
      try table.write("stop_ms", [4.0, 9]).attributes.set("units", "ms")
      try table.write("condition", strings: ["left", "right"])
    }
  }

  @Test("there and back: counts and ids exact, times within two units in the last place")
  func roundTrip() throws {
    let scratch = try Scratch()
    try recording(scratch.file("a.h5"))
    let there = try scratch.convert(scratch.file("a.h5"), to: .nwb, as: "a.nwb", strict: true)
    #expect(try checkFile(there.path).filter { $0.id != .nwbResolution }.isEmpty)
    let back = try scratch.convert(there.path, to: .engram, as: "b.h5")
    let (first, second) = (try trains(scratch.file("a.h5"), "p"), try trains(back.path, "p"))
    #expect(second.ids == first.ids && second.offsets == first.offsets)
    for (old, new) in zip(first.times, second.times) { #expect(abs(old - new) <= 2 * old.ulp) }
    #expect(second.start == 0 && second.stop == 12.5)
    let file = try EngramFile(reading: back.path)
    #expect(try file.nodes("p")?.table.labels("cell_type") == ["exc", "inh", "exc"])
    let trace = try file.report("v")
    #expect(try trace.data.read(Double.self) == [-65, -64.5, -70, -71])
    #expect(trace.units == "mV" && trace.variable == "v" && trace.sampling == Sampling(start: 3, step: 0.25))
    let table = try file.h5.root.group("/engram/trials/trials/table")
    #expect(try table.dataset("start_ms").read(Double.self) == [0, 5])
    #expect(try table.dataset("condition").readStrings() == ["left", "right"])
  }

  @Test("equal input gives equal bytes, the identifiers too")
  func bytes() throws {
    let scratch = try Scratch()
    try recording(scratch.file("a.h5"))
    let one = try scratch.convert(scratch.file("a.h5"), to: .nwb, as: "1.nwb").path
    let two = try scratch.convert(scratch.file("a.h5"), to: .nwb, as: "2.nwb").path
    #expect(try sha256(ofFile: one) == sha256(ofFile: two))
  }

  @Test("rows of ragged columns are what the index says, one level or two")
  func ragged() throws {
    let scratch = try Scratch()
    try H5File.write(scratch.file("a.nwb")) { file in
      let root = try file.root
      try root.attributes.set("nwb_version", "2.6.0")
      let units = try root.createGroup("units")
      try units.attributes.set("neurodata_type", "Units")
      try units.write("id", [Int64(7), 3, 4])
      try units.write("spike_times", [0.5, 1.5, 0.25])
      try units.write("spike_times_index", [UInt8(2), 2, 3])
    }
    let contents = try NwbReader().contents(of: scratch.file("a.nwb"), ConversionOptions())
    var spikes: [UInt64: [Double]] = [:]
    try contents.spikes[0].blocks {
      for (id, time) in zip($0.ids, $0.times) { spikes[id, default: []].append(time) }
    }
    #expect(spikes == [7: [0.5, 1.5], 4: [0.25]])
    #expect(contents.spikes[0].unitCount == 3)
  }

  @Test("what breaks readers is found")
  func findings() throws {
    let scratch = try Scratch()
    try H5File.write(scratch.file("a.nwb")) { file in
      let root = try file.root
      try root.attributes.set("nwb_version", "2.6.0")
      let units = try root.createGroup("units")
      try units.attributes.set("neurodata_type", "Units")
      try units.write("id", [Int64(0), 1])
      try units.write("spike_times", [3.0, 1, 2])
      try units.write("spike_times_index", [2, 3])
      try units.write("obs_intervals", [0.0, 2.5, 0, 2.5], shape: [2, 2])
      try units.write("obs_intervals_index", [1, 2])
      let rows = try units.write("electrodes", [0, 4])
      try root.write("general/extracellular_ephys/electrodes/id", [Int64(0), 1])
      try rows.attributes.set("table", referenceTo: "/general/extracellular_ephys/electrodes")
      try units.write("waveforms", [1.0])
      try units.write("waveforms_index", [1, 9])
    }
    let found = Set(try checkFile(scratch.file("a.nwb")).map(\.id))
    let expected: Set<FindingID> = [
      .nwbRequired, .nwbOrder, .nwbResolution, .nwbIntervals, .nwbRegion, .nwbIndex,
    ]
    #expect(found.isSuperset(of: expected), "\(found)")
  }

  @Test("NWB 1.x is refused by name", .enabled(if: Samples.areHere)) func old() throws {
    let scratch = try Scratch()
    let path = Samples.path("samples/sonata/old_spikes/spikes.onepop.v1.0.nwb")
    #expect {
      try scratch.convert(path, to: .engram, as: "a.h5", options: ConversionOptions())
    } throws: { "\($0)".contains("NWB 1.x") || "\($0)".contains("no format to convert from") }
  }
}
