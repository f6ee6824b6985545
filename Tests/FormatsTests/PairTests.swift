import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// What goes through two formats one after the other is what it was, for every pair that can hold it.
@Suite("every pair of formats keeps spikes and connections") struct PairTests {
  // What was read is read lazily: its files stay as long as the test.
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static let spikeFormats: [FileFormat] = [.engram, .sonata, .nwb, .npz, .matlab]
  static let edgeFormats: [FileFormat] = [.engram, .sonata, .csv]
  static let matrixFormats: [FileFormat] = [.engram, .npz, .matrixMarket, .anndata, .matlab]

  /// Writes contents in each format in turn, reading them again in between.
  private func through(
    _ formats: [FileFormat], _ contents: Contents, neurons: Int
  ) throws -> Contents {
    var contents = contents
    for (place, format) in formats.enumerated() {
      var options = ConversionOptions()
      if format == .csv {
        (options.idBase, options.neurons, options.objects) = (0, neurons, ["edges"])
        contents.spikes = []
      }
      let writer = try FormatCatalogue.writer(format)
      let path = scratch.file(writer.name("\(UUID().uuidString)-\(place)"))
      try writer.write(contents, to: path, ConversionJob(options: options))
      // A circuit's spikes are what its simulation's configuration names.
      let head = contents.spikes.isEmpty ? "circuit_config.json" : "simulation_config.json"
      contents = try read(format == .sonata ? "\(path)/\(head)" : path, options)
    }
    return contents
  }

  static let trains: [SpikeTrains] = [
    SpikeTrains(times: [], offsets: [0, 0, 0], ids: [0, 1], start: 0, stop: 10),
    SpikeTrains(times: [0.1], offsets: [0, 1], ids: [0], start: 0, stop: 1),
    SpikeTrains(times: [-0.3, 1 / 3, 2], offsets: [0, 0, 3, 3], ids: [0, 1, 2], start: -1, stop: 3),
    SpikeTrains(
      units: (0..<500).map { $0 % 7 * 13 }, times: (0..<500).map { Double($0 * $0 % 1009) * 0.37 },
      ids: (0..<100).map { $0 }, start: 0, stop: 400),
  ]

  private func contents(_ trains: SpikeTrains) -> Contents {
    var contents = Contents()
    contents.spikes = [
      SpikeStream(
        "spikes", unit: .millisecond, window: trains.start..<trains.stop, unitCount: trains.unitCount
      ) { body in
        for unit in 0..<trains.unitCount where !trains.train(unit).isEmpty {
          let times = Array(trains.train(unit))
          try body(.init(times: times, ids: [UInt64](repeating: UInt64(unit), count: times.count)))
        }
      }
    ]
    return contents
  }

  private func expect(_ back: SpikeStream, is trains: SpikeTrains) throws {
    let factor = try #require(back.unit.factor(to: .millisecond))
    let (times, ids) = try gather(back)
    #expect(ids == (0..<trains.unitCount).flatMap { unit in trains.train(unit).map { _ in UInt64(unit) } })
    #expect(back.unitCount == trains.unitCount)
    try #require(times.count == trains.times.count)
    // Milliseconds to seconds and back, up to twice: each way is within one unit in the last place.
    for (time, own) in zip(times, trains.times) { #expect(abs(time * factor - own) <= 4 * own.ulp) }
    #expect(abs(back.window.lowerBound * factor - trains.start) <= 1e-12)
    #expect(abs(back.window.upperBound * factor - trains.stop) <= 1e-12)
  }

  @Test("spikes: none, one, negative times, silent neurons", arguments: spikeFormats, spikeFormats)
  func spikes(_ first: FileFormat, _ second: FileFormat) throws {
    for trains in Self.trains {
      let back = try through([first, second], contents(trains), neurons: trains.unitCount)
      try expect(try #require(back.spikes.first), is: trains)
    }
  }

  @Test("a million neurons of which ten fire", arguments: spikeFormats)
  func silent(_ format: FileFormat) throws {
    let trains = SpikeTrains(
      units: (0..<100).map { $0 % 10 * 99_991 }, times: (0..<100).map { Double($0) * 0.1 },
      ids: (0..<1_000_000).map { $0 }, start: 0, stop: 10)
    let back = try through([format], contents(trains), neurons: trains.unitCount)
    try expect(try #require(back.spikes.first), is: trains)
  }

  /// Edges drawn from a fixed seed: pairs joined several times, weights that are no number or at the ends of the range.
  private func network(_ seed: UInt64, form: EdgeStream.Form, ids: [UInt64]? = nil) -> Contents {
    var random = RandomStream(seed: seed)
    let special: [Double] = [.nan, 0, -0.0, 1e300, .leastNonzeroMagnitude, -.infinity, 0.1, 1 / 3]
    let neurons = ids?.count ?? 20
    let own = ids ?? (0..<20).map { $0 }
    let drawn = (0..<200).map { edge in
      (
        own[Int(random.next() % UInt64(neurons))], own[Int(random.next() % UInt64(neurons))],
        edge % 3 == 0 ? special[Int(random.next() % 8)] : random.uniform() - 0.5
      )
    }
    var contents = Contents()
    contents.nodes = [NodeTable("neurons", count: neurons, ids: ids)]
    contents.edges = [
      EdgeStream(
        "W", form: form, from: "neurons", to: "neurons", sourceCount: neurons, targetCount: neurons,
        columns: [.init(EdgeStream.weight, unit: "nS")]
      ) { body in
        try body(
          .init(sources: drawn.map(\.0), targets: drawn.map(\.1), columns: [drawn.map(\.2)]))
      }
    ]
    return contents
  }

  /// Edges as words, sorted; one NaN is as good as another.
  private func words(_ stream: EdgeStream) throws -> [String] {
    let edges = try GatheredEdges(stream)
    return zip(zip(edges.sources, edges.targets), edges.weights(stream)).map { ends, weight in
      "\(ends.0) \(ends.1) \(weight.isNaN ? "NaN" : "\(weight.bitPattern)")"
    }.sorted()
  }

  @Test("connections, pairs joined several times and NaN included", arguments: edgeFormats, edgeFormats)
  func edges(_ first: FileFormat, _ second: FileFormat) throws {
    let own = network(31, form: .edges)
    let back = try through([first, second], own, neurons: 20)
    #expect(try words(try #require(back.edges.first)) == words(own.edges[0]))
  }

  @Test("matrices, element by element", arguments: matrixFormats, matrixFormats)
  func matrices(_ first: FileFormat, _ second: FileFormat) throws {
    let own = network(37, form: .sparse)
    // The first format adds what joins one pair; from then on nothing may change.
    let once = try through([first], own, neurons: 20)
    let back = try through([second], once, neurons: 20)
    #expect(try words(try #require(back.edges.first)) == words(try #require(once.edges.first)))
    let pairs = try Set(words(own.edges[0]).map { $0.split(separator: " ").prefix(2).joined(separator: " ") })
    #expect(try GatheredEdges(try #require(back.edges.first)).count == pairs.count)
  }

  @Test("ids above 2^53, and the largest there is", arguments: [FileFormat.engram, .sonata])
  func largeIDs(_ format: FileFormat) throws {
    let ids: [UInt64] = [3, 1 << 53 + 1, 1 << 53 + 3, .max]
    let own = network(41, form: .edges, ids: ids)
    let back = try through([format], own, neurons: 4)
    #expect(back.nodes.first?.ids == ids)
    #expect(try words(try #require(back.edges.first)) == words(own.edges[0]))
  }
}
