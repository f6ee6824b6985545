import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// What goes out in a format comes back, for networks and spikes of every awkward kind.
@Suite("round trips") struct RoundTripTests {
  struct Network: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var neurons: Int
    var names: [String]?
    var ids: [UInt64]?
    /// Positions and weights.
    var edges: [(source: Int, target: Int, weight: Double)]
  }

  /// A network drawn from a fixed seed: some pairs joined twice, some weights 0, −0, huge, tiny or no number.
  private static func drawn(_ seed: UInt64, neurons: Int, edges: Int) -> Network {
    var random = RandomStream(seed: seed)
    let special: [Double] = [.nan, 0, -0.0, 1e300, .leastNonzeroMagnitude, -.infinity, 0.1, 1 / 3]
    let list = (0..<edges).map { edge in
      (
        source: Int(random.next() % UInt64(neurons)), target: Int(random.next() % UInt64(neurons)),
        weight: edge % 5 == 0
          ? special[Int(random.next() % 8)]
          : Double(bitPattern: random.next() >> 12 | 0x3FF0_0000_0000_0000) - 1.5
      )
    }
    return Network(testDescription: "drawn \(seed)", neurons: neurons, names: nil, ids: nil, edges: list)
  }

  static let networks: [Network] = [
    Network(testDescription: "no edges", neurons: 3, names: nil, ids: nil, edges: []),
    Network(testDescription: "one edge", neurons: 2, names: nil, ids: nil, edges: [(1, 0, 0.1)]),
    Network(
      testDescription: "three edges of one pair and an autapse", neurons: 2, names: nil, ids: nil,
      edges: [(0, 1, 0.1), (0, 1, 0.2), (0, 1, 0.7), (1, 1, -1)]),
    Network(
      testDescription: "names with commas, quotes, line ends and letters of all kinds", neurons: 4,
      names: ["Purkinje, α", "say \"no\"", "two\nlines", "細胞 #1"], ids: nil,
      edges: [(0, 1, 1), (2, 3, 2), (3, 0, 3)]),
    drawn(1, neurons: 7, edges: 40), drawn(2, neurons: 60, edges: 500),
  ]

  private func contents(_ network: Network, form: EdgeStream.Form) -> Contents {
    var contents = Contents()
    contents.nodes = [
      NodeTable(
        "neurons", count: network.neurons, columns: network.names.map { [("name", .names($0))] } ?? [])
    ]
    let edges = network.edges
    contents.edges = [
      EdgeStream(
        "W", form: form, from: "neurons", to: "neurons", sourceCount: network.neurons,
        targetCount: network.neurons,
        columns: [.init(EdgeStream.weight, unit: "nS")]
      ) { body in
        for edge in edges {
          try body(
            .init(sources: [UInt64(edge.source)], targets: [UInt64(edge.target)], columns: [[edge.weight]]))
        }
      }
    ]
    return contents
  }

  /// W[post, pre] as the sum of edges in their order.
  private func matrix(_ network: Network) -> [[UInt64]: UInt64] {
    var sums: [[UInt64]: Double] = [:]
    for edge in network.edges {
      let place = [UInt64(edge.target), UInt64(edge.source)]
      sums[place] = sums[place].map { $0 + edge.weight } ?? edge.weight
    }
    // One NaN is as good as another: adding may change its sign.
    return sums.mapValues { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }

  @Test(
    "a matrix keeps every element, bit by bit", arguments: networks,
    [FileFormat.npz, .matrixMarket, .anndata, .matlab])
  func matrices(_ network: Network, _ format: FileFormat) throws {
    for orientation in ConversionOptions.Orientation.allCases {
      let scratch = try Scratch()
      var options = ConversionOptions()
      options.orientation = orientation
      let (back, path, _) = try roundTrip(contents(network, form: .sparse), format, scratch, options)
      // The file itself says how it lies: read without being told.
      let told = try read(path).edges[0]
      #expect(told.columns[0].unit == "nS")
      for stream in [back.edges[0], told] {
        let edges = try GatheredEdges(stream)
        var found: [[UInt64]: UInt64] = [:]
        for k in 0..<edges.count {
          let weight = edges.columns[0][k]
          found[[edges.targets[k], edges.sources[k]]] =
            weight.isNaN ? Double.nan.bitPattern : weight.bitPattern
        }
        #expect(found == matrix(network))
        #expect(edges.count == found.count)
        #expect(stream.sourceCount == network.neurons && stream.targetCount == network.neurons)
      }
    }
  }

  @Test("a list keeps every edge, pairs joined twice and names too", arguments: networks)
  func lists(_ network: Network) throws {
    let scratch = try Scratch()
    guard !network.edges.isEmpty else { return }
    var options = ConversionOptions()
    options.idBase = 0
    options.neurons = network.neurons
    options.objects = ["edges"]
    let (back, _, _) = try roundTrip(contents(network, form: .edges), .csv, scratch, options)
    let edges = try GatheredEdges(back.edges[0])
    #expect(back.edges[0].columns[0].unit == "nS")
    #expect(edges.count == network.edges.count)
    for (k, edge) in network.edges.enumerated() {
      #expect(
        edges.columns[0][k].bitPattern == edge.weight.bitPattern
          || (edge.weight.isNaN && edges.columns[0][k].isNaN))
      if let names = network.names {
        guard case .names(let own)? = back.nodes[0].columns.first?.values else {
          throw Problem("no names came back")
        }
        #expect(
          own[Int(edges.sources[k])] == names[edge.source] && own[Int(edges.targets[k])] == names[edge.target]
        )
      } else {
        #expect(edges.sources[k] == UInt64(edge.source) && edges.targets[k] == UInt64(edge.target))
      }
    }
  }

  @Test("ids above 2^53 come back with every digit, as names of dense positions")
  func largeIDs() throws {
    let scratch = try Scratch()
    let path = try scratch.file(
      "e.csv", "pre,post,weight\n9007199254740993,9007199254740995,1\n9007199254740995,5,2\n")
    let contents = try read(path)
    guard case .names(let names)? = contents.nodes[0].columns.first?.values else { throw Problem("no names") }
    #expect(names == ["5", "9007199254740993", "9007199254740995"])
    let edges = try GatheredEdges(contents.edges[0])
    #expect(edges.sources == [1, 2] && edges.targets == [2, 0])
  }

  @Test("words are no connections unless the user says so")
  func prose() throws {
    let scratch = try Scratch()
    let path = try scratch.file("p.txt", "just some words\n")
    let problem = #expect(throws: Problem.self) { try read(path) }
    #expect(problem?.fix?.contains("--object edges") == true)
    let pairs = try scratch.file("q.txt", "AVAL AVBL\nAVBL PVCL\n")
    var options = ConversionOptions()
    options.objects = ["edges"]
    #expect(try read(pairs, options).edges[0].count == 2)
  }

  static let trains: [SpikeTrains] = [
    SpikeTrains(times: [], offsets: [0, 0, 0], ids: [0, 1], start: 0, stop: 10),
    SpikeTrains(times: [0.1], offsets: [0, 1], ids: [0], start: 0, stop: 1),
    SpikeTrains(times: [-0.3, 1 / 3, 2], offsets: [0, 0, 3, 3], ids: [0, 1, 2], start: -1, stop: 3),
    // A thousand neurons, of which ten fire.
    SpikeTrains(
      units: (0..<100).map { $0 % 10 * 97 }, times: (0..<100).map { Double($0) * 0.1 },
      ids: (0..<1000).map { $0 },
      start: 0, stop: 10),
  ]

  private func contents(_ trains: SpikeTrains, ids: [UInt64]? = nil) -> Contents {
    var contents = Contents()
    let own = ids ?? trains.ids
    contents.spikes = [
      SpikeStream(
        "spikes", unit: .millisecond, window: trains.start..<trains.stop, ids: ids,
        unitCount: trains.unitCount
      ) { body in
        for unit in 0..<trains.unitCount {
          let times = Array(trains.train(unit))
          if !times.isEmpty {
            try body(.init(times: times, ids: [UInt64](repeating: own[unit], count: times.count)))
          }
        }
      }
    ]
    return contents
  }

  @Test("spikes keep counts, times, window and silent neurons", arguments: trains, [FileFormat.npz, .matlab])
  func spikes(_ trains: SpikeTrains, _ format: FileFormat) throws {
    let scratch = try Scratch()
    let back = try roundTrip(contents(trains), format, scratch).contents.spikes[0]
    #expect(back.window == trains.start..<trains.stop && back.unitCount == trains.unitCount)
    let (times, ids) = try gather(back)
    #expect(times == trains.times)
    #expect(ids == (0..<trains.unitCount).flatMap { unit in trains.train(unit).map { _ in UInt64(unit) } })
  }

  @Test("spikes as text keep counts, times and ids beyond 2^53")
  func spikesAsText() throws {
    let scratch = try Scratch()
    let ids: [UInt64] = [3, 1 << 53 + 1, .max]
    let (back, _, job) = try roundTrip(contents(Self.trains[2], ids: ids), .csv, scratch)
    let (times, found) = try gather(back.spikes[0])
    #expect(times == Self.trains[2].times)
    #expect(found == [UInt64](repeating: ids[1], count: 3))
    #expect(job.dropped.contains { $0.contains("window") })
  }

  @Test(
    "equal contents give equal bytes", arguments: [FileFormat.npz, .matrixMarket, .anndata, .matlab, .csv])
  func equalBytes(_ format: FileFormat) throws {
    let scratch = try Scratch()
    let writer = try FormatCatalogue.writer(format)
    var files: [Data] = []
    for name in ["a", "b"] {
      let path = scratch.file(name)
      try writer.write(
        contents(Self.networks[4], form: format == .csv ? .edges : .sparse), to: path, ConversionJob())
      files.append(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(files[0] == files[1])
  }
}
