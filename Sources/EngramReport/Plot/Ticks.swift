import Foundation

/// Where an axis is marked, and with what.
struct Tick: Sendable, Hashable {
  var value: Double
  /// Nil for a minor tick.
  var label: String?
}

/// Ticks at round numbers.
struct Ticks: Sendable, Hashable {
  var marks: [Tick]
  /// Power of ten that the labels were divided by, for the axis label; 0 for none.
  var power = 0

  /// About `count` ticks at multiples of 1, 2, 2.5 or 5 times a power of ten, both ends of `extent` included.
  ///
  /// - Parameter integers: Whether the quantity is a count, which has no ticks between integers.
  static func linear(_ extent: Extent, count: Int, integers: Bool = false) -> Ticks {
    let step = step(extent.length / Double(max(count, 1)), integers: integers)
    guard step > 0, step.isFinite, extent.lower / step + 1 != extent.lower / step else {
      return Ticks(marks: [])
    }
    // A millionth of a step: an end that is a round number but for rounding keeps its tick.
    let first = (extent.lower / step - 1e-6).rounded(.up)
    let last = (extent.upper / step + 1e-6).rounded(.down)
    guard last >= first, last - first < 1000 else { return Ticks(marks: []) }
    let values = stride(from: first, through: last, by: 1).map { $0 * step }
    let power = power(values.map(abs).max() ?? 0)
    let decimals = decimals(step, power: power)
    return Ticks(
      marks: values.map { Tick(value: $0, label: decimal($0 / pow(10, Double(power)), decimals)) },
      power: power)
  }

  /// Ticks at powers of ten, with minor ticks between where there is room; below two and a half decades also at 2 and 5.
  static func logarithmic(_ extent: Extent, count: Int) -> Ticks {
    guard extent.lower > 0, extent.upper > extent.lower else { return Ticks(marks: []) }
    let low = Int(log10(extent.lower).rounded(.down))
    let high = Int(log10(extent.upper).rounded(.up))
    let decades = log10(extent.upper / extent.lower)
    if decades < 0.7 { return linear(extent, count: count) }
    let every = max(1, Int((Double(high - low) / Double(max(count, 1))).rounded(.up)))
    let labelled: [Double] = decades < 2.5 ? [1, 2, 5] : [1]
    let plain = low >= -3 && high <= 5
    var marks: [Tick] = []
    for exponent in low...high {
      for factor in stride(from: 1.0, through: 9, by: 1) where factor == 1 || decades <= 6 {
        let value = factor * pow(10, Double(exponent))
        guard value >= extent.lower * (1 - 1e-9), value <= extent.upper * (1 + 1e-9) else { continue }
        guard labelled.contains(factor), (exponent - low) % every == 0 else {
          marks.append(Tick(value: value, label: nil))
          continue
        }
        let power = "10" + superscript(exponent)
        let short =
          plain ? decimal(value, max(0, -exponent)) : factor == 1 ? power : "\(Int(factor))·\(power)"
        marks.append(Tick(value: value, label: short))
      }
    }
    return Ticks(marks: marks)
  }

  /// The least round number that is at least `rough`.
  private static func step(_ rough: Double, integers: Bool) -> Double {
    guard rough > 0, rough.isFinite else { return 0 }
    if integers, rough <= 1 { return 1 }
    let magnitude = pow(10, log10(rough).rounded(.down))
    let factors: [Double] = integers && magnitude == 1 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]
    return (factors.first { $0 * magnitude >= rough * (1 - 1e-9) } ?? 10) * magnitude
  }

  /// The power of ten, a multiple of three, that keeps labels short; 0 from a thousandth to a hundred thousand.
  private static func power(_ largest: Double) -> Int {
    guard largest > 0 else { return 0 }
    let exponent = log10(largest * (1 + 1e-9)).rounded(.down)
    return exponent >= 5 || exponent < -3 ? 3 * Int((exponent / 3).rounded(.down)) : 0
  }

  private static func decimals(_ step: Double, power: Int) -> Int {
    let step = step / pow(10, Double(power))
    return (0..<15).first { places in
      let scaled = step * pow(10, Double(places))
      return abs(scaled - scaled.rounded()) < 1e-6 * scaled
    } ?? 15
  }
}
