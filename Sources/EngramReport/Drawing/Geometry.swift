/// A place on the page in pixels, x to the right and y down.
struct Point: Sendable, Hashable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

/// A rectangle on the page in pixels.
struct Box: Sendable, Hashable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Point { Point(x + width / 2, y + height / 2) }

  /// The box with the corners `a` and `b`, in any order.
  static func between(_ a: Point, _ b: Point) -> Box {
    Box(x: min(a.x, b.x), y: min(a.y, b.y), width: abs(a.x - b.x), height: abs(a.y - b.y))
  }
}

/// The smallest interval around some numbers; empty until the first one is taken in.
struct Extent: Sendable, Hashable {
  var lower = Double.infinity
  var upper = -Double.infinity

  init() {}

  init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  var isEmpty: Bool { lower > upper }
  var length: Double { upper - lower }

  /// Numbers of this size and more count as infinite: their differences could be.
  static let limit = 1e300

  /// Takes in `number` unless it is NaN or infinite.
  mutating func include(_ number: Double) {
    guard abs(number) < Self.limit else { return }
    lower = min(lower, number)
    upper = max(upper, number)
  }

  mutating func include(_ other: Extent) {
    include(other.lower)
    include(other.upper)
  }
}
