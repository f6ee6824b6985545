extension Kernel {
  /// p -= rate p.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func shrink<Element: Real>(_ p: UnsafeMutablePointer<Element>, _ rate: Element, _ count: Int) {
    for i in 0..<count { p[i] -= rate * p[i] }
  }

  /// p moves towards zero by at most `step`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func threshold<Element: Real>(_ p: UnsafeMutablePointer<Element>, _ step: Element, _ count: Int) {
    for i in 0..<count { p[i] -= max(-step, min(step, p[i])) }
  }

  /// p -= rate step.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func move<Element: Real>(
    _ p: UnsafeMutablePointer<Element>, _ step: UnsafePointer<Element>, _ rate: Element, _ count: Int
  ) {
    for i in 0..<count { p[i] -= rate * step[i] }
  }

  /// p -= rate step / (scale sqrt(square) + epsilon).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func moveScaled<Element: Real>(
    _ p: UnsafeMutablePointer<Element>, _ step: UnsafePointer<Element>, _ square: UnsafePointer<Element>,
    _ rate: Element, _ scale: Element, _ epsilon: Element, _ count: Int
  ) {
    for i in 0..<count { p[i] -= rate * step[i] / (scale * square[i].squareRoot() + epsilon) }
  }

  /// mean = part mean + (1 - part) slope².
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func meanSquare<Element: Real>(
    _ mean: UnsafeMutablePointer<Element>, _ slope: UnsafePointer<Element>, _ part: Element, _ count: Int
  ) {
    for i in 0..<count { mean[i] = part * mean[i] + (1 - part) * slope[i] * slope[i] }
  }

  /// greatest = max(greatest, x).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func raise<Element: Real>(
    _ greatest: UnsafeMutablePointer<Element>, _ x: UnsafePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { greatest[i] = greatest[i] > x[i] ? greatest[i] : x[i] }
  }
}
