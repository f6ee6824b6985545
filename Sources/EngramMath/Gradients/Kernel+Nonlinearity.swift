import Glibc

extension Kernel {
  /// y = f(x) for `count` elements; `x` and `y` must not be the same array.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func apply<Element: Real>(
    _ function: Nonlinearity, _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    switch function {
    case .identity: y.update(from: x, count: count)
    case .relu: for i in 0..<count { y[i] = x[i] > 0 ? x[i] : 0 }
    case .leakyRelu(let slope):
      let slope = Element(slope)
      for i in 0..<count { y[i] = x[i] > 0 ? x[i] : slope * x[i] }
    case .tanh: Element.apply(.tanh, x, y, count)
    case .sigmoid:
      for i in 0..<count { y[i] = -x[i] }
      Element.apply(.exponential, y, y, count)
      for i in 0..<count { y[i] = 1 / (1 + y[i]) }
    case .softplus:
      // max(x, 0) + log(1 + exp(-|x|)) overflows for no x.
      for i in 0..<count { y[i] = -x[i].magnitude }
      Element.apply(.exponential, y, y, count)
      Element.apply(.logarithmPlusOne, y, y, count)
      for i in 0..<count { y[i] += x[i] > 0 ? x[i] : 0 }
    case .exponential: Element.apply(.exponential, x, y, count)
    case .logarithm: Element.apply(.logarithm, x, y, count)
    case .square: for i in 0..<count { y[i] = x[i] * x[i] }
    case .absolute: for i in 0..<count { y[i] = x[i].magnitude }
    case .erf: Element.apply(.erf, x, y, count)
    case .sine: Element.apply(.sine, x, y, count)
    case .cosine: Element.apply(.cosine, x, y, count)
    case .gelu:
      let root = Element(0.5.squareRoot())
      for i in 0..<count { y[i] = root * x[i] }
      Element.apply(.erf, y, y, count)
      for i in 0..<count { y[i] = x[i] * (0.5 + 0.5 * y[i]) }
    case .power(let p): raise(x, p, y, count)
    }
  }

  /// slope = f'(x) where y = f(x).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func slope<Element: Real>(
    _ function: Nonlinearity, _ x: UnsafePointer<Element>, _ y: UnsafePointer<Element>,
    _ slope: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    switch function {
    case .identity: slope.update(repeating: 1, count: count)
    case .relu: for i in 0..<count { slope[i] = x[i] > 0 ? 1 : 0 }
    case .leakyRelu(let part):
      let part = Element(part)
      for i in 0..<count { slope[i] = x[i] > 0 ? 1 : part }
    case .tanh: for i in 0..<count { slope[i] = 1 - y[i] * y[i] }
    case .sigmoid: for i in 0..<count { slope[i] = y[i] - y[i] * y[i] }
    case .softplus: apply(.sigmoid, x, slope, count)
    case .exponential: slope.update(from: y, count: count)
    case .logarithm: for i in 0..<count { slope[i] = 1 / x[i] }
    case .square: for i in 0..<count { slope[i] = 2 * x[i] }
    case .absolute: for i in 0..<count { slope[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0 }
    case .erf:
      let factor = Element(2 / Double.pi.squareRoot())
      for i in 0..<count { slope[i] = -x[i] * x[i] }
      Element.apply(.exponential, slope, slope, count)
      for i in 0..<count { slope[i] *= factor }
    case .sine: Element.apply(.cosine, x, slope, count)
    case .cosine:
      Element.apply(.sine, x, slope, count)
      for i in 0..<count { slope[i] = -slope[i] }
    case .gelu: geluSlope(x, slope, count)
    case .power(let p):
      raise(x, p - 1, slope, count)
      for i in 0..<count { slope[i] *= Element(p) }
    }
  }

  @inline(__always)
  private static func raise<Element: Real>(
    _ x: UnsafePointer<Element>, _ p: Double, _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    switch p {
    case -1: for i in 0..<count { y[i] = 1 / x[i] }
    case -0.5: for i in 0..<count { y[i] = 1 / x[i].squareRoot() }
    case 0: y.update(repeating: 1, count: count)
    case 0.5: for i in 0..<count { y[i] = x[i].squareRoot() }
    case 1: y.update(from: x, count: count)
    default: for i in 0..<count { y[i] = Element(pow(Double(x[i]), p)) }
    }
  }

  @inline(__always)
  private static func geluSlope<Element: Real>(
    _ x: UnsafePointer<Element>, _ slope: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    let (root, factor) = (Element(0.5.squareRoot()), Element(1 / (2 * Double.pi).squareRoot()))
    withUnsafeTemporaryAllocation(of: Element.self, capacity: max(1, count)) { density in
      guard let density = density.baseAddress else { return }
      for i in 0..<count {
        density[i] = -0.5 * x[i] * x[i]
        slope[i] = root * x[i]
      }
      Element.apply(.exponential, density, density, count)
      Element.apply(.erf, slope, slope, count)
      for i in 0..<count { slope[i] = 0.5 + 0.5 * slope[i] + factor * x[i] * density[i] }
    }
  }

  /// y = a x + b max(z, 0): one pass over memory where a network over time spends what its products leave.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func blendRectified<Element: Real>(
    _ a: Element, _ x: UnsafePointer<Element>, _ b: Element, _ z: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = a * x[i] + b * (z[i] > 0 ? z[i] : 0) }
  }

  /// y = factor g where x is positive, else 0: the gradient through a rectification.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func rectified<Element: Real>(
    _ factor: Element, _ g: UnsafePointer<Element>, by x: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] = factor * (x[i] > 0 ? g[i] : 0) }
  }
}
