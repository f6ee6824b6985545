import EngramKit

/// Known systems of equations, simulated, or posed as trajectories to fit.
public struct OdeTrajectories: TaskModel, Model {
  public static let name = "ode-trajectories"
  public static let summary =
    "Benchmark systems of equations: a cubic spiral, and Robertson's stiff reactions."
  public static let reference =
    "Chen et al. (2018) arXiv:1806.07366 (spiral); Robertson (1966), Kim et al. (2021) Chaos 31, 093122 (reactions)"
  public static let parameters: [Parameter<Self>] = [
    .choice("system", \.system, "Which equations."),
    .choice("method", \.method, "Stepper; rosenbrock for the stiff reactions."),
    .real("relative_tolerance", \.relativeTolerance, unit: .one, in: 1e-14...1, "Error allowed in a step."),
    .real(
      "absolute_tolerance", \.absoluteTolerance, unit: .one, in: 1e-20...1,
      "Error allowed in a step whatever the magnitude."),
    .integer("points", \.points, in: 2...1000, "Points of a piece of the spiral."),
  ]
  public static let writes = [
    Dataset("state", .trace, ["time", "variable"], unit: .one, "The variables at each record.")
  ]

  public enum System: String, CaseIterable, Sendable { case spiral, robertson }

  var system = System.spiral
  var method = AdaptiveMethod.rosenbrock
  var relativeTolerance = 1e-9
  var absoluteTolerance = 1e-12
  var points = 10

  public init() {}

  public var timeUnit: Unit { .one }

  /// The state at time 0.
  private var start: [Double] { system == .spiral ? [2, 0] : [1, 0, 0] }

  private func slope(_ y: [Double], _ slope: inout [Double]) {
    switch system {
    case .spiral:
      let (a, b) = (y[0] * y[0] * y[0], y[1] * y[1] * y[1])
      (slope[0], slope[1]) = (-0.1 * a - 2 * b, 2 * a - 0.1 * b)
    case .robertson:
      let (slow, fast, square) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
      (slope[0], slope[1], slope[2]) = (fast - slow, slow - fast - square, square)
    }
  }

  private func jacobian(_ y: [Double], _ matrix: inout Matrix) {
    switch system {
    case .spiral:
      let (a, b) = (3 * y[0] * y[0], 3 * y[1] * y[1])
      matrix.elements = [-0.1 * a, -2 * b, 2 * a, -0.1 * b]
    case .robertson:
      matrix.elements = [
        -0.04, 1e4 * y[2], 1e4 * y[1], 0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1], 0, 6e7 * y[1], 0,
      ]
    }
  }

  public struct State: Sendable {
    var y: [Double]
    var stepper: AdaptiveStepper
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let names = (1...start.count).map { "y\($0)" }
    return State(
      y: start,
      stepper: AdaptiveStepper(
        method, relativeTolerance: relativeTolerance,
        absoluteTolerance: start.map { _ in absoluteTolerance }, names: names))
  }

  private func advance(_ state: inout State, from: Double, to: Double) throws {
    try state.stepper.advance(
      &state.y, from: from, to: to, jacobian: { jacobian($1, &$2) }, { slope($1, &$2) })
  }

  public func advance(
    _ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    try advance(&state, from: Double(step) * dt, to: Double(step + count) * dt)
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    try outputs.append("state", Tensor(state.y, shape: [1, state.y.count]))
  }

  /// The states at `times`, which ascend from 0.
  private func states(_ times: [Double]) throws -> [[Double]] {
    var random = RandomStream(seed: 0)
    var state = try start(Inputs(), &random)
    var now = 0.0
    return try times.map { time in
      if time > now { try advance(&state, from: now, to: time) }
      now = time
      return state.y
    }
  }

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    switch system {
    case .spiral:
      let times = (0..<1000).map { 25 * Double($0) / 999 }
      return Source(times: times, states: try states(times), points: points)
    case .robertson:
      let times = (0..<50).map { pow(10, -5 + 10 * Double($0) / 49) }
      return Source(times: times, states: try states(times), points: nil, begin: start)
    }
  }

  /// Pieces of a trajectory from random points on, or all of it as one stored trial.
  private struct Source: TrialSource {
    let times: [Double]
    let states: [[Double]]
    /// Points of a piece; nil: the whole.
    let points: Int?
    var begin: [Double] = []

    var shape: TrialShape {
      TrialShape(
        steps: points ?? times.count, inputs: 1 + states[0].count, outputs: states[0].count, classes: false)
    }

    func count(_ split: Split) -> Int? { points == nil ? (split == .train ? 1 : 0) : nil }

    func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
      let length = points ?? times.count
      let choices = times.count - length
      guard points == nil || picks.count <= choices else {
        throw Problem("\(picks.count) different pieces do not fit \(choices) starts", fix: "lower `batch`")
      }
      let firsts = points == nil ? picks.map { _ in 0 } : random.choose(picks.count, of: choices)
      var (input, target) = ([Double](), [Double]())
      for first in firsts {
        let origin = points == nil ? begin : states[first]
        for k in first..<first + length {
          input.append(points == nil ? times[k] : times[k - first])
          input += origin
          target += states[k]
        }
      }
      let size = states[0].count
      return Batch(
        input: Tensor(input, shape: [firsts.count, length, 1 + size]),
        target: .values(Tensor(target, shape: [firsts.count, length, size])),
        mode: split == .train ? .train : .evaluate)
    }
  }
}
