import EngramKit

/// Predicted firing rates of conductance-driven leaky integrate-and-fire neurons, by several approximations.
public struct LifConductanceRate: Analysis {
  public static let name = "lif-conductance-rate"
  public static let summary =
    "Predicts the firing rate of a neuron driven by noisy conductances, without simulation."
  public static let reference =
    "arXiv:2002.11181; first-passage theory after Siegert (1951) Phys. Rev. 81, 617"
  public static let parameters: [Parameter<Self>] = Parameter.within(\.neuron, ConductanceNeuron.parameters)
  public static let reads = ConductanceNeuron.sweeps
  public static let writes = [
    Dataset("rate/F0", .array, ["case"], unit: .hertz, "White-noise limit of vanishing decay times."),
    Dataset(
      "rate/F1", .array, ["case"], unit: .hertz,
      "With the first correction in the square root of the decay time."),
    Dataset("rate/ETA0", .array, ["case"], unit: .hertz, "Additive noise with the effective time constant."),
    Dataset("rate/ETA1", .array, ["case"], unit: .hertz, "The same with shifted threshold and reset."),
    Dataset("rate/d_th", .array, ["case"], unit: .millivolt, "Shift of the threshold in F1 and ETA1."),
    Dataset("rate/d_r", .array, ["case"], unit: .millivolt, "Shift of the reset in F1 and ETA1."),
    Dataset(
      "rate/eps", .array, ["case"], unit: .one,
      "Slower decay time over effective membrane time; wants to be small."),
    Dataset(
      "rate/valid", .array, ["case"], unit: .one,
      "1 where F1's shifted reset lies below its shifted threshold."),
    Dataset("rate/mean", .array, ["case"], unit: .millivolt, "Mean voltage without spikes."),
    Dataset(
      "rate/variance", .array, ["case"], unit: .squareMillivolt, "Variance of the voltage without spikes."),
  ]

  var neuron = ConductanceNeuron()

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let cases = try neuron.swept(inputs)
    var columns = [[Double]](repeating: [], count: Self.writes.count)
    for (number, neuron) in cases.enumerated() {
      try neuron.check()
      let theory = ConductanceRateTheory(neuron)
      let (corrected, valid) = try theory.corrected()
      let values = [
        try theory.whiteNoise(), corrected, try theory.additive(shifted: false),
        try theory.additive(shifted: true),
        theory.shifts.threshold, theory.shifts.reset, theory.slowness, valid ? 1 : 0, theory.moments.mean,
        theory.moments.variance,
      ]
      for (column, value) in values.enumerated() { columns[column].append(value) }
      let row = cases.count > 1 ? "case \(number): " : ""
      if theory.slowness > 0.3 {
        outputs.note(
          "\(row)decay times are \(shortest((theory.slowness * 100).rounded() / 100)) of the effective membrane time; F1 and ETA1 expect a small fraction (above 0.3 they err by several percent)"
        )
      }
      if !valid { outputs.note("\(row)F1 is not valid: the shifted reset lies above the shifted threshold") }
      if theory.moments.variance == .infinity {
        outputs.note("\(row)the voltage has no finite variance without spikes: A1 <= b2")
      }
      outputs.progress(Double(number + 1) / Double(cases.count), "rates")
    }
    for (dataset, values) in zip(Self.writes, columns) { try outputs.put(dataset.name, values) }
  }
}
