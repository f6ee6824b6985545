/// Numbers side by side in one processor register or two, with the functions that biophysical kernels need.
protocol Lanes: SIMD, Sendable where Scalar: Real {
  /// e to the power of each lane; the magnitude must stay below `greatestExponent`.
  static func exponential(_ x: Self) -> Self
  /// Each lane held within plus and minus `limit`; NaN stays NaN.
  func limited(_ limit: Scalar) -> Self
  /// Where the exponential of this precision is safe, with room for products of a few of them.
  static var greatestExponent: Scalar { get }
}

// Two registers side by side: the exponentials depend on each other, and one alone would wait for itself.
extension SIMD16: Lanes where Scalar == Float {
  static var greatestExponent: Float { 72 }

  /// Cephes' polynomial on |x - n ln 2| <= ln 2 / 2, to 1e-7 relative; n goes into the exponent bits.
  @inline(__always)
  static func exponential(_ x: Self) -> Self {
    // Adding 1.5 x 2^23 rounds to a whole number, which then stands in the lowest bits.
    let rounded = x * 1.442_695_04 + 12_582_912
    let n = rounded - 12_582_912
    let r = (x - n * 0.693_359_375) + n * 2.121_944_40e-4
    var p = Self(repeating: 1.987_569_15e-4)
    p = Self(repeating: 1.398_199_95e-3).addingProduct(p, r)
    p = Self(repeating: 8.333_451_91e-3).addingProduct(p, r)
    p = Self(repeating: 4.166_579_59e-2).addingProduct(p, r)
    p = Self(repeating: 1.666_666_55e-1).addingProduct(p, r)
    p = Self(repeating: 5.000_000_12e-1).addingProduct(p, r)
    p = p * r * r + r + 1
    let bits =
      unsafeBitCast(p, to: SIMD16<UInt32>.self) &+ (unsafeBitCast(rounded, to: SIMD16<UInt32>.self) &<< 23)
    return unsafeBitCast(bits, to: Self.self)
  }

  @inline(__always)
  func limited(_ limit: Float) -> Self {
    let high = replacing(with: Self(repeating: limit), where: self .> Self(repeating: limit))
    return high.replacing(with: Self(repeating: -limit), where: high .< Self(repeating: -limit))
  }
}

extension SIMD8: Lanes where Scalar == Double {
  static var greatestExponent: Double { 600 }

  /// Taylor's polynomial of degree 13 on |x - n ln 2| <= ln 2 / 2, whose rest is below 5e-18.
  @inline(__always)
  static func exponential(_ x: Self) -> Self {
    let rounded = x * 1.442_695_040_888_963_4 + 6_755_399_441_055_744
    let n = rounded - 6_755_399_441_055_744
    let r = (x - n * 0.693_145_751_953_125) - n * 1.428_606_820_309_417_2e-6
    var p = Self(repeating: 1 / 6_227_020_800)
    p = Self(repeating: 1 / 479_001_600).addingProduct(p, r)
    p = Self(repeating: 1 / 39_916_800).addingProduct(p, r)
    p = Self(repeating: 1 / 3_628_800).addingProduct(p, r)
    p = Self(repeating: 1 / 362_880).addingProduct(p, r)
    p = Self(repeating: 1 / 40_320).addingProduct(p, r)
    p = Self(repeating: 1 / 5_040).addingProduct(p, r)
    p = Self(repeating: 1 / 720).addingProduct(p, r)
    p = Self(repeating: 1 / 120).addingProduct(p, r)
    p = Self(repeating: 1 / 24).addingProduct(p, r)
    p = Self(repeating: 1 / 6).addingProduct(p, r)
    p = Self(repeating: 0.5).addingProduct(p, r)
    p = p * r * r + r + 1
    let bits =
      unsafeBitCast(p, to: SIMD8<UInt64>.self) &+ (unsafeBitCast(rounded, to: SIMD8<UInt64>.self) &<< 52)
    return unsafeBitCast(bits, to: Self.self)
  }

  @inline(__always)
  func limited(_ limit: Double) -> Self {
    let high = replacing(with: Self(repeating: limit), where: self .> Self(repeating: limit))
    return high.replacing(with: Self(repeating: -limit), where: high .< Self(repeating: -limit))
  }
}
