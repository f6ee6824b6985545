import Foundation

/// One thing in a plot: it knows its extent, its legend entries, and how to paint itself.
protocol PlotItem: Sendable {
  /// The numbers that should be in sight.
  var extent: (x: Extent, y: Extent) { get }
  var keys: [LegendKey] { get }
  /// The item's marks; `notes` takes sentences on what was left out.
  func marks(in frame: Frame, notes: inout [String]) -> [Mark]
}

extension PlotItem {
  var keys: [LegendKey] { [] }
}

/// The smallest rectangle of numbers around `points`.
func extent(of points: [Point]) -> (x: Extent, y: Extent) {
  var x = Extent()
  var y = Extent()
  for point in points {
    x.include(point.x)
    y.include(point.y)
  }
  return (x, y)
}

/// One entry of the legend.
struct LegendKey: Sendable, Hashable {
  enum Swatch: Sendable, Hashable {
    case line(Stroke)
    case marker(Marker, Ink)
    case block(Paint, Stroke?)
  }

  var label: String
  var swatch: Swatch
}

/// Shape of a point; a second series differs in shape as well as in colour.
enum Marker: Int, Sendable, Hashable, CaseIterable {
  case disc, ring, square, triangle, diamond

  static func of(series: Int) -> Marker { allCases[series % allCases.count] }

  /// The marker of `diameter` px about each of `points`.
  func marks(_ points: [Point], _ diameter: Double, _ paint: Paint) -> [Mark] {
    let r = diameter / 2
    switch self {
    case .disc: return [.dots(points, diameter: diameter, paint)]
    case .ring:
      let outlines = points.map { center in
        Outline(
          (0..<16).map { step in
            let turn = Double(step) * .pi / 8
            return Point(center.x + (r + 1) * cos(turn), center.y + (r + 1) * sin(turn))
          }, closed: true)
      }
      return [.path(outlines, fill: nil, stroke: Stroke(paint.ink, width: 1.6, opacity: paint.opacity))]
    case .square: return polygons(points, [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], r, paint)
    case .triangle: return polygons(points, [(0, -1.15), (1, 0.75), (-1, 0.75)], r, paint)
    case .diamond: return polygons(points, [(0, -1.25), (1.1, 0), (0, 1.25), (-1.1, 0)], r, paint)
    }
  }

  private func polygons(
    _ points: [Point], _ corners: [(Double, Double)], _ r: Double, _ paint: Paint
  ) -> [Mark] {
    let outlines = points.map { p in
      Outline(corners.map { Point(p.x + r * $0.0, p.y + r * $0.1) }, closed: true)
    }
    return [.path(outlines, fill: paint, stroke: nil)]
  }
}
