import EngramKit

/// Graded associative memory: tau du/dt = -u + W V + I, V = tanh(gain u), which descends an energy for symmetric W.
public struct HopfieldContinuous: Model {
  public static let name = "hopfield-continuous"
  public static let summary =
    "Graded attractor network whose energy falls along every trajectory when W is symmetric."
  public static let reference = "Hopfield (1984) PNAS 81, 3088"
  public static let parameters: [Parameter<Self>] = [
    .real("gain", \.gain, unit: .one, in: 1e-6...1e6, "Slope of the activation at 0."),
    .real("time_constant", \.timeConstant, unit: .one, in: 1e-9...1e9, "Time constant tau of every unit."),
  ]
  public static let reads = [
    Dataset("connectivity", .connectivity, ["neuron", "neuron"], unit: .one, "Weights W[post, pre]."),
    Dataset("cue", .array, ["cue", "neuron"], unit: .one, "Initial inputs u."),
    Dataset("input", .array, ["neuron"], unit: .one, "Constant input I.", optional: true),
  ]
  public static let writes = [
    Dataset("state", .array, ["time", "cue", "neuron"], unit: .one, "Activations V, between -1 and 1."),
    Dataset(
      "energy", .array, ["time", "cue"], unit: .one,
      "E = -VWV/2 - IV + sum of the inverse activation's integral."),
  ]

  var gain = 1.0
  var timeConstant = 1.0

  public init() {}

  public var timeUnit: Unit { .one }

  /// The network and the input u of every cue, [cue, neuron].
  public struct State: Sendable {
    var weights: Matrix
    var drive: [Double]
    var u: Matrix
    /// Whether a record has still to say that the energy need not fall.
    fileprivate var mayRise = true
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let weights = try inputs.connectivity("connectivity").dense()
    let u = try inputs.matrix("cue")
    guard weights.rows == weights.columns, u.columns == weights.rows else {
      throw Problem("cues of shape \(u.shape) do not fit a connectivity of shape \(weights.shape)")
    }
    let drive =
      inputs.contains("input") ? try inputs.vector("input") : Array(repeating: 0, count: weights.rows)
    guard drive.count == weights.rows else {
      throw Problem("\(drive.count) inputs for \(weights.rows) units")
    }
    return State(weights: weights, drive: drive, u: u)
  }

  /// One step of the fourth-order Runge-Kutta method.
  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    let start = state.u
    let k1 = try slope(start, state)
    let k2 = try slope(start.moved(k1, dt / 2), state)
    let k3 = try slope(start.moved(k2, dt / 2), state)
    let k4 = try slope(start.moved(k3, dt), state)
    for i in start.elements.indices {
      state.u[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])
    }
  }

  private func slope(_ u: Matrix, _ state: State) throws -> Matrix {
    var result = try multiply(u.map { tanh(gain * $0) }, state.weights, transposeB: true)
    for cue in 0..<u.rows {
      for i in 0..<u.columns { result[cue, i] = (result[cue, i] + state.drive[i] - u[cue, i]) / timeConstant }
    }
    return result
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let v = state.u.map { tanh(gain * $0) }
    let fields = try multiply(v, state.weights, transposeB: true)
    let energies = (0..<v.rows).map { cue in
      (0..<v.columns).reduce(0.0) { sum, i in
        let x = gain * state.u[cue, i]
        // V atanh V + ln(1 - V^2) / 2 = V x - ln cosh x, without loss near V = 1.
        let stored = v[cue, i] * x - (abs(x) + log1p(exp(-2 * abs(x))) - log(2))
        return sum - v[cue, i] * fields[cue, i] / 2 - state.drive[i] * v[cue, i] + stored / gain
      }
    }
    try outputs.append("state", v.reshaped([1, v.rows, v.columns]))
    try outputs.append("energy", Tensor(energies, shape: [1, v.rows]))
    if state.mayRise, let missing = missingGuarantee(state.weights, selfConnections: false) {
      outputs.note(missing)
    }
    state.mayRise = false
  }
}

extension Tensor where Element == Double {
  fileprivate func moved(_ direction: Matrix, _ by: Double) -> Matrix {
    Tensor(zip(elements, direction.elements).map { $0 + by * $1 }, shape: shape)
  }
}
