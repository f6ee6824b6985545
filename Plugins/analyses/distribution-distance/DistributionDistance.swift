import EngramKit

/// Distances between two sets of samples, or between samples and a mixture of normal laws.
public struct DistributionDistance: Analysis {
  public static let name = "distribution-distance"
  public static let summary =
    "How far samples are from a target: Wasserstein, MMD, histogram divergence, moments."
  public static let reference =
    "Gretton et al. (2012) JMLR 13, 723 (MMD); Chen et al. (2023) arXiv:2308.11809"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.mixture, MixtureOfNormals.parameters) + [
      .real(
        "bandwidth", \.bandwidth, unit: .one, in: 0...1e9, "Kernel width of MMD; 0 takes the median distance."
      ),
      .real("bin_width", \.binWidth, unit: .one, in: 1e-9...1e9, "Bins of the histogram divergence."),
      .integer(
        "mmd_samples", \.mmdSamples, in: 2...20_000,
        "Samples of each set used for MMD, whose cost is quadratic."),
    ]
  public static let reads = [
    Dataset("samples", .array, ["sample", "dimension"], unit: .one, "Samples to judge."),
    Dataset(
      "target", .array, ["target_sample", "dimension"], unit: .one,
      "Samples of the target; without them it is the mixture.", optional: true),
  ]
  public static let writes = [
    Dataset("distance/w1", .array, ["dimension"], unit: .one, "Wasserstein-1 distance of each marginal."),
    Dataset(
      "distance/kl", .array, [], unit: .one,
      "Divergence of the target's first marginal from the samples' histogram."),
    Dataset(
      "distance/mmd2", .array, [], unit: .one, "Unbiased squared maximum mean discrepancy, normal kernel."),
    Dataset(
      "distance/kurtosis", .array, ["dimension"], unit: .one,
      "Excess kurtosis of the samples; 0 for a normal law."),
    Dataset("distance/target_kurtosis", .array, ["dimension"], unit: .one, "Excess kurtosis of the target."),
    Dataset(
      "distance/nearest", .array, [], unit: .one,
      "Mean distance of a sample to the nearest of the target's samples, where these are given."),
    Dataset("distance/mean_error", .array, [], unit: .one, "Largest difference of the means."),
    Dataset("distance/covariance_error", .array, [], unit: .one, "Largest difference of the covariances."),
    Dataset("distance/sd", .array, ["dimension"], unit: .one, "Standard deviation of the samples."),
    Dataset("histogram/center", .array, ["bin"], unit: .one, "Centres of the bins of the first marginal."),
    Dataset("histogram/samples", .array, ["bin"], unit: .one, "Density of the samples."),
    Dataset("histogram/target", .array, ["bin"], unit: .one, "Density of the target's samples."),
    Dataset(
      "histogram/dip", .array, [], unit: .one,
      "Density at the middle over that of the smaller peak on either side; below 1 for two peaks."),
  ]
  public static let figures = [
    Figure(
      "density", "Samples and target", x: .init("x"), y: .init("density"),
      [
        .line(x: "histogram/center", y: "histogram/target", label: "target"),
        .line(x: "histogram/center", y: "histogram/samples", label: "samples"),
      ], caption: "Histogram of the first marginal.")
  ]

  var mixture = MixtureOfNormals()
  var bandwidth = 0.0
  var binWidth = 0.1
  var mmdSamples = 1000

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let samples = try inputs.matrix("samples")
    guard samples.rows >= 2, samples.elements.allSatisfy(\.isFinite) else {
      throw Problem("\(samples.rows) samples, or one that is not finite, have no distance to a target")
    }
    var target: Matrix
    if inputs.contains("target") {
      target = try inputs.matrix("target")
    } else {
      try mixture.check()
      target = mixture.samples(max(samples.rows, 10_000), &random)
    }
    guard target.columns == samples.columns, target.rows >= 2 else {
      throw Problem("samples of shape \(samples.shape) do not fit a target of shape \(target.shape)")
    }
    let dimensions = 0..<samples.columns
    try outputs.put(
      "distance/w1", try dimensions.map { try wasserstein1(samples.column($0), target.column($0)) })
    try outputs.put("distance/kurtosis", try dimensions.map { try excessKurtosis(samples.column($0)) })
    try outputs.put("distance/target_kurtosis", try dimensions.map { try excessKurtosis(target.column($0)) })
    try outputs.put(
      "distance/sd", try dimensions.map { try standardDeviation(samples.column($0), .population) })
    let means = try dimensions.map { abs(try mean(samples.column($0)) - mean(target.column($0))) }
    try outputs.put("distance/mean_error", means.max() ?? 0)
    let covariances = (try covariance(samples, .population), try covariance(target, .population))
    try outputs.put(
      "distance/covariance_error",
      zip(covariances.0.elements, covariances.1.elements).map { abs($0 - $1) }.max() ?? 0)
    try histograms(samples.column(0), target.column(0), into: &outputs)
    outputs.progress(0.5, "maximum mean discrepancy")
    if inputs.contains("target") { try outputs.put("distance/nearest", nearest(samples, target)) }
    let few = (samples.head(mmdSamples), target.head(mmdSamples))
    if samples.rows > mmdSamples || target.rows > mmdSamples {
      outputs.note("distance/mmd2 uses the first \(mmdSamples) samples of each set")
    }
    try outputs.put("distance/mmd2", discrepancy(few.0, few.1))
  }

  private func histograms(_ samples: [Double], _ target: [Double], into outputs: inout Outputs) throws {
    let low = ((samples + target).min() ?? 0) / binWidth
    let high = ((samples + target).max() ?? 0) / binWidth
    guard high - low < 1e6 else {
      throw Problem(
        "the samples span \(shortest((high - low).rounded())) bins of \(shortest(binWidth))",
        fix: "raise `bin_width`")
    }
    let edges = (Int(low.rounded(.down))...Int(high.rounded(.down)) + 1).map { Double($0) * binWidth }
    let (a, b) = (try histogram(samples, edges: edges).counts, try histogram(target, edges: edges).counts)
    let p = b.map { Double($0) / Double(target.count) }
    let q = a.map { Double($0) / Double(samples.count) }
    try outputs.put(
      "distance/kl", zip(p, q).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * log($1.0 / ($1.1 + 1e-12)) : 0) })
    let centers = edges.dropLast().map { $0 + binWidth / 2 }
    try outputs.put("histogram/center", centers)
    try outputs.put("histogram/samples", q.map { $0 / binWidth })
    try outputs.put("histogram/target", p.map { $0 / binWidth })
    let middle = try mean(samples)
    let near = zip(centers, q).filter { abs($0.0 - middle) <= binWidth }.map { $0.1 }
    let sides = [zip(centers, q).filter { $0.0 < middle }, zip(centers, q).filter { $0.0 > middle }]
    let peak = sides.map { $0.map { $0.1 }.max() ?? 0 }.min() ?? 0
    try outputs.put("histogram/dip", peak > 0 ? try mean(near) / peak : .nan)
  }

  /// Unbiased MMD^2 with kernel exp(-|x - y|^2 / (2 h^2)).
  private func discrepancy(_ a: Matrix, _ b: Matrix) throws -> Double {
    let h = bandwidth > 0 ? bandwidth : try medianDistance(a, b)
    func average(_ x: Matrix, _ y: Matrix, skippingDiagonal: Bool) -> Double {
      var sum = 0.0
      for i in 0..<x.rows {
        for j in 0..<y.rows where !(skippingDiagonal && i == j) {
          sum += exp(-square(x, i, y, j) / (2 * h * h))
        }
      }
      return sum / Double(x.rows * (skippingDiagonal ? y.rows - 1 : y.rows))
    }
    return average(a, a, skippingDiagonal: true) + average(b, b, skippingDiagonal: true)
      - 2 * average(a, b, skippingDiagonal: false)
  }

  private func nearest(_ samples: Matrix, _ target: Matrix) -> Double {
    let distances = (0..<samples.rows).map { i in
      (0..<target.rows).reduce(Double.infinity) { min($0, square(samples, i, target, $1)) }.squareRoot()
    }
    return distances.reduce(0, +) / Double(samples.rows)
  }

  private func medianDistance(_ a: Matrix, _ b: Matrix) throws -> Double {
    var distances: [Double] = []
    for i in 0..<min(a.rows, 200) {
      for j in 0..<min(b.rows, 200) { distances.append(square(a, i, b, j).squareRoot()) }
    }
    let h = try median(distances)
    guard h > 0 else { throw Problem("all samples are equal, so MMD has no width", fix: "give `bandwidth`") }
    return h
  }

  private func square(_ x: Matrix, _ i: Int, _ y: Matrix, _ j: Int) -> Double {
    zip(x.row(i), y.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

extension Tensor where Element == Double {
  fileprivate func column(_ j: Int) -> [Double] { (0..<rows).map { self[$0, j] } }
  fileprivate func head(_ count: Int) -> Matrix {
    Tensor(Array(elements.prefix(min(count, rows) * columns)), shape: [min(count, rows), columns])
  }
}
