import EngramKit

/// Morris-Lecar neurons advanced in time in double precision, with the spikes since the last record.
public struct MorrisLecarSimulation: Sendable {
  private let population: MorrisLecarPopulation
  private let integrator: MorrisLecarNetwork.Integrator
  private let weights: Matrix?
  private let drive: Matrix?
  /// Constant currents of unconnected cells.
  private let currents: [Double]?
  private var hasGivenCurrents = false
  /// Voltage (mV), gate and synaptic output of each neuron.
  private(set) var v, w, s: [Double]
  /// Time reached, and time up to which spikes were taken, ms.
  private(set) var time = 0.0
  private(set) var written = 0.0
  private var spikes: [(neuron: Int, time: Double)] = []
  private var stepper: Stepper
  /// The same cells with a little more and a little less current.
  private var neighbours: [(v: [Double], w: [Double])] = []
  private static let difference = 1e-3

  private enum Stepper: Sendable {
    case semiImplicit
    case fixed(RungeKuttaStepper)
    case adaptive(AdaptiveStepper)
  }

  init(
    _ model: MorrisLecarNetwork, voltage: [Double], weights: Matrix?, drive: Matrix?, currents: [Double]?
  ) {
    (population, integrator, self.weights) = (model.engine, model.integrator, weights)
    (self.drive, self.currents) = (drive, currents)
    v = voltage
    w = Array(repeating: MorrisLecarNetwork.startGate, count: v.count)
    s = Array(repeating: 0, count: v.count)
    let size = 2 * v.count
    func adaptive(_ method: AdaptiveMethod) -> Stepper {
      let names = ["voltage", "gate"].flatMap { kind in
        voltage.indices.map { "\(kind) of neuron \($0)" }
      }
      return .adaptive(
        AdaptiveStepper(
          method, relativeTolerance: model.tolerance,
          absoluteTolerance: Array(repeating: model.tolerance, count: size), names: names))
    }
    stepper =
      switch model.integrator {
      case .semiImplicit: .semiImplicit
      case .rungeKutta: .fixed(RungeKuttaStepper(size: size))
      case .bogackiShampine: adaptive(.bogackiShampine)
      case .rosenbrock: adaptive(.rosenbrock)
      }
    if model.sensitivity { neighbours = [(v, w), (v, w)] }
  }

  /// dV/dI of each cell, mV per uA/cm2.
  var sensitivity: [Double]? {
    guard neighbours.count == 2 else { return nil }
    return zip(neighbours[0].v, neighbours[1].v).map { ($0 - $1) / (2 * Self.difference) }
  }

  /// The currents of unconnected cells, once.
  mutating func takeCurrents() -> [Double]? {
    defer { hasGivenCurrents = true }
    return hasGivenCurrents ? nil : currents
  }

  /// The spikes since the last call, as trains.
  mutating func takeSpikes() -> SpikeTrains {
    defer {
      spikes.removeAll(keepingCapacity: true)
      written = time
    }
    return SpikeTrains(
      units: spikes.map(\.neuron),
      // A window is half open: what falls at its very end belongs to it, one rounding error earlier.
      times: spikes.map { min($0.time, time.nextDown) }, ids: v.indices.map(UInt64.init), start: written,
      stop: time)
  }

  /// One step of `dt` ms, the `step`th.
  mutating func advance(_ step: Int, _ dt: Double, _ random: inout RandomStream) throws {
    let before = v
    var z = [Double](repeating: 0, count: v.count)
    if let drive { z = Array(drive.row(min(step, drive.rows - 1))) }
    if population.noise > 0 {
      for (i, draw) in random.normals(v.count, as: Double.self).enumerated() {
        z[i] += population.noise * draw
      }
    }
    let begin = Double(step) * dt
    switch stepper {
    case .semiImplicit:
      if let weights { for (i, sum) in try multiply(weights, s).enumerated() { z[i] += sum } }
      for i in v.indices {
        population.cell.step(&v[i], &w[i], current: current(i, z[i]), dt: dt)
      }
      neighbours = zip(neighbours, [Self.difference, -Self.difference]).map { state, shift in
        var (v, w) = state
        for i in v.indices { population.cell.step(&v[i], &w[i], current: current(i, z[i]) + shift, dt: dt) }
        return (v, w)
      }
    case .fixed(var fixed):
      var y = v + w
      try fixed.step(&y, time: begin, dt: dt) { try slopes($1, z, &$2) }
      stepper = .fixed(fixed)
      store(y)
    case .adaptive(var adaptive):
      var y = v + w
      try adaptive.advance(&y, from: begin, to: begin + dt) { try slopes($1, z, &$2) }
      stepper = .adaptive(adaptive)
      store(y)
    }
    for i in v.indices { s[i] = output(v[i]) }
    time = Double(step + 1) * dt
    for i in v.indices where before[i] < 0 && v[i] >= 0 {
      spikes.append((i, begin + dt * before[i] / (before[i] - v[i])))
    }
  }

  private mutating func store(_ y: [Double]) {
    v = Array(y.prefix(v.count))
    w = Array(y.suffix(v.count))
  }

  private func current(_ i: Int, _ z: Double) -> Double {
    currents?[i] ?? population.currentScale * (z + population.bias) + population.currentOffset
  }

  private func output(_ v: Double) -> Double {
    1 / (1 + exp(-(v - population.outputThreshold) / population.outputSlope))
  }

  /// The slopes of all voltages, then of all gates, with synapses that follow the voltage at once.
  private func slopes(_ y: [Double], _ input: [Double], _ slope: inout [Double]) throws {
    let n = v.count
    var z = input
    if let weights {
      for (i, sum) in try multiply(weights, y.prefix(n).map { output($0) }).enumerated() { z[i] += sum }
    }
    for i in 0..<n {
      (slope[i], slope[n + i]) = population.cell.slopes(y[i], y[n + i], current: current(i, z[i]))
    }
  }
}
