import EngramKit

/// The Lyapunov function of competitive learning over its snapshots, and which units take part.
///
/// E = - sum over inputs of [Q_(1) - delta Q_(k)], Q = <W, v> / <W, W>^((p-1)/p), Q_(k) the k-th largest over units.
public struct KrotovHopfieldEnergy: Analysis {
  public static let name = "krotov-hopfield-energy"
  public static let summary =
    "Energy that competitive learning lowers, the flow's rate of descent, and units that never win."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723, eq. 5; rank form derived here"
  public static let parameters: [Parameter<Self>] =
    [.integer("k", \.k, in: 2...1_000_000, "Rank of the unit that unlearns.")]
    + Parameter.within(\.learning, CompetitiveLearning.parameters)
  public static let reads = [
    Dataset(
      "hidden", .weights, ["snapshot", "hidden", "input"], unit: .one, "Hidden weights at each snapshot."),
    Dataset("data", .array, ["sample", "input"], anyUnit: "Inputs on which the energy is taken."),
  ]
  public static let writes = [
    Dataset("energy", .array, ["snapshot"], unit: .one, "E over all samples."),
    Dataset(
      "energy_rate", .array, ["snapshot"], unit: .one,
      "dE/dt of the full-batch flow with unit time constant; at most 0."),
    Dataset("wins", .array, ["hidden"], unit: .one, "Samples that each unit wins at the last snapshot."),
    Dataset(
      "norm", .array, ["hidden"], unit: .one, "<W, W> at the last snapshot; 1 on the sphere of radius 1."),
    Dataset(
      "filters", .array, ["row", "column"], unit: .one,
      "The most successful units' weights as square pictures side by side, each over its largest; for square inputs."
    ),
  ]
  public static let figures = [
    Figure(
      "energy", "Energy over learning", x: .init("snapshot"), y: .init("E"),
      [.line(x: "index", y: "energy", label: "E over all samples")],
      caption: "Minibatches make it fall in trend, the full-batch flow at every step."),
    Figure(
      "filters", "Learned filters", x: .init("pixel"), y: .init("pixel"),
      [.image("filters", label: "weight over the unit's largest")],
      caption: "Weights of the units that win most samples, best first."),
    Figure(
      "norms", "Norms of hidden units", x: .init("norm"), y: .init("units"),
      [.histogram("norm", label: "hidden units")],
      caption: "Units that learn lie at 1, units that never win keep their start."),
  ]

  var k = 2
  var learning = CompetitiveLearning()

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let data = try inputs.matrix("data")
    let shape = try inputs.shape("hidden")
    guard shape.count == 3, shape[2] == data.columns, k <= shape[1] else {
      throw Problem("hidden weights of shape \(shape) do not fit data of shape \(data.shape) and rank \(k)")
    }
    var (energies, rates) = ([Double](), [Double]())
    var (wins, norms) = ([Double](), [Double]())
    var last = Matrix([], shape: [0, 0])
    try inputs.slabs("hidden", of: 1) { slab, range in
      last = slab.reshaped([shape[1], shape[2]])
      let state = try energy(last, data)
      energies.append(state.energy)
      rates.append(state.rate)
      (wins, norms) = (state.wins, state.norms)
      outputs.progress(Double(range.upperBound) / Double(shape[0]), "snapshots")
    }
    let active = wins.count { $0 > 0 }
    if active * 4 < shape[1] {
      outputs.note(
        "only \(active) of \(shape[1]) units win a sample: start from larger random weights or centre the inputs"
      )
    }
    try outputs.put("energy", energies)
    try outputs.put("energy_rate", rates)
    try outputs.put("wins", wins)
    try outputs.put("norm", norms)
    let side = Int(Double(data.columns).squareRoot().rounded())
    if side > 1, side * side == data.columns {
      try outputs.put("filters", filters(last, wins.indices.sorted { wins[$0] > wins[$1] }, side))
    }
  }

  /// Pictures of the first units of `order`, in as many rows as columns, at most ten; 0 between and after them.
  private func filters(_ weights: Matrix, _ order: [Int], _ side: Int) -> Matrix {
    let across = min(10, Int(Double(order.count).squareRoot()))
    var picture = Matrix(repeating: 0, shape: [across * (side + 1) - 1, across * (side + 1) - 1])
    for (place, unit) in order.prefix(across * across).enumerated() {
      let (top, left) = (place / across * (side + 1), place % across * (side + 1))
      let largest = weights.row(unit).reduce(1e-300) { max($0, abs($1)) }
      for (pixel, weight) in weights.row(unit).enumerated() {
        picture[top + pixel / side, left + pixel % side] = weight / largest
      }
    }
    return picture
  }

  private func energy(_ weights: Matrix, _ data: Matrix) throws -> (
    energy: Double, rate: Double, wins: [Double], norms: [Double]
  ) {
    let (p, delta) = (learning.p, learning.delta)
    let inputs = try Competition.inputs(weights, data, p: p)
    let norms = Competition.norms(weights, p: p)
    let scale = norms.map { pow($0, (p - 1) / p) }
    var energy = 0.0
    var wins = [Double](repeating: 0, count: weights.rows)
    var pull = Matrix(repeating: 0, shape: weights.shape)
    var decay = [Double](repeating: 0, count: weights.rows)
    for sample in 0..<data.rows {
      let relative = zip(inputs.row(sample), scale).map { $0 / $1 }
      let (first, ranked, _) = Competition.winners(relative[...], rank: k)
      energy -= relative[first] - delta * relative[ranked]
      wins[first] += 1
      for (unit, strength) in [(first, 1.0), (ranked, -delta)] {
        decay[unit] += strength * inputs[sample, unit]
        pull.addToRow(unit, strength, data.row(sample))
      }
    }
    // -(p-1) R^p sum over units of N^(-(p-1)/p) sum_i |W|^(p-2) (a - c W / N)^2.
    let rate = (0..<weights.rows).reduce(0.0) { sum, unit in
      guard norms[unit] > 0 else { return sum }
      let square = (0..<weights.columns).reduce(0.0) { inner, i in
        let residual = pull[unit, i] - decay[unit] * weights[unit, i] / norms[unit]
        return inner + (p == 2 ? 1 : pow(abs(weights[unit, i]), p - 2)) * residual * residual
      }
      return sum - (p - 1) * learning.sphere * square / scale[unit]
    }
    return (energy, rate, wins, norms)
  }
}
