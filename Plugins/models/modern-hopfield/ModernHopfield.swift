import EngramKit

/// Memory over real vectors: x moves to the mean of the stored patterns, weighted by softmax(beta patterns * x).
public struct ModernHopfield: Model {
  public static let name = "modern-hopfield"
  public static let summary =
    "Continuous memory with exponential capacity, whose update is that of attention."
  public static let reference = "Ramsauer et al. (2020) arXiv:2008.02217, eqs. 2 and 3"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "beta", \.beta, unit: .one, in: 1e-9...1e9, "Inverse temperature: how sharply the nearest pattern wins."
    )
  ]
  public static let reads = [
    Dataset("patterns", .array, ["pattern", "neuron"], unit: .one, "Stored patterns, one a row."),
    Dataset("cue", .array, ["cue", "neuron"], unit: .one, "Initial states."),
  ]
  public static let writes = [
    Dataset("state", .array, ["update", "cue", "neuron"], unit: .one, "States after each update."),
    Dataset("energy", .array, ["update", "cue"], unit: .one, "E; it never rises."),
  ]

  var beta = 1.0

  public init() {}

  public var timeUnit: Unit { .one }

  /// The patterns and every cue's state.
  public struct State: Sendable {
    var patterns: Matrix
    var x: Matrix
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let (patterns, cues) = (try inputs.matrix("patterns"), try inputs.matrix("cue"))
    guard patterns.columns == cues.columns, patterns.rows > 0 else {
      throw Problem("cues of shape \(cues.shape) do not fit patterns of shape \(patterns.shape)")
    }
    return State(patterns: patterns, x: cues)
  }

  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    var attention = try multiply(state.x, state.patterns, transposeB: true)
    for cue in 0..<attention.rows {
      let largest = attention.row(cue).max() ?? 0
      let weights = attention.row(cue).map { exp(beta * ($0 - largest)) }
      let sum = weights.reduce(0, +)
      for (m, weight) in weights.enumerated() { attention[cue, m] = weight / sum }
    }
    state.x = try multiply(attention, state.patterns)
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let overlaps = try multiply(state.x, state.patterns, transposeB: true)
    let longest =
      (0..<state.patterns.rows).map { state.patterns.row($0).reduce(0) { $0 + $1 * $1 } }.max() ?? 0
    let energies = (0..<state.x.rows).map { cue in
      let largest = overlaps.row(cue).max() ?? 0
      let sum = overlaps.row(cue).reduce(0) { $0 + exp(beta * ($1 - largest)) }
      let square = state.x.row(cue).reduce(0) { $0 + $1 * $1 }
      return -largest - log(sum) / beta + square / 2 + log(Double(state.patterns.rows)) / beta + longest / 2
    }
    try outputs.append("state", state.x.reshaped([1] + state.x.shape))
    try outputs.append("energy", Tensor(energies, shape: [1, energies.count]))
  }
}
