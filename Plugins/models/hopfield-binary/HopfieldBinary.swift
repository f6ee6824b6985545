import EngramKit

/// Binary associative memory: units of state -1 or 1 that align with their field, one at a time.
///
/// E = -sWs/2 - threshold*s never rises under asynchronous updates when W is symmetric with a non-negative diagonal.
public struct HopfieldBinary: Model, TrainableModel {
  public static let name = "hopfield-binary"
  public static let summary = "Binary attractor network that recalls stored patterns from corrupted cues."
  public static let reference = "Hopfield (1982) PNAS 79, 2554"
  public static let parameters: [Parameter<Self>] = [
    .choice("order", \.order, "Which unit is updated next within a sweep, or all at once."),
    .integer("maximum_sweeps", \.maximumSweeps, in: 1...1_000_000, "Sweeps after which an evaluation stops."),
  ]
  public static let reads = [
    Dataset(
      "connectivity", .connectivity, ["neuron", "neuron"], unit: .one, "Weights W[post, pre].", optional: true
    ),
    Dataset("cue", .array, ["cue", "neuron"], unit: .one, "Initial states, each -1 or 1.", optional: true),
    Dataset(
      "threshold", .array, ["neuron"], unit: .one, "Constant field added at each unit.", optional: true),
  ]
  public static let writes = [
    Dataset("state", .array, ["sweep", "cue", "neuron"], unit: .one, "States after each sweep, -1 or 1."),
    Dataset("energy", .array, ["sweep", "cue"], unit: .one, "E = -sWs/2 - threshold*s after each sweep."),
    Dataset(
      "recall/state", .array, ["cue", "neuron"], unit: .one, "State at which each trial's recall ended."),
    Dataset(
      "recall/overlap", .array, ["cue"], unit: .one, "Mean product of the end state and the trial's target."),
    Dataset("recall/energy", .array, ["cue"], unit: .one, "Energy of the end state."),
    Dataset(
      "recall/sweeps", .array, ["cue"], unit: .one,
      "Sweeps until no unit flipped; the maximum where some still did."),
    Dataset(
      "recall/flip_energy", .array, ["flip"], unit: .one,
      "Energy of each cue and after each of its flips, recall by recall; not for synchronous updates."),
    Dataset("recall/flip_cue", .array, ["flip"], unit: .one, "The recall that each of these belongs to."),
  ]

  /// In which order units are updated.
  public enum Order: String, CaseIterable, Sendable { case sequential, permutation, random, synchronous }

  var order = Order.sequential
  var maximumSweeps = 1000

  public init() {}

  public var timeUnit: Unit { .one }

  /// The network and the state of every cue.
  public struct State: Sendable {
    var network: HopfieldNetwork
    var states: [[Double]]
    /// Whether a record has still to say that the energy need not fall, and that there are ties.
    fileprivate var mayRise = true
    fileprivate var mayTie = true
    fileprivate var ties = 0
  }

  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> State {
    guard inputs.contains("connectivity"), inputs.contains("cue") else {
      throw Problem(
        "hopfield-binary moves in time only with a connectivity and cues",
        fix: "read both in the step, or train it with a rule and evaluate it on a task")
    }
    let threshold = inputs.contains("threshold") ? try inputs.vector("threshold") : nil
    let network = try HopfieldNetwork(inputs.connectivity("connectivity").dense(), threshold: threshold)
    let cues = try inputs.matrix("cue")
    return State(
      network: network,
      states: try (0..<cues.rows).map { try network.checked(cues.row($0), name: "cue \($0)") })
  }

  public func step(_ state: inout State, time: Double, dt: Double, _ random: inout RandomStream) throws {
    for cue in state.states.indices {
      state.ties += state.network.sweep(&state.states[cue], order, &random).ties
    }
  }

  public func record(_ state: inout State, into outputs: inout Outputs) throws {
    let size = state.network.size
    try outputs.append(
      "state", Tensor(state.states.flatMap { $0 }, shape: [1, state.states.count, size]))
    try outputs.append(
      "energy", Tensor(state.states.map(state.network.energy), shape: [1, state.states.count]))
    if state.mayRise, let missing = missingGuarantee(state.network.weights) { outputs.note(missing) }
    state.mayRise = false
    guard state.mayTie, let ties = tiesMet(state.ties) else { return }
    outputs.note(ties)
    state.mayTie = false
  }

  public var gives: Evidence { .traces }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    if inputs.contains("connectivity") {
      return Weights([.init("W", try inputs.connectivity("connectivity").dense())])
    }
    return Weights([.init("W", Matrix(repeating: 0, shape: [shape.inputs, shape.inputs]))])
  }

  /// Shows each trial's pattern to the network: presynaptic and postsynaptic activity are the pattern itself.
  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let network = try HopfieldNetwork(weights.double("W"), threshold: nil)
    for trial in 0..<batch.size { _ = try network.checked(batch.input.row(trial), name: "pattern \(trial)") }
    try each(Trace(block: "W", pre: batch.input, post: batch.input))
    return Trial()
  }

  /// No unit excites itself.
  public func constrain(_ weights: inout Weights) {
    guard var block = weights["W"], case .float64(var matrix) = block.values else { return }
    for i in 0..<matrix.rows { matrix[i, i] = 0 }
    block.values = .float64(matrix)
    weights["W"] = block
  }

  /// Lets each trial's input relax; the overlap is taken with the target where the task gives one, else the input.
  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let network = try HopfieldNetwork(weights.double("W"), threshold: nil)
    var ends: [Double] = []
    var (overlaps, energies, sweeps): ([Double], [Double], [Double]) = ([], [], [])
    var (flips, flipped, ties) = ([Double](), [Double](), 0)
    for trial in 0..<batch.size {
      var state = try network.checked(batch.input.row(trial), name: "cue \(trial)")
      var taken = 1
      flips.append(network.energy(state))
      while true {
        let sweep = network.sweep(&state, order, &random) { flips.append(flips[flips.count - 1] + $0) }
        ties += sweep.ties
        guard sweep.flips > 0, taken < maximumSweeps else { break }
        taken += 1
      }
      flipped += Array(repeating: Double(trial), count: flips.count - flipped.count)
      let wanted: ArraySlice<Double> =
        if case .values(let target) = batch.target { target.row(trial) } else { batch.input.row(trial) }
      overlaps.append(zip(state, wanted).reduce(0) { $0 + $1.0 * $1.1 } / Double(network.size))
      energies.append(network.energy(state))
      sweeps.append(Double(taken))
      ends += state
    }
    try outputs.put("recall/state", Tensor(ends, shape: [batch.size, network.size]))
    try outputs.put("recall/overlap", overlaps)
    try outputs.put("recall/energy", energies)
    try outputs.put("recall/sweeps", sweeps)
    if let missing = missingGuarantee(network.weights) { outputs.note(missing) }
    if let ties = tiesMet(ties) { outputs.note(ties) }
    guard order != .synchronous else { return }
    try outputs.put("recall/flip_energy", flips)
    try outputs.put("recall/flip_cue", flipped)
  }
}
