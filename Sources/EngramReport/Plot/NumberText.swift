import Foundation

/// `number` with `places` decimals, a true minus sign, and narrow spaces between thousands from 10 000 on.
func decimal(_ number: Double, _ places: Int) -> String {
  var digits = String(format: "%.\(places)f", abs(number))
  let isZero = !digits.contains { $0 != "0" && $0 != "." }
  let whole = digits.prefix { $0 != "." }
  if whole.count > 4 {
    var grouped = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place) % 3 == 0 { grouped += "\u{202f}" }
      grouped.append(digit)
    }
    digits = grouped + digits.dropFirst(whole.count)
  }
  return (number < 0 && !isZero ? "−" : "") + digits
}

/// `number` for a reader: `digits` significant digits, powers of ten beyond 10⁻⁴ and 10⁷, `NaN`, `∞`.
func readable(_ number: Double, digits: Int = 4) -> String {
  if number.isNaN { return "NaN" }
  if number.isInfinite { return number < 0 ? "−∞" : "∞" }
  if number == 0 { return "0" }
  if number == number.rounded(), abs(number) < 1e7 { return decimal(number, 0) }
  let scientific = String(format: "%.\(digits - 1)e", number)
  let parts = scientific.split(separator: "e")
  guard parts.count == 2, let exponent = Int(parts[1]), let mantissa = Double(parts[0]) else {
    return scientific
  }
  if (-4...6).contains(exponent) {
    return trimmed(decimal(number, max(0, digits - 1 - exponent)))
  }
  return trimmed(decimal(mantissa, digits - 1)) + "·10" + superscript(exponent)
}

private func trimmed(_ digits: String) -> String {
  guard digits.contains(".") else { return digits }
  var digits = digits
  while digits.hasSuffix("0") { digits.removeLast() }
  if digits.hasSuffix(".") { digits.removeLast() }
  return digits
}

/// `number` in superscript digits.
func superscript(_ number: Int) -> String {
  let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
  return String("\(number)".map { $0 == "-" ? "⁻" : $0.wholeNumberValue.map { digits[$0] } ?? $0 })
}

/// The symbol of a unit as it is printed: `uA/cm2` as `µA/cm²`, `ms-1` as `ms⁻¹`, nothing for `1`.
func unitText(_ symbol: String) -> String {
  if ["1", "any", ""].contains(symbol) { return "" }
  return symbol.split(separator: " ").map { factor in
    factor.split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard let first = part.first else { return "" }
      let head = first == "u" && part.count > 1 ? "µ" + part.dropFirst() : String(part)
      let name = head.prefix { !$0.isNumber && $0 != "-" && $0 != "^" }
      let power = head.dropFirst(name.count).filter { $0 != "^" }
      guard !name.isEmpty, let exponent = Int(power) else { return head == "Ohm" ? "Ω" : head }
      return name + superscript(exponent)
    }.joined(separator: "/")
  }.joined(separator: " ")
}

/// `count` of `noun`, which takes an `s` beyond one.
func counted(_ count: Int, _ noun: String) -> String {
  "\(decimal(Double(count), 0)) \(noun)\(count == 1 ? "" : "s")"
}
