import EngramKit

/// Binary memory with an energy steeper than quadratic: E = -sum over patterns of F(pattern * s).
public struct DenseAssociativeMemory: Model {
  public static let name = "dense-associative-memory"
  public static let summary = "Binary memory with a steep energy, which stores far more patterns than units."
  public static let reference =
    "Krotov & Hopfield (2016) arXiv:1606.01164; Demircigil et al. (2017) J. Stat. Phys. 168, 288"
  public static let parameters: [Parameter<Self>] = [
    .choice("energy", \.energyFunction, "F: a power, a power of the positive part, or the exponential."),
    .integer("power", \.power, in: 1...64, "Exponent n of F(x) = x^n."),
  ]
  public static let reads = [
    Dataset("patterns", .array, ["pattern", "neuron"], unit: .one, "Stored patterns, each value -1 or 1."),
    Dataset("cue", .array, ["cue", "neuron"], unit: .one, "Initial states, each -1 or 1."),
  ]
  public static let writes = [
    Dataset("state", .array, ["sweep", "cue", "neuron"], unit: .one, "States after each sweep."),
    Dataset("energy", .array, ["sweep", "cue"], unit: .one, "E; for the exponential its logarithm -ln(-E)."),
    Dataset(
      "field", .array, ["cue", "neuron"], unit: .one,
      "Energy difference that decides each unit in the last state."),
  ]

  /// The function F of the overlap.
  public enum EnergyFunction: String, CaseIterable, Sendable { case power, rectified, exponential }

  var energyFunction = EnergyFunction.rectified
  var power = 3

  public init() {}

  public var timeUnit: Unit { .one }

  /// The patterns, and every cue's state with its overlaps (pattern * s).
  public struct State: Sendable {
    var patterns: Matrix
    var states: [[Double]]
    var overlaps: [[Double]]
    /// Whether a record has still to say that there are ties.
    fileprivate var mayTie = true
    fileprivate var ties = 0
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let (patterns, cues) = (try inputs.matrix("patterns"), try inputs.matrix("cue"))
    guard patterns.columns == cues.columns else {
      throw Problem("cues have \(cues.columns) units, the patterns \(patterns.columns)")
    }
    for (name, values) in [("patterns", patterns), ("cue", cues)] {
      if let wrong = values.elements.first(where: { $0 != 1 && $0 != -1 }) {
        throw Problem("\(name) holds \(shortest(wrong)); states are -1 or 1", fix: "map 0/1 units to 2V - 1")
      }
    }
    let states = (0..<cues.rows).map { Array(cues.row($0)) }
    return State(
      patterns: patterns, states: states, overlaps: try states.map { try multiply(patterns, $0) })
  }

  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    for cue in state.states.indices {
      for i in 0..<state.patterns.columns {
        let field = field(i, state, cue)
        if field == 0 { state.ties += 1 }
        guard field != 0, (field > 0) != (state.states[cue][i] > 0) else { continue }
        for m in 0..<state.patterns.rows {
          state.overlaps[cue][m] -= 2 * state.patterns[m, i] * state.states[cue][i]
        }
        state.states[cue][i] *= -1
      }
    }
  }

  /// Sum over patterns of F with unit `i` up minus F with it down; its sign alone for the exponential, scaled by the
  /// largest term.
  private func field(_ i: Int, _ state: State, _ cue: Int) -> Double {
    let (patterns, overlaps) = (state.patterns, state.overlaps[cue])
    let own = state.states[cue][i]
    let shift = energyFunction == .exponential ? (overlaps.max() ?? 0) + 2 : 0
    return (0..<patterns.rows).reduce(0) { sum, m in
      let others = overlaps[m] - patterns[m, i] * own
      return sum + value(others + patterns[m, i], shift) - value(others - patterns[m, i], shift)
    }
  }

  private func value(_ x: Double, _ shift: Double) -> Double {
    switch energyFunction {
    case .power: pow(x, Double(power))
    case .rectified: x > 0 ? pow(x, Double(power)) : 0
    case .exponential: exp(x - shift)
    }
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let (cues, units) = (state.states.count, state.patterns.columns)
    let energies = state.overlaps.map { overlaps in
      guard energyFunction == .exponential else { return -overlaps.reduce(0) { $0 + value($1, 0) } }
      let largest = overlaps.max() ?? 0
      return -(largest + log(overlaps.reduce(0) { $0 + exp($1 - largest) }))
    }
    try outputs.append("state", Tensor(state.states.flatMap { $0 }, shape: [1, cues, units]))
    try outputs.append("energy", Tensor(energies, shape: [1, cues]))
    let fields = (0..<cues).flatMap { cue in (0..<units).map { field($0, state, cue) } }
    try outputs.put("field", Tensor(fields, shape: [cues, units]))
    guard state.mayTie, let ties = tiesMet(state.ties) else { return }
    outputs.note(ties)
    state.mayTie = false
  }
}
