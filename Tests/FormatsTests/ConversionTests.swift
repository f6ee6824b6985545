import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

extension Scratch {
  /// Converts and gives the path of the result.
  @discardableResult
  func convert(
    _ input: String, to format: FileFormat, as name: String, options: ConversionOptions = ConversionOptions(),
    strict: Bool = false, memory: Int = 1 << 30
  ) throws -> (path: String, outcome: ConversionOutcome) {
    var request = ConversionRequest(
      input, to: format, output: file(name), options: options, isStrict: strict)
    request.memory = memory
    return (file(name), try EngramFormats.convert(request, hash: sha256(ofFile:)))
  }
}

/// Edges as comparable lines, in no particular order.
func edgeLines(_ file: String, _ name: String, _ columns: [String]) throws -> [String] {
  let contents = try EngramFormatReader().contents(of: file, ConversionOptions())
  let edges = try #require(contents.edges.first { $0.name == name })
  let places = try columns.map { column in
    try #require(edges.columns.firstIndex { $0.name == column }, "\(name) has no \(column)")
  }
  var lines: [String] = []
  try edges.blocks { block in
    for edge in block.sources.indices {
      let values = places.map { place in
        let value = block.columns[place][edge]
        return edges.columns[place].library.map { $0[Int(value)] } ?? "\(value)"
      }
      lines.append("\(block.sources[edge]) \(block.targets[edge]) " + values.joined(separator: " "))
    }
  }
  return lines.sorted()
}

@Suite("SONATA and Engram hold the same") struct LayoutConversionTests {
  /// Multi-edges, an empty population, words with blanks, ids that are no positions.
  private func network(_ path: String) throws {
    try EngramWriter.write(path, title: "a network") { writer in
      try writer.nodes(
        NodeTable(
          "cortex", count: 4, ids: [7, 3, 1 << 40, 12],
          columns: [
            ("cell_type", .words(["exc", "inh", "exc", "exc"])), ("name", .names(["ä", "b c", "d\"e", "f"])),
            ("x", .numbers([0.1, 0.2, .nan, 4], unit: "um", stored: .float64)),
          ]))
      try writer.nodes(NodeTable("silent", count: 0))
      try writer.edges(
        EdgeTable(
          from: "cortex", to: "cortex", sources: [0, 1, 1, 3, 2], targets: [1, 0, 0, 2, 3],
          columns: [.init("syn_weight", [0.1, -2, 3e-300, .nan, 5], unit: "nS")]))
      try writer.spikes(
        "cortex",
        SpikeTrains(
          times: [1, 7.5, 0.1 + 0.2], offsets: [0, 2, 2, 3, 3], ids: [7, 3, 1 << 40, 12], start: 0, stop: 10))
    }
  }

  @Test("there and back, with ids above 2^32, NaN, several edges of one pair and a silent population")
  func roundTrip() throws {
    let scratch = try Scratch()
    try network(scratch.file("a.h5"))
    let there = try scratch.convert(scratch.file("a.h5"), to: .sonata, as: "a.sonata", strict: true)
    #expect(there.outcome.dropped.isEmpty)
    let back = try scratch.convert(
      there.path + "/circuit_config.json", to: .engram, as: "b.h5", strict: true)
    let spikes = try scratch.convert(there.path + "/spikes.h5", to: .engram, as: "spikes.h5")
    let edges = "cortex__cortex__chemical"
    #expect(
      try edgeLines(back.path, edges, ["syn_weight"])
        == edgeLines(scratch.file("a.h5"), edges, ["syn_weight"]))
    let (first, second) = (try EngramFile(reading: scratch.file("a.h5")), try EngramFile(reading: back.path))
    let (nodes, again) = try (#require(try first.nodes("cortex")), #require(try second.nodes("cortex")))
    #expect(try again.ids() == nodes.ids())
    for column in ["cell_type", "name"] {
      #expect(try again.table.labels(column) == nodes.table.labels(column))
    }
    #expect(try second.nodes("silent")?.count == 0)
    let options = ReadingOptions()
    #expect(
      try EngramFile(reading: spikes.path).spikes("cortex").trains(options).trains.times
        == first.spikes("cortex").trains(options).trains.times)
  }

  @Test("equal input gives equal bytes, whatever the memory")
  func bytes() throws {
    let scratch = try Scratch()
    let count = 40_000
    var random = RandomStream(seed: 3)
    try EngramWriter.write(scratch.file("a.h5")) { writer in
      try writer.nodes(NodeTable("p", count: 500))
      // Spoil the order by swapping the ends of what the writer sorts: ids reach the converter unsorted by target.
      let ends = (0..<count).map { _ in (UInt32(random.uniform() * 500), UInt32(random.uniform() * 500)) }
      let group = try writer.h5.root.createGroup("/edges/p__p__chemical")
      try group.write("source_node_id", ends.map { UInt64($0.0) }).attributes.set("node_population", "p")
      try group.write("target_node_id", ends.map { UInt64($0.1) }).attributes.set("node_population", "p")
      try group.write("edge_type_id", [Int64](repeating: -1, count: count))
      try group.write("0/syn_weight", (0..<count).map { Double($0) }).attributes.set("units", "nS")
    }
    let whole = try scratch.convert(scratch.file("a.h5"), to: .engram, as: "whole.h5")
    let spilled = try scratch.convert(scratch.file("a.h5"), to: .engram, as: "spilled.h5", memory: 100_000)
    #expect(try sha256(ofFile: whole.path) == sha256(ofFile: spilled.path))
    #expect(
      try edgeLines(whole.path, "p__p__chemical", ["syn_weight"])
        == edgeLines(scratch.file("a.h5"), "p__p__chemical", ["syn_weight"]))
    let edges = try EngramFile(reading: whole.path).edges("p__p__chemical")
    let (sources, targets) = (try edges.sourceIDs.read(UInt64.self), try edges.targetIDs.read(UInt64.self))
    #expect(zip(zip(targets, sources), zip(targets, sources).dropFirst()).allSatisfy { $0 <= $1 })
    #expect(try checkFile(whole.path).isEmpty)
  }

  @Test("what the target lacks is listed, and fails when nothing may be lost")
  func loss() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("a.h5")) { writer in
      try writer.nodes(NodeTable("p", count: 2))
      try writer.rates("r", Tensor([1, 2], shape: [2, 1]), labels: ["p"], Sampling(start: 0, step: 1))
      try writer.h5.root.write("/engram/history/loss", [3.0, 2.0]).attributes.set("units", "1")
    }
    let lost = try scratch.convert(scratch.file("a.h5"), to: .sonata, as: "a.sonata").outcome.dropped
    #expect(lost.contains { $0.contains("history/loss") })
    #expect(throws: Problem.self) {
      try scratch.convert(scratch.file("a.h5"), to: .sonata, as: "strict.sonata", strict: true)
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.file("strict.sonata")))
  }
}
