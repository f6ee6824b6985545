import EngramKit

/// A stiff neural ODE: dy/dt = NN(y) q / T, with a deep GELU network, scaled by the greatest value q of each variable.
public struct StiffOdeMlp: TrainableModel {
  public static let name = "stiff-ode-mlp"
  public static let summary =
    "Stiff neural ODE: a deep network gives the scaled slopes of a stiff trajectory."
  public static let reference =
    "Kim et al. (2021) Chaos 31, 093122; Hazelden et al. (2023) arXiv:2311.10869 for the training"
  public static let parameters: [Parameter<Self>] = [
    .integer("layers", \.layers, in: 1...100, "Hidden layers."),
    .integer("width", \.width, in: 1...100_000, "Units of each hidden layer."),
    .real("time_scale", \.timeScale, unit: .one, in: 1e-12...1e12, "T: the longest time of the data."),
    .real("relative_tolerance", \.relativeTolerance, unit: .one, in: 1e-12...1, "Error allowed in a step."),
    .real(
      "absolute_tolerance", \.absoluteTolerance, unit: .one, in: 1e-15...1,
      "Error allowed in a step whatever the magnitude."),
    .integer("step_limit", \.stepLimit, in: 1...100_000_000, "Steps allowed in one trajectory."),
  ]
  public static let writes = [
    Dataset(
      "prediction", .array, ["trial", "point", "variable"], unit: .one, "Trajectory at the data's times."),
    Dataset("loss", .array, [], unit: .one, "Mean absolute error of scaled variables."),
  ]

  var layers = 6
  var width = 5
  var timeScale = 1e5
  var relativeTolerance = 1e-3
  var absoluteTolerance = 1e-6
  var stepLimit = 20_000

  public init() {}

  public var gives: Evidence { [.loss, .gradient] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    let sizes = [shape.outputs] + Array(repeating: width, count: layers) + [shape.outputs]
    var weights = Weights()
    for (number, (columns, rows)) in zip(1..., zip(sizes, sizes.dropFirst())) {
      let bound = 1 / Double(columns).squareRoot()
      func uniform(_ count: Int) -> [Double] { random.uniforms(count).map { bound * (2 * $0 - 1) } }
      weights.blocks.append(.init("W\(number)", Matrix(uniform(rows * columns), shape: [rows, columns])))
      weights.blocks.append(.init("b\(number)", Tensor(uniform(rows), shape: [rows])))
    }
    return weights
  }

  /// The network of `weights`, its slopes scaled by the greatest values of the data.
  private func network(_ weights: Weights, _ scale: [Double]) throws -> SlopeNetwork {
    SlopeNetwork(
      weights: try (1...layers + 1).map { try weights.double("W\($0)") },
      biases: try (1...layers + 1).map { try weights.double("b\($0)").elements },
      activation: .gelu, scale: scale.map { $0 / timeScale })
  }

  /// The greatest value of each variable in the data.
  private func scale(_ fit: TrajectoryFit) throws -> [Double] {
    let greatest = (0..<fit.start.columns).map { i in
      fit.data.reduce(0.0) { most, state in
        (0..<state.rows).reduce(most) { max($0, state[$1, i].magnitude) }
      }
    }
    guard greatest.allSatisfy({ $0 > 0 }) else {
      throw Problem("a variable is 0 in all data, so that it has no scale", fix: "leave it out of the task")
    }
    return greatest
  }

  private func run(_ start: [Double], _ fit: TrajectoryFit, _ network: SlopeNetwork) throws
    -> ImplicitTrajectory
  {
    try ImplicitTrajectory(
      network, from: start, times: fit.allTimes, relativeTolerance: relativeTolerance,
      absoluteTolerance: absoluteTolerance, stepLimit: stepLimit)
  }

  /// The trajectories of all trials, and their states at each time as rows.
  private func run(_ fit: TrajectoryFit, _ network: SlopeNetwork) throws -> (
    trajectories: [ImplicitTrajectory], states: [Matrix]
  ) {
    let all = try (0..<fit.start.rows).map { try run(Array(fit.start.row($0)), fit, network) }
    let states = fit.allTimes.indices.map { point in
      Matrix(all.flatMap { $0.points[point] }, shape: fit.start.shape)
    }
    return (all, states)
  }

  /// A member whose equations cannot be solved has no loss: NaN, which rules count.
  public func losses(_ batch: Batch, at members: [Weights], _ random: RandomStream) throws -> [Double] {
    let fit = try TrajectoryFit(batch)
    let scale = try scale(fit)
    let networks = try members.map { try network($0, scale) }
    return try parallelMap(networks.count) { member in
      do {
        return fit.judge(try run(fit, networks[member]).states, scale: scale).loss
      } catch MathError.notConverged { return .nan }
    }
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let fit = try TrajectoryFit(batch)
    let scale = try scale(fit)
    let network = try network(weights, scale)
    let (trajectories, states) = try run(fit, network)
    let (loss, seeds) = fit.judge(states, scale: scale)
    guard request.evidence.contains(.gradient) else { return Trial(loss: loss) }
    var slopes = network.zeroSlopes
    for (trial, trajectory) in trajectories.enumerated() {
      try trajectory.goBack(network, seeds.map { Array($0.row(trial)) }, into: &slopes)
    }
    var gradient = Weights()
    for (number, (matrix, bias)) in zip(1..., zip(slopes.weights, slopes.biases)) {
      gradient.blocks.append(.init("W\(number)", matrix))
      gradient.blocks.append(.init("b\(number)", Tensor(bias, shape: [bias.count])))
    }
    return Trial(loss: loss, gradient: gradient)
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let fit = try TrajectoryFit(batch)
    let scale = try scale(fit)
    let states = try run(fit, try network(weights, scale)).states
    try outputs.put("prediction", fit.prediction(states))
    try outputs.put("loss", fit.judge(states, scale: scale).loss)
  }
}
