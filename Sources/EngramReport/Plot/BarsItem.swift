/// Bars standing on zero.
struct BarsItem: PlotItem {
  struct Bar: Sendable, Hashable {
    /// Left and right edge, in data units.
    var from: Double
    var to: Double
    /// NaN where there is no number.
    var height: Double
    /// One standard error; NaN for none.
    var error = Double.nan
  }

  var bars: [Bar]
  var ink: Ink
  var label: String?
  /// Histograms that lie over one another are pale with an outline.
  var overlaid = false
  /// Whether the vertical axis is logarithmic, so that a bar stands on the lower edge.
  var positive = false
  /// Pixels between neighbours.
  var gap = 1.0

  var extent: (x: Extent, y: Extent) {
    var x = Extent()
    var y = Extent()
    for bar in bars {
      x.include(bar.from)
      x.include(bar.to)
      for number in [bar.height, bar.height + bar.error, bar.height - bar.error]
      where !positive || number > 0 { y.include(number) }
    }
    return (x, y)
  }

  private var fill: Paint { Paint(ink, overlaid ? 0.28 : 0.9) }
  private var outline: Stroke? { overlaid ? Stroke(ink, width: 1.4) : nil }

  var keys: [LegendKey] {
    label.map { [LegendKey(label: $0, swatch: .block(fill, outline))] } ?? []
  }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    var boxes: [Outline] = []
    var whiskers: [Outline] = []
    var crosses: [Outline] = []
    let ground = positive ? frame.box.bottom : frame.y.place(0)
    for bar in bars {
      let left = frame.x.place(bar.from)
      let right = frame.x.place(bar.to)
      let middle = (left + right) / 2
      guard bar.height.isFinite, !positive || bar.height >= 0 else {
        let y = min(max(ground, frame.box.y + 6), frame.box.bottom - 6)
        crosses += [
          .line(Point(middle - 3, y - 3), Point(middle + 3, y + 3)),
          .line(Point(middle - 3, y + 3), Point(middle + 3, y - 3)),
        ]
        continue
      }
      let top = positive && bar.height <= 0 ? ground : frame.y.place(bar.height)
      if top != ground {
        let inset = right - left > 4 * gap ? gap / 2 : 0
        boxes.append(Outline(.between(Point(left + inset, top), Point(right - inset, ground))))
      }
      guard bar.error.isFinite, bar.error > 0 else { continue }
      let low = bar.height - bar.error
      let bottom = positive && low <= 0 ? ground : frame.y.place(low)
      let high = frame.y.place(bar.height + bar.error)
      whiskers += [
        .line(Point(middle, high), Point(middle, bottom)),
        .line(Point(middle - 3, high), Point(middle + 3, high)),
        .line(Point(middle - 3, bottom), Point(middle + 3, bottom)),
      ]
    }
    if !crosses.isEmpty { notes.append("A cross marks a value that is not a number.") }
    return [
      .path(boxes, fill: fill, stroke: outline),
      .path(whiskers, fill: nil, stroke: Stroke(.text, width: 1.2)),
      .path(crosses, fill: nil, stroke: Stroke(.secondary, width: 1.4)),
    ]
  }
}
