import Glibc

/// A complex number in float64, as eigenvalues are returned and stored (`[n, 2]`: real, imaginary).
public struct Complex: Sendable, Hashable, CustomStringConvertible {
  public var real: Double
  public var imaginary: Double

  @inlinable
  public init(_ real: Double, _ imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  /// Absolute value, without overflow of the squares.
  @inlinable public var magnitude: Double { hypot(real, imaginary) }
  /// Square of the absolute value.
  @inlinable public var squaredMagnitude: Double { real * real + imaginary * imaginary }
  /// Angle in (-pi, pi].
  @inlinable public var phase: Double { atan2(imaginary, real) }
  /// The same real part, the opposite imaginary part.
  @inlinable public var conjugate: Complex { Complex(real, -imaginary) }

  /// The square root with a real part that is not negative.
  public var squareRoot: Complex {
    guard self != Complex(0) else { return Complex(0) }
    let half = ((magnitude + real.magnitude) / 2).squareRoot()
    if real >= 0 { return Complex(half, imaginary / (2 * half)) }
    return Complex(imaginary.magnitude / (2 * half), imaginary < 0 ? -half : half)
  }

  public var description: String { "\(real)\(imaginary < 0 ? "-" : "+")\(imaginary.magnitude)i" }

  @inlinable public static prefix func - (a: Complex) -> Complex { Complex(-a.real, -a.imaginary) }
  @inlinable
  public static func + (a: Complex, b: Complex) -> Complex {
    Complex(a.real + b.real, a.imaginary + b.imaginary)
  }
  @inlinable
  public static func - (a: Complex, b: Complex) -> Complex {
    Complex(a.real - b.real, a.imaginary - b.imaginary)
  }
  @inlinable
  public static func * (a: Complex, b: Complex) -> Complex {
    Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
  @inlinable public static func * (a: Double, b: Complex) -> Complex { Complex(a * b.real, a * b.imaginary) }
  /// The quotient by Smith's method, which does not overflow where the result does not.
  @inlinable
  public static func / (a: Complex, b: Complex) -> Complex {
    if b.real.magnitude >= b.imaginary.magnitude {
      let ratio = b.imaginary / b.real
      let scale = b.real + b.imaginary * ratio
      return Complex((a.real + a.imaginary * ratio) / scale, (a.imaginary - a.real * ratio) / scale)
    }
    let ratio = b.real / b.imaginary
    let scale = b.real * ratio + b.imaginary
    return Complex((a.real * ratio + a.imaginary) / scale, (a.imaginary * ratio - a.real) / scale)
  }
}

extension Matrix {
  /// Complex numbers as rows of real and imaginary part; shape [n, 2].
  public init(complex values: [Complex]) {
    self.init(values.flatMap { [$0.real, $0.imaginary] }, shape: [values.count, 2])
  }
}
