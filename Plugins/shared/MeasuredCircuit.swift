import EngramKit

/// A stored circuit with the statistics of its blocks and the theory that follows from them.
struct MeasuredCircuit {
  let weights: Connectivity
  let populations: Populations
  let sums: MotifSums
  let motifs: Motifs
  let theory: MotifTheory

  /// What an analysis of a circuit reads; weights in `unit`, or in whatever unit they are stored in.
  static func reads(in unit: Unit? = nil) -> [Dataset] {
    let (name, axes, summary) = ("connectivity", ["neuron", "neuron"], "Weights from column to row.")
    return [
      unit.map { Dataset(name, .connectivity, axes, unit: $0, summary) }
        ?? Dataset(name, .connectivity, axes, anyUnit: summary),
      Dataset(
        "types", .labels, ["neuron"], unit: .one, "Cell type of each neuron; none: one type.", optional: true),
    ]
  }

  /// The circuit that `inputs` hold; why some of its motifs have no value is noted in `outputs`.
  ///
  /// - Parameter exactCounts: Whether theory leaves out paths that return to a neuron.
  /// - Throws: `Problem` when types and neurons differ in number, `MathError` for weights that are no numbers.
  init(_ inputs: Inputs, exactCounts: Bool = true, into outputs: inout Outputs) throws {
    weights = try inputs.connectivity("connectivity")
    populations = try inputs.populations(neurons: weights.rows)
    sums = try MotifSums(weights, populations)
    motifs = sums.motifs()
    for reason in motifs.undefined(populations) { outputs.note(reason) }
    theory = MotifTheory(
      sizes: populations.sizes, mean: motifs.mean, variance: motifs.variance, chain: motifs.chain,
      reciprocal: motifs.reciprocal, exactCounts: exactCounts)
  }
}
