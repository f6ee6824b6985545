import EngramKit

/// Firing rate against input current: one constant current for each unit or trial, whatever the model.
public struct FiCurve: Analysis {
  public static let name = "fi-curve"
  public static let summary =
    "Firing rate against constant input current, and the current at which firing begins."
  public static let reference = "Rinzel & Ermentrout (1998) in Methods in Neuronal Modeling, ch. 7"
  public static let parameters: [Parameter<Self>] = [
    .real("transient", \.transient, unit: .millisecond, in: 0...1e9, "Time discarded at the start."),
    .integer(
      "minimum_intervals", \.minimumIntervals, in: 1...1_000_000, "Intervals needed for a rate by interval."),
  ]
  public static let reads = [
    Dataset("spikes", .spikes, ["trial"], unit: .millisecond, "Spikes, one unit for each current."),
    Dataset("current", .array, ["trial"], anyUnit: "Current of each unit or trial."),
  ]
  public static let writes = [
    Dataset("fi/current", .array, ["trial"], anyUnit: "Currents, ascending."),
    Dataset(
      "fi/rate", .array, ["trial"], unit: .hertz,
      "1 over the mean interspike interval; 0 without enough intervals."),
    Dataset("fi/count_rate", .array, ["trial"], unit: .hertz, "Spikes after the transient over time."),
    Dataset("fi/onset", .array, [], anyUnit: "Lowest current with a rate above 0; NaN when none fires."),
  ]
  public static let figures = [
    Figure(
      "fi-curve", "Firing rate against current", x: .init("current"), y: .init("rate", unit: .hertz),
      [
        .line(x: "fi/current", y: "fi/rate", label: "1 / mean interval"),
        .points(x: "fi/current", y: "fi/count_rate", label: "spike count"),
      ],
      caption:
        "Rate of each trial after the transient; a smooth onset from 0 Hz is a saddle-node on a circle, a jump a Hopf bifurcation."
    )
  ]

  var transient = 1000.0
  var minimumIntervals = 1

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let trains = try inputs.spikes("spikes")
    let currents = try inputs.vector("current")
    guard currents.count == trains.unitCount else {
      throw Problem(
        "\(currents.count) currents for \(trains.unitCount) units", fix: "give one current for each unit")
    }
    let time = trains.duration - transient
    guard time > 0 else {
      throw Problem(
        "the spikes cover \(shortest(trains.duration)) ms, no more than the transient of \(shortest(transient)) ms",
        fix: "record longer or lower `transient`")
    }
    let order = currents.indices.sorted { (currents[$0], $0) < (currents[$1], $1) }
    var (rates, counts) = ([Double](), [Double]())
    for unit in order {
      let kept = Array(trains.train(unit).drop { $0 < trains.start + transient })
      counts.append(1000 * Double(kept.count) / time)
      guard let first = kept.first, let last = kept.last, kept.count > minimumIntervals else {
        rates.append(0)
        continue
      }
      rates.append(1000 * Double(kept.count - 1) / (last - first))
    }
    let onset = zip(order, rates).first { $0.1 > 0 }.map { currents[$0.0] }
    if onset == nil { outputs.note("fi/onset is NaN: no trial fires after the transient") }
    try outputs.put("fi/current", order.map { currents[$0] })
    try outputs.put("fi/rate", rates)
    try outputs.put("fi/count_rate", counts)
    try outputs.put("fi/onset", onset ?? .nan)
  }
}
