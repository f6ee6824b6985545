import Foundation
import EngramKit

/// One axis of a plot, in data units.
struct Axis: Sendable {
  var label: String
  var unit: String
  var logarithmic = false
  /// Whether numbers grow towards the left or downwards, as the rows of a matrix do.
  var reversed = false
  /// Whether only whole numbers make sense, as for a count.
  var integers = false
  /// Room beyond the data as a fraction of their extent.
  var padding = 0.04
  /// Whether a bar or a count stands on zero, so that the axis begins there.
  var standsOnZero = false
  /// Names at the positions 0, 1, 2, …; nil for a numeric axis.
  var categories: [String]?
  /// Neighbours with one name, marked by brackets.
  var groups: [Group] = []

  /// Elements `range` share one name.
  struct Group: Sendable, Hashable {
    var name: String
    var range: Range<Int>
  }

  init(_ axis: Figure.Axis) {
    label = axis.label
    unit = axis.unit
    logarithmic = axis.logarithmic
  }

  /// Whether `number` has a place on this axis.
  func takes(_ number: Double) -> Bool {
    abs(number) < Extent.limit && (!logarithmic || number > 1 / Extent.limit)
  }

  /// The stretch of numbers to show for data within `extent`.
  func domain(_ extent: Extent) -> Extent {
    if logarithmic {
      guard extent.upper > 1 / Extent.limit, !extent.isEmpty else { return Extent(0.1, 10) }
      let lower = max(extent.lower, 1 / Extent.limit)
      let ratio = extent.upper / lower
      // A tenth of the logarithm's extent on both sides; a single number gets half a decade.
      let margin = ratio > 1 + 1e-12 ? padding * log10(ratio) : 0.5
      return Extent(max(lower / pow10(margin), 1e-305), min(extent.upper * pow10(margin), 1e305))
    }
    guard !extent.isEmpty else { return Extent(0, 1) }
    var result = extent
    if standsOnZero { result.include(0) }
    let size = max(abs(result.lower), abs(result.upper))
    guard result.length > 1e-12 * size else {
      let margin = size > 0 ? 0.1 * size : 1
      return standsOnZero && size == 0
        ? Extent(0, 1) : Extent(result.lower - margin, result.upper + margin)
    }
    let margin = padding * result.length
    if !(standsOnZero && result.lower == 0) { result.lower -= margin }
    if !(standsOnZero && result.upper == 0) { result.upper += margin }
    return result
  }

  /// Ticks for `domain` on `length` px.
  func ticks(_ domain: Extent, length: Double, spacing: Double) -> Ticks {
    if categories != nil || !groups.isEmpty { return Ticks(marks: []) }
    let count = max(2, Int(length / spacing))
    return logarithmic
      ? .logarithmic(domain, count: count) : .linear(domain, count: count, integers: integers)
  }

  /// Label with the unit in brackets, and the power of ten that the ticks leave out.
  func caption(power: Int) -> String {
    let unit = unitText(unit)
    let factor = power == 0 ? "" : "×10" + superscript(power)
    let inner = [factor, unit].filter { !$0.isEmpty }.joined(separator: " ")
    return inner.isEmpty ? label : label.isEmpty ? inner : "\(label) (\(inner))"
  }
}
