import EngramKit
import Foundation

/// A number with six significant digits, as a table shows it; whole numbers in full.
func significant(_ number: Double) -> String {
  if number.isNaN { return "NaN" }
  if number.isInfinite { return number > 0 ? "infinity" : "-infinity" }
  if number == number.rounded(), abs(number) < 1e15 { return shortest(number) }
  return String(format: "%.6g", number)
}
