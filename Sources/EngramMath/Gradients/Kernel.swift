/// Loops over elements, compiled for float32 and float64 apart.
enum Kernel {
  /// sum += part.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func accumulate<Element: Real>(
    _ sum: UnsafeMutablePointer<Element>, _ part: UnsafePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { sum[i] += part[i] }
  }

  /// y = factor x + offset.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func affine<Element: Real>(
    _ factor: Element, _ x: UnsafePointer<Element>, _ offset: Element, _ y: UnsafeMutablePointer<Element>,
    _ count: Int
  ) {
    for i in 0..<count { y[i] = factor * x[i] + offset }
  }

  /// y = a x + b z.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func blend<Element: Real>(
    _ a: Element, _ x: UnsafePointer<Element>, _ b: Element, _ z: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = a * x[i] + b * z[i] }
  }

  /// y = x z.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func product<Element: Real>(
    _ x: UnsafePointer<Element>, _ z: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = x[i] * z[i] }
  }

  /// The sum of `count` elements, in four interleaved parts so that additions overlap.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func sum<Element: Real>(_ x: UnsafePointer<Element>, _ count: Int) -> Element {
    var (a, b, c, d): (Element, Element, Element, Element) = (0, 0, 0, 0)
    var i = 0
    while i + 4 <= count {
      a += x[i]
      b += x[i + 1]
      c += x[i + 2]
      d += x[i + 3]
      i += 4
    }
    while i < count {
      a += x[i]
      i += 1
    }
    return (a + b) + (c + d)
  }

  /// Elements of `x` at `indices`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func gather<Element: Real>(
    _ x: UnsafePointer<Element>, _ indices: [Int], _ length: Int, _ y: UnsafeMutablePointer<Element>
  ) {
    for (k, index) in indices.enumerated() {
      for j in 0..<length { y[k * length + j] = x[index * length + j] }
    }
  }

  /// Adds to the elements of `y` at `indices`, in order.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func scatter<Element: Real>(
    _ x: UnsafePointer<Element>, _ indices: [Int], _ length: Int, _ y: UnsafeMutablePointer<Element>
  ) {
    for (k, index) in indices.enumerated() {
      for j in 0..<length { y[index * length + j] += x[k * length + j] }
    }
  }
}
