import EngramMath
import Testing

@Suite("Statistics")
struct StatisticsTests {
  let a = [2.1, 0.3, 4.4, 1.0, 9.2, 3.3, 3.3, 7.0]
  let b = [1.0, 1.0, 3.5, 0.2, 4.4, 6.0, 2.2, 9.1]

  /// Values of NumPy 2.4 and SciPy 1.17.
  @Test("moments agree with NumPy and SciPy")
  func moments() throws {
    #expect((try variance(a, .population) - 7.904375).magnitude < 1e-14)
    #expect((try variance(a, .sample) - 9.03357142857143).magnitude < 1e-14)
    #expect((try covariance(a, b, .sample) - 6.347857142857142).magnitude < 1e-14)
    #expect((try excessKurtosis(a) + 0.6722445613085815).magnitude < 1e-14)
    #expect(try variance([1e9, 1e9, 1e9], .population) == 0)
    let both = Matrix(zip(a, b).flatMap { [$0, $1] }, shape: [8, 2])
    let covariances = try covariance(both, .sample)
    #expect(
      (covariances[0, 1] - 6.347857142857142).magnitude < 1e-13 && covariances[0, 1] == covariances[1, 0])
  }

  @Test("correlations and their p-values agree with SciPy")
  func correlations() throws {
    let pearson = try pearsonCorrelation(a, b)
    #expect((pearson.coefficient - 0.7014771015428534).magnitude < 1e-14)
    #expect((pearson.pValue - 0.05250630506521487).magnitude < 1e-13)
    let spearman = try spearmanCorrelation(a, b)
    #expect((spearman.coefficient - 0.8072289156626505).magnitude < 1e-14)
    #expect((spearman.pValue - 0.015419372762232257).magnitude < 1e-13)
    let opposite = try pearsonCorrelation(a, a.map { -2 * $0 })
    #expect(opposite.coefficient == -1 && opposite.pValue == 0 && opposite.count == 8)
    let (u, p) = try mannWhitney(a, b)
    #expect(u == 34.5 && (p - 0.832906899356357).magnitude < 1e-13)
    #expect(throws: MathError.self) { try pearsonCorrelation([1, 1], [1, 2]) }
    #expect(throws: MathError.shape("8 and 1 values are not pairs")) { try pearsonCorrelation(a, [1]) }
  }

  @Test("quantiles agree with NumPy")
  func quantile() throws {
    #expect(distance(try quantiles(a, [0, 0.1, 0.5, 0.77, 1]), [0.3, 0.79, 3.3, 5.414, 9.2]) < 1e-14)
    #expect(try median([3, 1, 2]) == 2 && (try median([1, 2])) == 1.5)
    #expect(throws: MathError.self) { try median([]) }
  }

  @Test("a bin holds its lower edge, the last one also its upper edge")
  func bins() throws {
    let histogram = try EngramMath.histogram([0, 1, 1, 2, 3, 3.1, -1, .nan], edges: [0, 1, 2, 3])
    #expect(histogram.counts == [1, 2, 2] && histogram.outside == 3)
    let equal = try EngramMath.histogram([0, 0.5, 1], bins: 2)
    #expect(equal.edges == [0, 0.5, 1] && equal.counts == [1, 2])
    #expect((zip(equal.density, [0.5, 0.5]).reduce(0) { $0 + $1.0 * $1.1 } - 1).magnitude < 1e-15)
    #expect(try EngramMath.histogram([4, 4], bins: 1).counts == [2])
  }

  @Test("Wasserstein-1 agrees with SciPy for equal and unequal sizes, and is a distance")
  func wasserstein() throws {
    #expect((try wasserstein1(a, b) - 0.45).magnitude < 1e-14)
    #expect((try wasserstein1(a, Array(b[..<5])) - 1.815).magnitude < 1e-14)
    #expect(try wasserstein1(a, a + a) == 0)
    #expect((try wasserstein1(a, a.map { $0 + 3 }) - 3).magnitude < 1e-14)
  }

  @Test("the jackknife error of a mean is its standard error, and its bias is zero")
  func jackknifes() throws {
    let result = try jackknife(a.count, estimate: try mean(a)) { i in
      try mean(a.enumerated().filter { $0.offset != i }.map(\.element))
    }
    #expect(
      (result.standardError - (try standardError(a))).magnitude < 1e-14 && result.bias.magnitude < 1e-14)
  }

  @Test("equal values share their mean rank")
  func ties() { #expect(ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2]) }
}
