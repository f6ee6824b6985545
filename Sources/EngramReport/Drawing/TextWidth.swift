/// Advance widths of DejaVu Sans in hundredths of the size, for U+0020...U+007E.
///
/// A table and no font file: the layout is then the same on every machine, and the widest of the
/// usual sans-serif faces leaves room for the others.
private let advances: [UInt8] = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61,
  73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61,
  63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
]

/// Width of `string` set in `size` px; an estimate that errs on the wide side.
func textWidth(_ string: String, size: Double, bold: Bool = false) -> Double {
  var hundredths = 0.0
  for scalar in string.unicodeScalars {
    switch scalar.value {
    case 0x20...0x7e: hundredths += Double(advances[Int(scalar.value) - 0x20])
    case 0x2009, 0x202f, 0x2070...0x209f, 0xb2, 0xb3, 0xb9: hundredths += 42
    case 0x300...0x36f: break
    case 0x1100...0xffff where scalar.value < 0x2000 || scalar.value > 0x2e7f: hundredths += 100
    default: hundredths += 68
    }
  }
  return hundredths / 100 * size * (bold ? 1.1 : 1)
}

/// `string`, cut with an ellipsis where it is wider than `width` px.
func fitted(_ string: String, size: Double, within width: Double) -> String {
  guard textWidth(string, size: size) > width else { return string }
  var text = string
  while !text.isEmpty, textWidth(text + "…", size: size) > width { text.removeLast() }
  return text + "…"
}
