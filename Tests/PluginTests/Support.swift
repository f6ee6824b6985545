import EngramHost
import EngramKit
import EngramPlugins
import Foundation
import Testing

/// What an analysis writes for inputs in memory.
func analyse(
  _ name: String, _ inputs: [String: Stored], _ set: [String: Value] = [:], seed: UInt64 = 1
) throws -> MemorySink {
  let registry = try Registry(catalogue)
  let instance = try registry.entry(name).make(try registry.accept(set, for: name))
  let analysis = try #require(instance.measures, "\(name) is no analysis")
  let sink = MemorySink()
  var outputs = Outputs(sink)
  var random = RandomStream(seed: seed)
  try analysis.analyse(Inputs(inputs), nil, into: &outputs, &random)
  return sink
}

/// What a model writes at start, for inputs in memory.
func generate(
  _ name: String, _ set: [String: Value] = [:], inputs: [String: Stored] = [:], seed: UInt64 = 1
) throws -> MemorySink {
  let registry = try Registry(catalogue)
  let instance = try registry.entry(name).make(try registry.accept(set, for: name))
  let model = try #require(instance.simulates, "\(name) is no model")
  return try simulated(model, Inputs(inputs), duration: 0, dt: 1, seed: seed)
}

/// What `model` records at the end of `duration`.
func simulated(_ model: some Simulates, _ inputs: Inputs, duration: Double, dt: Double, seed: UInt64) throws
  -> MemorySink
{
  let sink = MemorySink()
  var outputs = Outputs(sink)
  var random = RandomStream(seed: seed)
  try record(model, inputs, duration: duration, dt: dt, into: &outputs, &random)
  return sink
}

/// The specification's fixture: sin(1.1(i+1)(j+2) + 0.9(i+1)^2 + s).
func fixture(_ rows: Int, _ columns: Int, _ shift: Double) -> Matrix {
  Matrix(
    (0..<rows * columns).map { n in
      let (i, j) = (Double(n / columns + 1), Double(n % columns))
      return sin(1.1 * i * (j + 2) + 0.9 * i * i + shift)
    }, shape: [rows, columns])
}

/// An instance with these parameters, the rest at their defaults.
func plugin(_ name: String, _ set: [String: Value] = [:]) throws -> Instance {
  let registry = try Registry(catalogue)
  return try registry.entry(name).make(try registry.accept(set, for: name))
}

/// What a model records at each of the times 0, every, 2 every, ..., duration.
func recorded(
  _ name: String, _ set: [String: Value] = [:], _ inputs: [String: Stored], steps: Int, dt: Double = 1,
  every: Int = 1
) throws -> MemorySink {
  func run<S: Simulates>(_ model: S) throws -> MemorySink {
    let sink = MemorySink()
    var outputs = Outputs(sink)
    var random = RandomStream(seed: 1)
    var state = try model.start(Inputs(inputs), &random)
    try model.record(&state, into: &outputs)
    for step in stride(from: 0, to: steps, by: every) {
      try model.advance(&state, from: step, count: every, dt: dt, &random)
      try model.record(&state, into: &outputs)
    }
    return sink
  }
  let simulates = try #require(try plugin(name, set).simulates)
  return try run(simulates)
}

extension MemorySink {
  /// The numbers put under `name`.
  func values(_ name: String) throws -> [Double] { try #require(numbers(name), "no \(name)").elements }

  /// One number of a matrix or cube.
  func value(_ name: String, _ place: Int...) throws -> Double {
    let tensor = try #require(numbers(name), "no \(name)")
    return tensor.elements[zip(place, tensor.shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }
}

/// Whether two arrays agree within `tolerance`, NaN with NaN.
func agree(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance || ($0.isNaN && $1.isNaN) }
}

/// A small number generator for test matrices, independent of the toolkit's.
struct Lehmer: RandomNumberGenerator {
  var state: UInt64 = 0x853c_49e6_748f_ea9b
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
