import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Simulates and gives the spikes and the MemorySink's other values.
private func simulate(_ changes: LifCase.Changes, dt: Double, duration: Double, recordEvery: Double? = nil)
  throws
  -> MemorySink
{
  let model = try #require(try Entry(LifConductance.self).make(changes).simulates)
  return try run(model, dt: dt, duration: duration, recordEvery: recordEvery ?? duration)
}

private func run<S: Simulates>(
  _ model: S, dt: Double, duration: Double, recordEvery: Double, seed: UInt64 = 11
) throws -> MemorySink {
  var random = RandomStream(seed: seed)
  let sink = MemorySink()
  var outputs = Outputs(sink)
  var state = try model.start(Inputs(), &random)
  let (steps, block) = (Int((duration / dt).rounded()), Int((recordEvery / dt).rounded()))
  for step in stride(from: 0, to: steps, by: block) {
    try model.advance(&state, from: step, count: min(block, steps - step), dt: dt, &random)
    try model.record(&state, into: &outputs)
  }
  return sink
}

private func comparison(_ changes: LifCase.Changes, _ sink: MemorySink) throws -> [String: Double] {
  let own = changes.filter { !["drive", "neurons", "scheme", "traced"].contains($0.key) }
  let analysis = try #require(try Entry(RateTheoryCompare.self).make(own).measures)
  let result = MemorySink()
  var outputs = Outputs(result)
  var random = RandomStream(seed: 1)
  try analysis.analyse(Inputs(sink.values), nil, into: &outputs, &random)
  return result.values.keys.reduce(into: [:]) { $0[$1] = result.numbers($1)?.elements.first }
}

@Suite("Rates of conductance-driven neurons: simulation")
struct LifConductanceSimulationTests {
  @Test("constant current fires like the formula (P9)", arguments: ["exponential", "euler", "heun"])
  func deterministic(scheme: String) throws {
    let sink = try simulate(
      [
        "excitatory_charge": .real(0), "inhibitory_charge": .real(0), "current": .real(300),
        "scheme": .text(scheme),
      ], dt: 0.01, duration: 5000)
    guard case .spikes(let trains)? = sink.values["spikes"] else { throw Problem("no spikes") }
    let intervals = zip(trains.times.dropFirst(), trains.times).map { $0 - $1 }
    let period = intervals.reduce(0, +) / Double(intervals.count)
    #expect(LifCase.relative(period, 2 + 20 * log(3.5)) < 1e-3)
  }

  struct Row: Sendable, CustomStringConvertible {
    let name: String
    let changes: [String: Value]
    let decay, rate, error: Double
    var inhibitoryDecay: Double?
    var description: String { name }
  }

  private static let noHold = LifCase.driven.merging(["refractory_period": .real(0)]) { $1 }
  private static let shots = LifCase.driven.merging(["drive": .text("poisson")]) { $1 }
  private static let smallShots: LifCase.Changes = [
    "drive": .text("poisson"), "excitatory_charge": .real(2), "excitatory_rate": .real(18),
    "inhibitory_charge": .real(5), "inhibitory_rate": .real(12),
  ]

  /// All Monte Carlo rows of section 4 (rate and standard error, Hz).
  static let rows = [
    Row(name: "R_e 4.5, tau 0.1", changes: LifCase.driven, decay: 0.1, rate: 46.654, error: 0.194),
    Row(name: "R_e 4.5, tau 0.2", changes: LifCase.driven, decay: 0.2, rate: 42.121, error: 0.184),
    Row(name: "R_e 4.5, tau 0.5", changes: LifCase.driven, decay: 0.5, rate: 34.494, error: 0.156),
    Row(name: "R_e 4.5, tau 1", changes: LifCase.driven, decay: 1, rate: 27.591, error: 0.129),
    Row(name: "R_e 4.5, tau 2", changes: LifCase.driven, decay: 2, rate: 19.467, error: 0.097),
    Row(name: "R_e 3.5, tau 0.2", changes: [:], decay: 0.2, rate: 8.223, error: 0.045),
    Row(name: "R_e 3.5, tau 0.5", changes: [:], decay: 0.5, rate: 5.639, error: 0.066),
    Row(
      name: "R_e 8, tau 0.5", changes: ["excitatory_rate": .real(8)], decay: 0.5, rate: 179.189, error: 0.678),
    Row(name: "t_ref 0, tau 0.2", changes: noHold, decay: 0.2, rate: 48.032, error: 0.479),
    Row(name: "t_ref 0, tau 0.5", changes: noHold, decay: 0.5, rate: 39.252, error: 0.414),
    Row(
      name: "excitation only, tau 0.5", changes: LifCase.excitationOnly, decay: 0.5, rate: 14.424,
      error: 0.131),
    Row(
      name: "tau_e 0.5, tau_i 1.5", changes: LifCase.driven, decay: 0.5, rate: 27.970, error: 0.281,
      inhibitoryDecay: 1.5),
    Row(name: "Poisson, R_e 4.5, tau 0.5", changes: shots, decay: 0.5, rate: 34.776, error: 0.316),
    Row(name: "Poisson, small jumps, tau 0.5", changes: smallShots, decay: 0.5, rate: 63.996, error: 0.503),
  ]

