import EngramKit

/// What is gathered block by block: a few numbers for each unit, histograms, and a raster of bounded size.
struct SpikeTally {
  private let settings: SpikeStatistics
  private var window: ClosedRange<Double>?
  private var rates: [Double] = []
  private var units: [SpikeTrainStatistics] = []
  private var bins: [Double] = []
  private var intervals: [Double]
  private var longer = 0
  private var raster: [(unit: Int, times: [Double])] = []
  private var rasterStride = 1

  init(_ settings: SpikeStatistics) {
    self.settings = settings
    intervals = [Double](repeating: 0, count: settings.intervalBins)
  }

  /// Takes in the units of one block.
  ///
  /// - Throws: `Problem` when the observation window is empty, or has too many bins.
  mutating func add(_ block: SpikeTrains) throws {
    if window == nil {
      guard block.duration > 0 else {
        throw Problem(
          "the observation window [\(block.start), \(block.stop)) ms is empty",
          fix: "give the recording's t_start and t_stop")
      }
      window = block.start...block.stop
      let count = (block.duration / settings.bin * (1 - 1e-12)).rounded(.up)
      guard count <= 1e7 else {
        throw Problem(
          "\(block.duration) ms in bins of \(settings.bin) ms are \(count) bins", fix: "choose a wider 'bin'")
      }
      bins = [Double](repeating: 0, count: max(1, Int(count)))
    }
    for unit in 0..<block.unitCount {
      let times = block.train(unit)
      rates.append(Double(times.count) / block.duration * 1000)
      units.append(
        SpikeTrainStatistics(times, start: block.start, stop: block.stop, window: settings.window))
      longer += countIntervals(times, width: settings.intervalBin, into: &intervals)
      countTimes(times, from: block.start, width: settings.bin, into: &bins)
      keep(times)
    }
  }

  /// Keeps the unit for the raster if it is one of every `rasterStride`; the stride doubles when the raster is full.
  private mutating func keep(_ times: ArraySlice<Double>) {
    let unit = units.count - 1
    guard settings.rasterUnits > 0, unit % rasterStride == 0 else { return }
    raster.append((unit, Array(times.prefix(settings.rasterSpikes))))
    guard raster.count > settings.rasterUnits else { return }
    rasterStride *= 2
    raster.removeAll { $0.unit % rasterStride != 0 }
  }

  /// Writes everything that was gathered.
  ///
  /// - Throws: `Problem` when there was no unit.
  func put(into outputs: inout Outputs) throws {
    guard !rates.isEmpty else { throw Problem("the recording has no unit", fix: "read another population") }
    try outputs.put("rate", rates)
    try outputs.put("mean_interval", units.map(\.meanInterval))
    try outputs.put("mean_rate", try mean(rates))
    for (name, path) in Self.coefficients {
      let values = units.map { $0[keyPath: path] }
      let known = values.filter { !$0.isNaN }
      try outputs.put(name, values)
      try outputs.put("mean_" + name, known.isEmpty ? .nan : try mean(known))
      if known.count < values.count {
        outputs.note(
          "\(name) is NaN for \(values.count - known.count) of \(values.count) units: too few spikes.")
      }
    }
    try putHistograms(into: &outputs)
    try putRaster(into: &outputs)
  }

  private static let coefficients: [(String, KeyPath<SpikeTrainStatistics, Double> & Sendable)] = [
    ("cv", \.cv), ("cv2", \.cv2), ("lv", \.lv), ("fano", \.fano),
  ]

  private func putHistograms(into outputs: inout Outputs) throws {
    let (start, stop) = (window?.lowerBound ?? 0, window?.upperBound ?? 0)
    try outputs.put("time", bins.indices.map { start + (Double($0) + 0.5) * settings.bin })
    // The last bin may be cut short by the end of the recording.
    let widths = bins.indices.map { min(settings.bin, stop - start - Double($0) * settings.bin) }
    try outputs.put("population_rate", zip(bins, widths).map { $0 / ($1 * Double(units.count)) * 1000 })
    try outputs.put("interval", intervals.indices.map { (Double($0) + 0.5) * settings.intervalBin })
    try outputs.put("interval_count", intervals)
    try outputs.put("longer_intervals", Double(longer))
  }

  /// The earliest spikes of the units kept, as many as are allowed.
  private func putRaster(into outputs: inout Outputs) throws {
    let ticks = raster.flatMap { unit, times in times.map { (time: $0, unit: Double(unit)) } }
    let shown = ticks.sorted { ($0.time, $0.unit) < ($1.time, $1.unit) }.prefix(settings.rasterSpikes)
    try outputs.put("raster_time", shown.map(\.time))
    try outputs.put("raster_unit", shown.map(\.unit))
  }
}
