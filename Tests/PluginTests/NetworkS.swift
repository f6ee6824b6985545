import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Network S of the ModProp specification, section 6: five units, two of them inhibitory, eight steps, two trials.
struct NetworkS {
  static let signs = [-1.0, -1, 1, 1, 1]
  var recurrent = table(5, 5) { p, q in p == q ? 0 : signs[q] * (0.2 + 0.1 * Double((3 * p + 5 * q) % 7)) }
  var input = table(5, 2) { p, m in 0.9 * cos(2 * Double(p) + 1.5 * Double(m)) }
  var output = table(2, 5) { k, j in 0.3 * signs[j] * Double(1 + (k + 2 * j) % 3) }
  var bias = [0, 0.1]
  var stimulus = Tensor(
    (0..<32).map { place in
      let (b, t, m) = (place / 16, place / 2 % 8, place % 2)
      return 0.6 + 1.5 * sin(0.9 * Double(t) + 1.7 * Double(m) + 1.1 * Double(b))
    }, shape: [2, 8, 2])
  var types = ["I", "I", "E", "E", "E"]
  /// exp(-dt / tau) is 0.8.
  var set: [String: Value] = [
    "dt": .real(-log(0.8)), "tau": .real(1), "precision": .text("double"), "dale": .flag(false),
  ]

  static func table(_ rows: Int, _ columns: Int, _ f: (Int, Int) -> Double) -> Matrix {
    Matrix((0..<rows * columns).map { f($0 / columns, $0 % columns) }, shape: [rows, columns])
  }

  var batch: Batch { Batch(input: stimulus, target: .labels([0, 1])) }

  func model() throws -> any Trains {
    let registry = try Registry(catalogue)
    let name = "leaky-relu-rnn"
    return try #require(try registry.entry(name).make(try registry.accept(set, for: name)).trains)
  }

  func weights() throws -> Weights {
    let inputs = Inputs([
      "W": .numbers(recurrent), "Win": .numbers(input), "Wout": .numbers(output),
      "b": .numbers(Tensor(bias, shape: [2])), "types": .labels(types),
    ])
    var random = RandomStream(seed: 1)
    return try model().weights(
      inputs, for: TrialShape(steps: 8, inputs: 2, outputs: 2, classes: true), &random)
  }

  /// The estimate of rule `name`.
  func estimate(_ name: String, _ set: [String: Value] = [:], inputs: Inputs = Inputs()) throws -> Weights {
    let registry = try Registry(catalogue)
    var rule = try #require(try registry.entry(name).make(try registry.accept(set, for: name)).learns)
    let weights = try weights()
    try rule.begin(inputs, weights)
    var random = RandomStream(seed: 2)
    let trials = Trials(
      batch: batch, clock: Clock(update: 0, updates: 1), model: try model(), noise: RandomStream(seed: 3))
    return try rule.estimate(at: weights, trials, &random)
  }

  func loss(_ weights: Weights) throws -> Double {
    var random = RandomStream(seed: 3)
    return try #require(try model().trial(batch, at: weights, Request(.loss), &random) { _ in }.loss)
  }
}

extension Weights {
  /// The largest difference between the elements of blocks that both have.
  func distance(_ other: Weights) throws -> Double {
    var largest = 0.0
    for block in blocks {
      let partner = try other.double(block.name).elements
      for (a, b) in zip(block.values.double.elements, partner) { largest = max(largest, abs(a - b)) }
    }
    return largest
  }
}
