/// What a colour means in a figure; a theme says which colour that is.
///
/// SVG inside the page names inks as CSS classes, so that one drawing serves light and dark.
enum Ink: Sendable, Hashable {
  case text
  case secondary
  case grid
  case axis
  case surface
  /// Series of a figure, counted from 0; colours repeat after `Theme.seriesCount`.
  case series(Int)

  /// Name of the CSS class, and of the CSS variable behind it.
  var name: String {
    switch self {
    case .text: "text"
    case .secondary: "secondary"
    case .grid: "grid"
    case .axis: "axis"
    case .surface: "surface"
    case .series(let index): "s\(index % Theme.seriesCount)"
    }
  }

  static let all: [Ink] =
    [.text, .secondary, .grid, .axis, .surface] + (0..<Theme.seriesCount).map { .series($0) }
}

/// An sRGB colour, 0...255 for each channel.
struct Colour: Sendable, Hashable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// A colour from its hexadecimal number, 0xRRGGBB.
  init(_ hex: UInt32) {
    red = UInt8(hex >> 16 & 255)
    green = UInt8(hex >> 8 & 255)
    blue = UInt8(hex & 255)
  }

  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// The colours of one appearance of the page and its figures.
public enum Theme: String, Sendable, CaseIterable {
  case light, dark

  /// Series that can be told apart, also with a red-green or blue-yellow deficiency, neighbours best.
  static let seriesCount = 8

  func colour(_ ink: Ink) -> Colour {
    let light = self == .light
    switch ink {
    case .text: return Colour(light ? 0x16161a : 0xf4f4f1)
    case .secondary: return Colour(light ? 0x55565c : 0xb9b9b2)
    case .grid: return Colour(light ? 0xe6e6e2 : 0x2f3034)
    case .axis: return Colour(light ? 0x9a9a96 : 0x6c6d72)
    case .surface: return Colour(light ? 0xffffff : 0x1b1c20)
    case .series(let index):
      let palette: [UInt32] =
        light
        ? [0x2a78d6, 0xe2561c, 0x12855c, 0xb97a00, 0xc94a83, 0x5b47c2, 0x4a5a2a, 0xd03b3b]
        : [0x5a9df0, 0xf0703a, 0x2fb98a, 0xd9a021, 0xe578a8, 0x9a8cf0, 0x9db46a, 0xf07070]
      return Colour(palette[index % palette.count])
    }
  }
}
