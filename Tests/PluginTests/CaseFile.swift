import EngramKit
import Foundation

/// The cases of a plugin: inputs, parameters and what must come out, as `cases.json` beside it gives them.
struct CaseFile: Decodable {
  var cases: [Case]

  /// One case. A model runs for `duration` in steps of `dt`, in its own unit of time, and is recorded at the end.
  struct Case: Decodable {
    var name: String
    var set: [String: Value]?
    var inputs: [String: Input]?
    var duration: Double?
    var dt: Double?
    var expect: [String: Expected]
  }

  /// Numbers with a shape, labels, or spikes.
  struct Input: Decodable {
    var shape: [Int]?
    var values: [Double]?
    var labels: [String]?
    var spikes: Spikes?

    var stored: Stored {
      get throws {
        if let labels { return .labels(labels) }
        if let spikes {
          let ids = (0..<spikes.offsets.count - 1).map(UInt64.init)
          return .spikes(
            SpikeTrains(
              times: spikes.times, offsets: spikes.offsets, ids: ids, start: spikes.start, stop: spikes.stop))
        }
        guard let shape, let values, shape.reduce(1, *) == values.count else {
          throw Problem("an input needs labels, spikes, or a shape and as many values")
        }
        return .numbers(Tensor(values, shape: shape))
      }
    }
  }

  struct Spikes: Decodable {
    var times: [Double]
    var offsets: [Int]
    var start: Double
    var stop: Double
  }

  struct Expected: Decodable {
    var values: [Double]
    var tolerance: Double
  }

  init(_ file: URL) throws { self = try JSONDecoder().decode(CaseFile.self, from: Data(contentsOf: file)) }
}

extension CaseFile.Case {
  /// What the plugin writes for this case.
  func run(_ entry: Entry, _ registry: Registry, seed: UInt64 = 1) throws -> MemorySink {
    let name = entry.description.name
    let instance = try entry.make(try registry.accept(set ?? [:], for: name))
    let inputs = Inputs(try (inputs ?? [:]).mapValues { try $0.stored })
    if let analysis = instance.measures {
      let sink = MemorySink()
      var outputs = Outputs(sink)
      var random = RandomStream(seed: seed)
      try analysis.analyse(inputs, nil, into: &outputs, &random)
      return sink
    }
    guard let model = instance.simulates else { throw Problem("\(name) has no cases of this kind") }
    return try simulated(model, inputs, duration: duration ?? 0, dt: dt ?? 1, seed: seed)
  }
}

extension MemorySink {
  /// Everything that was put as numbers, connectivity included.
  func anyValues(_ name: String) -> [Double]? {
    switch values[name] {
    case .numbers(let tensor): tensor.elements
    case .connectivity(let weights): weights.dense().elements
    default: nil
    }
  }
}
