/// The whole number that fills `text`; nil where it is none, negative, or beyond 2^64.
func wholeNumber(_ text: borrowing Span<UInt8>) -> UInt64? {
  guard !text.isEmpty else { return nil }
  var value: UInt64 = 0
  var place = text[0] == 0x2B ? 1 : 0
  guard place < text.count else { return nil }
  while place < text.count {
    let digit = text[place] &- 0x30
    guard digit < 10 else { return nil }
    let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
    if overflow || carry { return nil }
    value = sum
    place += 1
  }
  return value
}

/// The number that fills `text`, rounded to the nearest float64; nil where it is none.
///
/// Up to 15 digits and a power of ten up to 22 are exact in float64, so one multiplication or division rounds once
/// (Clinger 1990); all else goes through the standard library.
func realNumber(_ text: borrowing Span<UInt8>) -> Double? {
  var place = 0
  let count = text.count
  guard count > 0 else { return nil }
  let isNegative = text[0] == 0x2D
  if isNegative || text[0] == 0x2B { place = 1 }
  var (digits, value, scale) = (0, UInt64(0), 0)
  var isExact = place < count
  var hasPoint = false
  while place < count {
    let byte = text[place]
    if byte &- 0x30 < 10 {
      value = value &* 10 &+ UInt64(byte &- 0x30)
      digits += 1
      if hasPoint { scale -= 1 }
    } else if byte == 0x2E, !hasPoint {
      hasPoint = true
    } else {
      break
    }
    place += 1
  }
  isExact = isExact && digits > 0 && digits <= 15
  if isExact, place < count, text[place] | 0x20 == 0x65 {
    place += 1
    let isDown = place < count && text[place] == 0x2D
    if place < count, isDown || text[place] == 0x2B { place += 1 }
    var exponent = 0
    isExact = place < count && count - place <= 3
    while isExact, place < count {
      let digit = text[place] &- 0x30
      isExact = digit < 10
      exponent = exponent * 10 + Int(digit)
      place += 1
    }
    scale += isDown ? -exponent : exponent
  }
  guard isExact, place == count, abs(scale) <= 22 else { return anyNumber(text) }
  let magnitude = scale < 0 ? Double(value) / powersOfTen[-scale] : Double(value) * powersOfTen[scale]
  return isNegative ? -magnitude : magnitude
}

private let powersOfTen: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1.0) { product, _ in product * 10 }
}

/// What the standard library takes for a number, and the words programs write for none.
private func anyNumber(_ text: borrowing Span<UInt8>) -> Double? {
  guard text.count <= 400 else { return nil }
  let word = string(text)
  if let number = Double(word) { return number }
  return ["NA", "N/A", "NaN", "NAN"].contains(word) ? .nan : nil
}

/// The text, from UTF-8, or Latin-1 where it is not valid UTF-8.
func string(_ text: borrowing Span<UInt8>) -> String {
  let bytes = (0..<text.count).map { text[$0] }
  return String(validating: bytes, as: UTF8.self)
    ?? String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
}
