import EngramKit
import Synchronization

private let perMillisecond = Unit("1/ms") ?? .one

/// x' = rate x, by Euler's method, with noise: x after n steps is (1 + rate dt)^n without noise.
struct TestGrowth: Model {
  static let name = "test-growth"
  static let summary = "Grows."
  static let reference = "None."
  static let parameters: [Parameter<Self>] = [
    .real("rate", \.rate, unit: perMillisecond, in: -1...1, "Rate of growth."),
    .real("noise", \.noise, unit: .one, in: 0...10, "Size of the noise."),
    .integer("size", \.size, in: 1...1000, "Number of variables."),
    .flag("breaks", \.breaks, "Whether it fails at the first step."),
  ]
  static let writes = [
    Dataset("x", .trace, ["time", "unit"], unit: .millivolt, "The variables."),
    Dataset("last", .array, [], unit: .millivolt, "The first variable at the end."),
    Dataset("matrix", .connectivity, ["unit", "unit"], unit: .one, "Identity."),
  ]
  var rate = 0.1
  var noise = 0.0
  var size = 2
  var breaks = false

  func start(_ inputs: Inputs, _ random: inout RandomStream) -> [Double] { Array(repeating: 1, count: size) }

  func step(_ state: inout [Double], time: Double, dt: Double, _ random: inout RandomStream) throws {
    if breaks { throw Problem("it broke") }
    for i in state.indices { state[i] += state[i] * rate * dt + noise * (random.uniform() - 0.5) }
  }

  func record(_ state: inout [Double], into outputs: inout Outputs) throws {
    try outputs.append("x", Tensor(state, shape: [1, size]))
  }
}

/// Points on a line y = slope x + 1, made on demand; x is uniform in (-1, 1).
struct TestPoints: TaskModel {
  static let name = "test-points"
  static let summary = "Points on a line."
  static let reference = "None."
  static let parameters: [Parameter<Self>] = [
    .real("slope", \.slope, unit: .one, in: -10...10, "Slope of the line."),
    .integer("stored", \.stored, in: 0...10000, "Number of stored points; 0: made on demand."),
  ]
  var slope = 2.0
  var stored = 0

  func trials(_ inputs: Inputs, _ random: inout RandomStream) -> any TrialSource {
    Source(slope: slope, stored: (0..<stored).map { _ in 2 * random.uniform() - 1 })
  }

  struct Source: TrialSource {
    let slope: Double
    let stored: [Double]
    var shape: TrialShape { TrialShape(steps: nil, inputs: 1, outputs: 1, classes: false) }
    func count(_ split: Split) -> Int? { stored.isEmpty ? nil : stored.count }
    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) -> Batch {
      let x = picks.map { stored.isEmpty ? 2 * random.uniform() - 1 : stored[$0] }
      return Batch(
        input: Tensor(x, shape: [x.count, 1]),
        target: .values(Tensor(x.map { slope * $0 + 1 }, shape: [x.count, 1])))
    }
  }
}

/// y = w x + b; loss is half the mean squared error.
struct TestLine: TrainableModel {
  static let name = "test-line"
  static let summary = "A line."
  static let reference = "None."
  static let parameters: [Parameter<Self>] = [
    .real("noise", \.noise, unit: .one, in: 0...1, "Noise on the output.")
  ]
  static let writes = [Dataset("error", .array, ["trial"], unit: .one, "Output minus target.")]
  var noise = 0.0

  var gives: Evidence { [.loss, .gradient] }

  func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) -> Weights {
    Weights([
      .init("w", Tensor([Float(random.uniform())], shape: [1, 1])), .init("b", Tensor([0.0], shape: [1])),
    ])
  }

  private func errors(_ batch: Batch, _ weights: Weights, _ random: inout RandomStream) throws -> [Double] {
    guard case .values(let target) = batch.target else { return [] }
    let (w, b) = (try weights.double("w")[0], try weights.double("b")[0])
    return zip(batch.input.elements, target.elements).map {
      w * $0 + b - $1 + noise * (random.uniform() - 0.5)
    }
  }

  func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let errors = try errors(batch, weights, &random)
    let n = Double(errors.count)
    var trial = Trial(loss: errors.reduce(0) { $0 + $1 * $1 } / (2 * n))
    trial.metrics = ["largest": errors.map(abs).max() ?? 0]
    var gradient = weights.zeroed
    let w = zip(errors, batch.input.elements).reduce(0) { $0 + $1.0 * $1.1 } / n
    gradient["w"]?.values = .float32(Tensor([Float(w)], shape: [1, 1]))
    gradient["b"]?.values = .float64(Tensor([errors.reduce(0, +) / n], shape: [1]))
    trial.gradient = gradient
    return trial
  }

  func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws { try outputs.put("error", errors(batch, weights, &random)) }
}

