import EngramData
import EngramKit
import EngramPlugins
import Testing

/// The shipped digits: pixels [image, 64] from 0 to 16, and classes.
func digits() throws -> (pixels: Matrix, labels: [Double]) {
  let reads = try #require(catalogue.first { $0.description.name == "stored-trials" }).description.reads
  let path = repository.appendingPathComponent("datasets/digits.h5").path
  let inputs = Inputs(try LayoutSource(reads, in: try EngramFile(reading: path)))
  return (try inputs.matrix("trials/input"), try inputs.vector("trials/label"))
}

@Suite("Competing hidden units on the digits (C9)")
struct DigitsTests {
  @Test("all 1797 images in file order")
  func file() throws {
    let (pixels, labels) = try digits()
    #expect(pixels.shape == [1797, 64])
    #expect(pixels.elements.reduce(0, +) == 561_718)
    #expect(Array(pixels.row(0).prefix(8)) == [0, 0, 5, 13, 9, 1, 0, 0])
    #expect(labels[0] == 0)
    let counts = (0..<10).map { digit in labels.count { $0 == Double(digit) } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  }

  @Test(
    "a step and fifty steps on the first hundred images",
    arguments: [
      (
        2.0, 2, 214.62788868, 10.43970608, [-44.88346684, -45.33346527, -72.09098168],
        [0, 3, 0, 0, 0, 2, 14, 3, 0, 5, 0, 10, 5, 0, 1, 0, 54, 2, 0, 1.0]
      ), (3.0, 7, 246.24513784, 10.42628604, [-32.87742173, -33.35102141, -61.47682395], []),
    ])
  func learning(
    p: Double, k: Int, largest: Double, sum: Double, energies: [Double], wins: [Double]
  ) throws {
    let data = Matrix(try digits().pixels.elements.prefix(6400).map { $0 / 16 }, shape: [100, 64])
    let units = try #require(try plugin("competing-hidden-units", ["p": .real(p)]).trains)
    var learner = try #require(try plugin("krotov-hopfield-fast", ["k": .integer(k)]).learns)
    var random = RandomStream(seed: 1)
    var weights = Weights([.init("hidden", fixture(20, 64, 0.1))])
    func energy() throws -> MemorySink {
      try analyse(
        "krotov-hopfield-energy",
        ["hidden": .numbers(try weights.double("hidden").reshaped([1, 20, 64])), "data": .numbers(data)],
        ["p": .real(p), "k": .integer(k)])
    }
    let start = try energy()
    #expect(abs(try start.values("energy")[0] - energies[0]) < 1e-6)
    for step in 0..<50 {
      let clock = Clock(update: step, updates: 50, epoch: step, epochs: 50)
      let trials = Trials(batch: Batch(input: data), clock: clock, model: units, noise: random)
      let estimate = try learner.estimate(at: weights, trials, &random)
      if step == 0 { #expect(abs(try estimate.double("hidden").largestMagnitude - largest) < 1e-6) }
      try learner.apply(estimate, to: &weights, clock)
      guard step == 0 else { continue }
      #expect(abs(try weights.double("hidden").elements.reduce(0, +) - sum) < 1e-6)
      #expect(abs(try energy().values("energy")[0] - energies[1]) < 1e-6)
    }
    #expect(abs(try energy().values("energy")[0] - energies[2]) < 1e-4)
    guard !wins.isEmpty else { return }
    // Wins are counted by <W, v>, as the rule does, at the start.
    var inputs = Matrix([], shape: [0, 0])
    let first = Weights([.init("hidden", fixture(20, 64, 0.1))])
    _ = try units.trial(Batch(input: data), at: first, Request(.traces), &random) { inputs = $0.post.double }
    var counts = [Double](repeating: 0, count: 20)
    for row in 0..<100 {
      let values = Array(inputs.row(row))
      counts[values.indices.max { values[$0] < values[$1] } ?? 0] += 1
    }
    #expect(counts == wins)
  }
}
