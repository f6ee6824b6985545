extension Kernel {
  /// v += leak before; z = max(v - threshold, 0).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func leakAndRectify<Element: Real>(
    _ v: UnsafeMutablePointer<Element>, _ before: UnsafePointer<Element>, _ z: UnsafeMutablePointer<Element>,
    _ leak: Element, _ threshold: Element, _ count: Int
  ) {
    for i in 0..<count {
      let potential = v[i] + leak * before[i]
      v[i] = potential
      let excess = potential - threshold
      z[i] = excess > 0 ? excess : 0
    }
  }

  /// v += leak before; y = v where z is positive, else 0: the tangent of `leakAndRectify`.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func leakAndGate<Element: Real>(
    _ v: UnsafeMutablePointer<Element>, _ before: UnsafePointer<Element>, _ z: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, _ leak: Element, _ count: Int
  ) {
    for i in 0..<count {
      let potential = v[i] + leak * before[i]
      v[i] = potential
      y[i] = z[i] > 0 ? potential : 0
    }
  }

  /// x = (x where z is positive, else 0) + leak later.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func gateAndLeak<Element: Real>(
    _ x: UnsafeMutablePointer<Element>, _ z: UnsafePointer<Element>, _ later: UnsafePointer<Element>,
    _ leak: Element, _ count: Int
  ) {
    for i in 0..<count { x[i] = (z[i] > 0 ? x[i] : 0) + leak * later[i] }
  }

  /// x = x where z is positive, else 0.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func gateByRate<Element: Real>(
    _ x: UnsafeMutablePointer<Element>, _ z: UnsafePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { x[i] = z[i] > 0 ? x[i] : 0 }
  }

  /// z = max(v - threshold, 0).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func rectify<Element: Real>(
    _ v: UnsafePointer<Element>, _ z: UnsafeMutablePointer<Element>, _ threshold: Element, _ count: Int
  ) {
    for i in 0..<count {
      let excess = v[i] - threshold
      z[i] = excess > 0 ? excess : 0
    }
  }

  /// y = 1 where z is positive, else 0.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func rectifierSlope<Element: Real>(
    _ z: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = z[i] > 0 ? 1 : 0 }
  }

  /// sum[j] += the sum over rows of x[row, j].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func addRows<Element: Real>(
    _ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int, _ sum: UnsafeMutablePointer<Element>
  ) {
    for row in 0..<rows { for j in 0..<columns { sum[j] += x[row * columns + j] } }
  }

  /// y[row, j] = x[j].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func repeatRow<Element: Real>(
    _ x: UnsafePointer<Element>, _ rows: Int, _ columns: Int, _ y: UnsafeMutablePointer<Element>
  ) {
    for row in 0..<rows { for j in 0..<columns { y[row * columns + j] = x[j] } }
  }

  /// y = keep y + x z.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func keepAndAddProduct<Element: Real>(
    _ keep: Element, _ x: UnsafePointer<Element>, _ z: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = keep * y[i] + x[i] * z[i] }
  }

  /// y = a y + b x.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func decay<Element: Real>(
    _ a: Element, _ y: UnsafeMutablePointer<Element>, _ b: Element, _ x: UnsafePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = a * y[i] + b * x[i] }
  }

  /// n = step n + drive x for `types` rows of `count` elements in n; step is [types, types], drive [types].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func modulate<Element: Real>(
    _ n: UnsafeMutablePointer<Element>, _ step: UnsafePointer<Element>, _ drive: UnsafePointer<Element>,
    _ x: UnsafePointer<Element>, _ types: Int, _ count: Int
  ) {
    let tile = 256
    withUnsafeTemporaryAllocation(of: Element.self, capacity: types * tile) { buffer in
      guard let old = buffer.baseAddress else { return }
      for first in stride(from: 0, to: count, by: tile) {
        let size = min(tile, count - first)
        for a in 0..<types { (old + a * tile).update(from: n + a * count + first, count: size) }
        for a in 0..<types {
          let row = n + a * count + first
          let (push, x) = (drive[a], x + first)
          for i in 0..<size { row[i] = push * x[i] }
          for c in 0..<types {
            let (factor, from) = (step[a * types + c], old + c * tile)
            for i in 0..<size { row[i] += factor * from[i] }
          }
        }
      }
    }
  }
}
