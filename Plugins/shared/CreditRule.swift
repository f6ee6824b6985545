import EngramKit

/// What a rule of temporal credit assignment makes of a batch: how far credit reaches, and through which weights.
struct CreditRule: Sendable {
  /// Forward in time with a state that does not grow, or backward over the whole batch.
  enum Direction: String, CaseIterable, Sendable { case online, adjoint }

  /// Which synapses credit reaches from where.
  enum Reach: Sendable {
    case local
    case oneHop
    /// Any distance, with every derivative on the way replaced by mu.
    case uniform(mu: Double)
    /// As `uniform`, but the derivative of the synapse's own unit is exact.
    case uniformBehindSynapse(mu: Double)
    /// As `uniform`, cut off after so many steps and without leak on the way.
    case taps(mu: Double, count: Int)
  }

  var reach: Reach
  var direction: Direction
  var feedback = FeedbackWeights.cell
  var recurrent = RecurrentFeedback()

  /// Online forms by cell keep C² N numbers for each trial: more than so many are refused.
  private static let largestState = 1 << 26

  /// The estimated gradient of all blocks; the read-out's is exact.
  ///
  /// - Parameter readout: Weights [output, unit] that take the place of the read-out's in the feedback.
  mutating func estimate(
    at weights: Weights, _ trials: Trials, _ random: inout RandomStream, readout: Matrix? = nil
  ) throws -> Weights {
    let dynamics = try RateDynamics(weights)
    let own = try weights.double("W")
    let types = try CellTypes(weights, units: own.rows)
    let path: Matrix
    switch reach {
    case .local: path = own
    default: path = self.recurrent.weights(feedback, own, types, &random)
    }
    if case .float32? = weights["W"]?.values {
      return try run(Float.self, weights, trials, dynamics, types, path, readout)
    }
    return try run(Double.self, weights, trials, dynamics, types, path, readout)
  }

  private func run<Element: Real>(
    _ type: Element.Type, _ weights: Weights, _ trials: Trials, _ dynamics: RateDynamics, _ types: CellTypes,
    _ path: Matrix, _ readout: Matrix?
  ) throws -> Weights {
    let readout = readout?.map { Element($0) }
    let found: [(block: String, values: Tensor<Element>)]
    let trial: Trial
    let request = Request([.loss, .readout, .traces])
    if direction == .online {
      var credit = OnlineCredit<Element>(try online(dynamics, types, path, trials.batch.size), dynamics)
      var steps = TracedSteps<Element>(readout: readout)
      trial = try trials.run(at: weights, request) { trace in
        if let step = try steps.add(trace) { try credit.take(step) }
      }
      found = credit.gradients()
    } else {
      var credit = AdjointCredit<Element>()
      var steps = TracedSteps<Element>(readout: readout)
      trial = try trials.run(at: weights, request) { trace in
        if let step = try steps.add(trace) { credit.take(step) }
      }
      let (form, mu) = try backward()
      found = credit.gradients(
        CreditRecursion(
          form, trials: trials.batch.size, weights: path.map { Element($0) }, leak: Element(dynamics.leak),
          gain: Element(dynamics.gain), mu: Element(mu)), gain: dynamics.gain)
    }
    guard var gradient = trial.gradient else { throw Problem("the model gave no gradient of its read-out") }
    for (block, values) in found {
      let numbers = Numbers(values)
      let masked = block == "W" && !dynamics.hasAutapses
      gradient[block] = .init(block, masked ? numbers.withoutDiagonal() : numbers)
    }
    return Weights(weights.blocks.compactMap { gradient[$0.name] })
  }

  private func backward() throws -> (CreditForm, Double) {
    switch reach {
    case .local: (.local, 0)
    case .oneHop: (.oneHop, 0)
    case .uniform(let mu): (.uniform, mu)
    case .uniformBehindSynapse(let mu): (.uniformBehindSynapse, mu)
    case .taps: throw Problem("filter taps run forward in time")
    }
  }

  private func online<Element: Real>(
    _ dynamics: RateDynamics, _ types: CellTypes, _ path: Matrix, _ trials: Int
  ) throws -> OnlineCredit<Element>.Reach {
    let types = feedback == .type ? types : CellTypes(each: path.rows)
    let means = types.means(path)
    func check(_ state: Int) throws {
      guard state <= Self.largestState else {
        throw Problem(
          "\(types.count) cell types make the online form keep \(state) numbers for \(trials) trials",
          fix: "set `form: adjoint`, or `feedback: type`")
      }
    }
    switch reach {
    case .local: return .local
    case .oneHop: return .oneHop(path.map { Element($0) })
    case .uniform(let mu):
      try check(types.count * types.count * path.rows * trials)
      return .types(types, means: means, hop: mu * dynamics.gain)
    case .taps(let mu, let count):
      try check(types.count * types.count * count)
      return .taps(types, try Self.taps(means, types.sizes, mu: mu, gain: dynamics.gain, count))
    case .uniformBehindSynapse:
      throw Problem("exact traces behind every synapse have no online form by cell type")
    }
  }

  /// F_s = mu^(s-1) gain^s (A D)^(s-1) A for s = 1 to `count`.
  private static func taps(_ means: Matrix, _ sizes: [Int], mu: Double, gain: Double, _ count: Int) throws
    -> [Matrix]
  {
    var sized = means
    for a in 0..<sized.rows { for b in 0..<sized.columns { sized[a, b] *= mu * gain * Double(sizes[b]) } }
    var tap = means.map { gain * $0 }
    var taps: [Matrix] = []
    for _ in 0..<count {
      taps.append(tap)
      tap = try multiply(sized, tap)
    }
    return taps
  }
}
