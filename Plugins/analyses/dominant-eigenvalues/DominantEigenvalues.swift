import EngramKit

/// The eigenvalues of a weight matrix that dominate its dynamics, beside the bulk that random weights would give.
public struct DominantEigenvalues: Analysis {
  /// What makes an eigenvalue leading.
  public enum Leading: String, CaseIterable, Sendable {
    case magnitude
    case realPart = "real-part"
  }
  /// How they are found.
  public enum Method: String, CaseIterable, Sendable { case automatic, dense, arnoldi }

  public static let name = "dominant-eigenvalues"
  public static let summary =
    "Leading eigenvalues of a weight matrix, and the bulk that its variances predict."
  public static let reference =
    "Lehoucq, Sorensen & Yang (1998) ARPACK Users' Guide; Sommers et al. (1988) Phys. Rev. Lett. 60, 1895"
  public static let parameters: [Parameter<Self>] = [
    .integer("count", \.count, in: 1...1000, "Number of eigenvalues."),
    .choice("leading", \.leading, "Whether magnitude or real part makes an eigenvalue leading."),
    .choice(
      "method", \.method, "All of them by LAPACK, the leading ones by ARPACK, or as the size suggests."),
    .integer(
      "dense_limit", \.denseLimit, in: 2...20_000, "Most neurons for LAPACK where method is automatic."),
    .integer(
      "subspace", \.subspace, in: 0...10_000, "Dimension of ARPACK's search space; 0: as ARPACK suggests."),
    .real(
      "tolerance", \.tolerance, unit: .one, in: 0...0.1,
      "Relative residual at which ARPACK stops; 0: machine precision."),
    .integer("restarts", \.restarts, in: 1...100_000, "Most restarts of ARPACK."),
  ]
  public static let reads = MeasuredCircuit.reads()
  public static let writes = [
    Dataset(
      "eigenvalues", ["eigenvalue", "part"],
      anyUnit: "Leading eigenvalues, most leading first; real and imaginary part."),
    Dataset("outlier", ["eigenvalue"], unit: .one, "1 where the eigenvalue lies outside the bulk."),
    Dataset(
      "spectrum", ["neuron", "part"], anyUnit: "All eigenvalues, where LAPACK found them.", optional: true),
    Dataset("bulk", ["axis"], anyUnit: "Half axes of the bulk's ellipse, real and imaginary."),
    Dataset(
      "greatest_real_part", [], anyUnit: "Greatest real part; above 1 a linear rate network is unstable."),
    Dataset("greatest_magnitude", [], anyUnit: "Greatest magnitude of an eigenvalue."),
    Dataset("products", [], unit: .one, "Products with the matrix that ARPACK needed.", optional: true),
  ]
  public static let figures = [
    Figure(
      "spectrum", "Eigenvalues", x: .init("real part"), y: .init("imaginary part"),
      [
        .complex("spectrum", label: "all"), .complex("eigenvalues", label: "leading"),
        .ellipse("bulk", label: "bulk of random weights"),
      ], caption: "Eigenvalues outside the ellipse come from structure, not from the variance of the weights."
    )
  ]

  var count = 10
  var leading = Leading.magnitude
  var method = Method.automatic
  var denseLimit = 1500
  var subspace = 0
  var tolerance = 1e-10
  var restarts = 1000
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let weights = try inputs.connectivity("connectivity")
    let populations = try inputs.populations(neurons: weights.rows)
    let bulk = try MotifSums(weights, populations).bulk()
    let (values, extremes) = try found(weights, &outputs)
    try outputs.put("eigenvalues", Matrix(complex: values))
    try outputs.put("outlier", values.map { bulk.contains($0) ? 0 : 1 })
    try outputs.put("bulk", [bulk.real, bulk.imaginary])
    if let real = extremes.real { try outputs.put("greatest_real_part", real) }
    if let magnitude = extremes.magnitude { try outputs.put("greatest_magnitude", magnitude) }
  }

  /// The leading eigenvalues, and those extremes of the spectrum that the method knows.
  private func found(_ weights: Connectivity, _ outputs: inout Outputs) throws
    -> (values: [Complex], extremes: (real: Double?, magnitude: Double?))
  {
    let neurons = weights.rows
    if method == .dense || (method == .automatic && neurons <= denseLimit) || neurons < count + 3 {
      let all = sorted(try eigenvalues(weights.dense()))
      try outputs.put("spectrum", Matrix(complex: all))
      return (
        Array(all.prefix(count)), (all.map(\.real).max(), all.map(\.magnitude).max())
      )
    }
    let result = try leadingEigenvalues(
      weights, count: count, target: leading == .magnitude ? .largestMagnitude : .largestReal,
      options: ArnoldiOptions(
        subspace: subspace == 0 ? nil : subspace, tolerance: tolerance, restarts: restarts))
    if !result.isComplete {
      outputs.note(
        "\(result.values.count) of \(result.requested) eigenvalues converged after \(result.restarts) restarts; a larger subspace or tolerance finds more."
      )
    }
    try outputs.put("products", Double(result.products))
    let values = sorted(result.values)
    let first = values.first
    return (values, leading == .magnitude ? (nil, first?.magnitude) : (first?.real, nil))
  }

  private func sorted(_ values: [Complex]) -> [Complex] {
    values.sorted { a, b in
      leading == .magnitude
        ? (b.magnitude, b.real, b.imaginary) < (a.magnitude, a.real, a.imaginary)
        : (b.real, b.imaginary) < (a.real, a.imaginary)
    }
  }
}
