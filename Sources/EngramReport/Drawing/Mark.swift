/// One thing to paint; a drawing is a list of marks, and every file format is a walk over that list.
enum Mark: Sendable {
  /// Outlines, filled, stroked, or both.
  case path([Outline], fill: Paint?, stroke: Stroke?)
  /// Round dots of one diameter.
  case dots([Point], diameter: Double, Paint)
  case text(Text)
  /// Pixels stretched over a box; `smooth` interpolates between them.
  case image(Bitmap, Box, smooth: Bool)
  /// Marks cut off at a box.
  case clipped(Box, [Mark])
}

/// A polygon or an open line.
struct Outline: Sendable, Hashable {
  var points: [Point]
  var closed: Bool

  init(_ points: [Point], closed: Bool = false) {
    self.points = points
    self.closed = closed
  }

  init(_ box: Box) {
    points = [
      Point(box.x, box.y), Point(box.right, box.y), Point(box.right, box.bottom), Point(box.x, box.bottom),
    ]
    closed = true
  }

  /// A straight line from `a` to `b`.
  static func line(_ a: Point, _ b: Point) -> Outline { Outline([a, b]) }
}

/// An ink and how much it covers.
struct Paint: Sendable, Hashable {
  var ink: Ink
  var opacity: Double

  init(_ ink: Ink, _ opacity: Double = 1) {
    self.ink = ink
    self.opacity = opacity
  }
}

struct Stroke: Sendable, Hashable {
  var paint: Paint
  var width: Double
  /// Lengths of dashes and gaps, px; empty for a solid line.
  var dash: [Double]
  var round: Bool

  init(_ ink: Ink, width: Double = 1, opacity: Double = 1, dash: [Double] = [], round: Bool = false) {
    paint = Paint(ink, opacity)
    self.width = width
    self.dash = dash
    self.round = round
  }
}

/// One line of text; `at` is on its baseline.
struct Text: Sendable, Hashable {
  enum Anchor: String, Sendable { case start, middle, end }

  var string: String
  var at: Point
  var size: Double
  var anchor: Anchor
  var ink: Ink
  var bold: Bool
  /// Degrees clockwise about `at`.
  var turn: Double

  init(
    _ string: String, at: Point, size: Double = Text.tick, anchor: Anchor = .start, ink: Ink = .secondary,
    bold: Bool = false, turn: Double = 0
  ) {
    self.string = string
    self.at = at
    self.size = size
    self.anchor = anchor
    self.ink = ink
    self.bold = bold
    self.turn = turn
  }

  /// Sizes in px: tick labels and legends, axis labels, titles.
  static let tick = 11.5
  static let label = 12.5
  static let title = 14.5
}

/// Pixels, row by row from the top, each 0xAARRGGBB with the channels multiplied by alpha.
struct Bitmap: Sendable, Hashable {
  let width: Int
  let height: Int
  var pixels: [UInt32]

  init(width: Int, height: Int, pixels: [UInt32]) {
    precondition(pixels.count == width * height)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The pixel that lays `colour` over what is behind it, `alpha` 0...1 strong.
  static func pixel(_ colour: Colour, alpha: Double) -> UInt32 {
    let alpha = min(max(alpha, 0), 1)
    func channel(_ value: UInt8) -> UInt32 { UInt32((Double(value) * alpha).rounded()) }
    return UInt32((alpha * 255).rounded()) << 24 | channel(colour.red) << 16 | channel(colour.green) << 8
      | channel(colour.blue)
  }
}
