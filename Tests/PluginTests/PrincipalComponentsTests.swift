import EngramKit
import Testing

@Suite("principal-components")
struct PrincipalComponentsTests {
  @Test("first variances of the digits, and what twenty components keep")
  func digitVariances() throws {
    let result = try analyse(
      "principal-components", ["data": .numbers(try digits().pixels)], ["unit_length": .flag(true)])
    #expect(
      agree(
        Array(try result.values("variance").prefix(3)), [0.04725861, 0.04399082, 0.0369966], within: 1e-8))
    #expect(abs(try result.values("explained")[19] - 0.897303) < 1e-6)
  }

  @Test("all components give the samples back, and coordinates are uncorrelated")
  func inverse() throws {
    let data = fixture(30, 6, 0.4)
    let result = try analyse("principal-components", ["data": .numbers(data)], ["components": .integer(6)])
    let scores = try #require(result.numbers("scores"))
    var back = try multiply(scores, try #require(result.numbers("components")))
    back.add(row: try result.values("mean"))
    #expect(agree(back.elements, data.elements, within: 1e-12))
    let spread = try covariance(scores, .sample)
    let variances = try result.values("variance")
    for i in 0..<6 { for j in 0..<6 { #expect(abs(spread[i, j] - (i == j ? variances[i] : 0)) < 1e-12) } }
  }

  @Test("an empty image has no length")
  func empty() throws {
    let error = #expect(throws: Problem.self) {
      try analyse(
        "principal-components", ["data": .numbers(Matrix([1, 2, 0, 0], shape: [2, 2]))],
        ["unit_length": .flag(true)])
    }
    #expect(error?.what == "sample 1 is all zero and has no length to divide by")
  }
}
