import EngramKit

/// An equal mixture of two multivariate Laplace laws with opposite correlations: uncorrelated, but not independent.
public struct LaplaceMixture: TaskModel, Model {
  public static let name = "laplace-mixture"
  public static let summary =
    "Heavy-tailed two-dimensional samples whose coordinates are uncorrelated but dependent."
  public static let reference = "Chen et al. (2023) arXiv:2308.11809, heavy-tailed target"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "correlation", \.correlation, unit: .one, in: -0.999999...0.999999,
      "Correlation of one component; the other has its negative."),
    .integer("samples", \.samples, in: 1...100_000_000, "Samples written when run as a step."),
  ]
  public static let writes = [
    Dataset("samples", .array, ["sample", "dimension"], unit: .one, "Independent samples.")
  ]

  var correlation = 0.9
  var samples = 1000

  public init() {}

  public var timeUnit: Unit { .one }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> Matrix {
    draw(samples, &random)
  }

  public func record(_ state: inout Matrix, into outputs: inout Outputs) throws {
    try outputs.put("samples", state)
  }

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    SampleSource(dimension: 2) { draw($0, &$1) }
  }

  /// x = sqrt(E) C z with E exponential and z normal: covariance C C', Laplace marginals.
  private func draw(_ count: Int, _ random: inout RandomStream) -> Matrix {
    var values: [Double] = []
    for _ in 0..<count {
      let r = random.sign() * correlation
      let length = random.exponential().squareRoot()
      let (a, b) = (random.normal(), random.normal())
      values += [length * a, length * (r * a + (1 - r * r).squareRoot() * b)]
    }
    return Matrix(values, shape: [count, 2])
  }
}
