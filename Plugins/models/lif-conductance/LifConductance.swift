import EngramKit

/// Unconnected leaky integrate-and-fire neurons with noisy excitatory and inhibitory conductances.
///
/// C dV/dt = -g_L (V - E_L) - g_e(t) (V - E_e) - g_i(t) (V - E_i) + I. Means q R, variances q^2 R / (2 tau).
public struct LifConductance: Model {
  public static let name = "lif-conductance"
  public static let summary = "Leaky integrate-and-fire neurons driven by fluctuating synaptic conductances."
  public static let reference =
    "arXiv:2002.11181; Destexhe et al. (2001) Neuroscience 107, 13 for the point conductances"
  public static let parameters: [Parameter<Self>] =
    Parameter.within(\.neuron, ConductanceNeuron.parameters) + [
      .integer("neurons", \.neurons, in: 1...10_000_000, "Independent neurons, or trials of one neuron."),
      .choice("drive", \.drive, "Gaussian conductances (ou), or jumps at Poisson times."),
      .choice("scheme", \.scheme, "How the voltage is advanced over a step."),
      .integer("traced", \.traced, in: 0...10_000, "Neurons whose voltage and conductances are recorded."),
    ]
  public static let reads = [
    Dataset(
      "input/excitatory", .array, ["step"], unit: .nanosiemens,
      "Excitatory conductance at each step, in place of noise.", optional: true),
    Dataset(
      "input/inhibitory", .array, ["step"], unit: .nanosiemens,
      "Inhibitory conductance at each step, in place of noise.", optional: true),
  ]
  public static let writes = [
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Spikes of every neuron."),
    Dataset(
      "voltage", .trace, ["time", "neuron"], unit: .millivolt, "Membrane voltage of the traced neurons."),
    Dataset(
      "excitatory_conductance", .trace, ["time", "neuron"], unit: .nanosiemens,
      "Excitatory conductance of the traced neurons."),
    Dataset(
      "inhibitory_conductance", .trace, ["time", "neuron"], unit: .nanosiemens,
      "Inhibitory conductance of the traced neurons."),
  ]

  /// What stands behind the conductances.
  public enum Drive: String, CaseIterable, Sendable { case ou, poisson }

  var neurons = 1
  var neuron = ConductanceNeuron()
  var drive = Drive.ou
  var scheme = ConductancePopulation.Scheme.exponential
  var traced = 0

  public init() {}

  /// Conductances given at each step, and the neurons once the step is known.
  public struct State: Sendable {
    var stored: (excitatory: [Double]?, inhibitory: [Double]?)
    var random: RandomStream
    var population: ConductancePopulation?
    var spikes: [(neuron: Int, step: Int)] = []
    /// Time up to which spikes have been written, and the time reached, ms.
    var written = 0.0
    var time = 0.0
    var dt = 0.0
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    try neuron.check()
    func stored(_ name: String) throws -> [Double]? {
      guard inputs.contains(name) else { return nil }
      let values = try inputs.vector(name)
      guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
        throw Problem("\(name) is empty or holds a value that is not finite")
      }
      return values
    }
    return State(stored: (try stored("input/excitatory"), try stored("input/inhibitory")), random: random)
  }

  public func advance(
    _ state: inout State, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    var population = try state.population ?? population(state, dt)
    state.population = nil  // One owner, so that advancing copies nothing.
    state.spikes += population.advance(from: step, steps: count)
    state.population = population
    state.dt = dt
    state.time = Double(step + count) * dt
  }

  private func population(_ state: State, _ dt: Double) throws -> ConductancePopulation {
    let fastest = min(neuron.excitatoryDecay, neuron.inhibitoryDecay)
    guard dt <= fastest else {
      throw Problem(
        "the step of \(shortest(dt)) ms is longer than the fastest conductance, \(shortest(fastest)) ms",
        fix: "choose dt at most \(shortest(fastest / 30)) ms, a thirtieth of it")
    }
    return ConductancePopulation(
      neurons,
      .init(
        capacitance: neuron.capacitance, leak: neuron.leak, leakReversal: neuron.leakReversal,
        threshold: neuron.threshold, reset: neuron.reset,
        current: neuron.current, refractorySteps: Int((neuron.refractoryPeriod / dt).rounded()), dt: dt,
        scheme: scheme),
      [
        channel(
          neuron.excitatoryReversal, neuron.excitatoryDecay, neuron.excitatoryCharge, neuron.excitatoryRate,
          state.stored.excitatory),
        channel(
          neuron.inhibitoryReversal, neuron.inhibitoryDecay, neuron.inhibitoryCharge, neuron.inhibitoryRate,
          state.stored.inhibitory),
      ], state.random)
  }

  private func channel(
    _ reversal: Double, _ decay: Double, _ charge: Double, _ rate: Double, _ stored: [Double]?
  ) -> ConductancePopulation.Channel {
    let kind: ConductancePopulation.Drive =
      if let stored {
        .stored(stored)
      } else if drive == .ou {
        .gaussian(mean: charge * rate, sd: charge * (rate / (2 * decay)).squareRoot())
      } else {
        .poisson(jump: charge / decay, rate: rate)
      }
    return .init(reversal: reversal, decay: decay, drive: kind)
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    guard let population = state.population else { return }
    try outputs.append(
      "spikes",
      SpikeTrains(
        // A window is half open: what falls at its very end belongs to it, one rounding error earlier.
        units: state.spikes.map(\.neuron),
        times: state.spikes.map { min(Double($0.step + 1) * state.dt, state.time.nextDown) },
        ids: (0..<neurons).map(UInt64.init), start: state.written, stop: state.time))
    state.spikes.removeAll(keepingCapacity: true)
    state.written = state.time
    let kept = min(traced, neurons)
    guard kept > 0 else { return }
    try outputs.append("voltage", Tensor(Array(population.voltage.prefix(kept)), shape: [1, kept]))
    for (number, name) in ["excitatory_conductance", "inhibitory_conductance"].enumerated() {
      let values = population.seen(number).prefix(kept)
      try outputs.append(name, Tensor(Array(values), shape: [1, kept]))
    }
  }
}
