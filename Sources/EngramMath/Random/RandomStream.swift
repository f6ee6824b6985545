/// A stream of random numbers from Philox-4x32-10, addressed and not advanced by others.
///
/// The key is the seed; the counter words are draw, substream (update, member or trial), step and run, so every
/// stream opens without the ones before it and no number depends on threads or order. Source: Salmon et al.
/// (2011) "Parallel random numbers: as easy as 1, 2, 3", SC'11.
public struct RandomStream: RandomNumberGenerator, Sendable {
  let key: SIMD2<UInt32>
  var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  var used = 4

  /// The stream of one seed, run, step and substream.
  public init(seed: UInt64, run: Int = 0, step: Int = 0, substream: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: substream), UInt32(truncatingIfNeeded: step),
      UInt32(truncatingIfNeeded: run))
  }

  /// The stream numbered `index` beside this one: same seed, step and run, from its first draw.
  public func substream(_ index: Int) -> RandomStream {
    var other = self
    other.counter[0] = 0
    other.counter[1] = UInt32(truncatingIfNeeded: index)
    other.used = 4
    return other
  }

  /// The next 32 random bits.
  public mutating func next32() -> UInt32 {
    if used == 4 {
      block = Self.philox(counter: counter, key: key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let low = next32()
    return UInt64(next32()) << 32 | UInt64(low)
  }

  /// The ten rounds of Philox-4x32 on one counter.
  public static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Scalars, not vector lanes: the four words go different ways in each round.
    var (a, b, c, d) = (counter[0], counter[1], counter[2], counter[3])
    var (k, l) = (key[0], key[1])
    for _ in 0..<10 {
      let p = UInt64(a) &* 0xD251_1F53
      let q = UInt64(c) &* 0xCD9E_8D57
      (a, c) = (UInt32(truncatingIfNeeded: q >> 32) ^ b ^ k, UInt32(truncatingIfNeeded: p >> 32) ^ d ^ l)
      (b, d) = (UInt32(truncatingIfNeeded: q), UInt32(truncatingIfNeeded: p))
      k = k &+ 0x9E37_79B9
      l = l &+ 0xBB67_AE85
    }
    return SIMD4(a, b, c, d)
  }
}

extension RandomStream {
  /// A number uniform in the open interval (0, 1), with 52 random bits: the centres of 2⁵² equal cells, so that
  /// neither end occurs and 1 - u is exact.
  public mutating func uniform() -> Double { Self.uniform(next()) }

  /// The bits become the fraction of a number in [1, 2), since AVX2 cannot convert 64-bit integers.
  @inline(__always)
  static func uniform(_ bits: UInt64) -> Double {
    Double(bitPattern: bits &>> 12 | 0x3FF0 << 48) - (1 - 0x1p-53)
  }
}
