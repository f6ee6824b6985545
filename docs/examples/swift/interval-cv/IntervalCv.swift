import EngramKit

/// Coefficient of variation of the intervals between spikes of each unit.
public struct IntervalCv: Analysis {
  public static let name = "interval-cv"
  public static let summary = "Coefficient of variation of the intervals between spikes of each unit."
  public static let reference = "Holt et al. (1996) J. Neurophysiol. 75, 1806"
  public static let parameters: [Parameter<Self>] = [
    .real(
      "shortest", \.shortest, unit: .millisecond, in: 0...1000,
      "Intervals below this are left out, as a spike sorter's doubles.")
  ]
  public static let reads = [
    Dataset("spikes", .spikes, ["unit"], unit: .millisecond, "Spikes with their window.")
  ]
  public static let writes = [
    Dataset(
      "cv", ["unit"], unit: .one,
      "Standard deviation over mean; 1 for a Poisson process, NaN below two intervals."),
    Dataset("mean_interval", ["unit"], unit: .millisecond, "Mean interval."),
  ]
  public static let figures = [
    Figure(
      "irregularity", "Irregularity", x: .init("mean interval", unit: .millisecond), y: .init("CV"),
      [
        .points(x: "mean_interval", y: "cv", label: "units"),
        .fixedHorizontal(1, label: "Poisson process"),
      ], caption: "One dot for each unit; a clock would be at 0.")
  ]

  var shortest = 0.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let trains = try inputs.spikes("spikes")
    let values = (0..<trains.unitCount).map { cv(trains.train($0)) }
    if values.contains(where: \.cv.isNaN) {
      outputs.note("cv is NaN for units with fewer than two intervals")
    }
    try outputs.put("mean_interval", values.map(\.mean))
    try outputs.put("cv", values.map(\.cv))
  }

  /// Mean interval and CV of one train of times; NaN where there are fewer than two intervals.
  private func cv(_ train: ArraySlice<Double>) -> (mean: Double, cv: Double) {
    let intervals = zip(train.dropFirst(), train).map { $0 - $1 }.filter { $0 >= shortest }
    guard intervals.count >= 2 else { return (.nan, .nan) }
    let count = Double(intervals.count)
    let mean = intervals.reduce(0, +) / count
    let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, variance.squareRoot() / mean)
  }
}
