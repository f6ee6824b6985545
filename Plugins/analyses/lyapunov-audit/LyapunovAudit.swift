import EngramKit

/// Whether an energy falls along a trajectory, where and how much it rises, and whether W guarantees anything.
public struct LyapunovAudit: Analysis {
  public static let name = "lyapunov-audit"
  public static let summary =
    "Finds every rise of an energy along a stored trajectory, and says whether the weights forbid one."
  public static let reference = "Stern & Shea-Brown (2020) arXiv:2004.08091; Hopfield (1982) PNAS 79, 2554"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "tolerance", \.tolerance, unit: .one, in: 0...1e9,
      "Rise that counts as rounding, relative to the largest |E|."),
    .real(
      "step_tolerance", \.stepTolerance, unit: .one, in: 0...1e9,
      "Absolute rise allowed at each step, such as 0.1 dt for a learning flow."),
  ]
  public static let reads = [
    Dataset(
      "energy", .array, ["time_or_series"], unit: .one, "Energies [time] or [time, series].", optional: true),
    Dataset(
      "connectivity", .connectivity, ["neuron", "neuron"], anyUnit: "Weights W[post, pre].", optional: true),
    Dataset(
      "state", .array, ["time", "cue", "neuron"], unit: .one, "States of a binary network, -1 or 1.",
      optional: true),
  ]
  public static let writes = [
    Dataset("audit/increases", .array, [], unit: .one, "Number of rises above the tolerance."),
    Dataset("audit/increase_index", .array, ["increase"], unit: .one, "Step that ended in each rise."),
    Dataset("audit/increase_series", .array, ["increase"], unit: .one, "Series (cue) of each rise."),
    Dataset("audit/increase_size", .array, ["increase"], unit: .one, "Size of each rise."),
    Dataset(
      "audit/max_increase", .array, [], unit: .one,
      "Largest change of the energy in one step; negative when it always fell."),
    Dataset(
      "audit/verdict", .array, [], unit: .one, "1: never rose; 0: rose; -1: the weights give no guarantee."),
    Dataset(
      "audit/symmetry_defect", .array, [], unit: .one, "Norm of W minus its transpose, over the norm of W."),
    Dataset(
      "audit/min_diagonal", .array, [], unit: .one,
      "Smallest self-connection; a negative one voids the guarantee."),
    Dataset(
      "audit/cycle_length", .array, ["cue"], unit: .one,
      "Period in which each series of states ends; 1 at a fixed point, 0 where none was seen."),
  ]

  var tolerance = 1e-12
  var stepTolerance = 0.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let weights = inputs.contains("connectivity") ? try inputs.connectivity("connectivity").dense() : nil
    let states = inputs.contains("state") ? try inputs.tensor("state") : nil
    let energies = try energies(inputs, weights, states)
    let allowed = max(stepTolerance, tolerance * energies.elements.reduce(0) { max($0, abs($1)) })
    var (index, series, size, largest) = ([Double](), [Double](), [Double](), -Double.infinity)
    for step in 1..<max(1, energies.rows) {
      for column in 0..<energies.columns {
        let change = energies[step, column] - energies[step - 1, column]
        largest = max(largest, change)
        guard !(change <= allowed) else { continue }
        index.append(Double(step))
        series.append(Double(column))
        size.append(change)
      }
    }
    var guaranteed = true
    if let weights {
      try outputs.put("audit/symmetry_defect", symmetryDefect(weights))
      let least = (0..<min(weights.rows, weights.columns)).map { weights[$0, $0] }.min() ?? 0
      try outputs.put("audit/min_diagonal", least)
      if let missing = missingGuarantee(weights) {
        guaranteed = false
        outputs.note(missing)
      }
    }
    if let states { try outputs.put("audit/cycle_length", cycles(states)) }
    if energies.rows < 2 {
      outputs.note("audit/max_increase has no value: the trajectory has fewer than two times")
    }
    try outputs.put("audit/increases", Double(size.count))
    try outputs.put("audit/increase_index", index)
    try outputs.put("audit/increase_series", series)
    try outputs.put("audit/increase_size", size)
    try outputs.put("audit/max_increase", energies.rows < 2 ? .nan : largest)
    try outputs.put("audit/verdict", guaranteed ? (size.isEmpty ? 1 : 0) : -1)
  }

  /// Energies [time, series]: as given, or those of the states.
  private func energies(_ inputs: Inputs, _ weights: Matrix?, _ states: Tensor<Double>?) throws -> Matrix {
    if inputs.contains("energy") {
      let values = try inputs.tensor("energy")
      guard values.rank <= 2 else {
        throw Problem("energy has shape \(values.shape); it should be [time] or [time, series]")
      }
      return values.reshaped([values.rows, values.rowLength])
    }
    guard let weights, let states, states.rank == 3, states.shape[2] == weights.rows,
      weights.columns == weights.rows
    else {
      throw Problem(
        "an audit needs an energy, or a connectivity with states [time, cue, neuron] of its neurons",
        fix: "read `energy`, or both `connectivity` and `state`")
    }
    let flat = states.reshaped([states.shape[0] * states.shape[1], states.shape[2]])
    let fields = try multiply(flat, weights, transposeB: true)
    let values = (0..<flat.rows).map { row in
      zip(flat.row(row), fields.row(row)).reduce(0) { $0 - $1.0 * $1.1 / 2 }
    }
    return Matrix(values, shape: [states.shape[0], states.shape[1]])
  }

  /// Period in which each series ends: the distance to the last earlier time with the final state.
  private func cycles(_ states: Tensor<Double>) -> [Double] {
    let (times, cues, units) = (states.shape[0], states.shape[1], states.shape[2])
    func state(_ time: Int, _ cue: Int) -> ArraySlice<Double> {
      let first = (time * cues + cue) * units
      return states.elements[first..<first + units]
    }
    return (0..<cues).map { cue in
      guard times > 1 else { return 0 }
      let last = state(times - 1, cue)
      let earlier = (0..<times - 1).last { state($0, cue).elementsEqual(last) }
      return earlier.map { Double(times - 1 - $0) } ?? 0
    }
  }
}