/// Gradient descent with momentum, which is what a resumed training must remember.
struct TestSlope: Rule {
  static let name = "test-slope"
  static let summary = "Goes downhill."
  static let reference = "None."
  static let parameters: [Parameter<Self>] = [
    .real("rate", \.rate, unit: .one, in: 0...1e9, "Length of a step."),
    .flag("fragile", \.fragile, "Whether it may give up."),
  ]
  var rate = 0.1
  var fragile = false
  var memory = Weights()

  /// Whether a fragile rule gives up at update 25, as a killed process would.
  static let gives = Mutex(false)

  var needs: Evidence { .gradient }

  mutating func begin(_ inputs: Inputs, _ weights: Weights) { memory = weights.zeroed }

  mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    if fragile, trials.clock.update == 25, Self.gives.withLock({ $0 }) { throw Problem("it gave up") }
    return try trials.run(at: weights, Request(.gradient)).gradient ?? Weights()
  }

  mutating func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    memory = try memory.combined(with: estimate) { 0.5 * $0 + $1 }
    weights = try weights.combined(with: memory) { $0 - rate * $1 }
  }
}

/// Mean of numbers.
struct TestSpread: Analysis {
  static let name = "test-spread"
  static let summary = "Mean and largest."
  static let reference = "None."
  static let reads = [
    Dataset("values", .array, ["row", "column"], unit: .millivolt, "Numbers."),
    Dataset("beside", .array, ["row"], unit: .one, "More of them.", optional: true),
  ]
  static let writes = [
    Dataset("mean", .array, [], unit: .millivolt, "Their mean."),
    Dataset("shifted", .array, ["row", "column"], unit: .millivolt, "Each minus the mean, with a draw."),
  ]

  func analyse(_ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream)
    throws
  {
    let values = try inputs.matrix("values")
    let mean = values.elements.reduce(0, +) / Double(values.count)
    try outputs.put("mean", mean)
    try outputs.put("shifted", values.map { $0 - mean + random.uniform() })
  }
}

/// How far a trained line is from a slope at each of the probe's moments.
struct TestDistance: Analysis {
  static let name = "test-distance"
  static let summary = "Distance from a slope."
  static let reference = "None."
  static let writes = [
    Dataset("update", .array, ["moment"], unit: .one, "Updates made."),
    Dataset("distance", .array, ["moment"], unit: .one, "Distance."),
    Dataset("estimate", .array, [], unit: .one, "Sum of the listed rules' estimates of w."),
  ]
  var needs: Evidence { .gradient }

  func analyse(_ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream)
    throws
  {
    guard let probe else { return }
    try outputs.put("update", probe.updates.map(Double.init))
    try outputs.put(
      "distance", probe.updates.indices.map { abs(try probe.weights($0).double("w")[0] - 2) })
    let batch = try probe.source.batch(Array(0..<8), .test, &random)
    var sum = 0.0
    for var (_, rule) in probe.rules {
      var draws = random
      sum += try rule.estimate(at: probe.weights(0), probe.trials(batch, random), &draws).double("w")[0]
    }
    try outputs.put("estimate", sum)
  }
}

/// Pairs of swept and measured values over all runs.
struct TestTogether: Analysis {
  static let name = "test-together"
  static let summary = "Sums over runs."
  static let reference = "None."
  static let reads = [
    Dataset("x", .array, ["run"], unit: perMillisecond, "Swept."),
    Dataset("y", .array, ["run"], unit: .millivolt, "Measured."),
  ]
  static let writes = [Dataset("product", .array, [], unit: .one, "Sum of products.")]

  func analyse(_ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream)
    throws
  {
    try outputs.put("product", zip(inputs.vector("x"), inputs.vector("y")).reduce(0) { $0 + $1.0 * $1.1 })
  }
}
