import EngramKit
import Testing

/// The matrix of acceptance cases A1 to A3: four excitatory neurons, then three inhibitory ones.
func acceptanceMatrix() -> Matrix {
  var weights = Matrix(repeating: 0, shape: [7, 7])
  for i in 0..<7 {
    for j in 0..<7 where i != j {
      let excitatory = (3 * i + 5 * j + i * j) % 11
      let inhibitory = (2 * i + 7 * j + i * i) % 13
      weights[i, j] = j < 4 ? Double(excitatory) / 10 : -Double(inhibitory) / 10
    }
  }
  return weights
}

let acceptanceTypes = ["E", "E", "E", "E", "I", "I", "I"]

/// The definitions of motif statistics as sums over pairs and triples of neurons.
struct BruteForce {
  var results: [String: [Double]] = [:]

  init(_ weights: Matrix, _ types: [Int], _ count: Int, tested: (Int, Int) -> Bool) {
    let n = weights.rows
    func tests(_ i: Int, _ j: Int) -> Bool { i != j && tested(i, j) }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func block(_ p: Int, _ q: Int) -> [Double] {
      (0..<n * n).filter { types[$0 / n] == p && types[$0 % n] == q && tests($0 / n, $0 % n) }.map {
        weights.elements[$0]
      }
    }
    let blocks = (0..<count * count).map { block($0 / count, $0 % count) }
    let means = blocks.map(mean)
    let variances = zip(blocks, means).map { values, m in mean(values.map { ($0 - m) * ($0 - m) }) }
    func z(_ i: Int, _ j: Int) -> Double {
      let k = types[i] * count + types[j]
      return (weights[i, j] - means[k]) / variances[k].squareRoot()
    }
    func correlation(
      _ places: Int, _ pairs: [(Int, Int, Int)], _ key: (Int, Int, Int) -> Int,
      _ a: (Int, Int, Int) -> (Int, Int), _ b: (Int, Int, Int) -> (Int, Int)
    ) -> [Double] {
      var (sums, counts) = ([Double](repeating: 0, count: places), [Double](repeating: 0, count: places))
      for (i, l, j) in pairs {
        let (first, second) = (a(i, l, j), b(i, l, j))
        guard tests(first.0, first.1), tests(second.0, second.1) else { continue }
        sums[key(types[i], types[l], types[j])] += z(first.0, first.1) * z(second.0, second.1)
        counts[key(types[i], types[l], types[j])] += 1
      }
      return zip(sums, counts).map { $0 / $1 }
    }
    let pairs = (0..<n * n).map { ($0 / n, 0, $0 % n) }
    let triples = (0..<n * n * n).map { ($0 / n / n, $0 / n % n, $0 % n) }.filter {
      $0.0 != $0.1 && $0.1 != $0.2 && $0.0 != $0.2
    }
    let cube = { (p: Int, k: Int, q: Int) in (p * count + k) * count + q }
    let third = count * count * count
    results = [
      "mean": means, "variance": variances, "pairs": blocks.map { Double($0.count) },
      "reciprocal": correlation(
        count * count, pairs, { p, _, q in p * count + q }, { i, _, j in (i, j) }, { i, _, j in (j, i) }),
      "chain": correlation(third, triples, cube, { i, l, _ in (i, l) }, { _, l, j in (l, j) }),
      "convergent": correlation(third, triples, cube, { i, l, _ in (i, l) }, { i, _, j in (i, j) }),
      "divergent": correlation(third, triples, cube, { i, _, j in (i, j) }, { _, l, j in (l, j) }),
    ]
  }
}

