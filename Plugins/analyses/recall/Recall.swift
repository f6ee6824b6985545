import EngramKit

/// Overlaps of end states with stored patterns, and what kind of state each one is.
public struct Recall: Analysis {
  public static let name = "recall"
  public static let summary =
    "Which stored pattern each end state is nearest to: a memory, its complement, a mixture, or neither."
  public static let reference = "Amit, Gutfreund & Sompolinsky (1985) Phys. Rev. A 32, 1007"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "memory_overlap", \.memoryOverlap, unit: .one, in: 0...1, "Overlap above which a state is a memory.")
  ]
  public static let reads = [
    Dataset(
      "state", .array, ["cue", "neuron"], unit: .one,
      "End states [cue, neuron], or a trajectory [time, cue, neuron] whose last time counts."),
    Dataset("patterns", .array, ["pattern", "neuron"], unit: .one, "Stored patterns."),
  ]
  public static let writes = [
    Dataset("overlap", .array, ["cue", "pattern"], unit: .one, "Mean product of state and pattern."),
    Dataset("nearest", .array, ["cue"], unit: .one, "Pattern with the largest overlap in magnitude."),
    Dataset(
      "kind", .labels, ["cue"], unit: .one,
      "memory, complement, mixture (three overlaps near 1/2) or spurious."),
    Dataset("recalled", .array, [], unit: .one, "Share of states that are memories."),
  ]
  public static let figures = [
    Figure(
      "overlaps", "Overlap of end states with patterns", x: .init("pattern"), y: .init("cue"),
      [.image("overlap", label: "overlap")],
      caption: "One row a cue: 1 in a single column is a recalled memory, about 1/2 in three a mixture.")
  ]

  var memoryOverlap = 0.9

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let patterns = try inputs.matrix("patterns")
    var states = try inputs.tensor("state")
    if states.rank == 3 {
      states = Tensor(Array(states.row(states.rows - 1)), shape: Array(states.shape.dropFirst()))
    }
    guard states.rank == 2, states.columns == patterns.columns, patterns.rows > 0 else {
      throw Problem("states of shape \(states.shape) do not fit patterns of shape \(patterns.shape)")
    }
    let overlaps = try multiply(states, patterns, transposeB: true).map { $0 / Double(patterns.columns) }
    let best = (0..<states.rows).map { cue in
      (0..<patterns.rows).max { abs(overlaps[cue, $0]) < abs(overlaps[cue, $1]) } ?? 0
    }
    let kinds = (0..<states.rows).map { cue -> String in
      let overlap = overlaps[cue, best[cue]]
      if overlap > memoryOverlap { return "memory" }
      if overlap < -memoryOverlap { return "complement" }
      return overlaps.row(cue).count { abs(abs($0) - 0.5) < 0.15 } == 3 ? "mixture" : "spurious"
    }
    try outputs.put("overlap", overlaps)
    try outputs.put("nearest", best.map(Double.init))
    try outputs.put("kind", labels: kinds)
    try outputs.put("recalled", Double(kinds.count { $0 == "memory" }) / Double(max(1, kinds.count)))
  }
}
