import EngramKit

/// Which pairwise motifs are more frequent, or stronger, than chance, resolved by cell type.
public struct MotifStatistics: Analysis {
  /// What is correlated: the weights, or whether there is a connection.
  public enum Values: String, CaseIterable, Sendable { case weights, connections }

  public static let name = "motif-statistics"
  public static let summary =
    "Correlations of reciprocal, chain, convergent and divergent pairs of weights by cell type."
  public static let reference = "Shao et al. (2025) PRX Life 3, 023008, section II; arXiv:2411.06802"
  public static let parameters: [Parameter<Self>] = [
    .choice("values", \.values, "Correlate the weights, or whether a weight differs from 0."),
    .integer(
      "jackknife", \.jackknife, in: 0...1_000_000, "Groups of neurons left out in turn; 0: no errors."),
    .integer(
      "shuffles", \.shuffles, in: 0...100_000, "Shuffles of the weights within blocks; 0: no z-scores."),
  ]
  public static let reads =
    MeasuredCircuit.reads() + [
      Dataset(
        "tested", .connectivity, ["neuron", "neuron"], unit: .one,
        "Pairs that were tested for a connection, not 0; none: all pairs.", optional: true)
    ]
  public static let writes: [Dataset] =
    [
      Dataset("type_names", .labels, ["type"], unit: .one, "Cell types, in the order of every axis below."),
      Dataset("pairs", ["post_type", "pre_type"], unit: .one, "Ordered pairs of neurons that were tested."),
    ] + statistics
    + statistics.map { twin($0, "_se", "Jackknife standard error of ") }
    + statistics.dropFirst(2).map { twin($0, "_z", "Standard deviations from shuffled networks of ") }
    + statistics.dropFirst(2).map { twin($0, "_excess", "Frequency of both over chance, less 1, for ") } + [
      Dataset("motif", .labels, ["motif"], unit: .one, "The strongest motifs, by magnitude."),
      Dataset("motif_correlation", ["motif"], unit: .one, "Their correlations."),
      Dataset("motif_error", ["motif"], unit: .one, "Their standard errors.", optional: true),
    ]
  public static let figures = [
    Figure(
      "motifs", "Strongest motifs", x: .init("motif"), y: .init("correlation"),
      [.bars(labels: "motif", values: "motif_correlation", label: "correlation", errors: "motif_error")],
      caption: "Correlation of the two weights of each motif; 0 where weights are independent."),
    Figure(
      "reciprocity", "Reciprocal motifs by cell type", x: .init("presynaptic type"),
      y: .init("postsynaptic type"),
      [.image("reciprocal", label: "correlation", labels: "type_names")],
      caption: "Correlation of the weights of a pair of neurons in both directions."),
  ]

  var values = Values.weights
  var jackknife = 0
  var shuffles = 0
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    var weights = try inputs.connectivity("connectivity")
    if values == .connections { weights = weights.map { $0 == 0 ? 0 : 1 } }
    let tested = inputs.contains("tested") ? try inputs.connectivity("tested") : nil
    let populations = try inputs.populations(neurons: weights.rows)
    let sums = try MotifSums(weights, populations, tested: tested)
    let motifs = sums.motifs()

    try outputs.put("type_names", labels: populations.names)
    try outputs.put("pairs", motifs.pairs)
    for (name, values) in motifs.all { try outputs.put(name, values) }
    if values == .connections {
      for (name, excess) in motifs.excess { try outputs.put(name + "_excess", excess) }
    }
    var errors: [(name: String, values: Tensor<Double>)] = []
    if jackknife > 1 {
      errors = try Motifs.jackknife(weights, populations, tested: tested, groups: jackknife)
      for (name, values) in errors { try outputs.put(name + "_se", values) }
      noteMissing(
        errors, motifs, "jackknife errors", "without one of the groups too few neurons or weights are left",
        &outputs)
    }
    if shuffles > 1 {
      let scores = try motifs.zScores(weights, populations, tested: tested, shuffles: shuffles, &random)
      for (name, values) in scores.dropFirst(2) { try outputs.put(name + "_z", values) }
      noteMissing(
        Array(scores.dropFirst(2)), motifs, "z-scores",
        "shuffling the weights of a block changes nothing there",
        &outputs)
    }
    try putStrongest(motifs, errors, populations.names, into: &outputs)
    for reason in motifs.undefined(populations) { outputs.note(reason) }
  }

  /// Says how many of `values` have no value though their motif has one.
  private func noteMissing(
    _ values: [(name: String, values: Tensor<Double>)], _ motifs: Motifs, _ what: String, _ reason: String,
    _ outputs: inout Outputs
  ) {
    for (name, numbers) in values {
      guard let own = motifs.all.first(where: { $0.name == name })?.values.elements else { continue }
      let missing = zip(numbers.elements, own).count { $0.isNaN && !$1.isNaN }
      guard missing > 0 else { continue }
      outputs.note("\(missing) of \(own.count) \(what) of \(name) are NaN: \(reason).")
    }
  }

  private func putStrongest(
    _ motifs: Motifs, _ errors: [(name: String, values: Tensor<Double>)], _ names: [String],
    into outputs: inout Outputs
  ) throws {
    let named = motifs.named(names)
    let strongest = named.indices.filter { !named[$0].value.isNaN }.sorted {
      (named[$1].value.magnitude, named[$0].name) < (named[$0].value.magnitude, named[$1].name)
    }.prefix(24)
    try outputs.put("motif", labels: strongest.map { named[$0].name })
    try outputs.put("motif_correlation", strongest.map { named[$0].value })
    guard !errors.isEmpty else { return }
    var ofErrors = motifs
    (ofErrors.reciprocal, ofErrors.chain) = (errors[2].values, errors[3].values)
    (ofErrors.convergent, ofErrors.divergent) = (errors[4].values, errors[5].values)
    let sizes = ofErrors.named(names)
    try outputs.put("motif_error", strongest.map { sizes[$0].value })
  }

  private static let statistics = [
    Dataset("mean", ["post_type", "pre_type"], anyUnit: "Mean weight."),
    Dataset(
      "variance", ["post_type", "pre_type"], unit: .one, "Variance of the weights, in their unit squared."),
    Dataset(
      "reciprocal", ["post_type", "pre_type"], unit: .one, "Correlation of the weights of a pair both ways."),
    Dataset(
      "chain", ["post_type", "middle_type", "pre_type"], unit: .one,
      "Correlation of the two weights of a chain pre-middle-post."
    ),
    Dataset(
      "convergent", ["post_type", "pre_type", "other_pre_type"], unit: .one,
      "Correlation of two inputs of one neuron."),
    Dataset(
      "divergent", ["post_type", "other_post_type", "pre_type"], unit: .one,
      "Correlation of two outputs of one neuron."),
  ]

  private static func twin(_ dataset: Dataset, _ suffix: String, _ words: String) -> Dataset {
    let sentence = dataset.summary.prefix(1).lowercased() + dataset.summary.dropFirst()
    return Dataset(
      dataset.name + suffix, dataset.axes, anyUnit: words + sentence, optional: true)
  }
}
