import EngramKit
import EngramPlugins
import Foundation
import Testing

/// What the network's simulation records at the times, with cells under constant currents unless `inputs` says otherwise.
func morrisLecar(
  _ set: [String: Value], _ inputs: [String: Stored] = [:], until times: [Double], dt: Double = 0.1
) throws -> MemorySink {
  func run<S: Simulates>(_ model: S) throws -> MemorySink {
    let sink = MemorySink()
    var outputs = Outputs(sink)
    var random = RandomStream(seed: 1)
    var state = try model.start(Inputs(inputs), &random)
    var done = 0
    for time in times {
      let step = Int((time / dt).rounded())
      try model.advance(&state, from: done, count: step - done, dt: dt, &random)
      try model.record(&state, into: &outputs)
      done = step
    }
    return sink
  }
  let registry = try Registry(catalogue)
  let values = try registry.accept(
    ["start_spread": .real(0), "traced": .integer(1000)].merging(set) { $1 }, for: "morris-lecar-network")
  let model = try registry.entry("morris-lecar-network").make(values)
  let simulates = try #require(model.simulates)
  return try run(simulates)
}

@Suite("Morris-Lecar cells")
struct MorrisLecarCellTests {
  private func close(_ a: Double, _ b: Double, _ relative: Double) -> Bool {
    abs(a - b) <= relative * abs(b)
  }

  @Test(
    "gates of the set snic (case 1)",
    arguments: [
      (-60, 0.0014520391, 0.00020949770885, 3.5579286703), (-40, 0.0132409562, 0.0021987895617, 6.2084497878),
      (0, 0.5332840383, 0.1959558651, 14.1118964232), (20, 0.9133748008, 0.7193372377, 14.5941425976),
    ])
  func gates(v: Double, m: Double, w: Double, tau: Double) {
    let cell = MorrisLecarCell(.snic)
    // Printed with ten decimals, so the last of few digits limits the comparison.
    #expect(abs(cell.activation(v) - m) < max(1e-9 * m, 5.1e-11))
    #expect(abs(cell.recovery(v) - w) < max(1e-9 * w, w < 1e-2 ? 1e-13 : 5.1e-11))
    #expect(close(cell.recoveryTime(v), tau, 1e-9))
  }

  @Test(
    "gates of the set hopf (case 1)",
    arguments: [(-60, 0.0157764718, 15.7916152693), (0, 0.4667159617, 24.9861175381)])
  func hopfGates(v: Double, w: Double, tau: Double) {
    let cell = MorrisLecarCell(.hopf)
    #expect(abs(cell.recovery(v) - w) < 5.1e-11)
    #expect(close(cell.recoveryTime(v), tau, 1e-9))
  }

  @Test("one semi-implicit step (case 5)")
  func oneStep() {
    for (v, w, i, nextV, nextW) in [
      (-20.0, 0.014173, 50.0, -19.878761692361, 0.014256033315205),
      (-60, 0, 100, -59.497299095847, 5.8065923135e-6), (10, 0.3, 0, 9.878679471617, 0.300941464041),
    ] {
      var (a, b) = (v, w)
      MorrisLecarCell().step(&a, &b, current: i, dt: 0.1)
      #expect(abs(a - nextV) < 1e-11 && abs(b - nextW) < 1e-11)
    }
  }

  @Test("the Jacobian is the derivative of the slopes", arguments: MorrisLecarCell.Preset.allCases)
  func jacobian(preset: MorrisLecarCell.Preset) {
    let cell = MorrisLecarCell(preset)
    for (v, w) in [(-50.0, 0.1), (-10, 0.3), (25, 0.7)] {
      let exact = cell.jacobian(v, w)
      let (dv, dw) = (1e-5, 1e-6)
      let (a, b) = (cell.slopes(v + dv, w, current: 40), cell.slopes(v - dv, w, current: 40))
      let (c, d) = (cell.slopes(v, w + dw, current: 40), cell.slopes(v, w - dw, current: 40))
      let numeric = [
        (a.v - b.v) / (2 * dv), (c.v - d.v) / (2 * dw), (a.w - b.w) / (2 * dv), (c.w - d.w) / (2 * dw),
      ]
      #expect(agree(exact.elements, numeric, within: 1e-7))
    }
  }

