/// The names of the series above a plot, in as many lines as they need.
struct Legend: Sendable {
  private var entries: [(key: LegendKey, label: String, at: Point)] = []
  private(set) var height = 0.0

  private static let line = 19.0

  /// The entries within `width` px, beginning at `left`.
  init(_ keys: [LegendKey], left: Double, width: Double) {
    guard !keys.isEmpty else { return }
    var x = left
    var row = 0.0
    for key in keys {
      let label = fitted(key.label, size: Text.tick, within: width - 30)
      let needed = 24 + textWidth(label, size: Text.tick) + 16
      if x > left, x + needed - 16 > left + width {
        x = left
        row += 1
      }
      entries.append((key, label, Point(x, row * Self.line + 12)))
      x += needed
    }
    height = (row + 1) * Self.line + 4
  }

  /// The legend with its upper edge at `top`.
  func marks(top: Double) -> [Mark] {
    entries.flatMap { entry -> [Mark] in
      let y = top + entry.at.y - 4
      let x = entry.at.x
      let text = Mark.text(Text(entry.label, at: Point(x + 24, top + entry.at.y), ink: .text))
      switch entry.key.swatch {
      case .line(let stroke):
        return [.path([.line(Point(x, y), Point(x + 18, y))], fill: nil, stroke: stroke), text]
      case .marker(let marker, let ink): return marker.marks([Point(x + 9, y)], 7, Paint(ink)) + [text]
      case .block(let fill, let stroke):
        let box = Box(x: x + 3, y: y - 5, width: 13, height: 10)
        return [.path([Outline(box)], fill: fill, stroke: stroke), text]
      }
    }
  }
}
