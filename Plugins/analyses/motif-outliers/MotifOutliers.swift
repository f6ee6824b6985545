import EngramKit

/// Which eigenvalues the motifs of a network predict, beside those that it has.
public struct MotifOutliers: Analysis {
  /// How pairs and paths are counted.
  public enum Counts: String, CaseIterable, Sendable { case exact, infinite }

  public static let name = "motif-outliers"
  public static let summary = "Outlying eigenvalues predicted from measured motifs, beside the actual ones."
  public static let reference =
    "Shao et al. (2025) PRX Life 3, 023008; Shao & Ostojic (2023) PLoS Comput. Biol. 19, e1010855"
  public static let parameters: [Parameter<Self>] = [
    .choice(
      "counts", \.counts, "Leave out paths that return to a neuron, or count as in an infinite network."),
    .integer(
      "actual", \.actual, in: 0...1000, "Actual eigenvalues to find, greatest real part first; 0: none."),
    .integer(
      "dense_limit", \.denseLimit, in: 2...20_000, "Most neurons for LAPACK; larger networks use ARPACK."),
    .real(
      "margin", \.margin, unit: .one, in: 0...1, "How far outside the bulk an outlier lies, relative to it."),
    .integer(
      "latent_degree", \.latentDegree, in: 1...12,
      "Degree of the polynomial in the latent numbers that the mean weight is taken for."),
  ]
  public static let reads =
    MeasuredCircuit.reads() + [
      Dataset(
        "latent_x", ["neuron"], unit: .one, "Latent number that shifts each neuron's inputs, for `latent`.",
        optional: true),
      Dataset(
        "latent_y", ["neuron"], unit: .one, "Latent number that shifts each neuron's outputs, for `latent`.",
        optional: true),
    ]
  public static let writes = [
    Dataset("type_names", .labels, ["type"], unit: .one, "Cell types, in the order of the blocks."),
    Dataset("mean_input", ["post_type", "pre_type"], anyUnit: "M: summed mean weight from each type."),
    Dataset(
      "path_input", ["post_type", "pre_type"],
      anyUnit: "C: summed covariance of two-step paths from each type."),
    Dataset("predicted", ["root", "part"], anyUnit: "Roots of det(x² - x M - C); real and imaginary part."),
    Dataset("predicted_outlier", ["root"], unit: .one, "1 where the root lies outside the bulk."),
    Dataset("without_motifs", ["post_type", "part"], anyUnit: "Eigenvalues of M alone."),
    Dataset("quadratic", ["sign", "part"], anyUnit: "Outliers of motifs taken as equal in all blocks."),
    Dataset("elliptic", ["sign", "part"], anyUnit: "The same from an elliptic random matrix."),
    Dataset(
      "cubic", ["cube_root", "part"], anyUnit: "Outliers of reciprocal motifs alone, chains left out."),
    Dataset(
      "latent", ["root", "part"],
      anyUnit: "Leading eigenvalues of the weights' mean given the neurons' latent numbers.", optional: true),
    Dataset("bulk", ["axis"], anyUnit: "Half axes of the bulk's ellipse, real and imaginary."),
    Dataset(
      "actual", ["eigenvalue", "part"], anyUnit: "Actual eigenvalues, greatest real part first.",
      optional: true),
    Dataset("greatest_predicted", [], anyUnit: "Greatest real part that is predicted, of outliers and bulk."),
    Dataset("greatest_actual", [], anyUnit: "Greatest actual real part.", optional: true),
    Dataset("least_predicted", [], anyUnit: "Least real part that is predicted, of outliers and bulk."),
    Dataset("least_actual", [], anyUnit: "Least actual real part.", optional: true),
    Dataset("stable", [], unit: .one, "1 where bulk and outliers lie below 1: linear rates decay."),
  ]
  public static let figures = [
    Figure(
      "outliers", "Predicted and actual eigenvalues", x: .init("real part"), y: .init("imaginary part"),
      [
        .complex("actual", label: "actual"), .complex("predicted", label: "predicted from motifs"),
        .ellipse("bulk", label: "bulk"),
      ], caption: "Predicted outliers outside the bulk should lie on actual eigenvalues.")
  ]

