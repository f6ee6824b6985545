import EngramKit

/// The best drift an architecture can reach for a mixture in one dimension, by projection in the mixture's own norm.
public struct ArchitectureCapacity: Analysis {
  public static let name = "architecture-capacity"
  public static let summary = "How well an architecture could represent a score at best, without training."
  public static let reference = "Chen et al. (2023) arXiv:2308.11809, section 3"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.mixture, MixtureOfNormals.parameters) + [
      .reals(
        "kinks", \.kinks, unit: .one, in: -1e9...1e9, "Where the hidden units switch on: relu(x - kink)."),
      .real("range", \.range, unit: .one, in: 1e-3...1e9, "The grid runs from minus to plus this."),
      .integer("points", \.points, in: 101...10_000_001, "Grid points."),
    ]
  public static let writes = [
    Dataset(
      "capacity/coefficients", .array, ["function"], unit: .one, "Best weights of x, 1 and the hidden units."),
    Dataset(
      "capacity/residual", .array, [], unit: .one, "Mean square error of the best drift under the mixture."),
    Dataset(
      "capacity/fisher", .array, [], unit: .one,
      "Fisher information of the mixture: the error of no drift at all."),
    Dataset(
      "capacity/kl", .array, [], unit: .one,
      "Divergence of the mixture from the density that the best drift samples."),
    Dataset("capacity/peaks", .array, [], unit: .one, "Peaks of that density."),
    Dataset("capacity/x", .array, ["point"], unit: .one, "Grid, thinned for drawing."),
    Dataset("capacity/score", .array, ["point"], unit: .one, "True score."),
    Dataset("capacity/best", .array, ["point"], unit: .one, "Best drift."),
  ]
  public static let figures = [
    Figure(
      "best-drift", "Best drift of the architecture", x: .init("x"), y: .init("score"),
      [
        .line(x: "capacity/x", y: "capacity/score", label: "true"),
        .line(x: "capacity/x", y: "capacity/best", label: "best"),
      ],
      caption: "Projection of the score onto x, a constant and the hidden units.")
  ]

  var mixture = MixtureOfNormals()
  var kinks = [0.0]
  var range = 8.0
  var points = 16_001

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    try mixture.check()
    guard mixture.dimension == 1 else {
      throw Problem(
        "architecture-capacity works in one dimension, not \(mixture.dimension)", fix: "set `dimension: 1`")
    }
    let step = 2 * range / Double(points - 1)
    let axis = (0..<points).map { -range + Double($0) * step }
    let laws = axis.map { mixture.law(at: [$0]) }
    let functions: [(Double) -> Double] = [{ $0 }, { _ in 1 }] + kinks.map { kink in { max($0 - kink, 0) } }
    let n = functions.count
    var (gram, right) = (Matrix(repeating: 0, shape: [n, n]), [Double](repeating: 0, count: n))
    var fisher = 0.0
    for (x, law) in zip(axis, laws) {
      let values = functions.map { $0(x) }
      let weight = law.density * step
      fisher += weight * law.score[0] * law.score[0]
      for i in 0..<n {
        right[i] += weight * values[i] * law.score[0]
        for j in 0..<n { gram[i, j] += weight * values[i] * values[j] }
      }
    }
    let best: [Double]
    do { best = try Cholesky(gram, conditionLimit: 1e13).solve(right) } catch {
      throw Problem(
        "the hidden units are not independent under the mixture: \(error)",
        fix: "spread `kinks` where the mixture lies")
    }
    let drift = axis.map { x in zip(best, functions).reduce(0) { $0 + $1.0 * $1.1(x) } }
    let residual = zip(drift, laws).reduce(0) {
      $0 + $1.1.density * step * ($1.0 - $1.1.score[0]) * ($1.0 - $1.1.score[0])
    }
    var logs = [0.0]
    for i in 1..<points { logs.append(logs[i - 1] + step * (drift[i - 1] + drift[i]) / 2) }
    let largest = logs.max() ?? 0
    let mass = logs.reduce(0) { $0 + exp($1 - largest) } * step
    let kl = zip(laws, logs).reduce(0) {
      $0 + ($1.0.density > 0 ? step * $1.0.density * (log($1.0.density) - ($1.1 - largest - log(mass))) : 0)
    }
    try outputs.put("capacity/coefficients", best)
    try outputs.put("capacity/residual", residual)
    try outputs.put("capacity/fisher", fisher)
    try outputs.put("capacity/kl", kl)
    try outputs.put("capacity/peaks", Double((1..<points - 1).count { drift[$0 - 1] > 0 && drift[$0] <= 0 }))
    let thin = Array(stride(from: 0, to: points, by: max(1, points / 800)))
    try outputs.put("capacity/x", thin.map { axis[$0] })
    try outputs.put("capacity/score", thin.map { laws[$0].score[0] })
    try outputs.put("capacity/best", thin.map { drift[$0] })
  }
}
