import EngramMath

/// The network of `sampling.yaml`, made in memory.
enum Sampling {
  /// Seconds of one sample, and the standard deviation of its excitatory weights.
  static func bench() throws -> String {
    let neurons = 4000
    let types = Populations(names: ["E", "I"], sizes: [3200, 800])
    func block(_ value: Double) -> Matrix { Matrix(repeating: value, shape: [2, 2]) }
    let (chain, gain) = (1.0, 0.3)
    let loading = (chain / (Double(neurons) * gain * gain)).squareRoot()
    let (excitation, inhibition) = (0.9 / 3200, -1.7 / 800)
    let motifs = GaussianMotifs(
      mean: Matrix([excitation, inhibition, excitation, inhibition], shape: [2, 2]),
      deviation: block(gain / Double(neurons).squareRoot()), inputLoading: block(loading),
      outputLoading: block(loading), reciprocal: block(0), latentCorrelation: [1, 1])
    var random = RandomStream(seed: 1)
    var weights = Matrix(repeating: 0, shape: [0, 0])
    let seconds = try fastest(15) { weights = try motifs.sample(types, &random).weights }
    var variance = 0.0
    for i in 0..<neurons {
      for weight in weights.row(i).prefix(3200) { variance += (weight - excitation) * (weight - excitation) }
    }
    let deviation = (variance / Double(neurons * 3200)).squareRoot()
    return "{\"seconds\": \(seconds), \"deviation\": \(deviation)}"
  }
}
