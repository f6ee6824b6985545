import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Network S of `modprop`, section 6, as the plugin `leaky-relu-rnn` runs it.
private struct ReducedNetworkS {
  let model: any Trains
  let weights: Weights
  let source: FixedTrials

  /// - Parameters:
  ///   - trials: Which of the two trials.
  ///   - outputs: How many of the two outputs.
  init(trials: [Int], outputs: Int, autapses: Bool = false) throws {
    let signs = [-1.0, -1, 1, 1, 1]
    let recurrent = table(5, 5) { p, q in p == q ? 0 : signs[q] * (0.2 + 0.1 * Double((3 * p + 5 * q) % 7)) }
    let input = table(5, 2) { p, m in 0.9 * cos(2 * Double(p) + 1.5 * Double(m)) }
    let output = table(outputs, 5) { k, j in 0.3 * signs[j] * Double(1 + (k + 2 * j) % 3) }
    let inputs: [String: Stored] = [
      "W": .numbers(recurrent), "Win": .numbers(input), "Wout": .numbers(output),
      "b": .numbers(Tensor(Array([0, 0.1].prefix(outputs)), shape: [outputs])),
      "types": .labels(["I", "I", "E", "E", "E"]), "sign": .numbers(Tensor(signs, shape: [5])),
    ]
    // exp(-dt / tau) = 0.8. No law holds the signs: the theorem moves weights freely.
    model = try trainable(
      "leaky-relu-rnn",
      [
        "tau": .real(-1 / log(0.8)), "precision": .text("double"), "dale": .flag(false),
        "autapses": .flag(autapses),
      ])
    var stimulus = Tensor(repeating: 0.0, shape: [trials.count, 8, 2])
    for (place, b) in trials.enumerated() {
      for t in 0..<8 {
        for m in 0..<2 {
          let phase = 0.9 * Double(t) + 1.7 * Double(m) + 1.1 * Double(b)
          stimulus[place, t, m] = 0.6 + 1.5 * sin(phase)
        }
      }
    }
    source = FixedTrials(input: stimulus, labels: trials, outputs: outputs)
    var random = RandomStream(seed: 1)
    weights = try model.weights(Inputs(inputs), for: source.shape, &random)
  }

  func stability(_ rules: [(name: String, rule: any Learns)], trials: Int) throws -> MemorySink {
    try probed(
      "update-map-stability", ["trials": .integer(trials), "diagonal": .text("masked")], model: model,
      source: source,
      weights: [weights], rules: rules)
  }
}

private func table(_ rows: Int, _ columns: Int, _ f: (Int, Int) -> Double) -> Matrix {
  Matrix((0..<rows * columns).map { f($0 / columns, $0 % columns) }, shape: [rows, columns])
}

private struct FixedTrials: TrialSource {
  let input: Tensor<Double>
  let labels: [Int]
  let outputs: Int
  var shape: TrialShape { TrialShape(steps: 8, inputs: 2, outputs: outputs, classes: true) }
  func count(_ split: Split) -> Int? { labels.count }
  func batch(_ picks: [Int], _ split: Split, _ random: inout RandomStream) throws -> Batch {
    Batch(
      input: Tensor(picks.flatMap { input.row($0) }, shape: [picks.count, 8, 2]),
      target: .labels(picks.map { labels[$0] }))
  }
}

/// The rules of the specification's tables, with feedback through the weights of the cells themselves.
private func rules() throws -> [(name: String, rule: any Learns)] {
  [
    ("three-factor", try learner("three-factor")),
    ("mdgl", try learner("mdgl", ["feedback": .text("cell")])),
    (
      "modprop",
      try learner("modprop", ["feedback": .text("cell"), "mu": .real(0.25), "form": .text("adjoint")])
    ),
    (
      "exact-trace",
      try learner("modprop", ["feedback": .text("cell"), "mu": .real(0.25), "form": .text("exact-trace")])
    ),
  ]
}

