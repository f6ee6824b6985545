import EngramKit

/// Where a circuit would lose stability, or answer paradoxically, were its excitation or its motifs weaker or stronger.
public struct StabilityMap: Analysis {
  public static let name = "stability-map"
  public static let summary =
    "Stable, paradoxical and unstable regimes around a circuit as excitation and motifs are scaled."
  public static let reference =
    "Shao et al. (2025) PRX Life 3, 023008; Tsodyks et al. (1997) J. Neurosci. 17, 4382"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "excitation", \.excitation, unit: .one, in: 0.01...1e3,
      "Greatest factor on the mean excitatory weights."),
    .real(
      "motifs", \.motifs, unit: .one, in: 0.01...1e3, "Greatest factor on chain and reciprocal covariances."),
    .integer("resolution", \.resolution, in: 2...1000, "Points along each axis."),
  ]
  public static let reads = MeasuredCircuit.reads(in: .one)
  public static let writes = [
    Dataset(
      "excitation_factor", ["excitation"], unit: .one, "Factor on the mean weights of excitatory types."),
    Dataset("motif_factor", ["motif"], unit: .one, "Factor on chain and reciprocal covariances."),
    Dataset(
      "growth", ["motif", "excitation"], unit: .one,
      "Greatest real part of the predicted outliers and the bulk; stable below 1."),
    Dataset(
      "regime", ["motif", "excitation"], unit: .one,
      "0 stable, 1 inhibition-stabilised, 2 paradoxical through motifs alone, 3 unstable."),
    Dataset("own_growth", [], unit: .one, "The circuit's own greatest real part."),
    Dataset("own_regime", .labels, [], unit: .one, "The circuit's own regime."),
    Dataset(
      "critical_excitation", [], unit: .one, "Factor on excitation at which the circuit becomes unstable."),
    Dataset("critical_motifs", [], unit: .one, "Factor on motifs at which the circuit becomes unstable."),
    Dataset("paradox_motifs", [], unit: .one, "Factor on motifs from which a response is paradoxical."),
  ]
  public static let figures = [
    Figure(
      "regimes", "Regimes", x: .init("factor on excitation"), y: .init("factor on motifs"),
      [
        .map("regime", x: "excitation_factor", y: "motif_factor", label: "regime"),
        .fixedVertical(1, label: "this circuit"), .fixedHorizontal(1, label: "this circuit"),
      ],
      caption:
        "0 stable, 1 inhibition-stabilised, 2 paradoxical through motifs alone, 3 unstable. The circuit lies at 1, 1."
    ),
    Figure(
      "growth", "Greatest real part", x: .init("factor on excitation"), y: .init("factor on motifs"),
      [.map("growth", x: "excitation_factor", y: "motif_factor", label: "greatest real part")],
      caption: "Linear rates decay where it lies below 1."),
  ]

  var excitation = 2.0
  var motifs = 2.0
  var resolution = 61
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let measured = try MeasuredCircuit(inputs, into: &outputs)
    let circuit = ScaledCircuit(theory: measured.theory, bulk: try measured.sums.bulk().real)
    if !circuit.isExcitatory.contains(true) {
      outputs.note("No type is excitatory on average: the factor on excitation changes nothing.")
    }
    let steps = (0..<resolution).map { Double($0) / Double(resolution - 1) }
    var (growth, regimes) = ([Double](), [Double]())
    for y in steps {
      for x in steps {
        let state = try circuit.state(excitation: x * excitation, motifs: y * motifs)
        growth.append(state.growth)
        regimes.append(Double(state.regime.rawValue))
      }
    }
    let own = try circuit.state(excitation: 1, motifs: 1)
    try outputs.put("excitation_factor", steps.map { $0 * excitation })
    try outputs.put("motif_factor", steps.map { $0 * motifs })
    try outputs.put("growth", Matrix(growth, shape: [resolution, resolution]))
    try outputs.put("regime", Matrix(regimes, shape: [resolution, resolution]))
    try outputs.put("own_growth", own.growth)
    try outputs.put("own_regime", labels: [own.regime.words])
    let unstable = { (state: ScaledCircuit.State) in state.regime == .unstable }
    try putBorder("critical_excitation", upTo: excitation, &outputs, unstable) {
      try circuit.state(excitation: $0, motifs: 1)
    }
    try putBorder("critical_motifs", upTo: motifs, &outputs, unstable) {
      try circuit.state(excitation: 1, motifs: $0)
    }
    try putBorder("paradox_motifs", upTo: motifs, &outputs) {
      $0.regime == .inhibitionStabilised || $0.regime == .chainDriven
    } at: {
      try circuit.state(excitation: 1, motifs: $0)
    }
  }

  /// The smallest factor at which the state holds, refined by bisection between two points of the grid.
  private func putBorder(
    _ name: String, upTo greatest: Double, _ outputs: inout Outputs,
    _ holds: (ScaledCircuit.State) -> Bool, at state: (Double) throws -> ScaledCircuit.State
  ) throws {
    let grid = (0..<resolution).map { greatest * Double($0) / Double(resolution - 1) }
    guard let first = try grid.firstIndex(where: { holds(try state($0)) }) else {
      try outputs.put(name, .nan)
      return outputs.note("\(name) is NaN: nothing changes up to a factor of \(greatest).")
    }
    guard first > 0 else { return try outputs.put(name, 0) }
    var (low, high) = (grid[first - 1], grid[first])
    while high - low > 1e-12 * high {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if holds(try state(middle)) { high = middle } else { low = middle }
    }
    try outputs.put(name, high)
  }
}