  @Test("the trajectory of the step scheme at I = 50 (case 6)")
  func scheme() throws {
    let sink = try morrisLecar(["current": .reals([50])], until: [1, 5, 10, 20, 50, 100])
    let wanted = [
      -18.69269861250, -9.16616213151, 28.90474423180, 4.71731151803, -36.10668645067, -24.26792534483,
    ]
    #expect(agree(try sink.values("voltage"), wanted, within: 1e-7))
  }

  @Test("the step scheme is of first order (case 6)")
  func order() throws {
    let exact = 3.69088852
    for (dt, error) in [(0.2, 1.96645), (0.1, 1.02642), (0.05, 0.52541), (0.025, 0.26595)] {
      let v = try morrisLecar(["current": .reals([50])], until: [20], dt: dt).values("voltage")[0]
      #expect(abs(abs(v - exact) - error) < 1e-5)
    }
  }

  @Test("adaptive trajectories at I = 50 (case 6)", arguments: ["rosenbrock", "bogacki-shampine"])
  func adaptive(integrator: String) throws {
    let set: [String: Value] = [
      "current": .reals([50]), "integrator": .text(integrator), "tolerance": .real(1e-9),
    ]
    let sink = try morrisLecar(set, until: [1, 5, 10, 20, 50, 100], dt: 1)
    let v = try sink.values("voltage")
    // The specification prints 29.82982594 at 10 ms; SciPy's Radau, LSODA and DOP853 agree on 29.82593572.
    let wanted = [-18.66859059, -8.69748083, 29.82593572, 3.69088852, -35.87687408, -30.29513689]
    #expect(agree(Array(v[..<4]), Array(wanted[..<4]), within: 1e-5))
    #expect(agree(Array(v[4...]), Array(wanted[4...]), within: 1e-4))
    #expect(abs(try sink.values("gate")[0] - 0.01512293840) < 1e-7)
    #expect(abs(try sink.values("gate")[3] - 0.41852873846) < 1e-6)
  }

  @Test("Runge-Kutta steps converge to the same trajectory")
  func rungeKutta() throws {
    let sink = try morrisLecar(
      ["current": .reals([50]), "integrator": .text("runge-kutta")], until: [20, 100], dt: 0.05)
    #expect(agree(try sink.values("voltage"), [3.69088852, -30.29513689], within: 1e-4))
  }

  @Test("firing rate against current, set snic (case 4)")
  func firingRates() throws {
    let currents = [39.9, 40, 45, 50, 80, 100, 120]
    let rates = [2.943, 3.340, 10.383, 13.500, 21.618, 24.097, 0]
    try check("snic", currents, rates) { $0 == 39.9 ? 0.015 : 0.005 }
  }

  @Test("firing rate against current, set hopf (case 4)")
  func hopfRates() throws {
    try check("hopf", [90, 100, 120, 150], [0, 11.022, 13.682, 15.693]) { _ in 0.005 }
  }

  private func check(
    _ preset: String, _ currents: [Double], _ rates: [Double], _ tolerance: (Double) -> Double
  ) throws {
    let sink = try morrisLecar(
      ["current": .reals(currents), "preset": .text(preset), "integrator": .text("runge-kutta")],
      until: [3000])
    let spikes = try #require(sink.values["spikes"])
    let curve = try analyse(
      "fi-curve", ["spikes": spikes, "current": .numbers(Tensor(currents, shape: [currents.count]))])
    for (current, (rate, wanted)) in zip(currents, zip(try curve.values("fi/rate"), rates)) {
      #expect(abs(rate - wanted) <= tolerance(current) * wanted, "I = \(current): \(rate) Hz")
    }
  }

  @Test(
    "phase shear: dV/dI grows with the time on the limit cycle (case 9)",
    arguments: [(100.0, 31.13), (200, 60.62), (500, 178.6), (1000, 385.0), (2000, 768.2)])
  func shear(duration: Double, greatest: Double) throws {
    let times = (0..<1000).map { (k: Int) -> Double in duration - 100 + 0.1 * Double(k + 1) }
    let sink = try morrisLecar(["current": .reals([50]), "sensitivity": .flag(true)], until: times)
    let found = try sink.values("sensitivity").map(abs).max() ?? 0
    #expect(abs(found - greatest) < 0.03 * greatest, "\(found)")
  }