@Suite("motif-statistics")
struct MotifStatisticsTests {
  @Test("acceptance case A1: two populations, dense and sparse", arguments: [false, true])
  func twoPopulations(sparse: Bool) throws {
    let result = try statistics(acceptanceMatrix(), acceptanceTypes, sparse: sparse)
    try expect(result, "mean", [0.5583333333, -0.6833333333, 0.525, -0.7833333333])
    try expect(result, "variance", [0.0690972222, 0.1147222222, 0.0802083333, 0.1547222222])
    try expect(result, "reciprocal", [0.1678391960, 0.0738421202, 0.0738421202, -0.7773788151])
    try expect(
      result, "chain",
      [
        -0.0613065327, 0.0545985964, 0.3721063706, 0.3481880387, -0.0531706933, -0.2171827066, -0.1757925731,
        -0.0448833034,
      ])
    try expect(
      result, "convergent",
      [
        -0.3748743719, 0.0982774735, 0.0982774735, -0.2493946731, 0.3108225108, 0.4076891588, 0.4076891588,
        0.2136445242,
      ])
    try expect(
      result, "divergent",
      [
        -0.3748743719, -0.0411622276, -0.0904834605, -0.2053683941, -0.0904834605, -0.2053683941,
        -0.3090909091, -0.3464991023,
      ])
  }

  @Test("acceptance case A2: a mask of tested pairs", arguments: [false, true])
  func tested(sparse: Bool) throws {
    var mask = Matrix(repeating: 1, shape: [7, 7])
    for i in 0..<7 { for j in 0..<7 where (i + 2 * j) % 5 == 0 { mask[i, j] = 0 } }
    let result = try statistics(acceptanceMatrix(), acceptanceTypes, sparse: sparse, tested: mask)
    try expect(result, "mean", [0.57, -0.6444444444, 0.5111111111, -0.7833333333])
    try expect(result, "pairs", [10, 9, 9, 6])
    #expect(try abs(result.value("reciprocal", 0, 0) - -0.0168539326) < 1e-9)
    #expect(try abs(result.value("chain", 0, 0, 0) - -0.0710141735) < 1e-9)
    #expect(try abs(result.value("chain", 0, 1, 0) - 0.3444536875) < 1e-9)
    #expect(try abs(result.value("chain", 0, 1, 1) - 0.4689308341) < 1e-9)
    #expect(try abs(result.value("chain", 1, 0, 1) - -0.3005901837) < 1e-9)
    #expect(try abs(result.value("convergent", 0, 0, 0) - -0.4428838951) < 1e-9)
    #expect(try abs(result.value("divergent", 0, 0, 0) - -0.4194756554) < 1e-9)
  }

  // The specification prints -0.0905657178 for the chain; its own triple loop gives -0.0905658178.
  @Test("acceptance case A3: without cell types", arguments: [false, true])
  func onePopulation(sparse: Bool) throws {
    let result = try statistics(acceptanceMatrix(), nil, sparse: sparse)
    let expected = [
      "mean": 0.0023809524, "variance": 0.4864229025, "reciprocal": -0.0783287687, "chain": -0.0905658178,
      "convergent": -0.1206200105, "divergent": 0.7624054542,
    ]
    for (name, value) in expected { try expect(result, name, [value]) }
  }

  @Test("sums over rows and columns equal sums over triples, for any order of types", arguments: [3, 40, 70])
  func bruteForce(neurons: Int) throws {
    var random = Lehmer()
    let types = (0..<neurons).map { _ in Int.random(in: 0..<3, using: &random) }
    var weights = Matrix(repeating: 0, shape: [neurons, neurons])
    for k in weights.elements.indices where Bool.random(using: &random) {
      weights[k] = 5 + Double.random(in: -1...1, using: &random)
    }
    let mask = weights.map { _ in Bool.random(using: &random) ? 1.0 : 0 }
    let populations = Populations(types.map(String.init))
    let codes = populations.codes.map(Int.init)
    let all = BruteForce(weights, codes, populations.count) { _, _ in true }
    let some = BruteForce(weights, codes, populations.count) { mask[$0, $1] != 0 }
    for sparse in [false, true] {
      let whole = try statistics(weights, types.map(String.init), sparse: sparse)
      let part = try statistics(weights, types.map(String.init), sparse: sparse, tested: mask)
      for (name, values) in all.results {
        #expect(agree(try whole.values(name), values, within: 1e-9), "\(name)")
      }
      for (name, values) in some.results {
        #expect(agree(try part.values(name), values, within: 1e-9), "\(name), some pairs tested")
      }
    }
  }

