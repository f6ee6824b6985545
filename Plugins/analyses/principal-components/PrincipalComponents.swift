import EngramKit

/// Principal components: directions of greatest variance, and the coordinates of every sample along them.
public struct PrincipalComponents: Analysis {
  public static let name = "principal-components"
  public static let summary =
    "Directions of greatest variance of samples, and the samples' coordinates along them."
  public static let reference = "Pearson (1901) Phil. Mag. 2, 559; Hotelling (1933) J. Educ. Psychol. 24, 417"
  public static let parameters: [Parameter<Self>] = [
    .integer(
      "components", \.components, in: 1...100_000, "Components that are kept, at most as many as channels."),
    .flag("unit_length", \.unitLength, "Divide every sample by its Euclidean length first."),
  ]
  public static let reads = [
    Dataset("data", .array, ["sample", "channel"], anyUnit: "Samples, such as images or rates.")
  ]
  public static let writes = [
    Dataset("scores", .array, ["sample", "component"], unit: .one, "Coordinates of every sample."),
    Dataset("mean", .array, ["channel"], unit: .one, "Mean of the samples, where the coordinates are 0."),
    Dataset(
      "components", .array, ["component", "channel"], unit: .one,
      "Directions of length 1, greatest variance first; coordinates times these plus the mean are samples."),
    Dataset("variance", .array, ["component"], unit: .one, "Variance along each direction, over n - 1."),
    Dataset(
      "explained", .array, ["component"], unit: .one, "Share of the variance in the components so far."),
  ]
  public static let figures = [
    Figure(
      "explained", "Variance kept", x: .init("components"), y: .init("share of the variance"),
      [.line(x: "index", y: "explained", label: "cumulative")],
      caption: "How much of the variance the first components hold together.")
  ]

  var components = 20
  var unitLength = false

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    var data = try inputs.matrix("data")
    let (count, channels) = (data.rows, data.columns)
    guard count > 1, data.elements.allSatisfy(\.isFinite) else {
      throw Problem("\(count) samples, or a number that is not finite, have no principal components")
    }
    if unitLength {
      for row in 0..<count {
        let length = data.row(row).reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else {
          throw Problem(
            "sample \(row) is all zero and has no length to divide by", fix: "set `unit_length: false`")
        }
        for column in 0..<channels { data[row, column] /= length }
      }
    }
    let mean = try multiply(data, [Double](repeating: 1 / Double(count), count: count), transposed: true)
    var centred = data
    centred.add(row: mean.map { -$0 })
    let eigen = try symmetricEigen(
      try multiply(centred, centred, transposeA: true).map { $0 / Double(count - 1) })
    let kept = min(components, channels)
    if kept < components { outputs.note("\(channels) channels have only \(kept) components") }
    // Eigenvalues ascend; the components are columns from the last one back.
    let order = (0..<kept).map { channels - 1 - $0 }
    let directions = Matrix(
      order.flatMap { j in (0..<channels).map { eigen.vectors[$0, j] } }, shape: [kept, channels])
    let variances = order.map { max(0, eigen.values[$0]) }
    let total = eigen.values.reduce(0) { $0 + max(0, $1) }
    var sum = 0.0
    let explained = variances.map { variance -> Double in
      sum += variance
      return total > 0 ? sum / total : .nan
    }
    if total == 0 { outputs.note("explained is NaN: all samples are equal") }
    try outputs.put("scores", try multiply(centred, directions, transposeB: true))
    try outputs.put("mean", mean)
    try outputs.put("components", directions)
    try outputs.put("variance", variances)
    try outputs.put("explained", explained)
  }
}
