import EngramData
import EngramKit
import Foundation
import Testing

/// Counts and sums that the papers, the tables' packages and their readers state of the shipped files.
@Suite("The shipped datasets") struct ShippedDatasetsTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("datasets").path

  private func open(_ name: String) throws -> EngramFile {
    try EngramFile(reading: "\(Self.folder)/\(name).h5")
  }

  /// Synapses by target and source.
  private func synapses(_ file: EngramFile, _ population: String) throws -> SparseMatrix {
    guard case .sparse(let matrix) = try file.edges(population).connectivity().weights else {
      throw Problem("\(population) is not sparse")
    }
    return matrix
  }

  private func types(_ file: EngramFile, _ population: String) throws -> [String] {
    let nodes = try #require(try file.nodes(population))
    return try #require(try nodes.table.labels("cell_type"))
  }

  @Test("the only matrix of a file is its connectivity, and never the optional matrix of tested pairs")
  func optionalMatrix() throws {
    let reads = [
      Dataset("connectivity", .connectivity, ["neuron", "neuron"], anyUnit: "Weights."),
      Dataset("tested", .connectivity, ["neuron", "neuron"], unit: .one, "Pairs.", optional: true),
    ]
    let source = try LayoutSource(reads, in: try open("larva-mushroom-body"))
    #expect(source.contains("connectivity"))
    #expect(!source.contains("tested"))
  }

  @Test(
    "Mushroom body: 209 neurons of four types, 25,322 synapses, projection neurons drive Kenyon cells only")
  func mushroomBody() throws {
    let file = try open("larva-mushroom-body")
    let types = try types(file, "mushroom_body")
    #expect(Dictionary(grouping: types) { $0 }.mapValues(\.count) == ["K": 101, "P": 58, "O": 29, "I": 21])
    let matrix = try synapses(file, "mushroom_body__mushroom_body__chemical")
    #expect(matrix.rows == 209 && matrix.count == 7425)
    #expect(matrix.values.reduce(0, +) == 25_322)
    #expect(matrix.values.max() == 63)
    var blocks: [String: Double] = [:]
    var loops = 0
    for post in 0..<matrix.rows {
      for k in matrix.offsets[post]..<matrix.offsets[post + 1] {
        let pre = Int(matrix.indices[k])
        blocks["\(types[pre])->\(types[post])", default: 0] += matrix.values[k]
        if pre == post { loops += 1 }
      }
    }
    #expect(loops == 0)
    #expect(blocks["P->K"] == 2404)
    #expect(blocks["K->P", default: 0] == 0)
  }

  @Test("C. elegans: 7943 chemical synapses; 971 gap junctions, each connecting both ways")
  func worm() throws {
    let file = try open("c-elegans-white-1986")
    #expect(try types(file, "c_elegans").count == 309)
    let chemical = try synapses(file, "c_elegans__c_elegans__chemical")
    #expect(chemical.count == 2386)
    #expect(chemical.values.reduce(0, +) == 7943)

    let electrical = try synapses(file, "c_elegans__c_elegans__electrical")
    var junctions: [[Int]: Double] = [:]
    for post in 0..<electrical.rows {
      for k in electrical.offsets[post]..<electrical.offsets[post + 1] {
        junctions[[post, Int(electrical.indices[k])]] = electrical.values[k]
      }
    }
    #expect(junctions.allSatisfy { junctions[$0.key.reversed()] == $0.value })
    let once = junctions.filter { $0.key[0] <= $0.key[1] }
    #expect(once.count == 575)
    #expect(once.values.reduce(0, +) == 971)
  }

  @Test("Grasshopper: 929 and 868 spikes in ten seconds, from 6.7 ms to 9999.3 ms")
  func grasshopper() throws {
    let trains = try open("grasshopper-receptor").spikes("receptor").trains().trains
    #expect(trains.start == 0 && trains.stop == 10_000)
    #expect(trains.train(0).count == 929 && trains.train(1).count == 868)
    #expect(trains.train(0).first == 6.7 && trains.train(0).last == 9999.3)
    // Times have one decimal in ms, so that their sum is known to a rounding error of the 929 additions.
    #expect(abs(trains.train(0).reduce(0, +) - 4_292_623.4) < 1e-6)
    let intervals = zip(trains.train(0), trains.train(0).dropFirst()).map { $1 - $0 }
    #expect(intervals.allSatisfy { $0 > 1 }, "a receptor has a refractory period")
  }

  @Test("Digits: 1797 images with pixel sum 561,718 and their classes")
  func digits() throws {
    let file = try open("digits")
    let images = try file.h5.root.dataset("/engram/results/digits/trials/input")
    #expect(images.shape == [1797, 64])
    let pixels = try images.read(Double.self)
    #expect(pixels.reduce(0, +) == 561_718)
    #expect(pixels.min() == 0 && pixels.max() == 16)
    #expect(pixels.prefix(8) == [0, 0, 5, 13, 9, 1, 0, 0])
    let labels = try file.h5.root.dataset("/engram/results/digits/trials/label").read(Int.self)
    let counts = (0..<10).map { digit in labels.filter { $0 == digit }.count }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  }

  @Test("Balanced network: 40 excitatory and 10 inhibitory inputs each, and nobody fires twice within 2 ms")
  func network() throws {
    let file = try open("balanced-network")
    let types = try types(file, "network")
    let matrix = try synapses(file, "network__network__chemical")
    for post in 0..<matrix.rows {
      let row = matrix.offsets[post]..<matrix.offsets[post + 1]
      let (excitatory, inhibitory) = (
        row.filter { types[Int(matrix.indices[$0])] == "exc" },
        row.filter { types[Int(matrix.indices[$0])] == "inh" }
      )
      #expect(excitatory.count == 40 && excitatory.allSatisfy { matrix.values[$0] > 0 })
      #expect(inhibitory.count == 10 && inhibitory.allSatisfy { matrix.values[$0] < 0 })
    }
    let trains = try file.spikes("network").trains().trains
    #expect(trains.unitCount == 1000 && trains.start == 0 && trains.stop == 5000)
    for unit in 0..<trains.unitCount {
      let train = trains.train(unit)
      // The refractory period; 0.05 ms is half the simulation's step.
      #expect(zip(train, train.dropFirst()).allSatisfy { $1 - $0 > 1.95 })
    }
  }

  @Test("All together stay below 10 MB")
  func size() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter {
      $0.hasSuffix(".h5")
    }
    #expect(files.count == 5)
    let sizes = try files.map { name in
      try FileManager.default.attributesOfItem(atPath: "\(Self.folder)/\(name)")[.size] as? Int ?? 0
    }
    #expect(sizes.reduce(0, +) < 10_000_000)
  }
}
