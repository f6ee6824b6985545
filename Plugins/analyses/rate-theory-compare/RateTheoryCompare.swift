import EngramKit

/// Simulated rate of conductance-driven neurons beside the theory's, with the simulation's error.
public struct RateTheoryCompare: Analysis {
  public static let name = "rate-theory-compare"
  public static let summary =
    "Compares the simulated rate of conductance-driven neurons with the predicted one."
  public static let reference =
    "arXiv:2002.11181; standard error by renewal theory, Cox (1962) Renewal Theory, ch. 4"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.neuron, ConductanceNeuron.parameters) + [
      .real("burn_in", \.burnIn, unit: .millisecond, in: 0...1e9, "Time discarded at the start.")
    ]
  public static let reads = [
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Spikes of independent neurons.")
  ]
  public static let writes = [
    Dataset("compare/rate_mc", .array, [], unit: .hertz, "Spikes over neurons and time."),
    Dataset(
      "compare/se", .array, [], unit: .hertz,
      "Standard error of the simulated rate: rate CV / sqrt(intervals)."),
    Dataset("compare/cv", .array, [], unit: .one, "Coefficient of variation of the interspike intervals."),
    Dataset("compare/F0", .array, [], unit: .hertz, "Predicted rate, white-noise limit."),
    Dataset("compare/F1", .array, [], unit: .hertz, "Predicted rate with the finite-decay correction."),
    Dataset("compare/ETA0", .array, [], unit: .hertz, "Predicted rate, additive noise."),
    Dataset("compare/ETA1", .array, [], unit: .hertz, "Predicted rate, additive noise with shifts."),
    Dataset("compare/ratio", .array, [], unit: .one, "F1 over the simulated rate."),
    Dataset("compare/z", .array, [], unit: .one, "Simulated rate minus F1 in standard errors."),
  ]

  var neuron = ConductanceNeuron()
  var burnIn = 200.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    try neuron.check()
    let trains = try inputs.spikes("spikes")
    let time = trains.stop - trains.start - burnIn
    guard time > 0, trains.unitCount > 0 else {
      throw Problem(
        "the spikes cover \(shortest(trains.duration)) ms, no more than the burn-in of \(shortest(burnIn)) ms",
        fix: "simulate longer or lower `burn_in`")
    }
    var (count, intervals) = (0, [Double]())
    for unit in 0..<trains.unitCount {
      let kept = trains.train(unit).drop { $0 < trains.start + burnIn }
      count += kept.count
      intervals += zip(kept.dropFirst(), kept).map { $0 - $1 }
    }
    let rate = 1000 * Double(count) / (time * Double(trains.unitCount))
    let theory = ConductanceRateTheory(neuron)
    let (corrected, _) = try theory.corrected()
    var (cv, error) = (Double.nan, Double.nan)
    if intervals.count >= 2 {
      let center = intervals.reduce(0, +) / Double(intervals.count)
      let variance = intervals.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(intervals.count)
      cv = variance.squareRoot() / center
      error = rate * cv / Double(intervals.count).squareRoot()
    } else {
      outputs.note("cv, se and z have no value: \(intervals.count) interspike intervals after the burn-in")
    }
    if count == 0 {
      outputs.note("ratio has no finite value: no neuron fired in \(shortest(time)) ms after the burn-in")
    }
    try outputs.put("compare/rate_mc", rate)
    try outputs.put("compare/se", error)
    try outputs.put("compare/cv", cv)
    try outputs.put("compare/F0", try theory.whiteNoise())
    try outputs.put("compare/F1", corrected)
    try outputs.put("compare/ETA0", try theory.additive(shifted: false))
    try outputs.put("compare/ETA1", try theory.additive(shifted: true))
    try outputs.put("compare/ratio", corrected / rate)
    try outputs.put("compare/z", (rate - corrected) / error)
  }
}
