import EngramKit

/// Unconnected Hodgkin-Huxley neurons of the squid axon, each under a constant current.
///
/// C dV/dt = I - gNa m^3 h (V - ENa) - gK n^4 (V - EK) - gL (V - EL), in mV, ms, uA/cm2, mS/cm2, uF/cm2; rest at -65 mV.
public struct HodgkinHuxley: Model {
  public static let name = "hodgkin-huxley"
  public static let summary = "Hodgkin-Huxley neurons of the squid axon under constant currents."
  public static let reference = "Hodgkin & Huxley (1952) J. Physiol. 117, 500, shifted to a rest of -65 mV"
  public static let parameters: [Parameter<Self>] = [
    .reals("current", \.current, unit: .currentDensity, in: -1e6...1e6, "Constant current of each neuron."),
    .real("start_voltage", \.startVoltage, unit: .millivolt, in: -1e3...1e3, "Voltage at the start."),
    .integer("traced", \.traced, in: 0...100_000, "Neurons whose voltage is recorded."),
  ]
  public static let writes = [
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Upward crossings of 0 mV."),
    Dataset("voltage", .trace, ["time", "neuron"], unit: .millivolt, "Voltage of the traced neurons."),
    Dataset("current", .array, ["neuron"], unit: .currentDensity, "Constant current of each neuron."),
  ]

  var current = [10.0]
  var startVoltage = -65.0
  var traced = 0

  public init() {}

  /// V, m, h, n of each neuron, and the spikes since the last record.
  public struct State: Sendable {
    var neurons: [[Double]]
    var stepper = RungeKuttaStepper(size: 4)
    var spikes: [(neuron: Int, time: Double)] = []
    var time = 0.0
    var written = 0.0
    var hasGivenCurrents = false
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    let rates = Self.rates(startVoltage)
    let gates = rates.map { $0.opening / ($0.opening + $0.closing) }
    return State(neurons: current.map { _ in [startVoltage] + gates })
  }

  /// Opening and closing rates of m, h and n, 1/ms.
  private static func rates(_ v: Double) -> [(opening: Double, closing: Double)] {
    // x / (1 - exp(-x)), whose limit at 0 is 1.
    func linear(_ x: Double) -> Double { abs(x) < 1e-6 ? 1 + x / 2 : x / -expm1(-x) }
    return [
      (linear((v + 40) / 10), 4 * exp(-(v + 65) / 18)),
      (0.07 * exp(-(v + 65) / 20), 1 / (1 + exp(-(v + 35) / 10))),
      (0.1 * linear((v + 55) / 10), 0.125 * exp(-(v + 65) / 80)),
    ]
  }

  private static func slopes(_ y: [Double], _ current: Double, _ slope: inout [Double]) {
    let (v, m, h, n) = (y[0], y[1], y[2], y[3])
    let sodium = 120 * m * m * m * h * (v - 50)
    let potassium = 36 * n * n * n * n * (v + 77)
    slope[0] = current - sodium - potassium - 0.3 * (v + 54.387)
    for (i, rate) in rates(v).enumerated() {
      slope[i + 1] = rate.opening * (1 - y[i + 1]) - rate.closing * y[i + 1]
    }
  }

  public func advance(
    _ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    guard dt <= 0.1 else {
      throw Problem(
        "a step of \(shortest(dt)) ms is too long for sodium channels, which open in 0.1 ms",
        fix: "choose `dt: 0.025`")
    }
    for k in step..<step + count {
      let begin = Double(k) * dt
      for i in state.neurons.indices {
        let before = state.neurons[i][0]
        state.stepper.step(&state.neurons[i], time: begin, dt: dt) { Self.slopes($1, current[i], &$2) }
        let after = state.neurons[i][0]
        if before < 0, after >= 0 { state.spikes.append((i, begin + dt * before / (before - after))) }
      }
    }
    state.time = Double(step + count) * dt
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    if !state.hasGivenCurrents { try outputs.put("current", current) }
    state.hasGivenCurrents = true
    if state.time > state.written {
      try outputs.append(
        "spikes",
        SpikeTrains(
          // A window is half open: what falls at its very end belongs to it, one rounding error earlier.
          units: state.spikes.map(\.neuron), times: state.spikes.map { min($0.time, state.time.nextDown) },
          ids: current.indices.map(UInt64.init), start: state.written, stop: state.time))
      state.spikes.removeAll(keepingCapacity: true)
      state.written = state.time
    }
    let kept = min(traced, current.count)
    if kept > 0 {
      try outputs.append("voltage", Tensor(state.neurons.prefix(kept).map { $0[0] }, shape: [1, kept]))
    }
  }
}
