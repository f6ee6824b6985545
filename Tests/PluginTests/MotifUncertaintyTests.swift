import EngramKit
import Testing

/// Errors and z-scores of motif statistics against leave-one-out sums and the exact moments of shuffles.
@Suite("uncertainty of motifs")
struct MotifUncertaintyTests {
  private let names = ["reciprocal", "chain", "convergent", "divergent"]

  private func randomNetwork(_ n: Int) -> Matrix {
    var random = Lehmer()
    var weights = Matrix(repeating: 0, shape: [n, n])
    for i in 0..<n {
      for j in 0..<n where i != j && Double.random(in: 0..<1, using: &random) < 0.6 {
        weights[i, j] = Double.random(in: 0.5...3, using: &random)
      }
    }
    return weights
  }

  @Test("the jackknife is sqrt((n - 1) / n times the squared deviations of all n leave-one-out values)")
  func jackknife() throws {
    let (n, types) = (14, (0..<14).map { $0 < 9 ? 0 : 1 })
    let weights = randomNetwork(n)
    for sparse in [false, true] {
      let result = try analyse(
        "motif-statistics",
        [
          "connectivity": .connectivity(sparse ? .sparse(SparseMatrix(weights)) : .dense(weights)),
          "types": .labels(types.map { $0 == 0 ? "E" : "I" }),
        ], ["jackknife": .integer(n)])
      let replicates = (0..<n).map { left in
        let kept = (0..<n).filter { $0 != left }
        let part = Matrix(kept.flatMap { i in kept.map { weights[i, $0] } }, shape: [n - 1, n - 1])
        return BruteForce(part, kept.map { types[$0] }, 2) { _, _ in true }.results
      }
      for name in names + ["mean", "variance"] {
        let values = try replicates.map { try #require($0[name]) }
        let expected = values[0].indices.map { k in
          let center = values.reduce(0) { $0 + $1[k] } / Double(n)
          let squares = values.reduce(0) { $0 + ($1[k] - center) * ($1[k] - center) }
          return (squares * Double(n - 1) / Double(n)).squareRoot()
        }
        #expect(agree(try result.values(name + "_se"), expected, within: 1e-9), "\(name)")
      }
    }
  }

  /// Mean and standard deviation of a correlation over all permutations of the weights over the pairs of neurons.
  private func exactNull(_ values: [Double], _ terms: [(Int, Int)]) -> (mean: Double, deviation: Double) {
    let n = Double(values.count)
    let center = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / n
    // Power sums of standardised values: p1 = 0, p2 = n; moments of draws without replacement follow from them.
    let fourth = values.reduce(0) { $0 + pow(($1 - center) * ($1 - center) / variance, 2) }
    let pair = -n / (n * (n - 1))
    let squares = (n * n - fourth) / (n * (n - 1))
    let shared = (2 * fourth - n * n) / (n * (n - 1) * (n - 2))
    let four = (3 * n * n - 6 * fourth) / (n * (n - 1) * (n - 2) * (n - 3))
    var sum = 0.0
    for a in terms {
      for b in terms {
        let common = Set([a.0, a.1, b.0, b.1]).count
        sum += common == 2 ? squares : common == 3 ? shared : four
      }
    }
    let count = Double(terms.count)
    return (pair, (sum / (count * count) - pair * pair).squareRoot())
  }

  @Test("z-scores are those of the exact mean and variance under permutations", arguments: [false, true])
  func shuffles(sparse: Bool) throws {
    let n = 8
    let weights = randomNetwork(n)
    let rounds = 4000
    let result = try analyse(
      "motif-statistics",
      ["connectivity": .connectivity(sparse ? .sparse(SparseMatrix(weights)) : .dense(weights))],
      ["shuffles": .integer(rounds)])
    let places = (0..<n * n).filter { $0 / n != $0 % n }
    let values = places.map { weights.elements[$0] }
    let triples = (0..<n * n * n).map { ($0 / n / n, $0 / n % n, $0 % n) }.filter {
      $0.0 != $0.1 && $0.1 != $0.2 && $0.0 != $0.2
    }
    let place = { (i: Int, j: Int) in i * n + j }
    let terms: [String: [(Int, Int)]] = [
      "reciprocal": places.filter { $0 / n < $0 % n }.map { ($0, place($0 % n, $0 / n)) },
      "chain": triples.map { (place($0, $1), place($1, $2)) },
      "convergent": triples.filter { $0.1 < $0.2 }.map { (place($0, $1), place($0, $2)) },
      "divergent": triples.filter { $0.1 < $0.2 }.map { (place($1, $0), place($2, $0)) },
    ]
    for name in names {
      let (mean, deviation) = exactNull(values, try #require(terms[name]))
      let expected = (try result.values(name)[0] - mean) / deviation
      let found = try result.values(name + "_z")[0]
      // Of 4000 shuffles the mean errs by 1/63 standard deviations, the deviation by about 1/89 of itself; four times.
      let allowed = 4.0 / 63 + abs(expected) * 4 / 89
      #expect(abs(found - expected) < allowed, "\(name): \(found), \(expected)")
    }
  }

  @Test("errors and z-scores without a value are counted, with the reason")
  func missing() throws {
    // Two I neurons: without one of them no motif with two is left. All E→E weights are equal.
    var weights = randomNetwork(7)
    for i in 0..<5 { for j in 0..<5 where i != j { weights[i, j] = 1 } }
    let result = try analyse(
      "motif-statistics",
      [
        "connectivity": .connectivity(.dense(weights)),
        "types": .labels(["E", "E", "E", "E", "E", "I", "I"]),
      ], ["jackknife": .integer(7), "shuffles": .integer(20)])
    #expect(result.notes.contains("All 20 weights E→E equal 1: their correlations are NaN."))
    let missing = try zip(result.values("chain_se"), result.values("chain")).count { $0.isNaN && !$1.isNaN }
    #expect(missing > 0)
    #expect(
      result.notes.contains {
        $0.hasPrefix("\(missing) of 8 jackknife errors of chain are NaN: without one of the groups")
      })
  }
}
