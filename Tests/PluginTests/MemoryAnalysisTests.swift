import EngramKit
import Testing

@Suite("Audit and capacity of associative memories")
struct MemoryAnalysisTests {
  @Test("an antisymmetric pair cycles with period 4, and nothing is guaranteed (C11)")
  func asymmetric() throws {
    let weights = Stored.numbers(Matrix([0, 1, -1, 0], shape: [2, 2]))
    let sink = try recorded(
      "hopfield-binary", ["order": .text("synchronous")],
      ["connectivity": weights, "cue": .numbers(Matrix([1, 1], shape: [1, 2]))], steps: 8)
    let audit = try analyse(
      "lyapunov-audit", ["connectivity": weights, "state": .numbers(try #require(sink.numbers("state")))])
    #expect(try audit.values("audit/verdict") == [-1])
    #expect(try audit.values("audit/cycle_length") == [4])
    #expect(audit.notes.first?.hasPrefix("no Lyapunov guarantee: W is not symmetric") == true)
  }

  @Test("rises are found with place and size")
  func rises() throws {
    let audit = try analyse("lyapunov-audit", ["energy": .numbers(Tensor([3, 2, 2.5, 1, 1.25], shape: [5]))])
    #expect(try audit.values("audit/increase_index") == [2, 4])
    #expect(try audit.values("audit/increase_size") == [0.5, 0.25])
    #expect(try audit.values("audit/verdict") == [0])
  }

  @Test(
    "mean-field overlaps and capacity are those of Amit, Gutfreund and Sompolinsky; dense capacities (C10)")
  func theory() throws {
    let sink = try analyse(
      "hopfield-capacity", [:],
      [
        "neurons": .integer(100), "networks": .integer(1), "tested": .integer(1),
        "loads": .reals([0.05, 0.10, 0.13, 0.20]),
      ])
    #expect(
      agree(
        try sink.values("capacity/theory_overlap"), [0.99999223, 0.99799927, 0.98721189, 0], within: 1e-7))
    #expect(agree(try sink.values("capacity/critical_load"), [0.13790557], within: 1e-7))
    #expect(
      agree(try sink.values("capacity/dense_maximum"), [10.857362, 361.912068, 7238.241365], within: 1e-5))
    let errors = try analyse(
      "hopfield-capacity", [:],
      [
        "neurons": .integer(1000), "networks": .integer(1), "tested": .integer(1),
        "loads": .reals([0.105, 0.185, 0.61]),
      ])
    #expect(
      agree(try errors.values("capacity/one_step_theory"), [0.001014, 0.010037, 0.100208], within: 2e-6))
  }

  @Test("simulated retrieval follows the theory below capacity and breaks down above it")
  func simulation() throws {
    let sink = try analyse("hopfield-capacity", [:], ["loads": .reals([0.05, 0.10, 0.20])])
    let overlap = try sink.values("capacity/overlap")
    #expect(abs(overlap[0] - 1) < 0.05)
    #expect(abs(overlap[1] - 0.998) < 0.05)
    #expect(overlap[2] < 0.8)
  }

  @Test("end states are told apart: memory, complement, mixture")
  func kinds() throws {
    var hadamard = Matrix(repeating: 1, shape: [16, 16])
    for i in 0..<16 { for j in 0..<16 where (i & j).nonzeroBitCount % 2 == 1 { hadamard[i, j] = -1 } }
    let patterns = Matrix([1, 2, 5].flatMap { hadamard.row($0) }, shape: [3, 16])
    let mixture = (0..<16).map { i in (0..<3).reduce(0) { $0 + patterns[$1, i] } > 0 ? 1.0 : -1.0 }
    let states = Matrix(Array(patterns.row(1)) + patterns.row(2).map { -$0 } + mixture, shape: [3, 16])
    let sink = try analyse("recall", ["state": .numbers(states), "patterns": .numbers(patterns)])
    #expect(sink.values["kind"] == .labels(["memory", "complement", "mixture"]))
  }
}
