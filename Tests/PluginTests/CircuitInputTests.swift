import EngramKit
import EngramPlugins
import Testing

/// What analyses of circuits say of input that is wrong, or that leaves their numbers without a value.
@Suite("bad circuits")
struct CircuitInputTests {
  static let analyses = [
    "motif-statistics", "motif-outliers", "lowrank-approximation", "population-response", "stability-map",
    "degree-statistics", "dominant-eigenvalues",
  ]

  private func run(_ name: String, _ weights: Matrix, _ types: [String], sparse: Bool = false) throws
    -> MemorySink
  {
    let stored = sparse ? Connectivity.sparse(SparseMatrix(weights)) : .dense(weights)
    return try analyse(name, ["connectivity": .connectivity(stored), "types": .labels(types)])
  }

  /// Names of the results that hold a NaN.
  private func undefined(_ sink: MemorySink) -> [String] {
    sink.values.keys.filter { sink.numbers($0)?.elements.contains(where: \.isNaN) ?? false }.sorted()
  }

  @Test("labels that do not match are counted", arguments: analyses)
  func labels(name: String) throws {
    let problem = #expect(throws: Problem.self) {
      try run(name, acceptanceMatrix(), Array(acceptanceTypes.dropLast()))
    }
    #expect(problem?.what == "6 cell types do not fit 7 neurons")
  }

  @Test("a weight that is NaN is named with its two neurons", arguments: analyses)
  func notNumbers(name: String) throws {
    var broken = acceptanceMatrix()
    broken[2, 5] = .nan
    for sparse in [false, true] {
      #expect(throws: MathError.notFinite("the weight from neuron 5 to neuron 2 is nan")) {
        try run(name, broken, acceptanceTypes, sparse: sparse)
      }
    }
  }

  @Test(
    "models name a NaN weight and labels that do not match",
    arguments: ["linear-rate-network", "lif-network"])
  func models(name: String) throws {
    var broken = acceptanceMatrix()
    broken[2, 5] = .nan
    let model = try #require(try plugin(name).simulates)
    #expect(throws: MathError.notFinite("the weight from neuron 5 to neuron 2 is nan")) {
      try simulated(
        model, Inputs(["connectivity": .connectivity(.dense(broken))]), duration: 1, dt: 0.1, seed: 1)
    }
    guard name == "linear-rate-network" else { return }
    let inputs = Inputs([
      "connectivity": .connectivity(.dense(acceptanceMatrix())), "types": .labels(["E", "I"]),
    ])
    let problem = #expect(throws: Problem.self) {
      try simulated(model, inputs, duration: 1, dt: 0.1, seed: 1)
    }
    #expect(problem?.what == "2 cell types do not fit 7 neurons")
  }

  @Test("a type of one neuron: results with NaN come with a note that names it", arguments: analyses)
  func lonely(name: String) throws {
    for sparse in [false, true] {
      let result = try run(name, acceptanceMatrix(), ["E", "E", "E", "E", "I", "I", "X"], sparse: sparse)
      guard !undefined(result).isEmpty else { continue }
      #expect(
        result.notes.contains { $0.hasPrefix("X has one neuron") && $0.contains("NaN") },
        "\(undefined(result)): \(result.notes)")
    }
  }

  @Test(
    "types without a connection between them: NaN comes with a note that names the pair", arguments: analyses)
  func disconnected(name: String) throws {
    var weights = acceptanceMatrix()
    for i in 0..<4 { for j in 4..<7 { weights[i, j] = 0 } }
    for sparse in [false, true] {
      let result = try run(name, weights, acceptanceTypes, sparse: sparse)
      guard !undefined(result).isEmpty else { continue }
      #expect(
        result.notes.contains { $0.contains("I→E") && $0.contains("NaN") },
        "\(undefined(result)): \(result.notes)")
    }
    let note = try run("motif-statistics", weights, acceptanceTypes).notes
    #expect(note == ["None of the 12 pairs I→E is connected: correlations of its weights are NaN."])
    // Each type alone: nothing at all between them.
    for i in 4..<7 { for j in 0..<4 { weights[i, j] = 0 } }
    let apart = try run(name, weights, acceptanceTypes)
    guard !undefined(apart).isEmpty else { return }
    for pair in ["E→I", "I→E"] { #expect(apart.notes.contains { $0.contains(pair) }) }
  }

  @Test("no connection at all: what has no value says so", arguments: analyses)
  func empty(name: String) throws {
    let none = Matrix(repeating: 0, shape: [7, 7])
    do {
      let result = try run(name, none, acceptanceTypes)
      guard !undefined(result).isEmpty else { return }
      #expect(
        result.notes.contains { $0.contains("connected") || $0.contains("NaN") }, "\(undefined(result))")
    } catch let problem as Problem {
      #expect(problem.what.contains("predict no eigenvalue but 0"))
    }
  }

  @Test("unstable networks are named with the number that makes them so")
  func unstable() throws {
    let weights = Matrix((0..<100).map { $0 / 10 == $0 % 10 ? 0 : 0.2 }, shape: [10, 10])
    let types = (0..<10).map { _ in "E" }
    // All weights 0.2 but on the diagonal: the eigenvalues are 1.8 and nine times -0.2.
    let response = try run("population-response", weights, types)
    #expect(response.notes.contains { $0.hasPrefix("The network is unstable: a real part of 1.8") })
    #expect(try run("motif-outliers", weights, types).values("stable") == [0])
    #expect(try run("stability-map", weights, types).values["own_regime"] == .labels(["unstable"]))
    let model = try #require(try plugin("linear-rate-network").simulates)
    let problem = #expect(throws: Problem.self) {
      try simulated(
        model, Inputs(["connectivity": .connectivity(.dense(weights))]), duration: 1e5, dt: 1, seed: 1)
    }
    let what = try #require(problem?.what)
    #expect(what.hasPrefix("activity grows without bound and overflowed at"))
    let numbers = what.split(separator: " ").compactMap { Double($0.dropLast()) }
    #expect(numbers.contains { abs($0 - 1.8) < 1e-12 }, "\(what)")
  }

  @Test("a critical factor that is not reached is NaN with the range that was searched")
  func stabilityBorders() throws {
    let weights = acceptanceMatrix().map { $0 * 0.01 }
    let result = try run("stability-map", weights, acceptanceTypes)
    for name in undefined(result) {
      #expect(
        result.notes.contains("\(name) is NaN: nothing changes up to a factor of 2.0."), "\(result.notes)")
    }
    #expect(undefined(result).contains("critical_excitation"))
  }
}
