import EngramKit
import EngramPlugins
import Foundation
import Testing

/// The specification's fixture: sin(1.1(i+1)(j+2) + 0.9(i+1)^2 + s).
func fixture(_ rows: Int, _ columns: Int, _ shift: Double) -> Matrix {
  Matrix(
    (0..<rows * columns).map { n in
      let (i, j) = (Double(n / columns + 1), Double(n % columns))
      return sin(1.1 * i * (j + 2) + 0.9 * i * i + shift)
    }, shape: [rows, columns])
}

private func model(_ name: String, _ set: [String: Value] = [:]) throws -> Instance {
  let registry = try Registry(catalogue)
  return try registry.entry(name).make(try registry.accept(set, for: name))
}

/// What a model records at each of the times 0, every, 2 every, ..., duration.
private func recorded(
  _ name: String, _ set: [String: Value] = [:], _ inputs: [String: Stored], steps: Int, dt: Double = 1,
  every: Int = 1
) throws -> MemorySink {
  func run<S: Simulates>(_ model: S) throws -> MemorySink {
    let sink = MemorySink()
    var outputs = Outputs(sink)
    var random = RandomStream(seed: 1)
    var state = try model.start(Inputs(inputs), &random)
    try model.record(&state, into: &outputs)
    for step in stride(from: 0, to: steps, by: every) {
      try model.advance(&state, from: step, count: every, dt: dt, &random)
      try model.record(&state, into: &outputs)
    }
    return sink
  }
  let simulates = try #require(try model(name, set).simulates)
  return try run(simulates)
}

@Suite("Continuous, dense and modern Hopfield networks")
struct HopfieldFamilyTests {
  @Test(
    "two mutually exciting units settle where V = tanh(gain V) (C3)",
    arguments: [
      (1.5, 0.858559636640, -0.153592225175), (2, 0.957504024077, -0.326523887427),
      (5, 0.999909121715, -0.722759295587),
    ])
  func twoUnits(gain: Double, activation: Double, energy: Double) throws {
    let inputs: [String: Stored] = [
      "connectivity": .numbers(Matrix([0, 1, 1, 0], shape: [2, 2])),
      "cue": .numbers(Matrix([0.5, 0.2], shape: [1, 2])),
    ]
    let sink = try recorded(
      "hopfield-continuous", ["gain": .real(gain)], inputs, steps: 8000, dt: 0.01, every: 100)
    let (states, energies) = (try #require(sink.numbers("state")), try #require(sink.numbers("energy")))
    #expect(agree(Array(states.row(80)), [activation, activation], within: 1e-10))
    #expect(agree([energies[80, 0]], [energy], within: 1e-10))
    let audit = try analyse("lyapunov-audit", ["energy": .numbers(energies)], ["tolerance": .real(1e-9)])
    #expect(try audit.values("audit/verdict") == [1])
  }

  /// Patterns and cue of case C2.
  private func caseTwo() -> (patterns: Matrix, cue: Matrix) {
    var patterns = Matrix(repeating: -1, shape: [4, 40])
    for m in 0..<4 {
      for i in 0..<40 {
        let k = Double(m + 1)
        if sin(1.3 * k * Double((i + 1) * (i + 1)) + 0.3 * k) >= 0 { patterns[m, i] = 1 }
      }
    }
    var cue = Matrix(Array(patterns.row(0)), shape: [1, 40])
    for bit in [0, 3, 7, 12, 25, 31] { cue[0, bit] *= -1 }
    return (patterns, cue)
  }

  @Test(
    "dense fields of the damaged cue (C7)",
    arguments: [(2, [96.0, -128, -128, 100]), (3, [4896.0, -4528, -4528, 4904])])
  func denseFields(power: Int, expected: [Double]) throws {
    let (patterns, cue) = caseTwo()
    let three = Matrix(Array(patterns.elements.prefix(120)), shape: [3, 40])
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(power)],
      ["patterns": .numbers(three), "cue": .numbers(cue)], steps: 0)
    #expect(Array(try sink.values("field").prefix(4)) == expected)
  }

  @Test("the unrectified quadratic field is 4 N times the Hebbian one (C7)")
  func quadraticIsHebbian() throws {
    let (patterns, cue) = caseTwo()
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(2), "energy": .text("power")],
      ["patterns": .numbers(patterns), "cue": .numbers(cue)], steps: 0)
    let overlaps = try multiply(patterns, Array(cue.row(0)))
    for (i, field) in try sink.values("field").enumerated() {
      let hebbian = (0..<4).reduce(0.0) { $0 + patterns[$1, i] * overlaps[$1] } - 4 * cue[0, i]
      #expect(field == 4 * hebbian)
    }
  }

  @Test(
    "steep energies fall, and n = 3 keeps two patterns a unit where n = 2 keeps none", arguments: [2, 3, 4])
  func denseCapacity(power: Int) throws {
    var random = RandomStream(seed: 8)
    let patterns = Matrix((0..<20_000).map { _ in random.sign() }, shape: [200, 100])
    let cues = Matrix(Array(patterns.elements.prefix(2000)), shape: [20, 100])
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(power)],
      ["patterns": .numbers(patterns), "cue": .numbers(cues)],
      steps: 3)
    let states = try #require(sink.numbers("state"))
    let kept = (0..<20).count { cue in
      Array(cues.row(cue)) == Array(states.row(3)[(states.row(3).startIndex + cue * 100)...].prefix(100))
    }
    #expect(power == 2 ? kept == 0 : kept == 20)
    let audit = try analyse("lyapunov-audit", ["energy": .numbers(try #require(sink.numbers("energy")))])
    #expect(try audit.values("audit/verdict") == [1])
  }

  @Test("modern network: states and energies (C8)")
  func modern() throws {
    let inputs: [String: Stored] = [
      "patterns": .numbers(fixture(3, 4, 2.1)),
      "cue": .numbers(Matrix([0.2, -0.1, 0.4, 0.3], shape: [1, 4])),
    ]
    let sharp = try recorded("modern-hopfield", ["beta": .real(8)], inputs, steps: 5)
    let states = try #require(sharp.numbers("state"))
    #expect(agree(Array(states.row(5)), [-0.88345317, 0.01681737, 0.89869798, 0.79847867], within: 1e-8))
    #expect(
      agree(
        Array(try sharp.values("energy").prefix(5)),
        [1.69261942, 0.85784407, 0.85560998, 0.85560998, 0.85560998],
        within: 1e-8))
    let soft = try recorded("modern-hopfield", ["beta": .real(1)], inputs, steps: 5)
    #expect(
      agree(
        Array(try #require(soft.numbers("state")).row(5)), [-0.85255434, 0.37087515, 0.1156763, 0.67617448],
        within: 1e-8))
    #expect(
      agree(
        Array(try soft.values("energy").prefix(5)),
        [1.9043232, 1.35601255, 1.3366105, 1.31788808, 1.29403287], within: 1e-8))
  }
}

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

