import EngramKit
import Foundation

/// The cases of a plugin: inputs, parameters and what must come out, as `cases.json` beside it gives them.
public struct PluginCases: Decodable, Sendable {
  public var cases: [Case]

  /// One case. A model runs for `duration` in steps of `dt`, in its own unit of time, and is recorded at the end; a rule
  /// makes one estimate and applies it, from weights, traces and gradient that the case gives.
  public struct Case: Decodable, Sendable {
    public var name: String
    var set: [String: Value]?
    var inputs: [String: Input]?
    var duration: Double?
    var dt: Double?
    var weights: [String: Input]?
    var traces: [RecordedTrace]?
    var gradient: [String: Input]?
    var loss: Double?
    var expect: [String: Expected]
  }

  /// Numbers with a shape, labels, or spikes.
  struct Input: Decodable, Sendable {
    var shape: [Int]?
    var values: [Double]?
    var labels: [String]?
    var spikes: Spikes?
  }

  struct Spikes: Decodable, Sendable {
    var times: [Double]
    var offsets: [Int]
    var start: Double
    var stop: Double
  }

  /// One step of one block, as a model would stream it.
  struct RecordedTrace: Decodable, Sendable {
    var block: String
    var pre: Input
    var post: Input
  }

  struct Expected: Decodable, Sendable {
    var values: [Double]
    var tolerance: Double
  }

  /// Reads `cases.json`.
  ///
  /// - Throws: `Problem` with what the reader found wrong.
  public init(reading file: String) throws {
    do {
      self = try JSONDecoder().decode(PluginCases.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      throw Problem("cannot be understood: \(error)", at: file)
    }
  }
}

extension PluginCases.Input {
  var stored: Stored {
    get throws {
      if let labels { return .labels(labels) }
      if let spikes {
        guard spikes.offsets.first == 0, spikes.offsets.last == spikes.times.count else {
          throw Problem("the offsets of a case do not divide its spike times")
        }
        let ids = (0..<spikes.offsets.count - 1).map(UInt64.init)
        return .spikes(
          SpikeTrains(
            times: spikes.times, offsets: spikes.offsets, ids: ids, start: spikes.start, stop: spikes.stop))
      }
      return .numbers(try tensor)
    }
  }

  var tensor: Tensor<Double> {
    get throws {
      guard let shape, let values, shape.reduce(1, *) == values.count else {
        throw Problem("an input of a case needs labels, spikes, or a shape and as many values")
      }
      return Tensor(values, shape: shape)
    }
  }
}

extension PluginCases.Case {
  /// What is wrong with what the plugin writes for this case; empty when it passes. It runs twice, with equal results.
  public func failures(of entry: Entry) throws -> [String] {
    let (result, again) = (try run(entry), try run(entry))
    var failures: [String] = []
    for (dataset, expected) in expect.sorted(by: { $0.key < $1.key }) {
      guard let values = result.anyValues(dataset) else {
        failures.append("there is no \(dataset)")
        continue
      }
      let agrees =
        values.count == expected.values.count
        && zip(values, expected.values).allSatisfy {
          ($0 - $1).magnitude <= expected.tolerance || ($0.isNaN && $1.isNaN)
        }
      if !agrees {
        failures.append(
          "\(dataset) is \(values.prefix(20)), not \(expected.values.prefix(20)) within \(expected.tolerance)"
        )
      }
    }
    let declared = Set(entry.description.writes.map(\.name))
    let undeclared = Set(result.values.keys).subtracting(declared)
    if entry.description.kind != .rule, !undeclared.isEmpty {
      failures.append("it writes what it does not declare: \(undeclared.sorted().joined(separator: ", "))")
    }
    if result.bits != again.bits { failures.append("a second run gives other numbers") }
    return failures
  }

  /// What the plugin writes for this case.
  public func run(_ entry: Entry) throws -> MemorySink {
    let name = entry.description.name
    let values = try Registry([entry]).accept(set ?? [:], for: name)
    let instance = try entry.make(values)
    let inputs = Inputs(try (inputs ?? [:]).mapValues { try $0.stored })
    let sink = MemorySink()
    var outputs = Outputs(sink)
    var random = RandomStream(seed: 1)
    if let analysis = instance.measures {
      try analysis.analyse(inputs, nil, into: &outputs, &random)
    } else if let model = instance.simulates {
      try record(model, inputs, duration: duration ?? 0, dt: dt ?? 1, into: &outputs, &random)
    } else if let rule = instance.learns {
      try update(rule, into: &outputs, &random)
    } else {
      throw Problem("\(name) can have no cases: it is neither run nor moved by itself")
    }
    return sink
  }

  private func update(_ rule: any Learns, into outputs: inout Outputs, _ random: inout RandomStream) throws {
    var rule = rule
    let blocks = try (self.weights ?? [:]).sorted { $0.key < $1.key }.map {
      Weights.Block($0.key, try $0.value.tensor)
    }
    var weights = Weights(blocks)
    let model = RecordedModel(
      traces: try (traces ?? []).map {
        Trace(block: $0.block, pre: try $0.pre.tensor, post: try $0.post.tensor)
      },
      gradient: Weights(try (gradient ?? [:]).map { Weights.Block($0.key, try $0.value.tensor) }), loss: loss)
    try rule.begin(Inputs(), weights)
    let clock = Clock(update: 0, updates: 1, firstOfEpoch: true)
    let batch = Batch(input: model.traces.first?.pre.double ?? Tensor([0], shape: [1, 1]))
    let trials = Trials(batch: batch, clock: clock, model: model, noise: random)
    let estimate = try rule.estimate(at: weights, trials, &random)
    try rule.apply(estimate, to: &weights, clock)
    for block in estimate.blocks { try outputs.put("estimate/\(block.name)", block.values.double) }
    for block in weights.blocks { try outputs.put("weights/\(block.name)", block.values.double) }
  }
}

/// A model that answers every request with what a case recorded.
private struct RecordedModel: Trains {
  let traces: [Trace]
  let gradient: Weights
  let loss: Double?

  var gives: Evidence { [.loss, .gradient, .readout, .traces] }

  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights {
    gradient
  }

  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    if request.evidence.contains(.traces) { try traces.forEach(each) }
    return Trial(loss: loss, gradient: gradient)
  }

  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {}
}

/// Moves `model` for `duration` and writes what it records at the end.
public func record(
  _ model: some Simulates, _ inputs: Inputs, duration: Double, dt: Double, into outputs: inout Outputs,
  _ random: inout RandomStream
) throws {
  var state = try model.start(inputs, &random)
  try model.advance(&state, from: 0, count: Int((duration / dt).rounded()), dt: dt, &random)
  try model.record(&state, into: &outputs)
}

extension MemorySink {
  /// Everything that was put as numbers, connectivity included.
  fileprivate func anyValues(_ name: String) -> [Double]? {
    switch values[name] {
    case .numbers(let tensor): tensor.elements
    case .connectivity(let weights): weights.dense().elements
    default: nil
    }
  }

  /// Outputs with numbers as bits, so that NaN equals itself.
  fileprivate var bits: [String: [UInt64]] {
    values.keys.reduce(into: [:]) { $0[$1] = anyValues($1)?.map(\.bitPattern) }
  }
}
