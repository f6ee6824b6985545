import EngramKit

/// How long motif statistics take in memory, beside one pass over the weights.
public struct MotifTime: Analysis {
  public static let name = "motif-time"
  public static let summary = "Seconds that motif statistics take once weights are read, for the benches."
  public static let reference = "bench/benches/structure.py"
  public static let parameters: [Parameter<Self>] = [
    .integer("rounds", \.rounds, in: 1...1000, "Repetitions, of which the fastest counts.")
  ]
  public static let reads = [
    Dataset("connectivity", .connectivity, ["neuron", "neuron"], anyUnit: "Weights from column to row."),
    Dataset(
      "types", .labels, ["neuron"], unit: .one, "Cell type of each neuron; none: one type.", optional: true),
  ]
  public static let writes = [
    Dataset("motif_seconds", [], unit: .one, "Fastest run of the statistics, in seconds."),
    Dataset("pass_seconds", [], unit: .one, "Fastest sum over the stored weights, in seconds."),
    Dataset(
      "checksum", [], unit: .one, "Sum of the weights and of the chain correlations, so that both were made."),
  ]

  var rounds = 20
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let weights = try inputs.connectivity("connectivity")
    let populations = try inputs.populations(neurons: weights.rows)
    let clock = ContinuousClock()
    var (motifs, pass, check) = (Double.infinity, Double.infinity, 0.0)
    for _ in 0..<rounds {
      let start = clock.now
      let found = try MotifSums(weights, populations).motifs()
      let middle = clock.now
      switch weights {
      case .dense(let matrix): check += sum(matrix.elements)
      case .sparse(let matrix): check += sum(matrix.values)
      }
      let end = clock.now
      check += found.chain.elements.reduce(0, +)
      motifs = min(motifs, (middle - start) / .seconds(1))
      pass = min(pass, (end - middle) / .seconds(1))
    }
    try outputs.put("motif_seconds", motifs)
    try outputs.put("pass_seconds", pass)
    try outputs.put("checksum", check)
  }
}

/// Four partial sums of four lanes, so that only memory limits the pass.
private func sum(_ values: [Double]) -> Double {
  values.withUnsafeBytes { bytes in
    var total = (SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>())
    let width = 4 * MemoryLayout<SIMD4<Double>>.size
    var place = 0
    while place + width <= bytes.count {
      total.0 += bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<Double>.self)
      total.1 += bytes.loadUnaligned(fromByteOffset: place + 32, as: SIMD4<Double>.self)
      total.2 += bytes.loadUnaligned(fromByteOffset: place + 64, as: SIMD4<Double>.self)
      total.3 += bytes.loadUnaligned(fromByteOffset: place + 96, as: SIMD4<Double>.self)
      place += width
    }
    var rest = 0.0
    while place < bytes.count {
      rest += bytes.loadUnaligned(fromByteOffset: place, as: Double.self)
      place += 8
    }
    return (total.0 + total.1 + total.2 + total.3).sum() + rest
  }
}
