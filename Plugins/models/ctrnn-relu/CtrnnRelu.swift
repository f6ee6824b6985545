import EngramKit

/// A rate network whose leak lies inside the rectification, with a linear read-out:
/// h_t = max((1 - a) h_t-1 + a (Win x_t + W h_t-1), 0), a = dt / tau, h_0 = 0; y_t = Wout h_t + b.
public struct CtrnnRelu: TrainableModel {
  public static let name = "ctrnn-relu"
  public static let summary = "Recurrent network of rectified rates with the leak inside the rectification."
  public static let reference =
    "Liu et al. (2024) arXiv:2310.08513; with a = 1 the network of arXiv:2206.00823"
  public static let parameters: [Parameter<Self>] = [
    .integer("units", \.units, in: 1...100_000, "Number of recurrent units."),
    .real("dt", \.dt, unit: .millisecond, in: 1e-9...1e9, "Time between two steps of a trial."),
    .real("tau", \.tau, unit: .millisecond, in: 1e-9...1e9, "Time constant; dt / tau is at most 1."),
    .real(
      "gain", \.recurrentGain, unit: .one, in: 0...1e6,
      "Initial recurrent weights are normal with this over the root of `units`."),
    .choice(
      "start", \.start,
      "Initial Win and Wout: `fan-in` uniform within 1 / sqrt(fan-in), `he` Win normal with variance 2 / fan-in and Wout "
        + "uniform after Glorot."),
    .flag("autapses", \.autapses, "Whether units connect to themselves."),
    .flag("bias", \.hasBias, "Whether the read-out has a trained bias, from 0."),
    .choice("precision", \.precision, "Numbers that the network computes with."),
  ]
  public static let reads = [
    Dataset("W", .connectivity, ["unit", "unit"], unit: .one, "Initial recurrent weights.", optional: true),
    Dataset("Win", .connectivity, ["unit", "channel"], unit: .one, "Initial input weights.", optional: true),
    Dataset("Wout", .connectivity, ["output", "unit"], unit: .one, "Initial read-out.", optional: true),
    Dataset("b", .array, ["output"], unit: .one, "Initial bias of the read-out.", optional: true),
  ]
  public static let writes = [
    Dataset("loss", .array, [], unit: .one, "Loss on the trials."),
    Dataset(
      "accuracy", .array, [], unit: .one, "Share of trials classified right at their last labelled step."),
    Dataset("mse", .array, [], unit: .one, "Mean squared error of outputs with target values."),
    Dataset("output", .array, ["trial", "time", "output"], unit: .one, "Outputs y."),
    Dataset("rates", .array, ["trial", "time", "unit"], unit: .one, "Rates h."),
  ]

  /// How weights begin that are not read.
  enum Start: String, CaseIterable, Sendable { case fanIn = "fan-in", he }
  enum Precision: String, CaseIterable, Sendable { case float64, float32 }

  var units = 300
  var dt = 100.0
  var tau = 100.0
  var recurrentGain = 1.25
  var start = Start.fanIn
  var autapses = true
  var hasBias = false
  var precision = Precision.float64

  public init() {}

  public var gives: Evidence { [.loss, .gradient, .readout, .traces, .adjoints, .curvature] }

