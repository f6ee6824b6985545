import Foundation

/// Numbers as colours: from clear at zero (or the least) to strong; blue above zero and red below.
///
/// A weak number lets the page shine through, so that one picture serves a light page and a dark one.
struct ColourMap: Sendable, Hashable {
  /// Numbers shown with the strongest colours.
  var lower: Double
  var upper: Double
  /// Whether colours diverge about zero.
  var diverging: Bool
  /// Whether numbers beyond the limits were cut off.
  var saturates = false

  static let above = Colour(0x1f6fd0)
  static let below = Colour(0xd6402f)
  static let missing = Colour(0x8a8a8a)

  /// Limits for `numbers`: symmetric where both signs occur. A few extremes do not make the rest pale:
  /// beyond three times the 99th percentile of what is not zero, colours stay at that percentile.
  init(_ numbers: [Double]) {
    let finite = numbers.filter(\.isFinite)
    let low = finite.min() ?? 0
    let high = finite.max() ?? 0
    diverging = low < 0
    let sizes = finite.map(abs).filter { $0 > 0 }.sorted()
    var limit = sizes.last ?? 1
    if sizes.count >= 100 {
      let percentile = sizes[Int(0.99 * Double(sizes.count - 1))]
      if limit > 3 * percentile {
        limit = percentile
        saturates = true
      }
    }
    upper = limit
    lower = diverging ? -limit : 0
    // All numbers far from zero: begin at the least, else every cell looks alike.
    if !diverging, low > 0.5 * high, low < high { lower = low }
  }

  func pixel(_ number: Double) -> UInt32 {
    guard number.isFinite else { return Bitmap.pixel(Self.missing, alpha: 0.35) }
    if diverging {
      return Bitmap.pixel(number < 0 ? Self.below : Self.above, alpha: Self.strength(abs(number) / upper))
    }
    return Bitmap.pixel(Self.above, alpha: Self.strength((number - lower) / (upper - lower)))
  }

  /// Cover for a number a fraction of the way to the limit; the root lifts small numbers from the page.
  static func strength(_ fraction: Double) -> Double {
    let fraction = min(max(fraction, 0), 1)
    return fraction == 0 ? 0 : 0.06 + 0.94 * pow(fraction, 0.8)
  }
}