@Suite("Competing hidden units")
struct CompetingUnitsTests {
  private struct Setting {
    var p: Double
    var k: Int
    var weights = fixture(4, 5, 0.1)
    let data = fixture(6, 5, 1.1).map { 0.5 + 0.5 * abs($0) }

    /// Weights after `updates` updates on the whole data, one epoch each.
    func trained(_ rule: String, _ set: [String: Value], updates: Int, epochs: Int) throws -> Matrix {
      let units = try #require(try model("competing-hidden-units", ["p": .real(p)]).trains)
      var learner = try #require(try model(rule, set).learns)
      var random = RandomStream(seed: 1)
      var weights = Weights([.init("hidden", weights)])
      for update in 0..<updates {
        let clock = Clock(update: update, updates: epochs, epoch: update, epochs: epochs)
        let trials = Trials(batch: Batch(input: data), clock: clock, model: units, noise: random)
        try learner.apply(learner.estimate(at: weights, trials, &random), to: &weights, clock)
      }
      return try weights.double("hidden")
    }

    func energy(_ weights: Matrix) throws -> (energy: Double, rate: Double, norms: [Double]) {
      let sink = try analyse(
        "krotov-hopfield-energy", ["hidden": .numbers(weights.reshaped([1, 4, 5])), "data": .numbers(data)],
        ["p": .real(p), "k": .integer(k)])
      return (try sink.values("energy")[0], try sink.values("energy_rate")[0], try sink.values("norm"))
    }
  }

