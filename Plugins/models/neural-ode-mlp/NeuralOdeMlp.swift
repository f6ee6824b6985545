import EngramKit

/// A system of equations whose right side is a network with one hidden layer: dy/dt = W2 tanh(W1 y^3 + b1) + b2.
public struct NeuralOdeMlp: TrainableModel {
  public static let name = "neural-ode-mlp"
  public static let summary = "Neural ODE: one hidden layer gives the slopes of a trajectory that fits data."
  public static let reference =
    "Chen et al. (2018) arXiv:1806.07366; Hazelden et al. (2023) arXiv:2311.10869 for the training"
  public static let parameters: [Parameter<Self>] = [
    .integer("hidden", \.hidden, in: 1...1_000_000, "Hidden units."),
    .integer("power", \.power, in: 1...9, "Power of the state that the hidden layer sees."),
    .flag("biases", \.biases, "Whether both layers have biases, which start at 0."),
    .choice("start", \.start, "Initial weights: uniform within one over the root of the fan-in, or normal."),
    .real("start_sd", \.startSD, unit: .one, in: 0...1e3, "Standard deviation of normal initial weights."),
    .integer(
      "substeps", \.substeps, in: 1...10_000, "Runge-Kutta steps of fourth order between two data points."),
  ]
  public static let writes = [
    Dataset(
      "prediction", .array, ["trial", "point", "variable"], unit: .one, "Trajectory at the data's times."),
    Dataset("loss", .array, [], unit: .one, "Mean absolute error."),
  ]

  public enum Start: String, CaseIterable, Sendable { case uniform, normal }

  var hidden = 1000
  var power = 3
  var biases = false
  var start = Start.uniform
  var startSD = 0.1
  var substeps = 1

  public init() {}

  public var gives: Evidence { [.loss, .gradient] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    func block(_ name: String, _ rows: Int, _ columns: Int) -> Weights.Block {
      if start == .normal { return .init(name, random.normalTensor(shape: [rows, columns], sd: startSD)) }
      let bound = 1 / Double(columns).squareRoot()
      return .init(
        name, Matrix(random.uniforms(rows * columns).map { bound * (2 * $0 - 1) }, shape: [rows, columns]))
    }
    var weights = Weights([block("W1", hidden, shape.outputs), block("W2", shape.outputs, hidden)])
    if biases {
      weights.blocks.append(.init("b1", Tensor(repeating: 0.0, shape: [hidden])))
      weights.blocks.append(.init("b2", Tensor(repeating: 0.0, shape: [shape.outputs])))
    }
    return weights
  }

  private func network(_ weights: Weights) throws -> SlopeNetwork {
    SlopeNetwork(
      weights: [try weights.double("W1"), try weights.double("W2")],
      biases: biases ? [try weights.double("b1").elements, try weights.double("b2").elements] : [],
      activation: .tanh, power: power)
  }

  private func run(_ fit: TrajectoryFit, _ network: SlopeNetwork) throws -> RungeKuttaTrajectory {
    try RungeKuttaTrajectory(network, from: fit.start, times: fit.allTimes, substeps: substeps)
  }

  public func losses(_ batch: Batch, at members: [Weights], _ random: RandomStream) throws -> [Double] {
    let fit = try TrajectoryFit(batch)
    let networks = try members.map { try network($0) }
    return try parallelMap(networks.count) { fit.judge(try run(fit, networks[$0]).points, scale: []).loss }
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let (fit, network) = (try TrajectoryFit(batch), try network(weights))
    let trajectory = try run(fit, network)
    let (loss, seeds) = fit.judge(trajectory.points, scale: [])
    guard request.evidence.contains(.gradient) else { return Trial(loss: loss) }
    var slopes = network.zeroSlopes
    try trajectory.goBack(network, seeds, into: &slopes)
    var gradient = Weights([.init("W1", slopes.weights[0]), .init("W2", slopes.weights[1])])
    for (name, slope) in zip(["b1", "b2"], slopes.biases) {
      gradient.blocks.append(.init(name, Tensor(slope, shape: [slope.count])))
    }
    return Trial(loss: loss, gradient: gradient)
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let fit = try TrajectoryFit(batch)
    let points = try run(fit, try network(weights)).points
    try outputs.put("prediction", fit.prediction(points))
    try outputs.put("loss", fit.judge(points, scale: []).loss)
  }
}
