import EngramMath
import Foundation
import Testing

@Suite("Special functions and quadrature")
struct SpecialFunctionTests {
  /// Values of SciPy 1.17.
  @Test(
    "normal quantiles agree with SciPy",
    arguments: [
      (1e-300, -37.0470962993612), (1e-20, -9.262340089798409), (1e-05, -4.264890793922825),
      (0.01, -2.3263478740408408), (0.07, -1.4757910281791706), (0.075, -1.4395314709384563),
      (0.3, -0.5244005127080409), (0.6, 0.2533471031357997), (0.93, 1.475791028179171),
      (0.999, 3.090232306167813),
    ])
  func quantiles(p: Double, z: Double) {
    #expect((normalQuantile(p) / z - 1).magnitude < 4e-15)
    #expect((normalCDF(normalQuantile(p)) / p - 1).magnitude < 1e-12)
  }

  @Test("quantiles end at infinity, and outside [0, 1] there are none")
  func ends() {
    #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity && normalQuantile(0.5) == 0)
    #expect(normalQuantile(-0.1).isNaN && normalQuantile(1.1).isNaN && normalQuantile(.nan).isNaN)
  }

  @Test(
    "the scaled complementary error function agrees with SciPy",
    arguments: [
      (-3.0, 16205.988853999586), (0.1, 0.8964569799691268), (1, 0.427583576155807), (5, 0.11070463773306861),
      (24.9, 0.022639987776049506), (25.1, 0.02245987581758139), (1000, 0.0005641893014533876),
    ])
  func erfcx(x: Double, expected: Double) {
    #expect((scaledComplementaryErrorFunction(x) / expected - 1).magnitude < 2e-15)
  }

  @Test("gamma, beta and their distributions agree with SciPy")
  func distributions() {
    #expect((digamma(0.3) + 3.502524222200133).magnitude < 1e-14)
    #expect((regularisedGamma(2.5, 1.7) - 0.36143007689620493).magnitude < 1e-14)
    #expect((regularisedBeta(2, 0.5, 0.3) - 0.03784096948581308).magnitude < 1e-14)
    #expect((studentTwoSided(-2.1, degreesOfFreedom: 7) - 0.07387119621292265).magnitude < 1e-14)
    #expect((studentQuantile(0.975, degreesOfFreedom: 7) - 2.364624251592784).magnitude < 1e-13)
    #expect((chiSquaredUpper(9.3, degreesOfFreedom: 4) - 0.054023050907570806).magnitude < 1e-14)
    #expect((fisherUpper(3.2, numerator: 3, denominator: 11) - 0.06615694385866457).magnitude < 1e-14)
    #expect((inverseErrorFunction(0.7) - 0.7328690779592169).magnitude < 1e-14)
    #expect(
      studentTwoSided(1, degreesOfFreedom: -1).isNaN && chiSquaredUpper(.nan, degreesOfFreedom: 1).isNaN)
    #expect((logFactorial(15) - log(1_307_674_368_000)).magnitude < 1e-13)
    #expect((logFactorial(170) - lgamma(171.0)).magnitude < 1e-12)
  }

  @Test("integrates over finite and infinite intervals, and passes errors on")
  func integrals() throws {
    #expect((try integrate(from: 0, to: .pi) { sin($0) }.value - 2).magnitude < 1e-13)
    #expect(
      (try integrate(from: -.infinity, to: .infinity) { exp(-$0 * $0) }.value - Double.pi.squareRoot())
        .magnitude < 1e-12)
    #expect(try integrate(from: 1, to: 1) { _ in .nan }.value == 0)
    // A short interval of a smooth function needs no halving.
    var calls = 0
    let short = try integrate(from: 0, to: 1e-4, tolerance: 1e-13) { x in
      calls += 1
      return 1e-8 * exp(x)
    }
    #expect((short.value / (1e-8 * expm1(1e-4)) - 1).magnitude < 1e-13 && calls < 100)
    #expect(throws: MathError.self) { try integrate(from: -1, to: 1) { 1 / $0.magnitude } }
    #expect(throws: MathError.undefined("no")) {
      try integrate(from: 0, to: 1) { _ in throw MathError.undefined("no") }
    }
  }

  @Test("finds a bracketed root to the last digit, and says when there is no bracket")
  func roots() throws {
    #expect((try root(between: 0, and: 2) { $0 * $0 - 2 } - 2.0.squareRoot()).magnitude < 1e-15)
    #expect((try root(between: 0, and: 1) { cos($0) - $0 } - 0.739_085_133_215_160_6).magnitude < 1e-15)
    #expect(
      throws: MathError.infeasible("no root is known between 2.0 and 3.0: the values there are 2.0 and 7.0")
    ) {
      try root(between: 2, and: 3) { $0 * $0 - 2 }
    }
  }

  @Test("the orthant probability has its closed forms")
  func orthant() throws {
    for r in [-0.99, -0.5, 0, 0.3, 0.999] {
      #expect(
        (try bivariateNormalUpper(0, 0, correlation: r) - (0.25 + asin(r) / (2 * .pi))).magnitude < 1e-14)
    }
    #expect(try bivariateNormalUpper(0.3, 1, correlation: 1) == normalCDF(-1))
    #expect(
      (try bivariateNormalUpper(0.3, -0.2, correlation: 0) - normalCDF(-0.3) * normalCDF(0.2)).magnitude
        < 1e-15)
    #expect(throws: MathError.self) { try bivariateNormalUpper(0, 0, correlation: 1.5) }
  }

  /// Table 4(c) of the ei-motifs specification: connection probability, chain excess, Gaussian correlation.
  @Test(
    "motif excess gives the latent correlation of the second-order network",
    arguments: [
      (0.3, 0.2, 0.14566718), (0.3, 0.4, 0.28406924), (0.2, 0.3, 0.14549186), (0.1, 0.5, 0.14483856),
      (931 / 8050.0, 3.05, 0.67825),
    ])
  func motifs(p: Double, alpha: Double, r: Double) throws {
    let threshold = normalQuantile(1 - p)
    let found = try normalCorrelation(exceeding: threshold, threshold, probability: p * p * (1 + alpha))
    #expect((found - r).magnitude < (p == 931 / 8050.0 ? 5e-4 : 1e-8))
  }
}