  @Test("one step and two hundred of the rank rule (C4), p = 2")
  func rankRule() throws {
    let setting = Setting(p: 2, k: 2)
    let one = try setting.trained("krotov-hopfield-fast", [:], updates: 1, epochs: 200)
    #expect(
      agree(Array(one.row(0)), [-0.05837414, -0.91616594, -0.77276449, 0.21511999, 0.96791967], within: 1e-7))
    #expect(agree([one.elements.reduce(0, +)], [-0.7367956917], within: 1e-7))
    let many = try setting.trained("krotov-hopfield-fast", [:], updates: 200, epochs: 200)
    #expect(agree([many.elements.reduce(0, +)], [-4.18170678], within: 1e-5))
    #expect(agree(try setting.energy(many).norms, [1.34487707, 1.35174108, 1.0, 1.32994425], within: 1e-5))
  }

  @Test("one step and two hundred of the rank rule (C4), p = 3, third rank")
  func rankRuleThree() throws {
    let setting = Setting(p: 3, k: 3)
    let one = try setting.trained("krotov-hopfield-fast", ["k": .integer(3)], updates: 1, epochs: 200)
    #expect(
      agree(Array(one.row(0)), [-0.06495025, -0.92099119, -0.77791506, 0.20809777, 0.95893676], within: 1e-7))
    #expect(agree([one.elements.reduce(0, +)], [-0.7034106668], within: 1e-7))
    let many = try setting.trained("krotov-hopfield-fast", ["k": .integer(3)], updates: 200, epochs: 200)
    #expect(agree([many.elements.reduce(0, +)], [-2.63153442], within: 1e-5))
    #expect(agree(try setting.energy(many).norms, [1.01473456, 2.73787393, 1.0, 1.01725722], within: 1e-5))
  }

  @Test(
    "energy and its rate at the start (C5)",
    arguments: [(2.0, 2, -1.8159121737, -87.2101016865), (3, 3, -1.8731746733, -109.7668769018)])
  func energy(p: Double, k: Int, energy: Double, rate: Double) throws {
    let setting = Setting(p: p, k: k)
    let start = try setting.energy(setting.weights)
    #expect(agree([start.energy, start.rate], [energy, rate], within: 1e-8))
  }

  @Test(
    "lateral inhibition settles at the closed form (C6)",
    arguments: [
      (0.3, [0.73214286, 0.58928571, 0.30357143, -0.6875]), (0.5, [0.7, 0.5, 0.1, -0.85]),
      (1.5, [1, -0.6, -0.8, -1.7]),
    ])
  func competition(inhibition: Double, expected: [Double]) throws {
    let h = try LateralInhibition(weight: inhibition).steadyState([1, 0.9, 0.7, -0.2])
    #expect(agree(h, expected, within: 5e-6))
  }

  @Test("the rule with dynamics brings the winner's norm to the sphere")
  func dynamics() throws {
    let setting = Setting(p: 2, k: 2)
    let end = try setting.trained("krotov-hopfield-ode", ["rate": .real(0.01)], updates: 3000, epochs: 3000)
    let norms = try setting.energy(end).norms
    #expect(norms.contains { abs($0 - 1) < 0.01 })
  }

  @Test("the read-out's gradient is the loss's slope")
  func readoutGradient() throws {
    let units = try #require(try model("competing-hidden-units", ["hidden_units": .integer(7)]).trains)
    var random = RandomStream(seed: 3)
    let shape = TrialShape(steps: nil, inputs: 5, outputs: 3, classes: true)
    var weights = try units.weights(Inputs(), for: shape, &random)
    weights["readout"] = .init("readout", random.normalTensor(shape: [3, 7], sd: 0.2) as Matrix)
    let batch = Batch(input: fixture(6, 5, 1.1), target: .labels([0, 1, 2, 0, 1, 2]))
    func loss(_ weights: Weights) throws -> Double {
      var same = random
      return try #require(try units.trial(batch, at: weights, Request(.loss), &same) { _ in }.loss)
    }
    var same = random
    let trial = try units.trial(batch, at: weights, Request([.loss, .readout]), &same) { _ in }
    let gradient = try #require(trial.gradient).double("readout")
    for place in [0, 5, 13, 20] {
      var values = try weights.double("readout")
      let (base, h) = (values[place], 1e-6)
      values[place] = base + h
      weights["readout"] = .init("readout", values)
      let above = try loss(weights)
      values[place] = base - h
      weights["readout"] = .init("readout", values)
      let below = try loss(weights)
      values[place] = base
      weights["readout"] = .init("readout", values)
      #expect(abs((above - below) / (2 * h) - gradient[place]) < 1e-7)
    }
  }
}
