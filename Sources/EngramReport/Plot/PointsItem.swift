/// Points, with error bars where errors are given.
struct PointsItem: PlotItem {
  var points: [Point]
  /// One standard error of y for each point; empty for none.
  var errors: [Double] = []
  var marker: Marker
  var ink: Ink
  var label: String?
  /// Whether numbers on the vertical axis must be positive.
  var positive = false

  var extent: (x: Extent, y: Extent) {
    var result = EngramReport.extent(of: points)
    for (point, error) in zip(points, errors) where error.isFinite {
      result.y.include(point.y + error)
      if !positive || point.y - error > 0 { result.y.include(point.y - error) }
    }
    return result
  }

  var keys: [LegendKey] { label.map { [LegendKey(label: $0, swatch: .marker(marker, ink))] } ?? [] }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    var marks: [Mark] = []
    if !errors.isEmpty { marks.append(bars(frame)) }
    let (shown, side) = Thinning.squares(points.map(frame.place))
    if let note = Thinning.note("points", all: points.count, drawn: shown.count, side: side) {
      notes.append(note)
    }
    // Fewer points are larger; many are small and let those below shine through.
    let diameter: Double = shown.count <= 60 ? 7 : shown.count <= 400 ? 5.5 : shown.count <= 3000 ? 4 : 2.4
    let opacity = shown.count <= 60 ? 1 : shown.count <= 3000 ? 0.75 : 0.6
    if marker == .disc, shown.count <= 400 {
      marks.append(.dots(shown, diameter: diameter + 2, Paint(.surface, 0.9)))
    }
    return marks + marker.marks(shown, diameter, Paint(ink, opacity))
  }

  private func bars(_ frame: Frame) -> Mark {
    var outlines: [Outline] = []
    for (point, error) in zip(points, errors) where error.isFinite && error > 0 {
      let low = point.y - error
      // On a logarithmic axis a bar that reaches zero goes to the lower edge.
      let bottom = positive && low <= 0 ? frame.box.bottom : frame.y.place(low)
      let x = frame.x.place(point.x)
      let top = frame.y.place(point.y + error)
      outlines += [
        .line(Point(x, top), Point(x, bottom)), .line(Point(x - 3, top), Point(x + 3, top)),
        .line(Point(x - 3, bottom), Point(x + 3, bottom)),
      ]
    }
    return .path(outlines, fill: nil, stroke: Stroke(ink, width: 1.2, opacity: 0.9))
  }
}

/// Spikes: a short upright line for each.
struct RasterItem: PlotItem {
  /// Time and row of each spike.
  var spikes: [Point]
  var rows: Extent

  var extent: (x: Extent, y: Extent) {
    (EngramReport.extent(of: spikes).x, Extent(rows.lower - 0.5, rows.upper + 0.5))
  }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    let (shown, side) = Thinning.squares(spikes.map(frame.place))
    if let note = Thinning.note("spikes", all: spikes.count, drawn: shown.count, side: side) {
      notes.append(note)
    }
    let half = min(max(frame.y.pixelsPerUnit * 0.4, 0.6), 9)
    let outlines = shown.map { Outline.line(Point($0.x, $0.y - half), Point($0.x, $0.y + half)) }
    let width = shown.count > 5000 ? 0.8 : 1.2
    return [.path(outlines, fill: nil, stroke: Stroke(.series(0), width: width, opacity: 0.9))]
  }
}
