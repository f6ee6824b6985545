import CSLEEF

/// An elementary function that SLEEF evaluates over whole arrays, eight or four elements at a time.
public enum ElementaryFunction: Sendable {
  case exponential, exponentialMinusOne, logarithm, logarithmPlusOne, tanh, erf, sine, cosine
}

extension Tensor where Element: Real {
  /// Each element passed through `function`; errors stay below one unit in the last place.
  public func applying(_ function: ElementaryFunction) -> Tensor {
    Tensor(EngramMath.apply(function, elements), shape: shape)
  }
}

extension Tensor where Element: Real {
  /// Each element passed through `function`.
  public func passed(through function: Nonlinearity) -> Tensor {
    Tensor(shape: shape) { Kernel.apply(function, elements, $0, count) }
  }

  /// Multiplies each element by the slope of `function` at the same element of `arguments`, where it has that of `values`.
  public mutating func scale(bySlopesOf function: Nonlinearity, at arguments: Tensor, giving values: Tensor) {
    precondition(arguments.count == count && values.count == count, "slopes for \(count) elements")
    let slopes = Tensor(shape: shape) { out in
      Kernel.slope(function, arguments.elements, values.elements, out, count)
      Kernel.product(out, elements, out, count)
    }
    self = slopes
  }
}

/// Each element of `x` passed through `function`; an element's result does not depend on its place.
public func apply<Element: Real>(_ function: ElementaryFunction, _ x: [Element]) -> [Element] {
  [Element](unsafeUninitializedCapacity: x.count) { buffer, initialised in
    if let out = buffer.baseAddress { Element.apply(function, x, out, x.count) }
    initialised = x.count
  }
}

extension Float {
  public static func apply(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch function {
    case .exponential: engram_sleef_exp_float(x, y, count)
    case .exponentialMinusOne: engram_sleef_expm1_float(x, y, count)
    case .logarithm: engram_sleef_log_float(x, y, count)
    case .logarithmPlusOne: engram_sleef_log1p_float(x, y, count)
    case .tanh: engram_sleef_tanh_float(x, y, count)
    case .erf: engram_sleef_erf_float(x, y, count)
    case .sine: engram_sleef_sin_float(x, y, count)
    case .cosine: engram_sleef_cos_float(x, y, count)
    }
  }
}

extension Double {
  public static func apply(
    _ function: ElementaryFunction, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    switch function {
    case .exponential: engram_sleef_exp_double(x, y, count)
    case .exponentialMinusOne: engram_sleef_expm1_double(x, y, count)
    case .logarithm: engram_sleef_log_double(x, y, count)
    case .logarithmPlusOne: engram_sleef_log1p_double(x, y, count)
    case .tanh: engram_sleef_tanh_double(x, y, count)
    case .erf: engram_sleef_erf_double(x, y, count)
    case .sine: engram_sleef_sin_double(x, y, count)
    case .cosine: engram_sleef_cos_double(x, y, count)
    }
  }
}