  func network<Element: Real>(_ type: Element.Type) throws -> ReluNetwork<Element> {
    let part = dt / tau
    guard part <= 1 else {
      throw Problem(
        "dt \(dt) ms exceeds tau \(tau) ms, so a step would overshoot", fix: "lower dt, or raise tau")
    }
    return ReluNetwork(decay: Element(1 - part), gain: Element(part))
  }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    guard shape.steps != nil else {
      throw Problem(
        "\(Self.name) runs in time, but the task's trials have no time axis",
        fix: "choose a task in time, such as delayed-match-sample or sequential-digits")
    }
    guard shape.outputs > 0 else {
      throw Problem("the task has no target to learn", fix: "choose a task with labels or target values")
    }
    let (n, m, k) = (units, shape.inputs, shape.outputs)
    func draw(_ rows: Int, _ columns: Int, _ one: (inout RandomStream) -> Double) -> Matrix {
      Matrix((0..<rows * columns).map { _ in one(&random) }, shape: [rows, columns])
    }
    let spread = recurrentGain / Double(n).squareRoot()
    var recurrent = draw(n, n) { spread * $0.normal() }
    let input = draw(n, m) { stream in
      start == .he
        ? (2 / Double(m)).squareRoot() * stream.normal() : (2 * stream.uniform() - 1) / Double(m).squareRoot()
    }
    let bound = start == .he ? (6 / Double(n + k)).squareRoot() : 1 / Double(n).squareRoot()
    let output = draw(k, n) { bound * (2 * $0.uniform() - 1) }
    recurrent = try given("W", inputs, recurrent)
    if !autapses { for i in 0..<n { recurrent[i, i] = 0 } }
    var bias = Tensor<Double>(repeating: 0, shape: [k])
    if inputs.contains("b") {
      bias = try inputs.tensor("b")
      guard bias.shape == [k] else { throw Problem("b has shape \(bias.shape), the task needs [\(k)]") }
    }
    let values = [
      ("W", recurrent), ("Win", try given("Win", inputs, input)), ("Wout", try given("Wout", inputs, output)),
      ("b", bias),
    ]
    var result = Weights(
      values.map { name, numbers in
        let isTrained = name != "b" || hasBias
        return precision == .float64
          ? .init(name, numbers, trained: isTrained)
          : .init(name, numbers.map { Float($0) }, trained: isTrained)
      })
    // Without leak this is the network for which the local rules are written, and they read its constants here.
    if dt == tau {
      let constants = Tensor([0, 1, 0, autapses ? 1 : 0.0], shape: [4])
      result.blocks.append(Weights.Block("dynamics", .float64(constants), trained: false))
    }
    return result
  }

  /// The stored weights called `name` where they are read, else `drawn`, whose shape they must have.
  private func given(_ name: String, _ inputs: Inputs, _ drawn: Matrix) throws -> Matrix {
    guard inputs.contains(name) else { return drawn }
    let stored = try inputs.connectivity(name).dense()
    guard stored.shape == drawn.shape else {
      throw Problem(
        "\(name) has shape \(stored.shape); \(units) units on this task need \(drawn.shape)",
        fix: "set `units` to the stored network's, or choose a task that fits it")
    }
    return stored
  }

  public func constrain(_ weights: inout Weights) {
    guard !autapses, var block = weights["W"] else { return }
    block.values = block.values.withoutDiagonal()
    weights["W"] = block
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    switch precision {
    case .float64: try ReluTrial<Double>(network(Double.self), batch, weights).answer(request, self, each)
    case .float32: try ReluTrial<Float>(network(Float.self), batch, weights).answer(request, self, each)
    }
  }

  public func curvature(_ batch: Batch, at weights: Weights, _ random: RandomStream) throws -> (Weights)
    throws
    -> Weights
  {
    switch precision {
    case .float64: try ReluTrial<Double>(network(Double.self), batch, weights).curvature(self)
    case .float32: try ReluTrial<Float>(network(Float.self), batch, weights).curvature(self)
    }
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let trial = try ReluTrial<Double>(network(Double.self), batch, weights)
    if case .none = batch.target {
    } else {
      let loss = try ReadoutLoss(trial.pass.outputs, batch.target)
      try outputs.put("loss", loss.loss)
      for (name, value) in loss.metrics { try outputs.put(name, value) }
    }
    try outputs.put("output", trialFirst(trial.pass.outputs))
    let (steps, trials) = (trial.pass.slopes.shape[0], trial.pass.slopes.shape[1])
    let later = Array(trial.pass.rates.elements[(trials * units)...])
    try outputs.put("rates", trialFirst(Tensor(later, shape: [steps, trials, units])))
  }
}
