import EngramKit

/// A network whose every unit is an output: what a sampler without a reservoir can represent.
///
/// Drift s(x) = [gamma (W phi(x) + b - x)] Sigma Sigma' for synaptic currents, with phi(W x + b) - x for firing rates.
public struct SamplerOnly: TrainableModel, Model {
  public static let name = "sampler-only"
  public static let summary =
    "Sampler without a reservoir, the restricted network to compare a reservoir with."
  public static let reference =
    "Chen et al. (2023) arXiv:2308.11809, eqs. 3 and 4, and the authors' code for the noise"
  public static let parameters: [Parameter<Self>] = [
    .choice("variant", \.variant, "Units are synaptic currents or firing rates."),
    .choice("activation", \.activation, "Nonlinearity."),
    .integer("chains", \.chains, in: 1...10_000_000, "Independent chains when simulated."),
    .real(
      "start_range", \.startRange, unit: .one, in: 0...1e9,
      "Chains start uniformly within plus and minus this."),
  ]
  public static let reads = [
    Dataset("W", .connectivity, ["neuron", "neuron"], unit: .one, "Weights W[post, pre].", optional: true),
    Dataset("b", .array, ["neuron"], unit: .one, "Biases.", optional: true),
    Dataset("gamma", .array, ["neuron"], unit: .one, "Rates of the units.", optional: true),
    Dataset("Sigma", .connectivity, ["neuron", "neuron"], unit: .one, "Noise matrix.", optional: true),
  ]
  public static let writes = [
    Dataset("samples", .array, ["chain", "neuron"], unit: .one, "States at the end."),
    Dataset(
      "score", .array, ["trial", "neuron"], unit: .one, "Drift at the trials' inputs, of a trained network."),
  ]

  /// What the units stand for.
  public enum Variant: String, CaseIterable, Sendable {
    case synapticCurrent = "synaptic-current"
    case firingRate = "firing-rate"
  }

  var variant = Variant.synapticCurrent
  var activation = Activation.relu
  var chains = 1000
  var startRange = 2.0

  public init() {}

  public var timeUnit: Unit { .one }
  public var gives: Evidence { [.loss, .gradient] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    let n = shape.inputs
    let bound = 1 / Double(n).squareRoot()
    let w = random.uniforms(n * n).map { bound * (2 * $0 - 1) }
    let b = random.uniforms(n).map { bound * (2 * $0 - 1) }
    return Weights([
      .init("W", Matrix(w, shape: [n, n])), .init("b", Tensor(b, shape: [n])),
      .init("gamma", Tensor(repeating: 1.0, shape: [n])), .init("Sigma", Matrix.identity(n)),
    ])
  }

  /// Everything between input and drift that the gradient needs again.
  private struct Pass {
    var arguments, rates, rest, scaled, drift: Matrix
  }

  private func pass(_ x: Matrix, _ weights: Weights) throws -> Pass {
    let (w, b) = (try weights.double("W"), try weights.double("b"))
    let (gamma, sigma) = (try weights.double("gamma"), try weights.double("Sigma"))
    let isCurrent = variant == .synapticCurrent
    var arguments = isCurrent ? x : try multiply(x, w, transposeB: true)
    if !isCurrent { arguments.add(row: b.elements) }
    let rates = arguments.passed(through: activation.function)
    var rest = isCurrent ? try multiply(rates, w, transposeB: true) : rates
    for i in rest.elements.indices { rest[i] += (isCurrent ? b[i % b.count] : 0) - x[i] }
    var scaled = rest
    for i in scaled.elements.indices { scaled[i] *= gamma[i % gamma.count] }
    let drift = try multiply(scaled, try multiply(sigma, sigma, transposeB: true))
    return Pass(arguments: arguments, rates: rates, rest: rest, scaled: scaled, drift: drift)
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let pass = try pass(batch.input, weights)
    let (loss, error) = try scoreLoss(pass.drift, batch.target)
    guard request.evidence.contains(.gradient) else { return Trial(loss: loss) }
    let (gamma, sigma) = (try weights.double("gamma"), try weights.double("Sigma"))
    let outer = try multiply(pass.scaled, error, transposeA: true)
    let symmetric = Matrix(
      zip(outer.elements, outer.transposed().elements).map { $0 + $1 }, shape: outer.shape)
    var back = try multiply(error, try multiply(sigma, sigma, transposeB: true))
    var gammaSlope = [Double](repeating: 0, count: gamma.count)
    for i in back.elements.indices {
      gammaSlope[i % gamma.count] += back[i] * pass.rest[i]
      back[i] *= gamma[i % gamma.count]
    }
    if variant == .firingRate {
      back.scale(bySlopesOf: activation.function, at: pass.arguments, giving: pass.rates)
    }
    var bias = [Double](repeating: 0, count: gamma.count)
    for i in back.elements.indices { bias[i % bias.count] += back[i] }
    let source = variant == .synapticCurrent ? pass.rates : batch.input
    return Trial(
      loss: loss,
      gradient: Weights([
        .init("W", try multiply(back, source, transposeA: true)),
        .init("b", Tensor(bias, shape: [bias.count])),
        .init("gamma", Tensor(gammaSlope, shape: [gammaSlope.count])),
        .init("Sigma", try multiply(symmetric, sigma)),
      ]))
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    try outputs.put("score", try pass(batch.input, weights).drift)
  }

  /// A network and the state of every chain.
  public struct State: Sendable {
    var weights: Weights
    var x: Matrix
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    guard inputs.contains("W"), inputs.contains("b") else {
      throw Problem("a simulated sampler needs W and b", fix: "read them from a training or a file")
    }
    let w = try inputs.connectivity("W").dense()
    let n = w.rows
    let gamma = inputs.contains("gamma") ? try inputs.tensor("gamma") : Tensor(repeating: 1, shape: [n])
    let sigma = inputs.contains("Sigma") ? try inputs.connectivity("Sigma").dense() : .identity(n)
    let b = try inputs.tensor("b")
    guard w.columns == n, b.count == n, gamma.count == n, sigma.shape == [n, n] else {
      throw Problem(
        "W \(w.shape), b \(b.shape), gamma \(gamma.shape) and Sigma \(sigma.shape) are no network")
    }
    let start = random.uniforms(chains * n).map { startRange * (2 * $0 - 1) }
    return State(
      weights: Weights([.init("W", w), .init("b", b), .init("gamma", gamma), .init("Sigma", sigma)]),
      x: Matrix(start, shape: [chains, n]))
  }

  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    let drift = try pass(state.x, state.weights).drift
    let noise = random.normals(state.x.count, as: Double.self)
    let spread = (2 * dt).squareRoot()
    for i in noise.indices { state.x[i] += dt * drift[i] + spread * noise[i] }
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    try outputs.put("samples", state.x)
  }
}
