import EngramKit

/// One batch run through a rectified network, and the evidence drawn from it.
struct ReluTrial<Element: Real> {
  let network: ReluNetwork<Element>
  let weights: ReluWeights<Element>
  let pass: ReluNetwork<Element>.Pass
  private let target: Target

  /// - Throws: `Problem` when the input has no time axis, `MathError.shape` when weights and input do not fit.
  init(_ network: ReluNetwork<Element>, _ batch: Batch, _ weights: Weights) throws {
    guard batch.input.rank == 3 else {
      throw Problem("the trials have shape \(batch.input.shape); they should be [trial, time, channel]")
    }
    self.network = network
    self.weights = try ReluWeights(weights)
    target = batch.target
    pass = try network.run(stepFirst(batch.input), self.weights)
  }

  func answer(_ request: Request, _ model: CtrnnRelu, _ each: (Trace) throws -> Void) throws -> Trial {
    var trial = Trial()
    let evidence = request.evidence
    if evidence.contains(.adjoints), let seed = request.seed {
      guard seed.shape == [pass.outputs.shape[1], pass.outputs.shape[0], pass.outputs.shape[2]] else {
        throw Problem("a seed of shape \(seed.shape) for outputs [trial, time, output] of another shape")
      }
      try adjoints(network.gradient(pass, weights, errors: stepFirst(seed)), each)
    }
    guard
      !evidence.isDisjoint(with: [.loss, .gradient, .readout, .traces, .curvature])
        || (evidence.contains(.adjoints) && request.seed == nil)
    else { return trial }
    let loss = try ReadoutLoss(pass.outputs, target)
    trial.loss = loss.loss
    trial.metrics = loss.metrics
    if evidence.contains(.traces) { try traces(loss.errors, each) }
    if evidence.contains(.curvature) {
      guard let direction = request.direction else {
        throw Problem("curvature was asked for without a direction")
      }
      trial.gradient = try curvature(model)(direction)
    } else if evidence.contains(.gradient) || (evidence.contains(.adjoints) && request.seed == nil) {
      let gradient = network.gradient(pass, weights, errors: loss.errors)
      if evidence.contains(.adjoints), request.seed == nil { try adjoints(gradient, each) }
      trial.gradient = gradient.weights.blocks(of: model)
    } else if evidence.contains(.readout) {
      let later = Array(pass.rates.elements[(pass.slopes.shape[1] * pass.slopes.shape[2])...])
      var local = weights.zeroed
      network.outer(loss.errors.elements, later, 1, into: &local.output)
      local.bias = ReluNetwork.columnSums(loss.errors, local.bias.count)
      trial.gradient = Weights(local.blocks(of: model).blocks.filter { ["Wout", "b"].contains($0.name) })
    }
    return trial
  }

  /// The Hessian at this batch; what all directions share is computed once.
  func curvature(_ model: CtrnnRelu) throws -> (Weights) throws -> Weights {
    let loss = try ReadoutLoss(pass.outputs, target)
    let gradient = network.gradient(pass, weights, errors: loss.errors)
    return { direction in
      var along = try ReluWeights<Element>(direction, zerosLike: weights)
      if !model.autapses { for i in 0..<along.recurrent.rows { along.recurrent[i, i] = 0 } }
      let product = network.curvature(
        pass, weights, errors: loss.errors, gradient, along: along, errorTangent: loss.tangent)
      return product.blocks(of: model)
    }
  }

  /// Each step, forward: the blocks onto the units, then the read-out.
  private func traces(_ errors: Tensor<Element>, _ each: (Trace) throws -> Void) throws {
    for t in 0..<pass.slopes.shape[0] {
      let error = errors.step(t)
      let isJudged = error.elements.contains { $0 != 0 }
      let feedback = isJudged ? Numbers(try multiply(error, weights.output)) : Trace.none
      let (slope, post) = (Numbers(pass.slopes.step(t)), Numbers(pass.rates.step(t + 1)))
      for (block, pre) in [("W", pass.rates.step(t)), ("Win", pass.input.step(t))] {
        try each(
          Trace(block: block, step: t, pre: Numbers(pre), post: post, slope: slope, feedback: feedback))
      }
      try each(
        Trace(
          block: "Wout", step: t, pre: post, post: Trace.none,
          feedback: isJudged ? Numbers(error) : Trace.none))
    }
  }

  /// Each step backward, for the error or the seed: the derivative by W is the sum of post ⊗ pre.
  private func adjoints(_ gradient: ReluNetwork<Element>.Gradient, _ each: (Trace) throws -> Void) throws {
    for t in (0..<pass.slopes.shape[0]).reversed() {
      let post = gradient.adjoints.step(t).map { network.gain * $0 }
      for (block, pre) in [("W", pass.rates.step(t)), ("Win", pass.input.step(t))] {
        try each(Trace(block: block, step: t, pre: Numbers(pre), post: Numbers(post)))
      }
    }
  }
}

extension ReluWeights {
  /// The blocks W, Win, Wout and b.
  init(_ weights: Weights) throws {
    func block(_ name: String) throws -> Tensor<Element> { try weights.double(name).map { Element($0) } }
    self.init(
      recurrent: try block("W"), input: try block("Win"), output: try block("Wout"), bias: try block("b"))
  }

  /// A direction: blocks that it lacks are zero in the shapes of `whole`.
  init(_ direction: Weights, zerosLike whole: ReluWeights) throws {
    self = whole.zeroed
    func set(_ name: String, _ place: WritableKeyPath<ReluWeights, Tensor<Element>>) throws {
      guard let block = direction[name] else { return }
      guard block.values.shape == self[keyPath: place].shape else {
        throw Problem(
          "the direction of '\(name)' has shape \(block.values.shape), the block \(self[keyPath: place].shape)"
        )
      }
      self[keyPath: place] = block.values.double.map { Element($0) }
    }
    try set("W", \.recurrent)
    try set("Win", \.input)
    try set("Wout", \.output)
    try set("b", \.bias)
  }

  /// As the trained blocks of `model`, without autapses where it has none.
  func blocks(of model: CtrnnRelu) -> Weights {
    let recurrent = model.autapses ? Numbers(recurrent) : Numbers(recurrent).withoutDiagonal()
    var blocks: [Weights.Block] = [
      .init("W", recurrent), .init("Win", Numbers(input)), .init("Wout", Numbers(output)),
    ]
    if model.hasBias { blocks.append(.init("b", Numbers(bias))) }
    return Weights(blocks)
  }
}

extension Tensor {
  /// Slice `index` of the first axis.
  func step(_ index: Int) -> Tensor { Tensor(Array(row(index)), shape: Array(shape.dropFirst())) }
}

/// [trial, step, …] as [step, trial, …], in the numbers that are computed with.
func stepFirst<Element: Real>(_ x: Tensor<Double>) -> Tensor<Element> {
  exchanged(x).map { Element($0) }
}

/// [step, trial, …] as [trial, step, …].
func trialFirst<Element: Real>(_ x: Tensor<Element>) -> Tensor<Double> { exchanged(x).map { Double($0) } }

/// The first two of three axes exchanged.
private func exchanged<Element: Sendable>(_ x: Tensor<Element>) -> Tensor<Element> {
  let (a, b, c) = (x.shape[0], x.shape[1], x.shape[2])
  var elements: [Element] = []
  elements.reserveCapacity(x.count)
  for j in 0..<b { for i in 0..<a { elements += x.elements[(i * b + j) * c..<(i * b + j + 1) * c] } }
  return Tensor(elements, shape: [b, a, c])
}
