import EngramKit

/// One batch of a leaky rectified network in one precision, and what can be told of it.
struct LeakyReluTrial<Element: Real> {
  private let network: LeakyReluNetwork<Element>
  private let weights: Weights
  private let input: Tensor<Element>
  private let target: Target
  private let autapses: Bool

  /// - Throws: `Problem` when trials and weights do not fit together.
  init(_ weights: Weights, _ batch: Batch) throws {
    guard batch.input.rank == 3 else {
      throw Problem(
        "trials of shape \(batch.input.shape) have no time steps",
        fix: "give them as [trial, time, channel]")
    }
    let constants = try RateDynamics(weights)
    network = try Self.network(weights, constants)
    guard batch.input.shape[2] == network.channels else {
      throw Problem(
        "trials of \(batch.input.shape[2]) channels do not fit a network with \(network.channels) inputs")
    }
    input = batch.input.timeFirst()
    (self.weights, target, autapses) = (weights, batch.target, constants.hasAutapses)
  }

  private static func network(_ weights: Weights, _ constants: RateDynamics) throws
    -> LeakyReluNetwork<Element>
  {
    func block(_ name: String) throws -> Tensor<Element> {
      guard let block = weights[name] else { throw Problem("the network has no weights '\(name)'") }
      return block.values.tensor()
    }
    return try LeakyReluNetwork(
      recurrent: block("W"), input: block("Win"), output: block("Wout"), bias: block("b").elements,
      leak: Element(constants.leak), gain: Element(constants.gain), threshold: Element(constants.threshold))
  }

  /// The steps whose outputs have a target.
  private var judged: Range<Int> {
    switch target {
    case .labels: return input.shape[0] - 1..<input.shape[0]
    case .values(let values) where values.rank == 2: return input.shape[0] - 1..<input.shape[0]
    default: return 0..<input.shape[0]
    }
  }

  func answer(_ request: Request, _ each: (Trace) throws -> Void) throws -> Trial {
    let evidence = request.evidence
    if evidence.contains(.traces) { return try stream(evidence, each) }
    var activity = try network.run(input)
    let loss = try ReadoutLoss(network.outputs(activity, judged), target)
    var trial = Trial(loss: loss.loss, metrics: loss.metrics)
    if evidence.contains(.gradient) {
      trial.gradient = blocks(network.gradient(&activity, errors: loss.errors, judged))
      trial.metrics["pinned_synapses"] = pinned
    } else if evidence.contains(.readout) {
      let local = network.readoutGradient(activity, errors: loss.errors, judged)
      trial.gradient = Weights(blocks(local).blocks.filter { ["Wout", "b"].contains($0.name) })
    } else if evidence.contains(.curvature) {
      guard let direction = request.direction else { throw Problem("curvature needs a direction") }
      trial.gradient = try product(activity, loss, direction)
    }
    return trial
  }

  /// The Hessian at this batch; what all directions share is computed once.
  func curvature() throws -> (Weights) throws -> Weights {
    let activity = try network.run(input)
    let loss = try ReadoutLoss(network.outputs(activity, judged), target)
    return { try product(activity, loss, $0) }
  }

  /// The Hessian's product with a direction.
  private func product(
    _ activity: LeakyReluActivity<Element>, _ loss: ReadoutLoss<Element>, _ direction: Weights
  ) throws -> Weights {
    let along = try self.direction(direction)
    let tangent = network.tangent(activity, along: along, judged)
    var work = activity
    return blocks(
      network.curvature(
        &work, tangent, along: along, errors: loss.errors, turned: loss.tangent(tangent.outputs), judged))
  }

