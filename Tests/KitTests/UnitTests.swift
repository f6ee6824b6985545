import EngramKit
import Testing

@Suite("Units")
struct UnitTests {
  @Test(
    "the factor between units of one dimension is exact",
    arguments: [
      ("ms", "s", 1e-3), ("s", "ms", 1000), ("us", "ms", 1e-3), ("µs", "ms", 1e-3), ("min", "s", 60),
      ("Hz", "1/ms", 1e-3), ("1/ms", "Hz", 1000), ("nS", "uS", 1e-3), ("mV", "V", 1e-3), ("cm", "um", 1e4),
      ("milliseconds", "ms", 1), ("uA/cm2", "A/m2", 1e-2), ("mS cm-2", "mS/cm2", 1), ("%", "1", 0.01),
    ])
  func factors(from: String, to: String, expected: Double) throws {
    let (a, b) = (try #require(Unit(from)), try #require(Unit(to)))
    #expect(a.factor(to: b) == expected)
  }

  @Test(
    "products have the dimension of physics: nS mV = pA, nS/pF = 1/ms, nS ms = pF",
    arguments: [
      ("nS mV", "pA"), ("nS/pF", "1/ms"), ("nS ms", "pF"), ("pA/pF", "mV/ms"), ("V/A", "Ohm"), ("A s", "C"),
    ])
  func products(product: String, same: String) throws {
    #expect(try #require(Unit(product)) == (try #require(Unit(same))))
  }

  @Test("other dimensions have no factor", arguments: [("mV", "ms"), ("Hz", "s"), ("1", "mV"), ("nS", "pA")])
  func others(from: String, to: String) throws {
    #expect(try #require(Unit(from)).factor(to: try #require(Unit(to))) == nil)
  }

  @Test("unknown symbols are no unit", arguments: ["", "furlong", "mx", "ms^99", "m%"])
  func unknown(symbol: String) { #expect(Unit(symbol) == nil) }
}