  @Test(
    "a stiff membrane under an explicit stepper that is held to few steps names time, variable, step and a way out"
  )
  func stiffness() throws {
    let cell = MorrisLecarCell(.fastMembrane)
    var stepper = AdaptiveStepper(
      .bogackiShampine, relativeTolerance: 1e-6, absoluteTolerance: [1e-6, 1e-9], names: ["voltage", "gate"])
    stepper.stepLimit = 50
    var y = [-20.0, 0.014]
    let error = #expect(throws: MathError.self) {
      try stepper.advance(&y, from: 0, to: 1000) { _, y, slope in
        (slope[0], slope[1]) = cell.slopes(y[0], y[1], current: 50)
      }
    }
    let text = try #require(error).description
    for part in ["time", "50 steps", "voltage", "rosenbrock"] { #expect(text.contains(part), "\(text)") }
  }
}

@Suite("Morris-Lecar network")
struct MorrisLecarNetworkTests {
  /// Case 7, from [from, to] to [post, pre].
  static let weights = Matrix([0, 0.2, -0.1, 0.05, 0, 0.3, -0.2, 0.1, 0], shape: [3, 3]).transposed()

  static func drive(_ steps: Int) -> Matrix {
    Matrix(
      (0..<steps * 3).map { n in
        let (t, i) = (Double(n / 3), Double(n % 3))
        return 0.1 * (1 + i) + 0.5 * sin(2 * .pi * t / 400 + i)
      }, shape: [steps, 3])
  }

  @Test("three neurons, 2,000 steps (case 7)")
  func three() throws {
    let times: [Double] = [10, 50] + (0..<100).map { (k: Int) -> Double in 190 + 0.1 * Double(k + 1) }
    let sink = try morrisLecar(
      ["bias": .real(0)],
      ["W_rec": .numbers(Self.weights), "drive": .numbers(Self.drive(2000))],
      until: times)
    let v = try #require(sink.numbers("voltage"))
    #expect(agree(Array(v.row(0)), [28.540436757, 33.554247435, 32.085942205], within: 1e-6))
    #expect(agree(Array(v.row(1)), [-36.136516476, -28.577650974, -27.249286574], within: 1e-6))
    #expect(agree(Array(v.row(101)), [-32.279230948, -34.432971057, -26.457037171], within: 1e-6))
    let (w, s) = (try #require(sink.numbers("gate")), try #require(sink.numbers("output")))
    #expect(agree(Array(w.row(101)), [0.007125153, 0.003367058, 0.006075627], within: 1e-6))
    #expect(agree(Array(s.row(101)), [0.025089313, 0.019281840, 0.050587943], within: 1e-6))
    var mean = [0.0, 0, 0]
    for row in 2..<102 { for i in 0..<3 { mean[i] += s[row, i] / 100 } }
    #expect(agree(mean, [0.029793445432, 0.010769850037, 0.023474594792], within: 1e-6))
    guard case .spikes(let trains)? = sink.values["spikes"] else { throw Problem("no spikes") }
    #expect((0..<3).map { trains.train($0).count } == [2, 3, 3])
  }

  @Test("the population's step is the same, in float64 and, to its rounding, in float32 (case 7)")
  func population() throws {
    var network = MorrisLecarPopulation()
    (network.bias, network.stepsPerInput) = (0, 1)
    let input = Self.drive(2000).reshaped([1, 2000, 3])
    let mean = [0.029793445432, 0.010769850037, 0.023474594792]
    let random = RandomStream(seed: 1)
    let start = Matrix(repeating: -20, shape: [1, 3])
    let double = MorrisLecarPopulation.Member(input: Matrix.identity(3), recurrent: Self.weights)
    let response = try network.respond([double], .init(input: input, voltage: start, random: random))
    #expect(agree(response[0].output.elements, mean, within: 1e-9))
    func single(_ x: Matrix) -> Tensor<Float> { x.map { Float($0) } }
    let member = MorrisLecarPopulation.Member(input: single(.identity(3)), recurrent: single(Self.weights))
    let rounded = try network.respond(
      [member], .init(input: single(input), voltage: single(start), random: random))
    #expect(agree(rounded[0].output.elements.map { Double($0) }, mean, within: 1e-4))
  }
}
