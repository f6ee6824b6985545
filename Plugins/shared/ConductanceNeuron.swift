import EngramKit

/// A leaky integrate-and-fire neuron with an excitatory and an inhibitory conductance: what simulation and theory share.
///
/// Charges q are conductance integrals of one event, rates R count all events of a kind; the mean conductance is q R,
/// its variance q^2 R / (2 tau).
struct ConductanceNeuron: Sendable {
  var capacitance = 250.0
  var leak = 12.5
  var leakReversal = -70.0
  var excitatoryReversal = 0.0
  var inhibitoryReversal = -80.0
  var threshold = -50.0
  var reset = -60.0
  var refractoryPeriod = 2.0
  var current = 0.0
  var excitatoryCharge = 4.0
  var excitatoryRate = 3.5
  var excitatoryDecay = 0.5
  var inhibitoryCharge = 10.0
  var inhibitoryRate = 3.0
  var inhibitoryDecay = 0.5

  /// Every quantity with its name, property, unit, range and sentence: parameters of plugins and columns of sweeps.
  private static let fields: [Field] = [
    .init("capacitance", \.capacitance, .picofarad, 1e-3...1e6, "Membrane capacitance C."),
    .init("leak_conductance", \.leak, .nanosiemens, 1e-6...1e6, "Leak conductance g_L."),
    .init("leak_reversal", \.leakReversal, .millivolt, -1e6...1e6, "Leak reversal potential E_L."),
    .init(
      "excitatory_reversal", \.excitatoryReversal, .millivolt, -1e9...1e9, "Reversal potential E_e."
    ),
    .init(
      "inhibitory_reversal", \.inhibitoryReversal, .millivolt, -1e9...1e9, "Reversal potential E_i."
    ),
    .init(
      "threshold", \.threshold, .millivolt, -1e6...1e6, "Voltage V_th at which a neuron spikes."),
    .init("reset", \.reset, .millivolt, -1e6...1e6, "Voltage V_r after a spike."),
    .init(
      "refractory_period", \.refractoryPeriod, .millisecond, 0...1e4, "Time at reset after a spike."
    ),
    .init("current", \.current, .picoampere, -1e9...1e9, "Constant current I."),
    .init(
      "excitatory_charge", \.excitatoryCharge, .nanosiemensMillisecond, 0...1e6,
      "Conductance integral q_e of one event."),
    .init(
      "excitatory_rate", \.excitatoryRate, .perMillisecond, 0...1e6,
      "Rate R_e of all excitatory events."),
    .init("excitatory_decay", \.excitatoryDecay, .millisecond, 1e-6...1e6, "Decay time tau_e."),
    .init(
      "inhibitory_charge", \.inhibitoryCharge, .nanosiemensMillisecond, 0...1e6,
      "Conductance integral q_i of one event."),
    .init(
      "inhibitory_rate", \.inhibitoryRate, .perMillisecond, 0...1e6,
      "Rate R_i of all inhibitory events."),
    .init("inhibitory_decay", \.inhibitoryDecay, .millisecond, 1e-6...1e6, "Decay time tau_i."),
  ]

  private struct Field: Sendable {
    var name: String
    var path: any WritableKeyPath<ConductanceNeuron, Double> & Sendable
    var unit: Unit
    var range: ClosedRange<Double>
    var summary: String

    init(
      _ name: String, _ path: any WritableKeyPath<ConductanceNeuron, Double> & Sendable, _ unit: Unit,
      _ range: ClosedRange<Double>, _ summary: String
    ) {
      self.name = name
      self.path = path
      self.unit = unit
      self.range = range
      self.summary = summary
    }
  }

  /// The parameters as a plugin declares them, `within` the property that holds the neuron.
  static let parameters: [Parameter<Self>] = fields.map {
    .real($0.name, $0.path, unit: $0.unit, in: $0.range, $0.summary)
  }

  /// Columns of a table of neurons: `sweep/<parameter>` [case], each optional.
  static let sweeps: [Dataset] = fields.map {
    Dataset(
      "sweep/\($0.name)", .array, ["case"], unit: $0.unit, "Values in place of the parameter: \($0.summary)",
      optional: true)
  }

  /// One neuron a row of the sweep table, this one's values where a column is missing.
  ///
  /// - Throws: `Problem` when columns have different lengths.
  func swept(_ inputs: Inputs) throws -> [ConductanceNeuron] {
    var cases: [ConductanceNeuron]?
    for field in Self.fields where inputs.contains("sweep/\(field.name)") {
      let values = try inputs.vector("sweep/\(field.name)")
      var rows = cases ?? Array(repeating: self, count: values.count)
      guard rows.count == values.count else {
        throw Problem("sweep/\(field.name) has \(values.count) rows, another column \(rows.count)")
      }
      for row in rows.indices { rows[row][keyPath: field.path] = values[row] }
      cases = rows
    }
    return cases ?? [self]
  }

  /// - Throws: `Problem` when the neuron would spike for ever: the reset is not below the threshold.
  func check() throws {
    guard reset < threshold else {
      throw Problem(
        "the reset of \(shortest(reset)) mV does not lie below the threshold of \(shortest(threshold)) mV",
        fix: "lower `reset` or raise `threshold`")
    }
  }
}
