import EngramKit

/// Bars, histograms and rasters.
extension FigureResolver {
  mutating func addBars(
    _ labels: String, _ values: String, _ label: String, _ errors: String?, _ names: String?
  ) throws {
    let categories = try inputs.labels(labels)
    let heights = try tensor(values, on: \.y)
    let deviations = try errors.flatMap { inputs.contains($0) ? try tensor($0, on: \.y) : nil }
    let words = try names.flatMap { inputs.contains($0) ? try inputs.labels($0) : nil } ?? []
    let count = heights.rank == 2 ? heights.columns : 1
    guard heights.count == categories.count * count, deviations.map({ $0.count == heights.count }) ?? true
    else {
      throw Problem(
        "\(values) of shape \(heights.shape) does not fit \(categories.count) labels in \(labels)")
    }
    plot.x.categories = categories
    plot.x.padding = 0.01
    plot.y.standsOnZero = !plot.y.logarithmic
    for index in 0..<count {
      let width = 0.76 / Double(count)
      let bars = categories.indices.map { place in
        let left = Double(place) - 0.38 + width * Double(index)
        return BarsItem.Bar(
          from: left, to: left + width, height: heights[place * count + index],
          error: deviations?[place * count + index] ?? .nan)
      }
      plot.items.append(
        BarsItem(
          bars: bars, ink: .series(series),
          label: count == 1 ? label : index < words.count ? words[index] : "\(label) \(index)",
          positive: plot.y.logarithmic, gap: 2))
      series += 1
    }
  }

  /// All histograms of the figure, over common bins so that they can be compared.
  mutating func addHistograms(_ layers: [Layer]) throws {
    var samples: [(values: [Double], label: String)] = []
    var bins: Int?
    for case .histogram(let name, let label, let count) in layers {
      bins = bins ?? count
      var values = try stored(name)
      let missing = values.count { !plot.x.takes($0) }
      if missing > 0 {
        let why = plot.x.logarithmic ? "are not positive numbers" : "are NaN or infinite"
        plot.notes.append(
          "\(decimal(Double(missing), 0)) of \(decimal(Double(values.count), 0)) values \(why).")
        values = values.filter(plot.x.takes)
      }
      samples.append((values, label))
    }
    guard !samples.isEmpty else { return }
    let binning = Binning(samples.flatMap(\.values), count: bins, logarithmic: plot.x.logarithmic)
    plot.y.standsOnZero = !plot.y.logarithmic
    plot.y.integers = true
    plot.x.padding = 0.01
    for sample in samples {
      let counts = binning.counts(sample.values)
      let bars = counts.indices.map {
        BarsItem.Bar(from: binning.edges[$0], to: binning.edges[$0 + 1], height: Double(counts[$0]))
      }
      plot.items.append(
        BarsItem(
          bars: sample.values.isEmpty ? [] : bars, ink: .series(series), label: sample.label,
          overlaid: samples.count > 1, positive: plot.y.logarithmic))
      series += 1
    }
  }

  /// The numbers of a dataset; of weights, those stored and not zero.
  private mutating func stored(_ name: String) throws -> [Double] {
    guard weights.contains(name) else { return try numbers(name, on: \.x) }
    let factor = try factor(name, on: \.x)
    switch try inputs.connectivity(name) {
    case .dense(let matrix): return matrix.elements.filter { $0 != 0 }.map { $0 * factor }
    case .sparse(let matrix): return matrix.values.filter { $0 != 0 }.map { $0 * factor }
    }
  }

  mutating func addRaster(_ times: String, _ rows: String) throws {
    var spikes: [Point] = []
    var range = Extent()
    if inputs.contains(rows) {
      let units = try inputs.vector(rows)
      let moments = try numbers(times, on: \.x)
      guard units.count == moments.count else {
        throw Problem("\(times) has \(moments.count) spikes and \(rows) has \(units.count)")
      }
      spikes = drawable(zip(moments, units).map(Point.init), "")
      for unit in units { range.include(unit) }
    } else {
      let trains = try inputs.spikes(times)
      for unit in 0..<trains.unitCount { spikes += trains.train(unit).map { Point($0, Double(unit)) } }
      if trains.unitCount > 0 { range = Extent(0, Double(trains.unitCount - 1)) }
    }
    plot.items.append(RasterItem(spikes: spikes, rows: range))
    plot.x.padding = 0.01
    plot.y.padding = 0.01
    plot.y.integers = true
    if spikes.isEmpty { plot.emptiness = "no spikes" }
  }
}
