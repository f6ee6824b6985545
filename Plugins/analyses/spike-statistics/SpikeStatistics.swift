import EngramKit

/// How fast, how irregularly and how variably units fire.
public struct SpikeStatistics: Analysis {
  public static let name = "spike-statistics"
  public static let summary =
    "Rates, intervals, CV, CV2, LV and Fano factor of each unit, and the population rate."
  public static let reference =
    "Holt et al. (1996) J. Neurophysiol. 75, 1806; Shinomoto et al. (2003) Neural Comput. 15, 2823; Fano (1947)"
  public static let parameters: [Parameter<Self>] = [
    .real("window", \.window, unit: .millisecond, in: 1e-3...1e9, "Length of a window of the Fano factor."),
    .real("bin", \.bin, unit: .millisecond, in: 1e-3...1e9, "Width of a bin of the population rate."),
    .real(
      "interval_bin", \.intervalBin, unit: .millisecond, in: 1e-3...1e6, "Width of a bin of the intervals."),
    .integer(
      "interval_bins", \.intervalBins, in: 1...100_000,
      "Bins of the intervals; longer ones are counted apart."),
    .integer("raster_units", \.rasterUnits, in: 0...10_000, "Most units in the raster, evenly spaced."),
    .integer("raster_spikes", \.rasterSpikes, in: 0...1_000_000, "Most spikes in the raster."),
  ]
  public static let reads = [
    Dataset("spikes", .spikes, ["spike"], unit: .millisecond, "Spikes with their observation window.")
  ]
  public static let writes = [
    Dataset("rate", ["unit"], unit: .hertz, "Spikes over the length of the observation window."),
    Dataset("mean_interval", ["unit"], unit: .millisecond, "Mean interval between spikes."),
    Dataset(
      "cv", ["unit"], unit: .one, "Standard deviation over mean of the intervals; 1 for a Poisson process."),
    Dataset(
      "cv2", ["unit"], unit: .one, "Local variability of neighbouring intervals; 1 for a Poisson process."),
    Dataset(
      "lv", ["unit"], unit: .one, "Local variation of neighbouring intervals; 1 for a Poisson process."),
    Dataset("fano", ["unit"], unit: .one, "Variance over mean of spike counts; 1 for a Poisson process."),
    Dataset("mean_rate", [], unit: .hertz, "Mean rate of all units, silent ones included."),
    Dataset("mean_cv", [], unit: .one, "Mean CV of the units that have one."),
    Dataset("mean_cv2", [], unit: .one, "Mean CV2 of the units that have one."),
    Dataset("mean_lv", [], unit: .one, "Mean LV of the units that have one."),
    Dataset("mean_fano", [], unit: .one, "Mean Fano factor of the units that have one."),
    Dataset("time", ["bin"], unit: .millisecond, "Middle of each bin of the population rate."),
    Dataset(
      "population_rate", ["bin"], unit: .hertz, "Spikes in each bin over its width and the number of units."),
    Dataset("interval", ["interval"], unit: .millisecond, "Middle of each bin of the intervals."),
    Dataset("interval_count", ["interval"], unit: .one, "Intervals of all units in each bin."),
    Dataset("longer_intervals", [], unit: .one, "Intervals longer than the last bin."),
    Dataset("raster_time", ["tick"], unit: .millisecond, "Times of the spikes in the raster."),
    Dataset("raster_unit", ["tick"], unit: .one, "Their units, by position."),
  ]
  public static let figures = [
    Figure(
      "raster", "Spikes", x: .init("time", unit: .millisecond), y: .init("unit"),
      [.raster(times: "raster_time", rows: "raster_unit")], caption: "One row for each unit shown."),
    Figure(
      "population-rate", "Population rate", x: .init("time", unit: .millisecond),
      y: .init("rate", unit: .hertz),
      [.line(x: "time", y: "population_rate", label: "rate")], caption: "Mean rate of a unit over time."),
    Figure(
      "intervals", "Intervals", x: .init("interval", unit: .millisecond), y: .init("intervals"),
      [.line(x: "interval", y: "interval_count", label: "intervals")],
      caption: "Intervals between neighbouring spikes of all units."),
    Figure(
      "irregularity", "Irregularity", x: .init("coefficient"), y: .init("units"),
      [
        .histogram("cv", label: "CV"), .histogram("cv2", label: "CV2"), .histogram("lv", label: "LV"),
        .fixedVertical(1, label: "Poisson process"),
      ], caption: "All three are 0 for a clock and 1 for a Poisson process."),
    Figure(
      "rates", "Rates", x: .init("rate", unit: .hertz), y: .init("units"),
      [.histogram("rate", label: "units")],
      caption: "Mean rate of each unit."),
  ]

  var window = 1000.0
  var bin = 10.0
  var intervalBin = 2.0
  var intervalBins = 250
  var rasterUnits = 100
  var rasterSpikes = 10_000
  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    var tally = SpikeTally(self)
    try inputs.spikeBlocks("spikes") { try tally.add($0) }
    try tally.put(into: &outputs)
  }
}