  /// Steps through the batch with a memory of one step, and hands each to `each`.
  private func stream(_ evidence: Evidence, _ each: (Trace) throws -> Void) throws -> Trial {
    var state = network.rest(trials: input.shape[1])
    var readout = network.readoutGradient()
    var loss = StreamedLoss<Element>(target, steps: input.shape[0])
    for t in 0..<input.shape[0] {
      let x = input.slab(t)
      network.advance(&state, x)
      let errors = try loss.add(t, network, state)
      let feedback = errors.map { Numbers(network.feedback($0)) } ?? Trace.none
      let (slope, rates) = (Numbers(state.slopes), Numbers(state.rates))
      try each(
        Trace(
          block: "W", step: t, pre: Numbers(state.before), post: rates, slope: slope, feedback: feedback))
      try each(
        Trace(block: "Win", step: t, pre: Numbers(x), post: rates, slope: slope, feedback: feedback))
      try each(
        Trace(
          block: "Wout", step: t, pre: rates, post: Trace.none,
          feedback: errors.map(Numbers.init) ?? Trace.none))
      if let errors { network.addReadout(errors, state, to: &readout) }
    }
    var trial = Trial(loss: loss.value, metrics: loss.metrics)
    trial.metrics["pinned_synapses"] = pinned
    if evidence.contains(.readout) || evidence.contains(.gradient) {
      trial.gradient = Weights(blocks(readout).blocks.filter { ["Wout", "b"].contains($0.name) })
    }
    return trial
  }

  private func blocks(_ gradient: LeakyReluNetwork<Element>) -> Weights {
    var recurrent = Numbers(gradient.recurrent)
    if !autapses { recurrent = recurrent.withoutDiagonal() }
    return Weights([
      .init("W", recurrent), .init("Win", Numbers(gradient.input)), .init("Wout", Numbers(gradient.output)),
      .init("b", Numbers(Tensor(gradient.bias, shape: [gradient.bias.count]))),
    ])
  }

  /// A direction in the place of weights; blocks that it lacks are 0, and so are autapses where there are none.
  private func direction(_ given: Weights) throws -> LeakyReluNetwork<Element> {
    var all = weights
    for name in ["W", "Win", "Wout", "b"] {
      guard var block = all[name] else { continue }
      if let own = given[name] {
        guard own.values.shape == block.values.shape else {
          throw Problem(
            "the direction of '\(name)' has shape \(own.values.shape), the block \(block.values.shape)")
        }
        block.values = name == "W" && !autapses ? own.values.withoutDiagonal() : own.values
      } else {
        block.values = .float64(Tensor(repeating: 0, shape: block.values.shape))
      }
      all[name] = block
    }
    return try Self.network(all, RateDynamics(weights))
  }

  /// Recurrent weights at 0 besides autapses: those that Dale's law holds there.
  private var pinned: Double {
    let zeros = network.recurrent.elements.count { $0 == 0 }
    let diagonal = (0..<network.units).count { network.recurrent[$0, $0] == 0 }
    return Double(zeros - diagonal)
  }

  func write(to outputs: inout Outputs) throws {
    let activity = try network.run(input)
    let y = network.outputs(activity, 0..<activity.steps)
    if case .none = target {
    } else {
      let loss = try ReadoutLoss(network.outputs(activity, judged), target)
      try outputs.put("loss", loss.loss)
      for (name, value) in loss.metrics.sorted(by: { $0.key < $1.key }) { try outputs.put(name, value) }
    }
    try outputs.put("output/y", y.map { Double($0) })
    try outputs.put("state/v", activity.potentials.map { Double($0) })
    let shape = activity.potentials.shape
    let rest = activity.rates.count - activity.potentials.count
    try outputs.put(
      "state/z", Tensor(activity.rates.elements.dropFirst(rest).map { Double($0) }, shape: shape))
  }
}

extension Tensor {
  /// Slice `index` of the first axis.
  fileprivate func slab(_ index: Int) -> Tensor { Tensor(Array(row(index)), shape: Array(shape.dropFirst())) }
}

extension Tensor where Element == Double {
  /// [trial, time, channel] as [time, trial, channel].
  fileprivate func timeFirst<Other: Real>() -> Tensor<Other> {
    let (trials, steps, channels) = (shape[0], shape[1], shape[2])
    var result = [Other]()
    result.reserveCapacity(count)
    for t in 0..<steps {
      for b in 0..<trials {
        let first = (b * steps + t) * channels
        for place in first..<first + channels { result.append(Other(elements[place])) }
      }
    }
    return Tensor<Other>(result, shape: [steps, trials, channels])
  }
}
