import EngramMath
import Foundation
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  @Test("Philox-4x32-10 gives the published answers")
  func knownAnswers() {
    #expect(
      RandomStream.philox(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      RandomStream.philox(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      RandomStream.philox(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
        key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test(
    "numbers do not depend on batching, threads or a draw before",
    arguments: [1, 2, 3, 15, 16, 17, 1000, 70_001])
  func batching(count: Int) {
    for skipped in 0..<4 {
      var (single, bulk) = (RandomStream(seed: 9, run: 1), RandomStream(seed: 9, run: 1))
      for _ in 0..<skipped { #expect(single.next32() == bulk.next32()) }
      #expect((0..<count).map { _ in single.normal() } == bulk.normals(count))
      #expect((0..<count).map { _ in single.uniform() } == bulk.uniforms(count))
      #expect((0..<count).map { _ in Float(single.normal()) } == bulk.normals(count, as: Float.self))
      #expect(single.next() == bulk.next())
    }
  }

  @Test("streams of other runs, steps and substreams differ, and a substream opens anywhere")
  func addresses() {
    var first = RandomStream(seed: 4, run: 2, step: 3, substream: 7)
    var used = RandomStream(seed: 4, run: 2, step: 3)
    _ = used.normals(33)
    var opened = used.substream(7)
    #expect(first.next() == opened.next())
    var firsts = Set<UInt64>()
    for run in 0..<5 {
      for step in 0..<5 {
        for substream in 0..<5 {
          var stream = RandomStream(seed: 4, run: run, step: step, substream: substream)
          firsts.insert(stream.next())
        }
      }
    }
    #expect(firsts.count == 125)
  }

  /// Five standard errors: a wrong distribution fails, a right one practically never (and the seed is fixed).
  private func expectMoments(_ x: [Double], mean expected: Double, variance: Double) throws {
    let error = (variance / Double(x.count)).squareRoot()
    #expect((try mean(x) - expected).magnitude < 5 * error)
    #expect((try EngramMath.variance(x, .sample) / variance - 1).magnitude < 0.03)
  }

  @Test("distributions have their mean and variance")
  func moments() throws {
    var stream = RandomStream(seed: 1)
    let n = 200_000
    try expectMoments(stream.uniforms(n), mean: 0.5, variance: 1 / 12.0)
    try expectMoments(stream.normals(n), mean: 0, variance: 1)
    try expectMoments((0..<n).map { _ in stream.exponential() }, mean: 1, variance: 1)
    try expectMoments((0..<n).map { _ in stream.sign() }, mean: 0, variance: 1)
    try expectMoments((0..<n).map { _ in Double(stream.below(7)) }, mean: 3, variance: 4)
    for mean in [0.3, 9.5, 10.5, 200] {
      try expectMoments((0..<n).map { _ in Double(stream.poisson(mean)) }, mean: mean, variance: mean)
    }
    for (size, p) in [(12, 0.4), (50, 0.5), (1000, 0.03), (400, 0.9)] {
      let counts = (0..<n).map { _ in Double(stream.binomial(size, p)) }
      try expectMoments(counts, mean: Double(size) * p, variance: Double(size) * p * (1 - p))
    }
    let tensor: Tensor<Double> = stream.normalTensor(shape: [100, 200], mean: 2, sd: 3)
    try expectMoments(tensor.elements, mean: 2, variance: 9)
  }

  @Test("normal numbers follow the normal distribution (Kolmogorov-Smirnov)")
  func normality() {
    var stream = RandomStream(seed: 2)
    let n = 100_000
    let sorted = stream.normals(n).sorted()
    let greatest = sorted.indices.reduce(0.0) {
      max($0, (Double($1 + 1) / Double(n) - normalCDF(sorted[$1])).magnitude)
    }
    // 1.95 / sqrt(n) is exceeded once in a thousand.
    #expect(greatest < 1.95 / Double(n).squareRoot())
  }

  @Test("Poisson and binomial counts follow their probabilities (chi-squared)", arguments: [3.0, 40.0])
  func counts(mean: Double) {
    var stream = RandomStream(seed: 3)
    let n = 100_000
    var (poisson, binomial) = ([Double](repeating: 0, count: 200), [Double](repeating: 0, count: 200))
    for _ in 0..<n {
      poisson[stream.poisson(mean)] += 1
      binomial[stream.binomial(100, mean / 100)] += 1
    }
    func chiSquared(_ observed: [Double], _ logProbability: (Int) -> Double) -> Double {
      var (sum, bins) = (0.0, 0)
      for k in 0...100 {
        let expected = Double(n) * exp(logProbability(k))
        if expected >= 10 {
          (sum, bins) = (sum + (observed[k] - expected) * (observed[k] - expected) / expected, bins + 1)
        }
      }
      return chiSquaredUpper(sum, degreesOfFreedom: Double(bins - 1))
    }
    #expect(chiSquared(poisson) { Double($0) * log(mean) - mean - logFactorial($0) } > 1e-3)
    #expect(
      chiSquared(binomial) { k in
        logFactorial(100) - logFactorial(k) - logFactorial(100 - k) + Double(k) * log(mean / 100)
          + Double(100 - k) * log1p(-mean / 100)
      } > 1e-3)
  }

  @Test("every order of four items is as likely, and a permutation holds all numbers")
  func shuffles() {
    var stream = RandomStream(seed: 5)
    var seen: [[Int]: Double] = [:]
    for _ in 0..<24_000 { seen[stream.permutation(4), default: 0] += 1 }
    let statistic = seen.values.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
    #expect(seen.count == 24 && chiSquaredUpper(statistic, degreesOfFreedom: 23) > 1e-3)
    #expect(stream.permutation(1000).sorted() == Array(0..<1000))
    #expect(Set(stream.choose(10, of: 12)).count == 10)
  }
}
