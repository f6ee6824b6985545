import EngramKit
import Testing

@Suite("dominant-eigenvalues")
struct DominantEigenvaluesTests {
  /// A ring of `n` neurons, each driving the next: its eigenvalues are the n-th roots of 1, times `weight`.
  private func ring(_ n: Int, _ weight: Double) -> Matrix {
    var weights = Matrix(repeating: 0, shape: [n, n])
    for i in 0..<n { weights[(i + 1) % n, i] = weight }
    return weights
  }

  @Test("a ring has the roots of one, greatest real part first")
  func roots() throws {
    let result = try analyse(
      "dominant-eigenvalues", ["connectivity": .connectivity(.dense(ring(6, 2)))],
      ["leading": .text("real-part"), "count": .integer(3)])
    let expected = [2, 0, 1, 3.0.squareRoot(), 1, -3.0.squareRoot()]
    #expect(agree(try result.values("eigenvalues"), expected, within: 1e-12))
    #expect(result.numbers("spectrum")?.shape == [6, 2])
    #expect(try abs(result.values("greatest_magnitude")[0] - 2) < 1e-12)
  }

  @Test("LAPACK and ARPACK agree, dense and sparse", arguments: ["magnitude", "real-part"])
  func methods(leading: String) throws {
    // Ten planted eigenvalues -3, 4, -5, ..., far outside a bulk of radius 1.
    var random = RandomStream(seed: 5)
    let n = 200
    var weights = random.normalTensor(shape: [n, n], mean: 0, sd: 1 / Double(n).squareRoot())
    for k in 0..<10 { weights[k, k] += (k % 2 == 0 ? -3 : 3) * (1 + Double(k) / 2) }
    let dense = try found(.dense(weights), "dense", leading)
    for stored in [Connectivity.dense(weights), .sparse(SparseMatrix(weights))] {
      #expect(agree(try found(stored, "arnoldi", leading), dense, within: 1e-8))
    }
  }

  private func found(_ weights: Connectivity, _ method: String, _ leading: String) throws -> [Double] {
    try analyse(
      "dominant-eigenvalues", ["connectivity": .connectivity(weights)],
      ["method": .text(method), "leading": .text(leading), "count": .integer(5)]
    ).values("eigenvalues")
  }

  @Test("the bulk of Gaussian weights is an ellipse, its mean an outlier")
  func bulk() throws {
    // Half axes g (1 + t) and g (1 - t) (Sommers et al. 1988), outlier at N mean.
    var random = RandomStream(seed: 2)
    let (n, gain, correlation, mean) = (400, 0.5, 0.4, 0.005)
    var weights = Matrix(repeating: 0, shape: [n, n])
    for i in 0..<n {
      for j in 0..<i {
        let (u, v) = (random.normal(), random.normal())
        let scale = gain / Double(n).squareRoot()
        weights[i, j] = mean + scale * u
        weights[j, i] = mean + scale * (correlation * u + (1 - correlation * correlation).squareRoot() * v)
      }
    }
    let result = try analyse("dominant-eigenvalues", ["connectivity": .connectivity(.dense(weights))])
    let axes = try result.values("bulk")
    #expect(abs(axes[0] - 0.7) < 0.01 && abs(axes[1] - 0.3) < 0.01)
    #expect(try abs(result.value("eigenvalues", 0, 0) - 2) < 0.15)
    #expect(try result.values("outlier")[0] == 1)
    let spectrum = try #require(result.numbers("spectrum"))
    let outside = (1..<n).filter {
      !SpectralBulk(real: 0.7, imaginary: 0.3).contains(
        Complex(spectrum[$0, 0], spectrum[$0, 1]), margin: 0.1)
    }
    #expect(outside.isEmpty)
  }
}
