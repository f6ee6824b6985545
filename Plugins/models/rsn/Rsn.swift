import EngramKit

/// Reservoir-sampler network: a reservoir whose linear read-out is an exact Langevin sampler of a learned density.
///
/// dr = (-r + phi(W2 W1 r + b)) dt + sqrt(2) Sigma dB with W1 Sigma = 1; then x = W1 r obeys
/// dx = s(x) dt + sqrt(2) dB, s(x) = -x + W1 phi(W2 x + b).
public struct Rsn: TrainableModel, Model {
  public static let name = "rsn"
  public static let summary = "Recurrent reservoir whose read-out samples the density it was trained on."
  public static let reference = "Chen et al. (2023) arXiv:2308.11809, eqs. 5 to 8"
  public static let parameters: [Parameter<Self>] = [
    .integer("reservoir", \.reservoir, in: 1...1_000_000, "Number of reservoir units N_r."),
    .choice("activation", \.activation, "Nonlinearity of the reservoir."),
    .integer("chains", \.chains, in: 1...10_000_000, "Independent chains when simulated."),
    .real(
      "start_range", \.startRange, unit: .one, in: 0...1e9,
      "Read-outs start uniformly within plus and minus this."),
    .choice("simulate", \.simulation, "Advance the read-out (exact and cheap) or the whole reservoir."),
    .real(
      "skew", \.skew, unit: .one, in: -1e6...1e6,
      "Rotation a in the drift (1 + a K) s, which speeds mixing in two dimensions and leaves the law."),
    .flag("keep_trajectory", \.keepTrajectory, "Write the samples at every record, not only the last ones."),
  ]
  public static let reads = [
    Dataset("W1", .connectivity, ["output", "reservoir"], unit: .one, "Read-out weights.", optional: true),
    Dataset(
      "W2", .connectivity, ["reservoir", "output"], unit: .one,
      "Feedback weights; the recurrent ones are W2 W1.", optional: true),
    Dataset("b", .array, ["reservoir"], unit: .one, "Biases.", optional: true),
    Dataset(
      "W_rec", .connectivity, ["reservoir", "reservoir"], unit: .one,
      "Recurrent weights, in place of W2; it is recovered from them.", optional: true),
    Dataset(
      "start_rates", .array, ["chain", "reservoir"], unit: .one,
      "Rates to start from, where the reservoir is advanced.", optional: true),
  ]
  public static let writes = [
    Dataset("samples", .array, ["chain", "output"], unit: .one, "Read-outs at the end."),
    Dataset("trajectory", .array, ["time", "chain", "output"], unit: .one, "Read-outs at each record."),
    Dataset(
      "rates", .array, ["chain", "reservoir"], unit: .one, "Rates at the end, where reservoirs are advanced."),
    Dataset(
      "Sigma", .array, ["reservoir", "output"], unit: .one,
      "Noise matrix with W1 Sigma = 1, where reservoirs are advanced."),
    Dataset(
      "score", .array, ["trial", "output"], unit: .one, "Drift s at the trials' inputs, of a trained network."
    ),
  ]

  /// What is advanced.
  public enum Simulation: String, CaseIterable, Sendable { case readout, reservoir }

  var reservoir = 200
  var activation = Activation.relu
  var chains = 1000
  var startRange = 2.0
  var simulation = Simulation.readout
  var skew = 0.0
  var keepTrajectory = false

  public init() {}

  public var timeUnit: Unit { .one }

  public var gives: Evidence { [.loss, .gradient] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    if inputs.contains("W1") {
      let score = try score(inputs)
      return Weights([
        .init("W1", score.w1), .init("W2", score.w2),
        .init("b", Tensor(score.bias, shape: [score.bias.count])),
      ])
    }
    func uniform(_ shape: [Int], fanIn: Int) -> Matrix {
      let bound = 1 / Double(fanIn).squareRoot()
      return Tensor(random.uniforms(shape.reduce(1, *)).map { bound * (2 * $0 - 1) }, shape: shape)
    }
    return Weights([
      .init("W1", uniform([shape.inputs, reservoir], fanIn: reservoir)),
      .init("W2", uniform([reservoir, shape.inputs], fanIn: shape.inputs)),
      .init("b", uniform([reservoir], fanIn: shape.inputs)),
    ])
  }

  private func score(_ inputs: Inputs) throws -> ReservoirScore {
    let (score, defect) = try ReservoirScore.stored(inputs, activation)
    if let defect, simulation == .readout {
      try ReservoirScore.checkFactors(defect, fix: "set `simulate: reservoir`")
    }
    return score
  }

  private func score(_ weights: Weights) throws -> ReservoirScore {
    try ReservoirScore(
      w1: weights.double("W1"), w2: weights.double("W2"), bias: weights.double("b").elements,
      activation: activation)
  }

  /// Loss of the drift against the target scores, with its exact gradient.
  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let network = try score(weights)
    let arguments = try network.arguments(batch.input)
    let rates = arguments.passed(through: activation.function)
    var drift = try multiply(rates, network.w1, transposeB: true)
    drift.add(-1, times: batch.input)
    let (loss, error) = try scoreLoss(drift, batch.target)
    guard request.evidence.contains(.gradient) else { return Trial(loss: loss) }
    var back = try multiply(error, network.w1)
    back.scale(bySlopesOf: activation.function, at: arguments, giving: rates)
    let bias = try multiply(back, [Double](repeating: 1, count: back.rows), transposed: true)
    return Trial(
      loss: loss,
      gradient: Weights([
        .init("W1", try multiply(error, rates, transposeA: true)),
        .init("W2", try multiply(back, batch.input, transposeA: true)),
        .init("b", Tensor(bias, shape: [bias.count])),
      ]))
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    try outputs.put("score", try score(weights).drift(batch.input))
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> ReservoirChains {
    guard inputs.contains("W1") else {
      throw Problem("a simulated reservoir needs weights", fix: "read W1, W2 and b from a training or a file")
    }
    let score = try score(inputs)
    let start = Matrix(
      random.uniforms(chains * score.w1.rows).map { startRange * (2 * $0 - 1) },
      shape: [chains, score.w1.rows])
    guard simulation == .reservoir else { return try ReservoirChains(score, readouts: start, skew: skew) }
    guard skew == 0 else {
      throw Problem("a rotation of the drift is for the read-out's dynamics", fix: "set `skew: 0`")
    }
    let rates = inputs.contains("start_rates") ? try inputs.matrix("start_rates") : nil
    if let rates, rates.columns != score.w1.columns {
      throw Problem("start_rates of shape \(rates.shape) do not fit \(score.w1.columns) reservoir units")
    }
    let recurrent = inputs.contains("W2") ? nil : try inputs.connectivity("W_rec").dense()
    return try ReservoirChains(score, reservoirs: rates, start: start, recurrent: recurrent)
  }

  public func step(_ state: inout ReservoirChains, time: Double, dt: Double, _ random: inout RandomStream)
    throws
  {
    let noise: Matrix = random.normalTensor(shape: state.readouts.shape)
    try state.step(dt, noise: noise)
  }

  public func record(_ state: inout ReservoirChains, into outputs: inout Outputs) throws {
    let x = state.readouts
    try outputs.put("samples", x)
    try state.caveats().forEach(outputs.note)
    if let reservoir = state.reservoir {
      try outputs.put("rates", reservoir.rates)
      try outputs.put("Sigma", reservoir.noise)
    }
    if keepTrajectory { try outputs.append("trajectory", x.reshaped([1] + x.shape)) }
  }
}
