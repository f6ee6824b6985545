/// A stream of random numbers from Philox-4x32-10, addressed and not advanced by others.
///
/// The key is the seed; the counter words are draw, substream (update, member or trial), step and run, so every
/// stream opens without the ones before it and no number depends on threads or order. Source: Salmon et al.
/// (2011) "Parallel random numbers: as easy as 1, 2, 3", SC'11.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4
  var spareNormal: Double?

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
    other.spareNormal = nil
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
    var (c, k) = (counter, key)
    for round in 0..<10 {
      if round > 0 { k = k &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let a = UInt64(c[0]) * 0xD251_1F53
      let b = UInt64(c[2]) * 0xCD9E_8D57
      c = SIMD4(
        UInt32(b >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(a >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: a))
    }
    return c
  }
}

extension RandomStream {
  /// A number uniform in the open interval (0, 1), with 53 random bits.
  public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
