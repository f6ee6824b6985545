import EngramKit

/// A recurrent network of Morris-Lecar neurons with a linear read-out: simulated, evaluated and trained.
///
/// C dV/dt = I - gCa m(V) (V - ECa) - gK w (V - EK) - gL (V - EL); I = a (z + z0) + b, z = W_in x + W_rec s, with graded
/// synapses s = 1 / (1 + exp(-(V - Vt) / Kp)).
public struct MorrisLecarNetwork: TrainableModel, Model {
  public static let name = "morris-lecar-network"
  public static let summary =
    "Recurrent network of conductance-based Morris-Lecar neurons with graded synapses."
  public static let reference =
    "Hazelden et al. (2023) arXiv:2311.10869; Morris & Lecar (1981) Biophys. J. 35, 193"
  public static let parameters: [Parameter<Self>] = [
    .integer("neurons", \.neurons, in: 1...100_000, "Number of neurons."),
    .choice("preset", \.preset, "Constants of the cells: how firing begins, and how stiff the membrane is."),
    .flag("recurrent", \.recurrent, "Whether neurons are connected."),
    .real(
      "current_scale", \.population.currentScale, unit: .currentDensity, in: -1e6...1e6,
      "Current a of one unit of z."),
    .real(
      "current_offset", \.population.currentOffset, unit: .currentDensity, in: -1e6...1e6,
      "Current b at z = -z0."),
    .real("bias", \.population.bias, unit: .one, in: -1e6...1e6, "Constant z0 added to z."),
    .real(
      "output_threshold", \.population.outputThreshold, unit: .millivolt, in: -1e3...1e3,
      "Voltage Vt at which the synaptic output is one half."),
    .real(
      "output_slope", \.population.outputSlope, unit: .millivolt, in: 1e-3...1e3,
      "Range Kp over which the output opens."),
    .real(
      "noise", \.population.noise, unit: .one, in: 0...1e6,
      "Standard deviation of noise added to z in a step."),
    .real("start_voltage", \.startVoltage, unit: .millivolt, in: -1e3...1e3, "Mean voltage at the start."),
    .real("start_spread", \.startSpread, unit: .millivolt, in: 0...1e3, "Standard deviation of the start."),
    .real("step", \.population.dt, unit: .millisecond, in: 1e-6...10, "Length of a step in training."),
    .integer(
      "steps_per_input", \.population.stepsPerInput, in: 1...1_000_000, "Steps for which an input is held."),
    .integer(
      "window", \.population.window, in: 1...1_000_000_000, "Last steps over which the output is averaged."),
    .choice("loss", \.loss, "What a training lowers."),
    .choice("precision", \.precision, "Precision of the weights and of losses; gradients are float64."),
    .real("input_mean", \.inputMean, unit: .one, in: -1e3...1e3, "Mean initial input weight."),
    .real("recurrent_mean", \.recurrentMean, unit: .one, in: -1e3...1e3, "Mean initial recurrent weight."),
    .real(
      "recurrent_sparseness", \.recurrentSparseness, unit: .one, in: 0...1,
      "Share of the recurrent weights that start at their mean."),
    .real("readout_mean", \.readoutMean, unit: .one, in: -1e3...1e3, "Mean initial read-out weight."),
    .real(
      "weight_spread", \.weightSpread, unit: .one, in: 0...1e3,
      "Half width of the uniform initial weights, times the root of the matrix's second axis as [pre, post]."),
    .reals(
      "current", \.current, unit: .currentDensity, in: -1e6...1e6,
      "Simulated: constant current of each of as many unconnected cells; empty: the network."),
    .choice("integrator", \.integrator, "How a simulation is advanced; training takes semi-implicit steps."),
    .real(
      "tolerance", \.tolerance, unit: .one, in: 1e-14...1,
      "Relative (and, in mV, absolute) error allowed in an adaptive step."),
    .integer("traced", \.traced, in: 0...100_000, "Neurons whose state is recorded."),
    .flag("sensitivity", \.sensitivity, "Record dV/dI of unconnected cells, by central differences."),
  ]
  public static let reads = [
    Dataset("W_in", .connectivity, ["neuron", "channel"], unit: .one, "Input weights.", optional: true),
    Dataset("W_rec", .connectivity, ["neuron", "neuron"], unit: .one, "Recurrent weights.", optional: true),
    Dataset("W_out", .connectivity, ["class", "neuron"], unit: .one, "Read-out weights.", optional: true),
    Dataset("b_out", .array, ["class"], unit: .one, "Biases of the read-out.", optional: true),
    Dataset(
      "drive", .array, ["step", "neuron"], unit: .one,
      "Simulated: what is added to z in each step; the last is held.",
      optional: true),
  ]
  public static let writes = [
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Upward crossings of 0 mV."),
    Dataset("voltage", .trace, ["time", "neuron"], unit: .millivolt, "Voltage of the traced neurons."),
    Dataset("gate", .trace, ["time", "neuron"], unit: .one, "Potassium gate w of the traced neurons."),
    Dataset("output", .trace, ["time", "neuron"], unit: .one, "Synaptic output s of the traced neurons."),
    Dataset(
      "sensitivity", .trace, ["time", "neuron"], unit: .voltagePerCurrentDensity, "dV/dI of each cell."),
    Dataset("current", .array, ["neuron"], unit: .currentDensity, "Constant current of each cell."),
    Dataset("activity", .array, ["trial", "neuron"], unit: .one, "Evaluated: mean output over the window."),
    Dataset("logits", .array, ["trial", "class"], unit: .one, "Evaluated: read-out of the activity."),
    Dataset(
      "accuracy", .array, [], unit: .one, "Evaluated: share of trials whose largest logit is the label."),
    Dataset("loss", .array, [], unit: .one, "Evaluated: mean loss."),
  ]

  /// What a training lowers.
  public enum Loss: String, CaseIterable, Sendable {
    /// Softmax cross-entropy of the read-out, for a task with labels.
    case crossEntropy = "cross-entropy"
    /// Mean output over the window: firing costs.
    case activity
    /// Share of time above 20 mV, sampled each ms by a sigmoid of slope 100/mV.
    case openness
  }

  public enum Precision: String, CaseIterable, Sendable { case float32, float64 }

  /// How a simulation is advanced.
  public enum Integrator: String, CaseIterable, Sendable {
    case semiImplicit = "semi-implicit"
    case rungeKutta = "runge-kutta"
    case bogackiShampine = "bogacki-shampine"
    case rosenbrock
  }

  var neurons = 128
  var preset = MorrisLecarCell.Preset.snic
  var recurrent = true
  var population = MorrisLecarPopulation()
  var startVoltage = -20.0
  var startSpread = 5.0
  var loss = Loss.crossEntropy
  var precision = Precision.float32
  var inputMean = 0.1
  var recurrentMean = 1e-3
  var recurrentSparseness = 0.2
  var readoutMean = 0.1
  var weightSpread = 1.0
  var current: [Double] = []
  var integrator = Integrator.semiImplicit
  var tolerance = 1e-8
  var traced = 0
  var sensitivity = false

  public init() {}

  /// w at the start of every neuron: near its steady state at the resting potential.
  static let startGate = 0.014173

  public var gives: Evidence { loss == .crossEntropy ? [.loss, .gradient, .readout] : [.loss, .gradient] }

  /// The population with the preset's cells, sampling openness where the loss asks for it.
  var engine: MorrisLecarPopulation {
    var engine = population
    engine.cell = MorrisLecarCell(preset)
    engine.sampleSteps = loss == .openness ? max(1, Int((1 / population.dt).rounded())) : 0
    return engine
  }
}
