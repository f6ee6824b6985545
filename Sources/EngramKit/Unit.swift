import Foundation

/// A unit of measurement: a symbol, its physical dimension and its size in SI base units.
///
/// Compound units are written as products: `nS ms`, `1/ms`, `uA/cm2`, `mS cm-2`. The dimensionless unit is `1`.
public struct Unit: Sendable, Hashable, CustomStringConvertible {
  /// As the user wrote it.
  public let symbol: String
  /// Powers of metre, kilogram, second, ampere.
  public let dimension: SIMD4<Int8>
  /// One of this unit in SI base units.
  public let scale: Double

  public var description: String { symbol }

  /// Same dimension and size; sizes are products of powers of ten, which round in their last digits.
  public static func == (a: Unit, b: Unit) -> Bool {
    a.dimension == b.dimension && abs(a.scale - b.scale) <= 1e-12 * b.scale
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(dimension) }

  private init(symbol: String, dimension: SIMD4<Int8>, scale: Double) {
    self.symbol = symbol
    self.dimension = dimension
    self.scale = scale
  }

  /// The unit that `text` names, or nil when a part of it is unknown.
  public init?(_ text: String) {
    var dimension = SIMD4<Int8>()
    var scale = 1.0
    var sign: Int8 = 1
    let spaced = text.replacing("/", with: " / ").replacing("*", with: " ").replacing("·", with: " ")
    for word in spaced.split(separator: " ") {
      if word == "/" {
        sign = -1
        continue
      }
      guard let factor = Self.factor(String(word)) else { return nil }
      let power = factor.power * sign
      dimension = dimension &+ factor.dimension &* SIMD4(repeating: power)
      for _ in 0..<abs(Int(power)) { scale = power > 0 ? scale * factor.scale : scale / factor.scale }
    }
    guard !spaced.isEmpty else { return nil }
    self.init(symbol: text, dimension: dimension, scale: scale)
  }

  /// What to multiply a number in this unit by to have it in `other`, or nil when the dimensions differ.
  public func factor(to other: Unit) -> Double? {
    guard dimension == other.dimension else { return nil }
    // Exact powers of ten both ways: 1e-3 / 1 is not representable, 1 / 1e3 is.
    return scale >= other.scale
      ? (scale / other.scale).rounded(toPlaces: 12) : 1 / (other.scale / scale).rounded(toPlaces: 12)
  }
}

extension Unit {
  public static let one = Unit(symbol: "1", dimension: SIMD4(), scale: 1)
  public static let millisecond = Unit(symbol: "ms", dimension: SIMD4(0, 0, 1, 0), scale: 1e-3)
  public static let second = Unit(symbol: "s", dimension: SIMD4(0, 0, 1, 0), scale: 1)
  public static let hertz = Unit(symbol: "Hz", dimension: SIMD4(0, 0, -1, 0), scale: 1)
  public static let millivolt = Unit(symbol: "mV", dimension: volt, scale: 1e-3)
  public static let squareMillivolt = Unit(symbol: "mV2", dimension: SIMD4(4, 2, -6, -2), scale: 1e-6)
  public static let nanosiemens = Unit(symbol: "nS", dimension: siemens, scale: 1e-9)
  public static let picofarad = Unit(symbol: "pF", dimension: farad, scale: 1e-12)
  public static let picoampere = Unit(symbol: "pA", dimension: SIMD4(0, 0, 0, 1), scale: 1e-12)
  /// Conductance integrated over time, such as the effect of one synaptic event.
  public static let nanosiemensMillisecond = Unit(
    symbol: "nS ms", dimension: SIMD4(-2, -1, 4, 2), scale: 1e-12)
  public static let perMillisecond = Unit(symbol: "1/ms", dimension: SIMD4(0, 0, -1, 0), scale: 1e3)
  /// Current through a patch of membrane.
  public static let currentDensity = Unit(symbol: "uA/cm2", dimension: SIMD4(-2, 0, 0, 1), scale: 1e-2)
  /// Voltage that one unit of current density adds.
  public static let voltagePerCurrentDensity = Unit(
    symbol: "mV cm2/uA", dimension: SIMD4(4, 1, -3, -2), scale: 1e-1)
  public static let micrometre = Unit(symbol: "um", dimension: SIMD4(1, 0, 0, 0), scale: 1e-6)

  private static let volt = SIMD4<Int8>(2, 1, -3, -1)
  private static let siemens = SIMD4<Int8>(-2, -1, 3, 2)
  private static let farad = SIMD4<Int8>(-2, -1, 4, 2)

  private static let bases: [String: (dimension: SIMD4<Int8>, scale: Double)] = [
    "1": (SIMD4(), 1), "%": (SIMD4(), 0.01), "rad": (SIMD4(), 1), "count": (SIMD4(), 1),
    "spike": (SIMD4(), 1),
    "spikes": (SIMD4(), 1),
    "m": (SIMD4(1, 0, 0, 0), 1), "g": (SIMD4(0, 1, 0, 0), 1e-3), "s": (SIMD4(0, 0, 1, 0), 1),
    "A": (SIMD4(0, 0, 0, 1), 1), "V": (volt, 1), "S": (siemens, 1), "F": (farad, 1),
    "Ohm": (SIMD4(2, 1, -3, -2), 1), "ohm": (SIMD4(2, 1, -3, -2), 1), "Hz": (SIMD4(0, 0, -1, 0), 1),
    "C": (SIMD4(0, 0, 1, 1), 1), "min": (SIMD4(0, 0, 1, 0), 60), "h": (SIMD4(0, 0, 1, 0), 3600),
  ]
  private static let words: [String: String] = [
    "msec": "ms", "millisecond": "ms", "milliseconds": "ms", "sec": "s", "second": "s", "seconds": "s",
    "microsecond": "us", "microseconds": "us", "volts": "V", "volt": "V", "millivolts": "mV",
    "millivolt": "mV",
    "amperes": "A", "ampere": "A", "siemens": "S", "hertz": "Hz", "spikes/s": "Hz", "micron": "um",
    "microns": "um",
    "dimensionless": "1", "none": "1",
  ]
  private static let prefixes: [Character: Double] = [
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2, "k": 1e3,
    "M": 1e6,
    "G": 1e9,
  ]

  /// One factor of a compound unit, with its power: `cm2`, `ms-1`, `s^2`.
  private static func factor(_ word: String) -> (dimension: SIMD4<Int8>, scale: Double, power: Int8)? {
    let word = words[word] ?? word
    if let base = bases[word] { return (base.dimension, base.scale, 1) }
    let name = word.prefix { !$0.isNumber && $0 != "-" && $0 != "^" && $0 != "+" }
    let exponent = word.dropFirst(name.count).drop { $0 == "^" }
    guard let power = exponent.isEmpty ? 1 : Int8(exponent), abs(Int(power)) <= 8 else { return nil }
    if let base = bases[String(name)] { return (base.dimension, base.scale, power) }
    guard let first = name.first, let prefix = prefixes[first], let base = bases[String(name.dropFirst())],
      base.dimension != SIMD4()
    else { return nil }
    return (base.dimension, base.scale * prefix, power)
  }
}

extension Double {
  /// The nearest number with `places` significant digits: removes the last-digit noise of products of powers of ten.
  fileprivate func rounded(toPlaces places: Int) -> Double {
    Double(String(format: "%.\(places)g", self)) ?? self
  }
}