  var counts = Counts.exact
  var actual = 1000
  var denseLimit = 2000
  var margin = 0.05
  var latentDegree = 5
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let circuit = try MeasuredCircuit(inputs, exactCounts: counts == .exact, into: &outputs)
    let (theory, populations) = (circuit.theory, circuit.populations)
    let (roots, bulk) = (try theory.roots(), try circuit.sums.bulk())
    let outside = roots.map { !bulk.contains($0, margin: margin) }
    try outputs.put("type_names", labels: populations.names)
    try outputs.put("mean_input", theory.mean)
    try outputs.put("path_input", theory.covariance)
    try outputs.put("predicted", Matrix(complex: roots))
    try outputs.put("predicted_outlier", outside.map { $0 ? 1 : 0 })
    try outputs.put("bulk", [bulk.real, bulk.imaginary])
    let reals = zip(roots, outside).filter(\.1).map(\.0.real)
    let greatest = max(bulk.real, reals.max() ?? -.infinity)
    try outputs.put("greatest_predicted", greatest)
    try outputs.put("least_predicted", min(-bulk.real, reals.min() ?? .infinity))
    try outputs.put("stable", greatest < 1 ? 1 : 0)
    try putForms(theory, circuit.motifs, populations, &outputs)
    try putLatent(inputs, circuit, &outputs)
    if actual > 0 { try putActual(circuit.weights, &outputs) }
  }

  /// Forms for motifs that are equal in all blocks, at the mean of the measured ones.
  private func putForms(
    _ theory: MotifTheory, _ motifs: Motifs, _ populations: Populations, _ outputs: inout Outputs
  ) throws {
    let plain = try eigenvalues(theory.mean).sorted { ($1.real, $1.imaginary) < ($0.real, $0.imaginary) }
    try outputs.put("without_motifs", Matrix(complex: plain))
    let leading = (plain.max { $0.magnitude < $1.magnitude } ?? Complex(0)).real
    let neurons = Double(populations.neurons)
    func block(_ value: (Int, Int) -> Double) -> Double {
      var sum = 0.0
      for p in 0..<populations.count {
        for q in 0..<populations.count where value(p, q).isFinite {
          sum += value(p, q) * Double(populations.sizes[p] * populations.sizes[q])
        }
      }
      return sum / (neurons * neurons)
    }
    // Means over all pairs of covariances, in units of 1/N: what equal motifs of the same total would be.
    let mutual =
      neurons
      * block { motifs.reciprocal[$0, $1] * (motifs.variance[$0, $1] * motifs.variance[$1, $0]).squareRoot() }
    let total = zip(populations.sizes, 0..<populations.count).reduce(0.0) { sum, row in
      sum + Double(row.0) / neurons * theory.covariance.row(row.1).reduce(0, +)
    }
    let (plus, minus) = homogeneousOutliers(mean: leading, chain: total)
    try outputs.put("quadratic", Matrix(complex: [plus, minus]))
    let scaled = total - mutual
    let (up, down) = ellipticOutliers(
      mean: leading, scaledChain: scaled, reciprocal: mutual - 2 * scaled / neurons)
    try outputs.put("elliptic", Matrix(complex: [up, down]))
    var reciprocity = 0.0
    for p in 0..<populations.count {
      for k in 0..<populations.count {
        let covariance =
          motifs.reciprocal[p, k] * (motifs.variance[p, k] * motifs.variance[k, p]).squareRoot()
        guard covariance.isFinite else { continue }
        // The left vector of the mean weighs the neurons of p by their outputs.
        reciprocity += theory.mean[0, p] * Double(populations.sizes[k]) * covariance
      }
    }
    try outputs.put("cubic", Matrix(complex: try cubicOutliers(mean: leading, reciprocity: reciprocity)))
  }

  /// As many eigenvalues of the mean given the latent numbers as the blocks predict, greatest real part first.
  private func putLatent(_ inputs: Inputs, _ circuit: MeasuredCircuit, _ outputs: inout Outputs) throws {
    let given = ["latent_x", "latent_y"].filter { inputs.contains($0) }
    guard !given.isEmpty else { return }
    guard given.count == 2 else {
      throw Problem(
        "\(given[0]) is given without the other latent numbers", fix: "read both latent_x and latent_y")
    }
    let mean = try ConditionalMean(
      circuit, x: inputs.vector("latent_x"), y: inputs.vector("latent_y"), degree: latentDegree)
    let leading = try mean.spectrum().sorted {
      ($1.magnitude, $1.real, $1.imaginary) < ($0.magnitude, $0.real, $0.imaginary)
    }.prefix(2 * circuit.populations.count)
    let ordered = leading.sorted { ($1.real, $1.imaginary) < ($0.real, $0.imaginary) }
    try outputs.put("latent", Matrix(complex: ordered))
  }

  private func putActual(_ weights: Connectivity, _ outputs: inout Outputs) throws {
    if weights.rows <= denseLimit {
      let all = try eigenvalues(weights.dense()).sorted { ($1.real, $1.imaginary) < ($0.real, $0.imaginary) }
      try outputs.put("actual", Matrix(complex: Array(all.prefix(actual))))
      if let first = all.first, let last = all.last {
        try outputs.put("greatest_actual", first.real)
        try outputs.put("least_actual", last.real)
      }
      return
    }
    let count = min(actual, 20)
    for (target, name) in [(EigenTarget.largestReal, "greatest_actual"), (.smallestReal, "least_actual")] {
      let found = try leadingEigenvalues(weights, count: count, target: target)
      if target == .largestReal { try outputs.put("actual", Matrix(complex: found.values)) }
      if let first = found.values.first { try outputs.put(name, first.real) }
      if !found.isComplete {
        outputs.note("\(found.values.count) of \(count) actual eigenvalues converged for \(name).")
      }
    }
  }
}
