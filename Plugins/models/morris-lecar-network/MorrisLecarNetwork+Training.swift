import EngramKit

extension MorrisLecarNetwork {
  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    guard loss != .crossEntropy || shape.classes else {
      throw Problem(
        "the loss cross-entropy needs a task with labels", fix: "choose another task, or `loss: activity`")
    }
    // Spreads are 1 over the root of the second axis of the matrix as [pre, post].
    func uniform(_ rows: Int, _ columns: Int, mean: Double, axis: Int) -> Matrix {
      let bound = weightSpread / Double(axis).squareRoot()
      return Matrix(
        random.uniforms(rows * columns).map { mean + bound * (2 * $0 - 1) }, shape: [rows, columns])
    }
    func block(_ name: String, _ values: @autoclosure () -> Tensor<Double>) throws -> Weights.Block {
      let fresh = values()
      let numbers =
        !inputs.contains(name)
        ? fresh : fresh.rank == 2 ? try inputs.connectivity(name).dense() : try inputs.tensor(name)
      guard numbers.shape == fresh.shape else {
        throw Problem(
          "\(name) has shape \(numbers.shape); \(neurons) neurons and the task need \(fresh.shape)",
          fix: "set `neurons`, or read weights that were made for this task")
      }
      return precision == .float64
        ? .init(name, numbers) : .init(name, numbers.map { Float($0) })
    }
    var blocks = [
      try block("W_in", uniform(neurons, shape.inputs, mean: inputMean, axis: neurons))
    ]
    if recurrent {
      var matrix = uniform(neurons, neurons, mean: recurrentMean, axis: neurons)
      for i in 0..<matrix.count where random.bernoulli(recurrentSparseness) { matrix[i] = recurrentMean }
      blocks.append(try block("W_rec", matrix))
    }
    if loss == .crossEntropy {
      blocks.append(
        try block("W_out", uniform(shape.outputs, neurons, mean: readoutMean, axis: shape.outputs)))
      blocks.append(try block("b_out", Tensor(repeating: 0, shape: [shape.outputs])))
    }
    return Weights(blocks)
  }

  /// Trials with start voltages and noise of their own, the same for every call with this stream.
  private func trials<Element: Real>(_ batch: Batch, neurons: Int, _ random: RandomStream) throws
    -> MorrisLecarPopulation.Trials<Element>
  {
    guard batch.input.rank == 3 else {
      throw Problem("trials of shape \(batch.input.shape) have no time axis", fix: "[trial, word, channel]")
    }
    var random = random
    let noise = RandomStream(seed: random.next())
    let voltage: Tensor<Element> = random.normalTensor(
      shape: [batch.size, neurons], mean: Element(startVoltage), sd: Element(startSpread))
    return .init(
      input: batch.input.map { Element($0) }, voltage: voltage, gate: Element(Self.startGate), random: noise)
  }

  private func member<Element: Real>(_ weights: Weights, _ block: (String) throws -> Tensor<Element>) throws
    -> MorrisLecarPopulation.Member<Element>
  {
    .init(input: try block("W_in"), recurrent: weights["W_rec"] == nil ? nil : try block("W_rec"))
  }

  private func isDouble(_ weights: Weights) -> Bool {
    if case .float64? = weights["W_in"]?.values { true } else { false }
  }

  /// Mean outputs [trial, neuron] and openness [trial] of each member, in the precision of its weights.
  private func responses(_ batch: Batch, _ members: [Weights], _ random: RandomStream) throws
    -> [MorrisLecarPopulation.Response<Double>]
  {
    guard let first = members.first else { return [] }
    let count = try first.double("W_in").rows
    if isDouble(first) {
      return try engine.respond(
        try members.map { weights in try member(weights) { try weights.double($0) } },
        try trials(batch, neurons: count, random))
    }
    return try engine.respond(
      try members.map { weights in try member(weights) { try weights.float($0) } },
      try trials(batch, neurons: count, random)
    ).map { .init(output: $0.output.map(Double.init), openness: $0.openness) }
  }

  public func losses(_ batch: Batch, at members: [Weights], _ random: RandomStream) throws -> [Double] {
    try zip(members, try responses(batch, members, random)).map { weights, response in
      try judged(response, batch, weights).loss
    }
  }

  /// The loss of a response, what classifies it, and the loss's derivatives by the response.
  func judged(_ response: MorrisLecarPopulation.Response<Double>, _ batch: Batch, _ weights: Weights) throws
    -> (loss: Double, readout: Readout?, seed: MorrisLecarPopulation.Seed)
  {
    let (output, trials) = (response.output, Double(max(1, batch.size)))
    let none = [Double](repeating: 0, count: batch.size)
    switch loss {
    case .crossEntropy:
      guard case .labels(let labels) = batch.target else { throw Problem("the trials have no labels") }
      let readout = try Readout(
        output, labels, weights: try weights.double("W_out"), bias: try weights.double("b_out").elements)
      return (readout.loss, readout, .init(output: readout.activitySlope, openness: none))
    case .activity:
      let share = 1 / Double(max(1, output.count))
      return (
        output.elements.reduce(0, +) * share, nil, .init(output: output.map { _ in share }, openness: none)
      )
    case .openness:
      return (
        response.openness.reduce(0, +) / trials, nil,
        .init(output: output.map { _ in 0 }, openness: none.map { _ in 1 / trials })
      )
    }
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    if request.evidence.contains(.gradient) { return try gradient(batch, weights, random) }
    guard let response = try responses(batch, [weights], random).first else { return Trial() }
    let (loss, readout, _) = try judged(response, batch, weights)
    var trial = Trial(loss: loss)
    if let readout {
      trial.metrics["accuracy"] = readout.accuracy
      if request.evidence.contains(.readout) { trial.gradient = readout.gradient }
    }
    return trial
  }

  private func gradient(_ batch: Batch, _ weights: Weights, _ random: RandomStream) throws -> Trial {
    let own = try member(weights) { try weights.double($0) }
    var known: (loss: Double, readout: Readout?, seed: MorrisLecarPopulation.Seed)?
    let (_, slope) = try engine.gradient(own, try trials(batch, neurons: own.input.rows, random)) {
      response in
      let judged = try judged(response, batch, weights)
      known = judged
      return judged.seed
    }
    guard let known else { return Trial() }
    var blocks = [Weights.Block("W_in", slope.input)]
    if let recurrent = slope.recurrent { blocks.append(.init("W_rec", recurrent)) }
    var trial = Trial(
      loss: known.loss, gradient: Weights(blocks + (known.readout?.gradient.blocks ?? [])))
    if let readout = known.readout { trial.metrics["accuracy"] = readout.accuracy }
    return trial
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let response = try responses(batch, [weights], random).first else { return }
    let (loss, readout, _) = try judged(response, batch, weights)
    try outputs.put("activity", response.output)
    try outputs.put("loss", loss)
    guard let readout else { return }
    try outputs.put("logits", readout.logits)
    try outputs.put("accuracy", readout.accuracy)
  }
}
