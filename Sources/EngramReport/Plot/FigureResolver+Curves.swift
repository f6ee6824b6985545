import EngramKit

/// Curves, bands, points and the complex plane.
extension FigureResolver {
  mutating func addLine(_ x: String, _ y: String, _ label: String, _ names: String?) throws {
    let all = try seriesOf(x, y)
    let words = try names.flatMap { inputs.contains($0) ? try inputs.labels($0) : nil } ?? []
    let isMany = all.count > Self.namedSeries
    for (index, points) in all.enumerated() {
      noteLost(points, label)
      let broken = points.map { plot.x.takes($0.x) && plot.y.takes($0.y) ? $0 : Point(.nan, .nan) }
      let stroke = Stroke(
        .series(series), width: isMany ? 0.9 : 1.9, opacity: isMany ? 0.45 : 1, round: true)
      var name: String? = index < words.count ? words[index] : all.count > 1 ? "\(label) \(index)" : label
      if isMany { name = index == 0 ? "\(label) (\(all.count) series)" : nil }
      plot.items.append(CurveItem(points: broken, stroke: stroke, label: name))
      if !isMany { series += 1 }
    }
    if isMany { series += 1 }
    if x == "index" { plot.x.integers = true }
    plot.x.padding = min(plot.x.padding, 0.01)
  }

  mutating func addBand(_ x: String, _ lower: String, _ upper: String, _ label: String) throws {
    let low = try seriesOf(x, lower).first ?? []
    let high = try seriesOf(x, upper).first ?? []
    guard low.count == high.count else {
      throw Problem("\(lower) has \(low.count) numbers and \(upper) has \(high.count)")
    }
    // The colour of the curve that follows, whose spread this is.
    let takes = { [plot] (point: Point) in plot.x.takes(point.x) && plot.y.takes(point.y) }
    plot.items.append(
      BandItem(
        lower: low.map { takes($0) ? $0 : Point(.nan, .nan) },
        upper: high.map { takes($0) ? $0 : Point(.nan, .nan) }, paint: Paint(.series(series), 0.22),
        label: label.isEmpty ? nil : label))
  }

  mutating func addPoints(
    _ x: String, _ y: String, _ label: String, _ errors: String?, _ groups: String?
  ) throws {
    let all = try seriesOf(x, y)
    let bars = try errors.flatMap { inputs.contains($0) ? try numbers($0, on: \.y) : nil } ?? []
    let words = try groups.flatMap { inputs.contains($0) ? try inputs.labels($0) : nil } ?? []
    guard all.count == 1, let points = all.first else {
      throw Problem("\(y) has \(all.count) series; points take one")
    }
    guard bars.isEmpty || bars.count == points.count, words.isEmpty || words.count == points.count else {
      throw Problem("\(y) has \(points.count) numbers, but \(bars.count) errors and \(words.count) groups")
    }
    noteLost(points, label)
    let grouping = words.isEmpty ? nil : Grouping(words)
    let shown = grouping.map { Array($0.groups.prefix(Self.namedSeries)) }
    for group in shown ?? [Axis.Group(name: label, range: points.indices)] {
      var members = group.range.map { grouping?.order[$0] ?? $0 }
      members = members.filter { plot.x.takes(points[$0].x) && plot.y.takes(points[$0].y) }
      plot.items.append(
        PointsItem(
          points: members.map { points[$0] }, errors: bars.isEmpty ? [] : members.map { bars[$0] },
          marker: .of(series: series), ink: .series(series), label: group.name,
          positive: plot.y.logarithmic))
      series += 1
    }
    if let grouping, grouping.groups.count > Self.namedSeries {
      let rest = grouping.groups.dropFirst(Self.namedSeries).map(\.name).joined(separator: ", ")
      plot.notes.append("Not drawn, being beyond \(Self.namedSeries) groups: \(rest).")
    }
  }

  mutating func addComplex(_ name: String, _ label: String) throws {
    let values = try tensor(name, on: \.x)
    _ = try tensor(name, on: \.y)
    guard values.rank == 2, values.columns == 2 || values.rows == 0 else {
      throw Problem("\(name) should be complex numbers [n, 2], but has shape \(values.shape)")
    }
    let points = drawable((0..<values.rows).map { Point(values[$0, 0], values[$0, 1]) }, label)
    plot.items.append(
      PointsItem(points: points, marker: .of(series: series), ink: .series(series), label: label))
    series += 1
    plot.equalScales = true
  }

  mutating func addEllipse(_ name: String, _ label: String) throws {
    let axes = try numbers(name, on: \.x)
    guard axes.count == 1 || axes.count == 2 else {
      throw Problem("\(name) should be one radius or two half axes, but has \(axes.count) numbers")
    }
    guard let width = axes.first, let height = axes.last, width.isFinite, height.isFinite else {
      plot.notes.append("“\(label)” has no size: it is NaN.")
      return
    }
    plot.items.append(
      EllipseItem(halfWidth: abs(width), halfHeight: abs(height), ink: .series(2), label: label))
    plot.equalScales = true
  }

  /// Each series of `y` over `x`.
  private mutating func seriesOf(_ x: String, _ y: String) throws -> [[Point]] {
    let values = try tensor(y, on: \.y)
    guard x != "index" else {
      guard values.rank == 2 else { return [values.elements.enumerated().map { Point(Double($0), $1) }] }
      return (0..<values.rows).map { row in values.row(row).enumerated().map { Point(Double($0), $1) } }
    }
    let across = try tensor(x, on: \.x)
    if across.count == values.count {
      guard across.rank == 2, across.shape == values.shape, across.rows > 1, across.columns > 1 else {
        return [zip(across.elements, values.elements).map(Point.init)]
      }
      return (0..<across.rows).map { zip(across.row($0), values.row($0)).map(Point.init) }
    }
    guard values.rank == 2, across.rank <= 1 || across.rows == 1 || across.columns == 1 else {
      throw Problem("\(y) of shape \(values.shape) does not fit \(x) of shape \(across.shape)")
    }
    if values.columns == across.count {
      return (0..<values.rows).map { zip(across.elements, values.row($0)).map(Point.init) }
    }
    guard values.rows == across.count else {
      throw Problem("\(y) of shape \(values.shape) does not fit \(x) of shape \(across.shape)")
    }
    return (0..<values.columns).map { column in
      (0..<values.rows).map { Point(across[$0], values[$0, column]) }
    }
  }
}
