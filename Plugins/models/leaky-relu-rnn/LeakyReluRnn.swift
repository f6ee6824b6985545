import EngramKit

/// A recurrent network of leaky rectified-linear rate units: v(t) = eta v(t-1) + (1 - eta) (W z(t-1) + Win x(t)),
/// z = max(v - threshold, 0), y = Wout z + b, eta = exp(-dt / tau), from v = z = 0.
public struct LeakyReluRnn: TrainableModel {
  public static let name = "leaky-relu-rnn"
  public static let summary =
    "Recurrent network of leaky rectified-linear rate units, with Dale's law or without."
  public static let reference = "Liu et al. (2022) arXiv:2206.01338 and the authors' code; arXiv:2206.00823"
  public static let parameters: [Parameter<Self>] = [
    .integer("units", \.units, in: 1...100_000, "Number of units, where W is not read."),
    .real("dt", \.dt, unit: .millisecond, in: 1e-9...1e9, "Time step."),
    .real("tau", \.tau, unit: .millisecond, in: 1e-9...1e9, "Membrane time constant; far below dt: no leak."),
    .real("threshold", \.threshold, unit: .one, in: -1e6...1e6, "Potential above which a unit is active."),
    .flag(
      "dale", \.dale, "Units keep their sign, in W and Wout; else weights start normal and move freely."),
    .real(
      "excitatory", \.excitatory, unit: .one, in: 0...1,
      "Share of excitatory units, where types and signs are not read; one more than this share."),
    .flag("autapses", \.autapses, "Whether units connect to themselves."),
    .choice("precision", \.precision, "Numbers of the weights and of all that is computed."),
  ]
  public static let reads = [
    Dataset("W", .connectivity, ["unit", "unit"], unit: .one, "Initial recurrent weights.", optional: true),
    Dataset("Win", .connectivity, ["unit", "channel"], unit: .one, "Initial input weights.", optional: true),
    Dataset("Wout", .connectivity, ["output", "unit"], unit: .one, "Initial read-out.", optional: true),
    Dataset("b", .array, ["output"], unit: .one, "Initial biases of the outputs.", optional: true),
    Dataset("types", .labels, ["unit"], unit: .one, "Cell type of each unit.", optional: true),
    Dataset("sign", .array, ["unit"], unit: .one, "1 excitatory, -1 inhibitory.", optional: true),
  ]
  public static let writes = [
    Dataset("loss", .array, [], unit: .one, "Loss on the trials."),
    Dataset("accuracy", .array, [], unit: .one, "Share of the trials that are right at their last label."),
    Dataset("mse", .array, [], unit: .one, "Mean square error of outputs with target values."),
    Dataset("output/y", .array, ["time", "trial", "output"], unit: .one, "Outputs."),
    Dataset("state/v", .array, ["time", "trial", "unit"], unit: .one, "Potentials."),
    Dataset("state/z", .array, ["time", "trial", "unit"], unit: .one, "Rates."),
  ]

  /// Numbers to compute with.
  enum Precision: String, CaseIterable, Sendable { case single, double }

  var units = 120
  var dt = 1.0
  var tau = 100.0
  var threshold = 0.0
  var dale = true
  var excitatory = 0.8
  var autapses = false
  var precision = Precision.single

  public init() {}

  public var gives: Evidence { [.loss, .gradient, .readout, .traces, .curvature] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    guard shape.steps != nil else {
      throw Problem(
        "a recurrent network needs trials with time steps, and the task's have none",
        fix: "choose a task such as delayed-xor, or store inputs as [trial, time, channel]")
    }
    guard shape.outputs > 0 else {
      throw Problem("the task has no target to learn", fix: "choose a task with labels or target values")
    }
    return try LeakyReluStart(self, inputs, shape).weights(&random)
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    if case .float32? = weights["W"]?.values {
      return try LeakyReluTrial<Float>(weights, batch).answer(request, each)
    }
    return try LeakyReluTrial<Double>(weights, batch).answer(request, each)
  }

  public func curvature(_ batch: Batch, at weights: Weights, _ random: RandomStream) throws -> (Weights)
    throws -> Weights
  {
    if case .float32? = weights["W"]?.values { return try LeakyReluTrial<Float>(weights, batch).curvature() }
    return try LeakyReluTrial<Double>(weights, batch).curvature()
  }

  public func constrain(_ weights: inout Weights) {
    if !autapses, var block = weights["W"] {
      block.values = block.values.withoutDiagonal()
      weights["W"] = block
    }
    guard dale, let signs = weights["sign"]?.values.double.elements else { return }
    for name in ["W", "Wout"] {
      guard var block = weights[name] else { continue }
      block.values = block.values.keeping(signs)
      weights[name] = block
    }
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    if case .float32? = weights["W"]?.values {
      try LeakyReluTrial<Float>(weights, batch).write(to: &outputs)
    } else {
      try LeakyReluTrial<Double>(weights, batch).write(to: &outputs)
    }
  }
}

extension Numbers {
  /// A matrix [post, pre] in which weights against the sign of their presynaptic unit are 0; a sign of 0 binds nothing.
  func keeping(_ signs: [Double]) -> Numbers {
    func kept<Element: Real>(_ values: Tensor<Element>) -> Tensor<Element> {
      let signs = signs.map { Element($0) }
      var values = values
      for post in 0..<values.rows {
        for pre in signs.indices where values[post, pre] * signs[pre] < 0 { values[post, pre] = 0 }
      }
      return values
    }
    return switch self {
    case .float32(let values): .float32(kept(values))
    case .float64(let values): .float64(kept(values))
    }
  }
}
