/// Grid, axes, ticks and their labels.
struct AxesPainter {
  let plot: Plot
  let layout: Layout

  private var box: Box { layout.frame.box }
  private var isImage: Bool { plot.colourBar != nil }

  /// The lines behind the data.
  var grid: [Mark] {
    guard !isImage else { return [] }
    var lines: [Outline] = []
    for tick in layout.yTicks.marks where tick.label != nil {
      let y = layout.frame.y.place(tick.value)
      lines.append(.line(Point(box.x, y), Point(box.right, y)))
    }
    if plot.x.categories == nil {
      for tick in layout.xTicks.marks where tick.label != nil {
        let x = layout.frame.x.place(tick.value)
        lines.append(.line(Point(x, box.y), Point(x, box.bottom)))
      }
    }
    return [.path(lines, fill: nil, stroke: Stroke(.grid))]
  }

  /// The lines and words around the data.
  var axes: [Mark] {
    horizontal + vertical + captions
  }

  private var horizontal: [Mark] {
    var lines: [Outline] = []
    var marks: [Mark] = []
    if isImage {
      lines.append(Outline(box))
    } else {
      lines.append(.line(Point(box.x, box.bottom), Point(box.right, box.bottom)))
    }
    for tick in layout.xTicks.marks {
      let x = layout.frame.x.place(tick.value)
      lines.append(.line(Point(x, box.bottom), Point(x, box.bottom + (tick.label == nil ? 2.5 : 4))))
      if let label = tick.label {
        marks.append(.text(Text(label, at: Point(x, box.bottom + 17), anchor: .middle)))
      }
    }
    if let categories = plot.x.categories {
      // Names that would overlap are left out evenly.
      let needed = layout.turnedNames ? 14 : 8.0
      let every = max(1, Int((needed * Double(categories.count) / box.width).rounded(.up)))
      for (place, name) in categories.enumerated() where place % every == 0 {
        marks.append(.text(under(name, at: layout.frame.x.place(Double(place)), drop: 16)))
      }
    }
    var taken = -Double.infinity
    for group in plot.x.groups {
      let from = layout.frame.x.place(Double(group.range.lowerBound)) + 1
      let to = layout.frame.x.place(Double(group.range.upperBound)) - 1
      lines.append(.line(Point(from, box.bottom + 5), Point(to, box.bottom + 5)))
      guard (from + to) / 2 - taken >= (layout.turnedNames ? 13 : 0) else { continue }
      taken = (from + to) / 2
      marks.append(.text(under(group.name, at: taken, drop: 20)))
    }
    return [.path(lines, fill: nil, stroke: Stroke(.axis))] + marks
  }

  private func under(_ name: String, at x: Double, drop: Double) -> Text {
    let name = fitted(name, size: Text.tick, within: 150)
    return layout.turnedNames
      ? Text(name, at: Point(x + 4, box.bottom + drop - 3), anchor: .end, turn: -40)
      : Text(name, at: Point(x, box.bottom + drop), anchor: .middle)
  }

  private var vertical: [Mark] {
    var lines: [Outline] = []
    var marks: [Mark] = []
    for tick in layout.yTicks.marks {
      let y = layout.frame.y.place(tick.value)
      if isImage || tick.label == nil {
        lines.append(.line(Point(box.x - (tick.label == nil ? 2.5 : 4), y), Point(box.x, y)))
      }
      if let label = tick.label {
        marks.append(.text(Text(label, at: Point(box.x - 8, y + 4), anchor: .end)))
      }
    }
    for (place, name) in (plot.y.categories ?? []).enumerated() {
      let y = layout.frame.y.place(Double(place))
      let name = fitted(name, size: Text.tick, within: 150)
      marks.append(.text(Text(name, at: Point(box.x - 8, y + 4), anchor: .end)))
    }
    var taken = -Double.infinity
    for group in plot.y.groups {
      let ends = [group.range.lowerBound, group.range.upperBound].map { layout.frame.y.place(Double($0)) }
      let from = min(ends[0], ends[1]) + 1
      let to = max(ends[0], ends[1]) - 1
      lines.append(.line(Point(box.x - 5, from), Point(box.x - 5, to)))
      guard (from + to) / 2 - taken >= 13 else { continue }
      taken = (from + to) / 2
      let name = fitted(group.name, size: Text.tick, within: 150)
      marks.append(.text(Text(name, at: Point(box.x - 11, taken + 4), anchor: .end)))
    }
    return [.path(lines, fill: nil, stroke: Stroke(.axis))] + marks
  }

  private var captions: [Mark] {
    let x = plot.x.caption(power: layout.xTicks.power)
    let y = plot.y.caption(power: layout.yTicks.power)
    let across = fitted(x, size: Text.label, within: max(box.width, 200))
    let along = fitted(y, size: Text.label, within: layout.height - 20)
    return [
      .text(
        Text(
          across, at: Point(box.middle.x, layout.height - 10), size: Text.label, anchor: .middle, ink: .text)),
      .text(
        Text(
          along, at: Point(22, box.middle.y), size: Text.label, anchor: .middle, ink: .text, turn: -90)),
    ]
  }
}
