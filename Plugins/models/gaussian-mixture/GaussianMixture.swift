import EngramKit

/// Samples of a mixture of normal laws, made on demand, as a task; run for no time, a set of samples.
public struct GaussianMixture: TaskModel, Model {
  public static let name = "gaussian-mixture"
  public static let summary = "Samples of a mixture of isotropic normal laws, as data to learn."
  public static let reference = "Chen et al. (2023) arXiv:2308.11809, double-peak target"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.mixture, MixtureOfNormals.parameters) + [
      .integer("samples", \.samples, in: 1...100_000_000, "Samples written when run as a step.")
    ]
  public static let writes = [
    Dataset("samples", .array, ["sample", "dimension"], unit: .one, "Independent samples.")
  ]

  var mixture = MixtureOfNormals()
  var samples = 1000

  public init() {}

  public var timeUnit: Unit { .one }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> Matrix {
    try mixture.check()
    return mixture.samples(samples, &random)
  }

  public func record(_ state: inout Matrix, into outputs: inout Outputs) throws {
    try outputs.put("samples", state)
  }

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    try mixture.check()
    return SampleSource(dimension: mixture.dimension) { mixture.samples($0, &$1) }
  }
}