  @Test("simulated rates agree with the specification's Monte Carlo (P12)", arguments: rows)
  func monteCarlo(_ row: Row) throws {
    let changes = row.changes.merging([
      "excitatory_decay": .real(row.decay), "inhibitory_decay": .real(row.inhibitoryDecay ?? row.decay),
      "neurons": .integer(256),
    ]) { $1 }
    // The specification steps shots at half the length: they jump.
    let dt = row.changes["drive"] == nil ? row.decay / 30 : row.decay / 60
    let sink = try simulate(changes, dt: dt, duration: 1200)
    let compare = try comparison(changes, sink)
    let (rate, error) = (try #require(compare["compare/rate_mc"]), try #require(compare["compare/se"]))
    let allowed = 3 * (row.error * row.error + error * error).squareRoot() + 0.01 * row.rate
    #expect(abs(rate - row.rate) < allowed)
  }

  /// Relative error of the mean of V - E_e after 40 ms, without leak, threshold and inhibition.
  ///
  /// Then V - E_e = (E_L - E_e) exp(-∫g/C), and ∫g is normal: with g0 T / C = 1 and a variance of ∫g/C of 1 the
  /// exact mean is (E_L - E_e) exp(-1 + 1/2).
  private func weakError(_ scheme: String, dt: Double) throws -> Double {
    let (capacitance, time, decay, mean) = (250.0, 40.0, 8.0, 250.0 / 40)
    // Variance of the integral of a conductance that starts at its mean.
    let spread = decay * decay * (2 * time / decay - 3 + 4 * exp(-time / decay) - exp(-2 * time / decay))
    let variance = capacitance * capacitance / spread
    let charge = variance * 2 * decay / mean
    let model = try #require(
      try Entry(LifConductance.self).make([
        "scheme": .text(scheme), "neurons": .integer(10_000), "traced": .integer(10_000),
        "leak_conductance": .real(1e-6), "threshold": .real(1e6), "excitatory_charge": .real(charge),
        "excitatory_rate": .real(mean / charge), "excitatory_decay": .real(decay),
        "inhibitory_charge": .real(0), "inhibitory_decay": .real(decay),
      ]).simulates)
    var sum = 0.0
    for seed in 1...400 {
      let sink = try run(model, dt: dt, duration: time, recordEvery: time, seed: UInt64(seed))
      let voltages = try #require(sink.numbers("voltage")).elements
      sum += voltages.reduce(0) { $0 + $1 / -70 } / Double(voltages.count)
    }
    return sum / 400 / exp(-0.5) - 1
  }

  @Test(
    "weak order: halving dt halves Euler's error, and divides Heun's and the exponential step's by about four"
  )
  func weakOrder() throws {
    // Four million neurons leave a statistical error of 0.0007.
    let euler = try weakError("euler", dt: 4) / weakError("euler", dt: 2)
    #expect(euler > 1.5 && euler < 2.4, "\(euler)")
    let heun = try weakError("heun", dt: 4) / weakError("heun", dt: 2)
    #expect(heun > 2.6 && heun < 5, "\(heun)")
    let exponential = try weakError("exponential", dt: 8) / weakError("exponential", dt: 4)
    #expect(exponential > 2.8 && exponential < 6, "\(exponential)")
  }

  @Test(
    "conductances have the declared mean, variance and correlation time (P13)", arguments: ["ou", "poisson"])
  func generator(drive: String) throws {
    let dt = 0.5 / 30
    let sink = try simulate(
      ["drive": .text(drive), "traced": .integer(64), "neurons": .integer(64)], dt: dt, duration: 400,
      recordEvery: 5 * dt)
    let trace = try #require(sink.numbers("excitatory_conductance"))
    // After five decay times the start is forgotten; 64 neurons of 400 ms stand for one of 25 s.
    let rows = 30..<trace.rows
    let values = rows.flatMap { trace.row($0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(LifCase.relative(mean, 14) < 0.02)
    #expect(LifCase.relative(variance, 16 * 3.5) < 0.02)
    let lag = 6
    var product = 0.0
    for row in rows.dropLast(lag) {
      product += zip(trace.row(row), trace.row(row + lag)).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    }
    let correlation = product / Double(64 * (rows.count - lag)) / variance
    #expect(abs(correlation - exp(-1)) < 0.03)
  }

  @Test("a stored conductance that is constant is the deterministic neuron")
  func storedConductance() throws {
    let model = LifConductance()
    var random = RandomStream(seed: 1)
    let constant = Stored.numbers(Tensor([14.0], shape: [1]))
    let none = Stored.numbers(Tensor([0.0], shape: [1]))
    var state = try model.start(Inputs(["input/excitatory": constant, "input/inhibitory": none]), &random)
    let sink = MemorySink()
    var outputs = Outputs(sink)
    try model.advance(&state, from: 0, count: 200_000, dt: 0.01, &random)
    try model.record(&state, into: &outputs)
    guard case .spikes(let trains)? = sink.values["spikes"] else { throw Problem("no spikes") }
    // Membrane of 26.5 nS pulled to 12.5 * -70 / 26.5 mV.
    let (rest, tau) = (12.5 * -70 / 26.5, 250 / 26.5)
    let period = 2 + tau * log((rest + 60) / (rest + 50))
    let mean = ((trains.times.last ?? 0) - (trains.times.first ?? 0)) / Double(trains.count - 1)
    #expect(LifCase.relative(mean, period) < 1e-3)
  }

  @Test("results do not depend on the number of threads")
  func threads() throws {
    let changes: LifCase.Changes = ["neurons": .integer(700), "excitatory_rate": .real(8)]
    let before = WorkerThreads.count
    WorkerThreads.set(1)
    let one = try simulate(changes, dt: 0.02, duration: 50)
    WorkerThreads.set(2)
    let two = try simulate(changes, dt: 0.02, duration: 50)
    WorkerThreads.set(before)
    #expect(one.values == two.values)
  }
}
