import EngramKit
import Testing

@Suite("Spike trains, weights, evidence")
struct ValueTypeTests {
  @Test("pairs in any order are grouped by unit, times ascending, silent units kept")
  func grouping() {
    let trains = SpikeTrains(
      units: [2, 0, 2, 0, 2], times: [5, 3, 1, 4, 2], ids: [10, 11, 12, 13], start: 0, stop: 6)
    #expect(trains.offsets == [0, 2, 2, 5, 5])
    #expect(Array(trains.train(0)) == [3, 4] && Array(trains.train(2)) == [1, 2, 5])
    #expect(trains.train(1).isEmpty && trains.unitCount == 4 && trains.count == 5)
  }

  @Test("stretches of time join where they meet, and only there")
  func joining() throws {
    let first = SpikeTrains(units: [0, 1], times: [1, 2], ids: [7, 8], start: 0, stop: 5)
    let second = SpikeTrains(units: [1, 1], times: [6, 9], ids: [7, 8], start: 5, stop: 10)
    let both = try first.followed(by: second)
    #expect(both == SpikeTrains(units: [0, 1, 1, 1], times: [1, 2, 6, 9], ids: [7, 8], start: 0, stop: 10))
    #expect(throws: Problem.self) { try second.followed(by: first) }
  }

  @Test("combining changes trained blocks in their own precision and leaves the rest")
  func combining() throws {
    let weights = Weights([
      .init("a", Tensor([1, 2] as [Float], shape: [2])), .init("b", Tensor([3.0], shape: [1])),
      .init("fixed", Tensor([4.0], shape: [1]), trained: false),
    ])
    let change = Weights([.init("a", Tensor([0.5, 0.5], shape: [2])), .init("b", Tensor([1.0], shape: [1]))])
    let result = try weights.combined(with: change) { $0 - $1 }
    #expect(result["a"]?.values == .float32(Tensor([0.5, 1.5], shape: [2])))
    #expect(result["b"]?.values == .float64(Tensor([2], shape: [1])))
    #expect(result["fixed"] == weights["fixed"])
    #expect(weights.zeroed.blocks.map(\.name) == ["a", "b"])
    let other = Weights([.init("a", Tensor([1.0], shape: [1])), .init("b", Tensor([1.0], shape: [1]))])
    #expect(throws: Problem.self) { try weights.combined(with: other) { $0 + $1 } }
  }

  @Test("evidence has names both ways")
  func evidence() {
    #expect(Evidence(words: ["loss", "traces"]) == [.loss, .traces])
    #expect(Evidence([.gradient, .curvature]).words == ["gradient", "curvature"])
    #expect(Evidence(words: ["loss", "luck"]) == nil)
  }

  @Test("Adam's first steps on the square (reference values)")
  func adam() throws {
    var adam = BlockOptimiser()
    var weights = Weights([.init("x", Tensor([1.0], shape: [1]))])
    for expected in [0.9000000005, 0.800412228692, 0.701586272946] {
      let gradient = try weights.combined(with: weights) { x, _ in 2 * x }
      try adam.step(.adam(), rate: 0.1, gradient, &weights)
      #expect(abs(try weights.double("x")[0] - expected) < 1e-11)
    }
  }

  @Test("moments that are saved and restored continue to the same bits")
  func adamResumes() throws {
    let gradients = [0.3, -1.2, 0.7, 2.5].map { Weights([.init("x", Tensor([$0, 1], shape: [2]))]) }
    func run(pausing: Bool) throws -> Weights {
      var (adam, weights) = (BlockOptimiser(), Weights([.init("x", Tensor([1.0, 2], shape: [2]))]))
      for (number, gradient) in gradients.enumerated() {
        if pausing, number == 2 {
          let saved = adam.memory
          adam = BlockOptimiser()
          adam.memory = saved
        }
        try adam.step(.adam(amsgrad: true), rate: 0.05, gradient, &weights)
      }
      return weights
    }
    #expect(try run(pausing: true) == run(pausing: false))
  }
}
