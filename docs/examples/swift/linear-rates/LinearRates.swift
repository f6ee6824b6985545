import EngramKit

/// Linear rate units: tau dx/dt = -x + J x + I.
public struct LinearRates: Model {
  public static let name = "linear-rates"
  public static let summary = "Linear rate units over a stored connectivity with one constant input."
  public static let reference = "Dayan & Abbott (2001) Theoretical Neuroscience, section 7.4"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "time_constant", \.timeConstant, unit: .millisecond, in: 1e-3...1e6, "Time constant of every unit."),
    .real("input", \.input, unit: .one, in: -1e9...1e9, "Constant input to every unit."),
  ]
  public static let reads = [
    Dataset("connectivity", .connectivity, ["neuron", "neuron"], anyUnit: "Weights from column to row.")
  ]
  public static let writes = [
    Dataset("rates", .trace, ["time", "neuron"], unit: .one, "Activity of each unit.")
  ]

  var timeConstant = 20.0
  var input = 1.0

  public init() {}

  /// Activity, and the weights it moves by.
  public struct State: Sendable {
    var weights: Connectivity
    var activity: [Double]
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let weights = try inputs.connectivity("connectivity")
    return State(weights: weights, activity: [Double](repeating: 0, count: weights.rows))
  }

  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    // Exact for a drive that is constant over one step.
    let approach = -expm1(-dt / timeConstant)
    let drive = try multiply(state.weights, state.activity)
    for i in state.activity.indices {
      state.activity[i] += approach * (drive[i] + input - state.activity[i])
    }
    guard state.activity.allSatisfy(\.isFinite) else {
      throw Problem("activity grows without bound", fix: "shorten the run, or weaken the weights")
    }
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    try outputs.append("rates", Matrix(state.activity, shape: [1, state.activity.count]))
  }
}