@Suite("Stability of update maps on Network S")
struct TheoremTests {
  @Test("one trial and output: lambda, rho and norms of every rule (case 3)")
  func oneOutput() throws {
    let s = try ReducedNetworkS(trials: [0], outputs: 1)
    let sink = try s.stability(try rules(), trials: 1)
    #expect(agree(try sink.values("stability/lambda"), [0.1715874905], within: 1e-9))
    #expect(
      agree(
        try sink.values("stability/d_dot"),
        [0.1715874905, 0.1403278134, 0.1507726163, 0.1495813876, 0.1739322930], within: 1e-9))
    #expect(
      agree(
        try sink.values("stability/rho"), [1, 0.8178207690, 0.8786923562, 0.8717499580, 1.0136653463],
        within: 1e-9))
    #expect(
      agree(
        try sink.values("stability/norm_ratio"),
        [1, 0.8649185402, 0.9005539289, 0.9000068400, 1.0139965392], within: 1e-9))
  }

  @Test("two trials, two outputs: leading eigenvalue and trace of every rule's matrix (case 9)")
  func twoOutputs() throws {
    let sink = try ReducedNetworkS(trials: [0, 1], outputs: 2).stability(
      Array(try rules().prefix(3)), trials: 2)
    let leading = try sink.values("stability/d_dot").map { 2 * $0 }
    #expect(agree(leading, [0.6593891680, 0.5360959048, 0.5787140797, 0.5741297115], within: 1e-9))
    #expect(
      agree(
        try sink.values("stability/trace"), [0.6941341235, 0.5791260985, 0.6180644222, 0.6150387679],
        within: 1e-9))
  }

  /// Weights after one update W - rate estimate, and the error before it.
  private func update(
    _ s: ReducedNetworkS, _ weights: Weights, _ rule: any Learns, wanted: Double, rate: Double
  ) throws -> (weights: Weights, error: Double) {
    var rule = rule
    let batch = Batch(input: s.source.input, target: .values(Matrix([wanted], shape: [1, 1])))
    var random = RandomStream(seed: 1)
    let trials = Trials(batch: batch, clock: Clock(update: 0, updates: 1), model: s.model, noise: random)
    let estimate = try rule.estimate(at: weights, trials, &random)
    let (w, d) = (try weights.double("W"), try estimate.double("W"))
    var moved = weights
    moved["W"] = .init("W", table(5, 5) { $0 == $1 ? 0 : w[$0, $1] - rate * d[$0, $1] })
    return (moved, try output(s, weights) - wanted)
  }

  private func output(_ s: ReducedNetworkS, _ weights: Weights) throws -> Double {
    var random = RandomStream(seed: 1)
    let sink = MemorySink()
    var outputs = Outputs(sink)
    let batch = Batch(input: s.source.input, mode: .evaluate)
    try s.model.evaluate(batch, at: weights, into: &outputs, &random)
    return try #require(sink.numbers("output/y")?.elements.last)
  }

  @Test("the Jacobian of the update map has the eigenvalue 1 - rate <D_r, D> along D_r (case 3)")
  func jacobian() throws {
    let s = try ReducedNetworkS(trials: [0], outputs: 1)
    let wanted = try output(s, s.weights)
    #expect(abs(wanted - 0.0084000967) < 1e-9)
    let rate = 3.0
    for (rule, dot) in zip(try rules(), [0.1403278134, 0.1507726163, 0.1495813876, 0.1739322930]) {
      // D_r is the eigenvector: move along it and see how much of the move remains.
      let (after, _) = try update(s, s.weights, rule.rule, wanted: wanted - 1, rate: 1)
      let direction = zip(try s.weights.double("W").elements, try after.double("W").elements).map { $0 - $1 }
      func moved(_ step: Double) throws -> [Double] {
        var weights = s.weights
        let w = try s.weights.double("W")
        weights["W"] = .init("W", Matrix(zip(w.elements, direction).map { $0 + step * $1 }, shape: [5, 5]))
        return try update(s, weights, rule.rule, wanted: wanted, rate: rate).weights.double("W").elements
      }
      let slope = zip(try moved(1e-6), try moved(-1e-6)).map { ($0 - $1) / 2e-6 }
      let square = direction.reduce(0) { $0 + $1 * $1 }
      let eigenvalue = zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 } / square
      #expect(abs(eigenvalue - (1 - rate * dot)) < 1e-8, "\(rule.name)")
      #expect(agree(slope, direction.map { eigenvalue * $0 }, within: 1e-8), "\(rule.name)")
    }
  }

  private struct Course {
    var errors: [Double] = []
    var moved = 0.0
  }

  /// 300 updates from a small perturbation, or until the network has left.
  private func course(_ rule: any Learns, rate: Double) throws -> Course {
    let s = try ReducedNetworkS(trials: [0], outputs: 1)
    let wanted = try output(s, s.weights)
    let first = try s.weights.double("W")
    var weights = s.weights
    weights["W"] = .init(
      "W", table(5, 5) { p, q in p == q ? 0 : first[p, q] + 1e-3 * sin(1 + Double(p) + 2 * Double(q)) })
    var course = Course()
    for _ in 0..<300 {
      let (next, error) = try update(s, weights, rule, wanted: wanted, rate: rate)
      course.errors.append(error)
      weights = next
      course.moved = zip(try weights.double("W").elements, first.elements)
        .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      if course.moved > 1 { break }
    }
    course.errors.append(try output(s, weights) - wanted)
    return course
  }

  @Test("at a rate beyond 2 / lambda the exact gradient leaves, the truncated one stays (case 4)")
  func escape() throws {
    let (bptt, local) = (try learner("bptt"), try learner("three-factor"))
    let stays = try course(local, rate: 12.9)
    #expect(abs(stays.errors[0] + 1.101e-4) < 5e-8)
    #expect(abs(stays.errors[1] - 8.916167e-5) < 1e-9 && abs(stays.errors[2] + 7.223402e-5) < 1e-9)
    #expect(abs(stays.errors[20] + 1.632e-6) < 5e-9)
    #expect(abs(stays.errors[300]) < 1e-14 && abs(stays.moved - 0.0032) < 5e-5)
    let leaves = try course(bptt, rate: 12.9)
    #expect(abs(leaves.errors[1] - 1.335293e-4) < 1e-9 && abs(leaves.errors[2] + 1.619919e-4) < 1e-9)
    #expect(abs(abs(leaves.errors[20]) - 5.24e-3) < 5e-5)
    #expect(leaves.moved > 0.1)
    for (rule, errors) in [(bptt, [9.765131e-5, -8.663517e-5]), (local, [5.981761e-5, -3.251269e-5])] {
      let slower = try course(rule, rate: 11)
      #expect(abs(slower.errors[1] - errors[0]) < 1e-9 && abs(slower.errors[2] - errors[1]) < 1e-9)
      #expect(abs(slower.errors[300]) < 1e-10 && abs(slower.moved - 0.0032) < 5e-5)
    }
    let mdgl = try course(try learner("mdgl", ["feedback": .text("cell")]), rate: 13.5)
    // The specification gives no distance for it: the error grows to a cycle, far from where three-factor stays.
    #expect(abs(mdgl.errors[300]) > 5 * abs(mdgl.errors[0]) && mdgl.moved > 0.05)
    #expect(try course(local, rate: 13.5).moved < 0.01)
  }

  @Test("spectrum through model and analysis, with autapses and without (cases 1 and 8)")
  func spectrum() throws {
    let free = try ReducedNetworkS(trials: [0, 1], outputs: 2, autapses: true)
    let sink = try probed(
      "hessian-spectrum", ["method": .text("dense"), "pairs": .integer(4), "negative_pairs": .integer(3)],
      model: free.model, source: free.source, weights: [free.weights])
    #expect(
      agree(
        try sink.values("hessian/largest"), [0.0442071502448, 0.0207467719, 0.0062317843, 0.0037534291],
        within: 1e-9))
    #expect(
      agree(try sink.values("hessian/smallest"), [-0.0308659282, -0.0223546919, -0.0043396658], within: 1e-9))
    #expect(agree(try sink.values("hessian/trace"), [0.0174976076], within: 1e-9))
    #expect(agree(try sink.values("hessian/loss"), [0.6943369387], within: 1e-9))
    let masked = try ReducedNetworkS(trials: [0, 1], outputs: 2)
    let narrow = try probed(
      "hessian-spectrum",
      [
        "l2": .real(0.01), "tolerance": .real(1e-14), "method": .text("power"),
        "max_iterations": .integer(5000),
      ],
      model: masked.model, source: masked.source, weights: [masked.weights])
    #expect(agree(try narrow.values("hessian/lambda"), [0.0355114117], within: 1e-9))
    #expect(try narrow.values("hessian/diagonal_masked") == [1])
  }

  /// The Hessian by all 25 recurrent weights, as a function of a flat direction.
  private func hessian() throws -> ([Double]) throws -> [Double] {
    let s = try ReducedNetworkS(trials: [0, 1], outputs: 2, autapses: true)
    var random = RandomStream(seed: 1)
    let product = try s.model.curvature(try s.source.batch([0, 1], .train, &random), at: s.weights, random)
    return { vector in
      let direction = Weights([Weights.Block("W", Matrix(vector, shape: [5, 5]))])
      return try product(direction).double("W").elements
    }
  }

  @Test("power iteration from a normal vector finds the largest magnitude (case 2); the Hessian is symmetric")
  func power() throws {
    let product = try hessian()
    var random = RandomStream(seed: 7)
    let result = try powerIteration(start: random.normals(25), tolerance: 1e-14, limit: 500, apply: product)
    #expect(result.isConverged && !result.isMixed && result.rayleigh > 0)
    #expect(abs(result.magnitude - 0.0442071502448) < 1e-9)
    let columns = try (0..<25).map { column in try product((0..<25).map { $0 == column ? 1 : 0 }) }
    for i in 0..<25 { for j in 0..<i { #expect(abs(columns[i][j] - columns[j][i]) < 1e-15) } }
  }

  @Test(
    "deterministic power iteration, step for step (case 7)",
    arguments: [(1e-6, 13, 0.0442062593, 0.0442012535), (1e-12, 33, 0.0442071502, 0.0442071502)])
  func deterministic(tolerance: Double, iterations: Int, magnitude: Double, rayleigh: Double) throws {
    let start = table(5, 5) { sin(1 + Double($0) + 2 * Double($1)) }.elements
    let result = try powerIteration(start: start, tolerance: tolerance, limit: 500, apply: hessian())
    #expect(abs(result.iterations - iterations) <= 1)
    #expect(abs(result.magnitude - magnitude) < 1e-10)
    #expect(abs(result.rayleigh - rayleigh) < 1e-9)
  }

  @Test("products are central differences of the gradient (case 10)")
  func differences() throws {
    let s = try ReducedNetworkS(trials: [0, 1], outputs: 2, autapses: true)
    var random = RandomStream(seed: 1)
    let batch = try s.source.batch([0, 1], .train, &random)
    let direction = table(5, 5) { sin(1 + Double($0) + 2 * Double($1)) }
    func gradient(_ step: Double) throws -> [Double] {
      var weights = s.weights
      let w = try s.weights.double("W")
      weights["W"] = Weights.Block("W", table(5, 5) { w[$0, $1] + step * direction[$0, $1] })
      var same = random
      let trial = try s.model.trial(batch, at: weights, Request([.loss, .gradient]), &same) { _ in }
      return try #require(trial.gradient).double("W").elements
    }
    let differences = zip(try gradient(1e-6), try gradient(-1e-6)).map { ($0 - $1) / 2e-6 }
    let exact = try hessian()(direction.elements)
    let size = exact.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let error = zip(exact, differences).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(error < 1e-6 * size)
  }
}
