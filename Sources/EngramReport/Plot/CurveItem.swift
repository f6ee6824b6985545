import Foundation

/// A curve; broken where a number is missing.
struct CurveItem: PlotItem {
  var points: [Point]
  var stroke: Stroke
  var label: String?

  var extent: (x: Extent, y: Extent) { EngramReport.extent(of: points) }
  var keys: [LegendKey] { label.map { [LegendKey(label: $0, swatch: .line(stroke))] } ?? [] }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    let pieces = points.split { !$0.isFinite }
    let outlines = pieces.filter { $0.count > 1 }.map { piece in
      Outline(Thinning.columns(piece.map(frame.place), width: frame.box.width))
    }
    // A number between two missing ones has no line to be part of, and would vanish.
    let lonely = pieces.filter { $0.count == 1 }.flatMap { $0.map(frame.place) }
    return [
      .path(outlines, fill: nil, stroke: stroke),
      .dots(lonely, diameter: stroke.width * 2, stroke.paint),
    ]
  }
}

/// The area between a lower and an upper curve.
struct BandItem: PlotItem {
  var lower: [Point]
  var upper: [Point]
  var paint: Paint
  var label: String?

  var extent: (x: Extent, y: Extent) { EngramReport.extent(of: lower + upper) }
  var keys: [LegendKey] { label.map { [LegendKey(label: $0, swatch: .block(paint, nil))] } ?? [] }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    var outlines: [Outline] = []
    var run: [Int] = []
    func close() {
      if run.count > 1 {
        let width = frame.box.width
        let top = Thinning.columns(run.map { frame.place(upper[$0]) }, width: width)
        let bottom = Thinning.columns(run.map { frame.place(lower[$0]) }, width: width)
        outlines.append(Outline(top + bottom.reversed(), closed: true))
      }
      run = []
    }
    for place in lower.indices {
      if lower[place].isFinite, upper[place].isFinite { run.append(place) } else { close() }
    }
    close()
    return [.path(outlines, fill: paint, stroke: nil)]
  }
}

/// An ellipse about the origin, such as the edge of a spectrum's bulk.
struct EllipseItem: PlotItem {
  var halfWidth: Double
  var halfHeight: Double
  var ink: Ink
  var label: String

  private var stroke: Stroke { Stroke(ink, width: 1.6, dash: []) }

  var extent: (x: Extent, y: Extent) {
    (Extent(-halfWidth, halfWidth), Extent(-halfHeight, halfHeight))
  }

  var keys: [LegendKey] { [LegendKey(label: label, swatch: .block(Paint(ink, 0.1), stroke))] }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    let points = (0..<120).map { step in
      let turn = Double(step) * .pi / 60
      return frame.place(Point(halfWidth * cos(turn), halfHeight * sin(turn)))
    }
    return [.path([Outline(points, closed: true)], fill: Paint(ink, 0.1), stroke: stroke)]
  }
}

/// A straight line across the plot at one number.
struct RuleItem: PlotItem {
  var value: Double
  var vertical: Bool
  var label: String
  var index: Int

  private var stroke: Stroke {
    Stroke(.text, width: 1.3, opacity: 0.8, dash: index == 0 ? [6, 4] : index == 1 ? [2, 3] : [9, 3, 2, 3])
  }

  var extent: (x: Extent, y: Extent) {
    let own = Extent(value, value)
    return vertical ? (own, Extent()) : (Extent(), own)
  }

  var keys: [LegendKey] { [LegendKey(label: label, swatch: .line(stroke))] }

  func marks(in frame: Frame, notes: inout [String]) -> [Mark] {
    let domain = vertical ? frame.x.domain : frame.y.domain
    guard value >= domain.lower, value <= domain.upper else {
      notes.append("“\(label)” lies outside, at \(readable(value)).")
      return []
    }
    let box = frame.box
    let line =
      vertical
      ? Outline.line(Point(frame.x.place(value), box.y), Point(frame.x.place(value), box.bottom))
      : Outline.line(Point(box.x, frame.y.place(value)), Point(box.right, frame.y.place(value)))
    return [.path([line], fill: nil, stroke: stroke)]
  }
}
