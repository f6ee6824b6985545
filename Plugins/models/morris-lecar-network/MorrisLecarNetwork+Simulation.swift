import EngramKit

extension MorrisLecarNetwork {
  public func start(_ inputs: Inputs, _ random: inout RandomStream) throws -> MorrisLecarSimulation {
    let isNetwork = current.isEmpty
    let drive = inputs.contains("drive") ? try inputs.matrix("drive") : nil
    let weights = isNetwork && inputs.contains("W_rec") ? try inputs.connectivity("W_rec").dense() : nil
    let count = isNetwork ? weights?.rows ?? drive?.columns ?? neurons : current.count
    guard drive.map({ isNetwork && $0.columns == count && $0.rows > 0 }) ?? true else {
      throw Problem(
        "a drive of shape \(drive?.shape ?? []) does not fit \(count) neurons",
        fix: "give [step, neuron], and no `current`")
    }
    guard weights.map({ $0.columns == count }) ?? true else {
      throw Problem("recurrent weights of shape \(weights?.shape ?? []) are not square")
    }
    guard !sensitivity || (!isNetwork && integrator == .semiImplicit) else {
      throw Problem(
        "the sensitivity is that of unconnected cells in semi-implicit steps", fix: "give each a `current`")
    }
    guard population.noise == 0 || integrator == .semiImplicit || integrator == .rungeKutta else {
      throw Problem(
        "noise in every step needs steps of one length", fix: "choose the semi-implicit integrator")
    }
    let voltage = random.normals(count, as: Double.self).map { startVoltage + startSpread * $0 }
    return MorrisLecarSimulation(
      self, voltage: voltage, weights: weights, drive: drive, currents: isNetwork ? nil : current)
  }

  public func advance(
    _ state: inout MorrisLecarSimulation, from step: Int, count: Int, dt: Double, _ random: inout RandomStream
  ) throws {
    for k in step..<step + count { try state.advance(k, dt, &random) }
  }

  public func record(_ state: inout MorrisLecarSimulation, into outputs: inout Outputs) throws {
    if let currents = state.takeCurrents() { try outputs.put("current", currents) }
    if state.time > state.written { try outputs.append("spikes", state.takeSpikes()) }
    let kept = min(traced, state.v.count)
    guard kept > 0 else { return }
    func append(_ name: String, _ values: [Double]) throws {
      try outputs.append(name, Tensor(Array(values.prefix(kept)), shape: [1, kept]))
    }
    try append("voltage", state.v)
    try append("gate", state.w)
    try append("output", state.s)
    if let slopes = state.sensitivity { try append("sensitivity", slopes) }
  }
}
