import EngramKit

/// Which density a reservoir samples: its drift on a grid, the density in one dimension, and whether it has one at all.
public struct ScoreField: Analysis {
  public static let name = "score-field"
  public static let summary =
    "Drift of a stored sampler network on a grid, and the density it samples in one dimension."
  public static let reference = "Chen et al. (2023) arXiv:2308.11809, eqs. 2 and 8"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.mixture, MixtureOfNormals.parameters) + [
      .choice("activation", \.activation, "Nonlinearity of the reservoir."),
      .real("from", \.from, unit: .one, in: -1e9...1e9, "Lower end of the grid in each dimension."),
      .real("to", \.to, unit: .one, in: -1e9...1e9, "Upper end of the grid."),
      .integer("points", \.points, in: 3...1_000_001, "Grid points in each dimension."),
      .real(
        "noise", \.noise, unit: .one, in: 0...1e9,
        "Standard deviation of the noise that blurs the mixture, as denoising at that level learns it."),
    ]
  public static let reads = [
    Dataset("W1", .connectivity, ["output", "reservoir"], unit: .one, "Read-out weights."),
    Dataset("W2", .connectivity, ["reservoir", "output"], unit: .one, "Feedback weights.", optional: true),
    Dataset(
      "W_rec", .connectivity, ["reservoir", "reservoir"], unit: .one, "Recurrent weights, in place of W2.",
      optional: true),
    Dataset("b", .array, ["reservoir"], unit: .one, "Biases."),
  ]
  public static let writes = [
    Dataset("field/x", .array, ["point", "output"], unit: .one, "Grid points."),
    Dataset("field/score", .array, ["point", "output"], unit: .one, "Drift at the grid points."),
    Dataset("field/target_score", .array, ["point", "output"], unit: .one, "Score of the mixture there."),
    Dataset(
      "field/density", .array, ["point"], unit: .one, "Density that the drift samples, in one dimension."),
    Dataset(
      "field/target_density", .array, ["point"], unit: .one, "Density of the mixture, in one dimension."),
    Dataset(
      "field/normalisable", .array, [], unit: .one, "1 where the drift confines, so that a density exists."),
    Dataset("field/score_error", .array, [], unit: .one, "Mean square error of the score under the mixture."),
    Dataset(
      "field/kl", .array, [], unit: .one,
      "Divergence of the mixture from the sampled density, in one dimension."),
    Dataset(
      "field/asymmetry", .array, [], unit: .one,
      "Antisymmetric part of the drift's Jacobian over the whole; 0 for a gradient."),
    Dataset(
      "field/factor_defect", .array, [], unit: .one,
      "How far the recurrent weights are from W2 W1; above 1e-8 the reduction is not exact."),
  ]
  public static let figures = [
    Figure(
      "score", "Learned and true score", x: .init("x"), y: .init("score"),
      [
        .line(x: "field/x", y: "field/target_score", label: "true"),
        .line(x: "field/x", y: "field/score", label: "learned"),
      ],
      caption: "A sampler without a reservoir cannot bend its drift twice."),
    Figure(
      "density", "Sampled and target density", x: .init("x"), y: .init("density"),
      [
        .line(x: "field/x", y: "field/target_density", label: "target"),
        .line(x: "field/x", y: "field/density", label: "sampled"),
      ],
      caption: "Density obtained by integrating the drift, without sampling."),
  ]

  var mixture = MixtureOfNormals()
  var activation = Activation.relu
  var from = -4.0
  var to = 4.0
  var points = 801
  var noise = 0.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    try mixture.check()
    let network = try network(inputs, &outputs)
    let dimension = network.w1.rows
    guard dimension == mixture.dimension, dimension <= 2, from < to else {
      throw Problem(
        "a grid over \(dimension) outputs against a mixture in \(mixture.dimension) dimensions from \(shortest(from)) to \(shortest(to))",
        fix: "score-field draws one or two dimensions, the mixture's")
    }
    let axis = (0..<points).map { from + (to - from) * Double($0) / Double(points - 1) }
    let grid =
      dimension == 1
      ? Matrix(axis, shape: [points, 1])
      : Matrix(axis.flatMap { x in axis.flatMap { [x, $0] } }, shape: [points * points, 2])
    let drift = try network.drift(grid)
    let laws = (0..<grid.rows).map { mixture.law(at: grid.row($0), noise: noise) }
    try outputs.put("field/x", grid)
    try outputs.put("field/score", drift)
    try outputs.put("field/target_score", Matrix(laws.flatMap(\.score), shape: grid.shape))
    let total = laws.reduce(0) { $0 + $1.density }
    let error = laws.indices.reduce(0.0) { sum, row in
      sum + laws[row].density
        * zip(drift.row(row), laws[row].score).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    try outputs.put("field/score_error", error / total)
    try outputs.put("field/asymmetry", try asymmetry(network, grid, laws.map { $0.density / total }))
    if dimension == 1 { try density(network, axis, drift.elements, laws.map(\.density), into: &outputs) }
  }

  /// The factors as stored, or W2 recovered from recurrent weights as W_rec times the pseudo-inverse of W1.
  private func network(_ inputs: Inputs, _ outputs: inout Outputs) throws -> ReservoirScore {
    let (score, defect) = try ReservoirScore.stored(inputs, activation)
    guard let defect else { return score }
    try outputs.put("field/factor_defect", defect)
    try ReservoirScore.checkFactors(defect, fix: "simulate the whole network and use distribution-distance")
    return score
  }

  /// Expected norm of the Jacobian's antisymmetric part over that of the Jacobian, -1 + W1 diag(phi') W2.
  private func asymmetry(_ network: ReservoirScore, _ grid: Matrix, _ weights: [Double]) throws -> Double {
    let n = network.w1.rows
    guard n > 1 else { return 0 }
    var (odd, all) = (0.0, 0.0)
    for row in 0..<grid.rows where weights[row] > 1e-12 {
      let arguments = try network.arguments(Matrix(Array(grid.row(row)), shape: [1, n]))
      var slopes = Matrix(repeating: 1, shape: arguments.shape)
      slopes.scale(
        bySlopesOf: activation.function, at: arguments, giving: arguments.passed(through: activation.function)
      )
      var jacobian = Matrix(repeating: 0, shape: [n, n])
      for j in 0..<network.w2.rows {
        for a in 0..<n {
          for b in 0..<n { jacobian[a, b] += network.w1[a, j] * slopes[j] * network.w2[j, b] }
        }
      }
      for a in 0..<n { jacobian[a, a] -= 1 }
      let difference = zip(jacobian.elements, jacobian.transposed().elements).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      odd += weights[row] * difference.squareRoot()
      all += weights[row] * jacobian.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return odd / all
  }

  /// q with ln q the integral of the drift, where the drift points inward at both ends for ever.
  private func density(
    _ network: ReservoirScore, _ axis: [Double], _ drift: [Double], _ target: [Double],
    into outputs: inout Outputs
  ) throws {
    let far = try network.drift(Matrix([-1e6, 1e6], shape: [2, 1]))
    let confines = far[0] > 0 && far[1] < 0
    try outputs.put("field/normalisable", confines ? 1 : 0)
    try outputs.put("field/target_density", target)
    guard confines else {
      outputs.note(
        "not normalisable: the drift does not point inward far out, so no stationary density exists")
      return
    }
    let step = axis[1] - axis[0]
    var logs = [0.0]
    for i in 1..<axis.count { logs.append(logs[i - 1] + step * (drift[i - 1] + drift[i]) / 2) }
    let largest = logs.max() ?? 0
    let shares = logs.map { exp($0 - largest) }
    func integral(_ values: [Double]) -> Double {
      step * (values.reduce(0, +) - (values[0] + values[values.count - 1]) / 2)
    }
    let mass = integral(shares)
    let q = shares.map { $0 / mass }
    if max(q[0], q[q.count - 1]) * (to - from) > 1e-3 {
      outputs.note("the density has not fallen to 0 at the ends of the grid: widen `from` and `to`")
    }
    try outputs.put("field/density", q)
    try outputs.put("field/kl", integral(zip(target, q).map { $0 > 0 ? $0 * log($0 / max($1, 1e-300)) : 0 }))
  }
}
