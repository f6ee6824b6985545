import EngramKit

/// Turns a declared figure and the datasets it names into a plot.
struct FigureResolver {
  private let figure: Figure
  let inputs: Inputs
  /// Names of the datasets that are weights between neurons.
  let weights: Set<String>
  var plot: Plot
  /// Series so far: colours and markers are given in order.
  var series = 0
  private var rules = 0

  /// Series beyond this number share one colour and have no name each.
  static let namedSeries = Theme.seriesCount

  /// The plot of `figure`, or nil when none of its datasets is there.
  ///
  /// - Throws: `Problem` when a dataset cannot be read or has a shape that its layer cannot draw.
  static func plot(_ figure: Figure, from inputs: Inputs, weights: Set<String> = []) throws -> Plot? {
    var resolver = FigureResolver(figure, inputs, weights)
    let present = figure.layers.filter(resolver.isPresent)
    guard present.contains(where: { !$0.datasets.isEmpty }) else { return nil }
    try resolver.addHistograms(present)
    for layer in present { try resolver.add(layer) }
    resolver.settle()
    return resolver.plot
  }

  private init(_ figure: Figure, _ inputs: Inputs, _ weights: Set<String>) {
    self.weights = weights
    self.figure = figure
    self.inputs = inputs
    plot = Plot(x: Axis(figure.x), y: Axis(figure.y))
  }

  /// Whether all that the layer cannot do without is there.
  private func isPresent(_ layer: Layer) -> Bool {
    let needed: [String] =
      switch layer {
      case .line(let x, let y, _, _), .points(let x, let y, _, _, _): [x, y]
      case .bars(let labels, let values, _, _, _): [labels, values]
      case .image(let name, _, _): [name]
      case .raster(let times, let rows): inputs.contains(rows) ? [times, rows] : [times]
      default: layer.datasets
      }
    return needed.allSatisfy { $0 == "index" || inputs.contains($0) }
  }

  private mutating func add(_ layer: Layer) throws {
    switch layer {
    case .line(let x, let y, let label, let names): try addLine(x, y, label, names)
    case .band(let x, let lower, let upper, let label): try addBand(x, lower, upper, label)
    case .points(let x, let y, let label, let errors, let groups):
      try addPoints(x, y, label, errors, groups)
    case .complex(let name, let label): try addComplex(name, label)
    case .ellipse(let name, let label): try addEllipse(name, label)
    case .bars(let labels, let values, let label, let errors, let names):
      try addBars(labels, values, label, errors, names)
    case .histogram: break
    case .image(let name, let label, let labels): try addImage(name, label, labels)
    case .map(let name, let x, let y, let label): try addMap(name, x, y, label)
    case .tiles(let name, let label): try addTiles(name, label)
    case .raster(let times, let rows): try addRaster(times, rows)
    case .verticalRule(let name, let label):
      addRule(try numbers(name, on: \.x).first ?? .nan, vertical: true, label)
    case .horizontalRule(let name, let label):
      addRule(try numbers(name, on: \.y).first ?? .nan, vertical: false, label)
    case .fixedVertical(let value, let label): addRule(value, vertical: true, label)
    case .fixedHorizontal(let value, let label): addRule(value, vertical: false, label)
    }
  }

  private mutating func addRule(_ value: Double, vertical: Bool, _ label: String) {
    guard (vertical ? plot.x : plot.y).takes(value) else {
      plot.notes.append("“\(label)” has no place on the axis: it is \(readable(value)).")
      return
    }
    plot.items.append(RuleItem(value: value, vertical: vertical, label: label, index: rules))
    rules += 1
  }

  /// A single series needs no legend: the axes and the caption say what it is. Points need room about them.
  private mutating func settle() {
    if plot.items.contains(where: { $0 is PointsItem }) { plot.x.padding = 0.04 }
    let keys = plot.items.flatMap(\.keys)
    guard keys.count == 1 else { return }
    for place in plot.items.indices {
      switch plot.items[place] {
      case var item as CurveItem:
        item.label = nil
        plot.items[place] = item
      case var item as PointsItem:
        item.label = nil
        plot.items[place] = item
      case var item as BarsItem:
        item.label = nil
        plot.items[place] = item
      default: break
      }
    }
  }

  /// The numbers of a dataset in the unit of an axis; an axis without a unit takes that of the data.
  mutating func tensor(_ name: String, on axis: WritableKeyPath<Plot, Axis>) throws -> Tensor<Double> {
    let factor = try factor(name, on: axis)
    let values = try inputs.tensor(name)
    return factor == 1 ? values : values.map { $0 * factor }
  }

  /// Factor from the unit of a dataset to that of an axis; an axis without a unit takes that of the data.
  mutating func factor(_ name: String, on axis: WritableKeyPath<Plot, Axis>) throws -> Double {
    let stored = try inputs.unit(name)
    if ["1", "any", ""].contains(plot[keyPath: axis].unit) {
      plot[keyPath: axis].unit = stored
      return 1
    }
    guard let from = Unit(stored), let to = Unit(plot[keyPath: axis].unit) else { return 1 }
    return from.factor(to: to) ?? 1
  }

  mutating func numbers(_ name: String, on axis: WritableKeyPath<Plot, Axis>) throws -> [Double] {
    try tensor(name, on: axis).elements
  }

  /// The points whose numbers both axes can show; a sentence says how many cannot be shown.
  mutating func drawable(_ points: [Point], _ name: String) -> [Point] {
    let result = points.filter { plot.x.takes($0.x) && plot.y.takes($0.y) }
    noteLost(points, name)
    return result
  }

  /// Says how many of `points` an axis has no place for, and why.
  mutating func noteLost(_ points: [Point], _ name: String) {
    let missing = points.count { !(abs($0.x) < Extent.limit && abs($0.y) < Extent.limit) }
    let negative = points.count { !(plot.x.takes($0.x) && plot.y.takes($0.y)) } - missing
    let all = decimal(Double(points.count), 0)
    let subject = name.isEmpty ? "values" : "values of “\(name)”"
    if missing > 0 {
      plot.notes.append(
        "\(decimal(Double(missing), 0)) of \(all) \(subject) are NaN or infinite and not drawn.")
    }
    if negative > 0 {
      plot.notes.append(
        "\(decimal(Double(negative), 0)) of \(all) \(subject) are not positive: a logarithmic axis has no place for "
          + "them.")
    }
  }
}
