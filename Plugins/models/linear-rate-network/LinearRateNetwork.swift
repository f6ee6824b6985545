import EngramKit

/// A network of linear rate units: tau dx/dt = -x + J x + I.
public struct LinearRateNetwork: Model {
  public static let name = "linear-rate-network"
  public static let summary = "Linear rate units over a stored connectivity with constant input by cell type."
  public static let reference = "Shao et al. (2025) PRX Life 3, 023008; Dayan & Abbott (2001), section 7.4"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "time_constant", \.timeConstant, unit: .millisecond, in: 1e-3...1e6, "Time constant of every unit."),
    .reals(
      "input", \.input, unit: .one, in: -1e9...1e9, "Constant input, one for all or one for each cell type."),
    .flag(
      "steady_state", \.steadyState, "Solve for the steady state, which needs time with the cube of neurons."),
  ]
  public static let reads = MeasuredCircuit.reads()
  public static let writes = [
    Dataset("rates", .trace, ["time", "neuron"], unit: .one, "Activity of each unit."),
    Dataset(
      "population_rates", .trace, ["time", "population"], unit: .one, "Mean activity of each cell type."),
    Dataset("steady_rates", ["neuron"], unit: .one, "Steady state (1 - J)^-1 I.", optional: true),
  ]

  var timeConstant = 20.0
  var input = [1.0]
  var steadyState = false
  public init() {}

  /// Activity, and what it needs to go on.
  public struct State: Sendable {
    var weights: Connectivity
    var populations: Populations
    var input: [Double]
    var activity: [Double]
    var unsolved: Bool
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let weights = try inputs.connectivity("connectivity")
    try weights.requireFinite()
    let populations = try inputs.populations(neurons: weights.rows)
    guard input.count == 1 || input.count == populations.count else {
      throw Problem(
        "'input' has \(input.count) numbers for \(populations.count) cell types: \(populations.names.joined(separator: ", "))",
        fix: "give one, or one for each cell type")
    }
    let byNeuron = populations.codes.map { input.count == 1 ? input[0] : input[Int($0)] }
    return State(
      weights: weights, populations: populations, input: byNeuron,
      activity: [Double](repeating: 0, count: weights.rows), unsolved: steadyState)
  }

  /// One exponential step: exact for constant J x + I, so that dt need not be far below tau.
  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    let approach = -expm1(-dt / timeConstant)
    let drive = try multiply(state.weights, state.activity)
    for i in state.activity.indices {
      state.activity[i] += approach * (drive[i] + state.input[i] - state.activity[i])
    }
    guard state.activity.allSatisfy(\.isFinite) else {
      let growth = try state.weights.rows <= 2000 ? greatestRealPart(state) : nil
      let value = growth.map { "is \($0)" } ?? "exceeds 1"
      throw Problem(
        "activity grows without bound and overflowed at \(time) ms: the greatest real part of the eigenvalues of the weights \(value), and linear rates need less than 1",
        fix: "shorten the run, or weaken the weights")
    }
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let rates = state.activity
    try outputs.append("rates", Matrix(rates, shape: [1, rates.count]))
    let means = state.populations.members.map { members in
      members.reduce(0) { $0 + rates[$1] } / Double(members.count)
    }
    try outputs.append("population_rates", Matrix(means, shape: [1, means.count]))
    guard state.unsolved else { return }
    state.unsolved = false
    var matrix = state.weights.dense().map { -$0 }
    for i in 0..<matrix.rows { matrix[i, i] += 1 }
    try outputs.put("steady_rates", try solve(matrix, state.input))
    let greatest = try greatestRealPart(state)
    if greatest >= 1 {
      outputs.note(
        "The network is unstable: the greatest real part of its eigenvalues is \(greatest), not below 1.")
    }
  }

  private func greatestRealPart(_ state: State) throws -> Double {
    try eigenvalues(state.weights.dense()).map(\.real).max() ?? 0
  }
}
