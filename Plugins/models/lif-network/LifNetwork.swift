import EngramKit

/// A network of leaky integrate-and-fire neurons over a stored connectivity, with delays and Poisson input.
public struct LifNetwork: Model {
  public static let name = "lif-network"
  public static let summary =
    "Spiking network of leaky integrate-and-fire neurons over any stored connectivity."
  public static let reference =
    "Brunel (2000) J. Comput. Neurosci. 8, 183; exact integration: Rotter & Diesmann (1999) Biol. Cybern. 81, 381"
  public static let parameters: [Parameter<Self>] = [
    .choice(
      "synapse", \.neuron.synapse, "What a spike changes: a decaying current or conductance, or the voltage."),
    .real("weight_scale", \.weightScale, unit: .one, in: -1e9...1e9, "Factor of every stored weight."),
    .real("delay", \.delay, unit: .millisecond, in: 1e-3...1e4, "Time from spike to effect."),
    .real("capacitance", \.neuron.capacitance, unit: .picofarad, in: 1e-3...1e6, "Membrane capacitance."),
    .real("leak_conductance", \.neuron.leak, unit: .nanosiemens, in: 1e-6...1e6, "Leak conductance."),
    .real(
      "leak_reversal", \.neuron.leakReversal, unit: .millivolt, in: -1e6...1e6, "Leak reversal potential."),
    .real(
      "threshold", \.neuron.threshold, unit: .millivolt, in: -1e6...1e6, "Voltage at which a neuron spikes."),
    .real("reset", \.neuron.reset, unit: .millivolt, in: -1e6...1e6, "Voltage after a spike."),
    .real(
      "refractory_period", \.neuron.refractory, unit: .millisecond, in: 0...1e4,
      "Time at reset after a spike."),
    .real(
      "current", \.neuron.current, unit: .picoampere, in: -1e9...1e9, "Constant current into every neuron."),
    .real(
      "excitatory_decay", \.neuron.decay.excitatory, unit: .millisecond, in: 1e-3...1e4,
      "Decay of excitatory input."),
    .real(
      "inhibitory_decay", \.neuron.decay.inhibitory, unit: .millisecond, in: 1e-3...1e4,
      "Decay of inhibitory input."),
    .real(
      "excitatory_reversal", \.neuron.reversal.excitatory, unit: .millivolt, in: -1e6...1e6,
      "Reversal of excitatory conductances."),
    .real(
      "inhibitory_reversal", \.neuron.reversal.inhibitory, unit: .millivolt, in: -1e6...1e6,
      "Reversal of inhibitory conductances."),
    .real(
      "external_rate", \.externalRate, unit: .hertz, in: 0...1e7, "Rate of each neuron's own Poisson input."),
    .real(
      "external_weight", \.neuron.external.weight, unit: .one, in: -1e9...1e9,
      "Weight of one external event, in the unit of the synapse (pA, nS or mV)."),
    .real(
      "start_spread", \.neuron.spread, unit: .one, in: 0...1,
      "Start voltages fill this share of leak reversal to threshold."),
    .integer("traced", \.traced, in: 0...100_000, "Neurons whose voltage is recorded."),
  ]
  public static let reads = [
    Dataset(
      "connectivity", .connectivity, ["neuron", "neuron"],
      anyUnit: "Weights W[post, pre]; negative ones inhibit.")
  ]
  public static let writes = [
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Spikes of every neuron."),
    Dataset(
      "voltage", .trace, ["time", "neuron"], unit: .millivolt, "Membrane voltage of the traced neurons."),
  ]

  var neuron = SpikingNetwork.Neuron()
  var weightScale = 1.0
  var delay = 1.5
  var externalRate = 0.0
  var traced = 0

  public init() {}

  /// The weights, then the network once the step is known.
  public struct State: Sendable {
    var weights: SparseMatrix?
    var network: SpikingNetwork?
    var count: Int
    var random: RandomStream
    var spikes: [(neuron: Int32, step: Int)] = []
    /// Time up to which spikes have been written, and the time reached, ms.
    var written = 0.0
    var time = 0.0
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    guard neuron.reset < neuron.threshold else {
      throw Problem(
        "the reset of \(shortest(neuron.reset)) mV does not lie below the threshold of \(shortest(neuron.threshold)) mV",
        fix: "lower `reset` or raise `threshold`")
    }
    var weights: SparseMatrix =
      switch try inputs.connectivity("connectivity") {
      case .dense(let matrix): SparseMatrix(matrix)
      case .sparse(let matrix): matrix
      }
    let factor = weightScale * (try unitFactor(try inputs.unit("connectivity")))
    if factor != 1 { for k in weights.values.indices { weights.values[k] *= factor } }
    return State(weights: weights, count: weights.rows, random: random)
  }

  /// From the unit of the stored weights to that of the synapse; pure numbers are taken in the latter.
  private func unitFactor(_ symbol: String) throws -> Double {
    let wanted: Unit =
      switch neuron.synapse {
      case .current: .picoampere
      case .conductance: .nanosiemens
      case .delta: .millivolt
      }
    guard let stored = Unit(symbol) else { throw Problem("the weights have the unknown unit '\(symbol)'") }
    if stored == .one { return 1 }
    guard let factor = stored.factor(to: wanted) else {
      throw Problem(
        "weights in \(symbol) do not fit synapses of kind '\(neuron.synapse.rawValue)', which are in \(wanted)",
        fix: "choose another `synapse`, or correct the weights' unit")
    }
    return factor
  }

  public func advance(
    _ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    var network: SpikingNetwork
    if let running = state.network {
      network = running
    } else {
      let steps = (delay / dt).rounded()
      guard steps >= 1, steps < 65_536, let weights = state.weights else {
        throw Problem(
          "a delay of \(shortest(delay)) ms is \(shortest(steps)) steps of \(shortest(dt)) ms",
          fix: "choose 1 to 65535 steps")
      }
      var neuron = neuron
      neuron.external.rate = externalRate / 1000
      network = try SpikingNetwork(weights, delays: [UInt16(steps)], neuron, dt: dt, state.random)
      state.weights = nil
    }
    state.network = nil  // One owner, so that advancing copies nothing.
    state.spikes += network.advance(from: step, steps: count)
    state.network = network
    state.time = Double(step + count) * dt
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    guard let network = state.network else { return }
    try outputs.append(
      "spikes",
      SpikeTrains(
        units: state.spikes.map { Int($0.neuron) },
        // A window is half open: what falls at its very end belongs to it, one rounding error earlier.
        times: state.spikes.map { min(Double($0.step + 1) * network.dt, state.time.nextDown) },
        ids: (0..<state.count).map(UInt64.init), start: state.written, stop: state.time))
    state.spikes.removeAll(keepingCapacity: true)
    state.written = state.time
    let kept = min(traced, state.count)
    if kept > 0 {
      try outputs.append("voltage", Tensor(Array(network.voltage.prefix(kept)), shape: [1, kept]))
    }
  }
}
