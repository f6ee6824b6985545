import EngramKit

/// Langevin dynamics dx = score(x) dt + sqrt(2) dB of a known mixture: what a perfect sampler does.
public struct Langevin: Model {
  public static let name = "langevin"
  public static let summary = "Langevin sampler with the exact score of a mixture of normal laws."
  public static let reference = "Roberts & Tweedie (1996) Bernoulli 2, 341"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.mixture, MixtureOfNormals.parameters) + [
      .integer("chains", \.chains, in: 1...10_000_000, "Independent chains."),
      .real(
        "start_range", \.startRange, unit: .one, in: 0...1e9,
        "Chains start uniformly within plus and minus this."),
      .real(
        "skew", \.skew, unit: .one, in: -1e6...1e6,
        "Rotation a in the drift (1 + a K) score, for two dimensions."),
      .flag(
        "keep_trajectory", \.keepTrajectory, "Write the samples at every record, not only the last ones."),
    ]
  public static let writes = [
    Dataset("samples", .array, ["chain", "dimension"], unit: .one, "States at the end."),
    Dataset("trajectory", .array, ["time", "chain", "dimension"], unit: .one, "States at each record."),
  ]

  var mixture = MixtureOfNormals()
  var chains = 1000
  var startRange = 2.0
  var skew = 0.0
  var keepTrajectory = false

  public init() {}

  public var timeUnit: Unit { .one }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> Matrix {
    try mixture.check()
    guard skew == 0 || mixture.dimension == 2 else {
      throw Problem(
        "a rotation of the drift needs 2 dimensions, not \(mixture.dimension)", fix: "set `skew: 0`")
    }
    let values = random.uniforms(chains * mixture.dimension).map { startRange * (2 * $0 - 1) }
    return Matrix(values, shape: [chains, mixture.dimension])
  }

  public func step(_ state: inout Matrix, time: Double, dt: Double, _ random: inout RandomStream) throws {
    let spread = (2 * dt).squareRoot()
    let noise = random.normals(state.count, as: Double.self)
    for chain in 0..<state.rows {
      let score = mixture.law(at: state.row(chain)).score
      for d in 0..<state.columns {
        let turned = skew == 0 ? 0 : (d == 0 ? skew * score[1] : -skew * score[0])
        state[chain, d] += dt * (score[d] + turned) + spread * noise[chain * state.columns + d]
      }
    }
  }

  public func record(_ state: inout Matrix, into outputs: inout Outputs) throws {
    try outputs.put("samples", state)
    if keepTrajectory { try outputs.append("trajectory", state.reshaped([1] + state.shape)) }
  }
}