  @Test("acceptance case A12: order, transposition and scale")
  func invariances() throws {
    let (weights, types) = (acceptanceMatrix(), acceptanceTypes)
    let result = try statistics(weights, types)
    let order = [2, 0, 3, 1, 6, 4, 5]
    var (permuted, scaled) = (weights, weights)
    for i in 0..<7 { for j in 0..<7 { permuted[i, j] = weights[order[i], order[j]] } }
    for k in scaled.elements.indices { scaled[k] *= 3 }
    let names = ["reciprocal", "chain", "convergent", "divergent"]
    for name in names + ["mean", "variance"] {
      try expect(try statistics(permuted, types), name, try result.values(name))
    }
    for name in names { try expect(try statistics(scaled, types), name, try result.values(name)) }
    let back = try statistics(weights.transposed(), types)
    for (p, q, k) in (0..<8).map({ ($0 / 4, $0 / 2 % 2, $0 % 2) }) {
      #expect(try abs(back.value("divergent", q, k, p) - result.value("convergent", p, q, k)) < 1e-12)
      #expect(try abs(back.value("chain", q, k, p) - result.value("chain", p, k, q)) < 1e-12)
    }
  }

  @Test("a block of equal weights has no variance, and the note says so")
  func constant() throws {
    let weights = Matrix((0..<9).map { $0 % 4 == 0 ? 0 : 0.1 }, shape: [3, 3])
    for sparse in [false, true] {
      let result = try statistics(weights, nil, sparse: sparse)
      #expect(try result.values("variance") == [0])
      #expect(try result.values("chain")[0].isNaN)
      #expect(result.notes == ["All 6 weights all→all equal 0.1: their correlations are NaN."])
    }
  }

  @Test("a type with one neuron is named")
  func lonely() throws {
    let result = try statistics(acceptanceMatrix(), ["E", "E", "E", "E", "I", "I", "X"])
    #expect(
      result.notes == [
        "X has one neuron: motifs with two different X neurons are NaN.",
        "All 4 weights E→X equal 0.7: their correlations are NaN.",
      ])
    #expect(try result.value("chain", 2, 0, 2).isNaN)
    #expect(try result.value("chain", 0, 0, 2).isFinite)
  }

  @Test("bad input is refused with its numbers")
  func badInput() throws {
    let few = #expect(throws: Problem.self) { try statistics(acceptanceMatrix(), acceptanceTypes.dropLast()) }
    #expect(few?.what == "6 cell types do not fit 7 neurons")
    var broken = acceptanceMatrix()
    broken[2, 5] = .nan
    for sparse in [false, true] {
      #expect(throws: MathError.notFinite("the weight from neuron 5 to neuron 2 is nan")) {
        try statistics(broken, acceptanceTypes, sparse: sparse)
      }
    }
  }

  private func statistics(
    _ weights: Matrix, _ types: [String]?, sparse: Bool = false, tested: Matrix? = nil
  ) throws -> MemorySink {
    var inputs: [String: Stored] = [
      "connectivity": .connectivity(sparse ? .sparse(SparseMatrix(weights)) : .dense(weights))
    ]
    inputs["types"] = types.map { .labels($0) }
    inputs["tested"] = tested.map { .connectivity(sparse ? .sparse(SparseMatrix($0)) : .dense($0)) }
    return try analyse("motif-statistics", inputs)
  }

  private func expect(
    _ result: MemorySink, _ name: String, _ values: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try result.values(name)
    #expect(
      agree(found, values, within: 1e-9), "\(name) is \(found)", sourceLocation: sourceLocation)
  }
}
