import CSLEEF

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
  @specialized(where Element == Float)
  public mutating func normals<Element: Real>(_ count: Int, as type: Element.Type = Double.self) -> [Element]
  {
    // A cast of the array would look at each element; the types are the same.
    if Element.self == Double.self { return unsafeBitCast(doubleNormals(count), to: [Element].self) }
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
      bulk(count, into: buffer.baseAddress) { bits, numbers, size in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 1024) { exact in
          guard let exact = exact.baseAddress else { return }
          for i in 0..<size { exact[i] = Self.uniform(bits[i]) }
          engram_normal_quantiles(exact, size)
          for i in 0..<size { numbers[i] = Element(exact[i]) }
        }
      }
      initialised = count
    }
  }

  private mutating func doubleNormals(_ count: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
      fillNormals(buffer)
      initialised = count
    }
  }

  /// Standard normal numbers into `numbers`: those that as many calls of `normal` give. Allocates nothing.
  public mutating func fillNormals(_ numbers: UnsafeMutableBufferPointer<Double>) {
    bulk(numbers.count, into: numbers.baseAddress) { bits, numbers, size in
      for i in 0..<size { numbers[i] = Self.uniform(bits[i]) }
      engram_normal_quantiles(numbers, size)
    }
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
          var counter = start
          counter[0] &+= UInt32(truncatingIfNeeded: 8 * piece)
          withUnsafeBytes(of: counter) { counter in
            withUnsafeBytes(of: key) { key in
              engram_philox(
                counter.assumingMemoryBound(to: UInt32.self).baseAddress,
                key.assumingMemoryBound(to: UInt32.self).baseAddress, size, bits)
            }
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
}
