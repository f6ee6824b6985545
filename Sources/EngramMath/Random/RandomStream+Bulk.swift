extension RandomStream {
  /// `count` numbers uniform in (0, 1): those that `count` calls of `uniform` give.
  public mutating func uniforms(_ count: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
      bulk(count, into: buffer.baseAddress) { bits, numbers, size in
        for i in 0..<size { numbers[i] = Self.uniform(bits[i]) }
      }
      initialised = count
    }
  }

  /// `count` standard normal numbers: those that `count` calls of `normal` give, rounded to `Element`.
  public mutating func normals<Element: Real>(_ count: Int, as type: Element.Type = Double.self) -> [Element]
  {
    // A cast of the array would look at each element; the types are the same.
    if Element.self == Double.self { return unsafeBitCast(normals(count) { $0 }, to: [Element].self) }
    if Element.self == Float.self { return unsafeBitCast(normals(count) { Float($0) }, to: [Element].self) }
    return normals(count) { Element($0) }
  }

  @inline(__always)
  private mutating func normals<Element>(_ count: Int, _ rounded: (Double) -> Element) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
      bulk(count, into: buffer.baseAddress) { bits, numbers, size in
        // All by the polynomial of the centre, four at a time; then the tails one by one.
        for i in stride(from: 0, to: size & ~3, by: 4) {
          let q = Self.centred(SIMD4(bits[i], bits[i + 1], bits[i + 2], bits[i + 3]))
          let z = centralNormalQuantile(q)
          for lane in 0..<4 { numbers[i + lane] = rounded(z[lane]) }
        }
        for i in size & ~3..<size { numbers[i] = rounded(normalQuantile(Self.uniform(bits[i]))) }
        for i in 0..<size & ~3 {
          let p = Self.uniform(bits[i])
          if (p - 0.5).magnitude > 0.425 { numbers[i] = rounded(normalQuantile(p)) }
        }
      }
      initialised = count
    }
  }

  /// `uniform` minus a half, which is exact.
  @inline(__always)
  private static func centred(_ bits: SIMD4<UInt64>) -> SIMD4<Double> {
    let fraction = bits &>> 12 | SIMD4(repeating: 0x3FF0 << 48)
    return unsafeBitCast(fraction, to: SIMD4<Double>.self) - (1 - 0x1p-53) - 0.5
  }

  /// A tensor of independent normal numbers of this mean and standard deviation, in row-major order.
  public mutating func normalTensor<Element: Real>(
    shape: [Int], mean: Element = 0, sd: Element = 1
  ) -> Tensor<Element> {
    var elements = normals(shape.reduce(1, *), as: Element.self)
    if sd != 1 || mean != 0 { for i in elements.indices { elements[i] = mean + sd * elements[i] } }
    return Tensor(elements, shape: shape)
  }
}

extension RandomStream {
  /// Hands `body` the next `count` numbers of 64 bits in pieces, each with the place of its results in `numbers`.
  ///
  /// The bits are those of `next`; pieces may come on several threads, each place once.
  @inline(__always)
  private mutating func bulk<Element>(
    _ count: Int, into numbers: UnsafeMutablePointer<Element>?,
    _ body: (UnsafePointer<UInt64>, UnsafeMutablePointer<Element>, Int) -> Void
  ) {
    guard let numbers, count > 0 else { return }
    var first = 0
    while first < count, used < 4 {
      withUnsafePointer(to: next()) { body($0, numbers + first, 1) }
      first += 1
    }
    let octets = used == 4 ? (count - first) / 16 : 0
    let (start, key, target) = (counter, key, numbers + first)
    parallelFor(octets, grain: 2048) { range in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1024) { buffer in
        guard let bits = buffer.baseAddress else { return }
        for piece in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
          let size = min(64, range.upperBound - piece)
          for i in 0..<size {
            var counter = start
            counter[0] &+= UInt32(truncatingIfNeeded: 8 * (piece + i))
            Self.eightBlocks(counter, key, into: bits + 16 * i)
          }
          body(bits, target + 16 * piece, 16 * size)
        }
      }
    }
    counter[0] &+= UInt32(truncatingIfNeeded: 8 * octets)
    for place in first + 16 * octets..<count {
      withUnsafePointer(to: next()) { body($0, numbers + place, 1) }
    }
  }

  /// The blocks of `counter` and its seven successors as 16 numbers; the words stand in 64-bit lanes, whose products
  /// need no widening.
  @inline(__always)
  private static func eightBlocks(
    _ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>, into bits: UnsafeMutablePointer<UInt64>
  ) {
    let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    var a = SIMD8<UInt64>(truncatingIfNeeded: counter[0] &+ SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7))
    var b = SIMD8<UInt64>(repeating: UInt64(counter[1]))
    var c = SIMD8<UInt64>(repeating: UInt64(counter[2]))
    var d = SIMD8<UInt64>(repeating: UInt64(counter[3]))
    var (k, l) = (key[0], key[1])
    for _ in 0..<10 {
      let p = (a & low) &* SIMD8(repeating: 0xD251_1F53)
      let q = (c & low) &* SIMD8(repeating: 0xCD9E_8D57)
      (a, c) = ((q &>> 32) ^ b ^ SIMD8(repeating: UInt64(k)), (p &>> 32) ^ d ^ SIMD8(repeating: UInt64(l)))
      (b, d) = (q & low, p & low)
      k = k &+ 0x9E37_79B9
      l = l &+ 0xBB67_AE85
    }
    let (even, odd) = (b &<< 32 | a, d &<< 32 | c)
    for i in 0..<8 {
      bits[2 * i] = even[i]
      bits[2 * i + 1] = odd[i]
    }
  }
}
