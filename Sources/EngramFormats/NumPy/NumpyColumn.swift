import EngramKit

/// Stored elements of one type, `stride` bytes apart, on the way to numbers and texts.
struct NumpyColumn {
  let bytes: [UInt8]
  let count: Int
  let stride: Int
  let offset: Int
  let type: NumpyType
  let place: String

  func doubles() throws -> [Double] {
    guard case .plain(let kind, let size, let isBigEndian) = type else { throw notNumeric }
    switch (kind, size) {
    case (.flag, _), (.unsigned, 1): return load(UInt8.self, isBigEndian) { Double($0) }
    case (.unsigned, 2): return load(UInt16.self, isBigEndian) { Double($0) }
    case (.unsigned, 4): return load(UInt32.self, isBigEndian) { Double($0) }
    case (.unsigned, _): return load(UInt64.self, isBigEndian) { Double($0) }
    case (.integer, 1): return load(Int8.self, isBigEndian) { Double($0) }
    case (.integer, 2): return load(Int16.self, isBigEndian) { Double($0) }
    case (.integer, 4): return load(Int32.self, isBigEndian) { Double($0) }
    case (.integer, _): return load(Int64.self, isBigEndian) { Double($0) }
    case (.real, 2): return load(UInt16.self, isBigEndian) { half($0) }
    case (.real, 4): return load(UInt32.self, isBigEndian) { Double(Float(bitPattern: $0)) }
    case (.real, _): return load(UInt64.self, isBigEndian) { Double(bitPattern: $0) }
    default: throw notNumeric
    }
  }

  func integers<T: FixedWidthInteger & BitwiseCopyable>() throws -> [T] {
    guard case .plain(let kind, let size, let isBigEndian) = type else { throw notNumeric }
    switch (kind, size) {
    case (.flag, _), (.unsigned, 1): return try exact(load(UInt8.self, isBigEndian) { $0 })
    case (.unsigned, 2): return try exact(load(UInt16.self, isBigEndian) { $0 })
    case (.unsigned, 4): return try exact(load(UInt32.self, isBigEndian) { $0 })
    case (.unsigned, _): return try exact(load(UInt64.self, isBigEndian) { $0 })
    case (.integer, 1): return try exact(load(Int8.self, isBigEndian) { $0 })
    case (.integer, 2): return try exact(load(Int16.self, isBigEndian) { $0 })
    case (.integer, 4): return try exact(load(Int32.self, isBigEndian) { $0 })
    case (.integer, _): return try exact(load(Int64.self, isBigEndian) { $0 })
    default:
      return try doubles().enumerated().map { index, number in
        guard let value = T(exactly: number) else { throw unfit("\(number)", index, T.self) }
        return value
      }
    }
  }

  func texts() throws -> [String] {
    guard case .plain(let kind, let size, let isBigEndian) = type, type.isText else {
      throw Problem("holds \(type.words), no texts", at: place)
    }
    return (0..<count).map { index in
      let own = bytes[index * stride + offset..<index * stride + offset + size]
      if kind == .bytes {
        let text = own.prefix(1 + (own.lastIndex { $0 != 0 } ?? own.startIndex - 1) - own.startIndex)
        return String(validating: text, as: UTF8.self)
          ?? String(String.UnicodeScalarView(text.map { UnicodeScalar($0) }))
      }
      var scalars = String.UnicodeScalarView()
      for start in Swift.stride(from: own.startIndex, to: own.endIndex, by: 4) {
        let four = own[start..<start + 4]
        let code = (isBigEndian ? Array(four) : four.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if code == 0 { break }
        scalars.append(UnicodeScalar(code) ?? "\u{FFFD}")
      }
      return String(scalars)
    }
  }

  /// The elements as they are stored; `count * stride` bytes are there, so every load lies inside.
  private func load<S: FixedWidthInteger & BitwiseCopyable, T>(
    _: S.Type, _ isBigEndian: Bool, _ convert: (S) -> T
  ) -> [T] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        let stored = raw.loadUnaligned(fromByteOffset: index * stride + offset, as: S.self)
        return convert(isBigEndian ? S(bigEndian: stored) : S(littleEndian: stored))
      }
    }
  }

  private func exact<S: FixedWidthInteger, T: FixedWidthInteger>(_ values: [S]) throws -> [T] {
    if let same = values as? [T] { return same }
    return try values.enumerated().map { index, number in
      guard let value = T(exactly: number) else { throw unfit("\(number)", index, T.self) }
      return value
    }
  }

  private func unfit<T>(_ number: String, _ index: Int, _: T.Type) -> Problem {
    Problem("holds \(number) at element \(index), which is no \(T.self)", at: place)
  }

  private var notNumeric: Problem { Problem("holds \(type.words), no numbers", at: place) }
}

/// A float16 (sign, 5 bits of exponent, 10 of fraction) as a float64, exactly.
private func half(_ bits: UInt16) -> Double {
  let sign = bits >> 15 == 0 ? 1.0 : -1.0
  let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}
