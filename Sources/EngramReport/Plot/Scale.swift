import Foundation

func pow10(_ exponent: Double) -> Double { pow(10, exponent) }

/// Places numbers of `domain` between two positions on the page.
struct Scale: Sendable, Hashable {
  var domain: Extent
  var logarithmic: Bool
  /// Position of the lower and of the upper end, px.
  var from: Double
  var to: Double

  /// Position of `number`, px; beyond the ends it goes on, up to a hundred times the length.
  func place(_ number: Double) -> Double {
    let fraction =
      logarithmic
      ? log(number / domain.lower) / log(domain.upper / domain.lower)
      : (number - domain.lower) / domain.length
    return from + (to - from) * min(max(fraction, -100), 100)
  }

  /// Pixels for each unit; only where the scale is linear.
  var pixelsPerUnit: Double { abs(to - from) / domain.length }
}

/// The plotting area and its two scales.
struct Frame: Sendable {
  var box: Box
  var x: Scale
  var y: Scale

  func place(_ point: Point) -> Point { Point(x.place(point.x), y.place(point.y)) }
}
