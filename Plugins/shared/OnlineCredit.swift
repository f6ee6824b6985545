import EngramKit

/// Gradients estimated forward in time: eligibility traces, and what reaches them from other units.
///
/// Its state does not grow with the number of steps.
struct OnlineCredit<Element: Real> {
  /// What credit a synapse gets beside that of its own unit.
  enum Reach {
    /// None: three-factor rules.
    case local
    /// Of the units one step away, through feedback weights [post, pre].
    case oneHop(Tensor<Element>)
    /// Of all units at any distance, by cell type, with `hop` = mu times gain.
    case types(CellTypes, means: Matrix, hop: Double)
    /// Of all units within so many steps, by filter taps [tap][reached type, contacted type].
    case taps(CellTypes, [Matrix])
  }

  private struct Block {
    var trace: PresynapticTrace<Element>
    var gradient: Tensor<Element>
    var modulatory: ModulatoryTraces<Element>?
    var sums: Tensor<Element>
    /// Eligibility of the steps before, latest last.
    var past: [Tensor<Element>] = []
  }

  private let reach: Reach
  private let dynamics: RateDynamics
  private var blocks: [String: Block] = [:]
  private var pastSlopes: [Tensor<Element>] = []

  init(_ reach: Reach, _ dynamics: RateDynamics) { (self.reach, self.dynamics) = (reach, dynamics) }

  /// How many steps of eligibility and slopes are kept.
  private var depth: Int {
    switch reach {
    case .local, .types: 0
    case .oneHop: 1
    case .taps(_, let taps): taps.count
    }
  }

  mutating func take(_ step: TracedStep<Element>) throws {
    guard let slope = step.slope else { return }
    let local = step.feedback.map { hadamard(slope, $0) }
    let distant = try local.map(distantCredit) ?? []
    for (name, pre) in step.pre {
      var block = blocks.removeValue(forKey: name) ?? newBlock(pre, units: slope.columns)
      block.modulatory?.advance(block.trace.values)
      block.trace.advance(pre)
      if let local {
        addOuter(local, block.trace.values, to: &block.gradient)
        if case .types(let types, _, _) = reach {
          block.modulatory?.collect(types.sums(local), to: &block.sums)
        }
        for (credit, eligibility) in zip(distant, block.past.reversed()) {
          addOuter(credit, eligibility, to: &block.gradient)
        }
      }
      if depth > 0 {
        if block.past.count == depth { block.past.removeFirst() }
        block.past.append(block.trace.values)
      }
      blocks[name] = block
    }
    if depth > 0 {
      if pastSlopes.count == depth { pastSlopes.removeFirst() }
      pastSlopes.append(slope)
    }
  }

  /// Credit that the activity 1, 2, … steps ago gets for `local`, each with the slope of its own step.
  private func distantCredit(_ local: Tensor<Element>) throws -> [Tensor<Element>] {
    switch reach {
    case .local, .types: return []
    case .oneHop(let weights):
      return try pastSlopes.map { slope in
        let arrived = try multiply(local, weights).map { Element(dynamics.gain) * $0 }
        return hadamard(slope, arrived)
      }
    case .taps(let types, let taps):
      let sums = types.sums(local)
      return try zip(taps, pastSlopes.reversed()).map { tap, slope in
        let byType = try multiply(sums, tap.map { Element($0) }, transposeA: true)
        var credit = slope
        for trial in 0..<slope.rows {
          for (unit, type) in types.codes.enumerated() { credit[trial, unit] *= byType[trial, type] }
        }
        return credit
      }
    }
  }

  private func newBlock(_ pre: Tensor<Element>, units: Int) -> Block {
    let (trials, count) = (pre.rows, pre.columns)
    var block = Block(
      trace: PresynapticTrace(
        trials: trials, pre: count, leak: Element(dynamics.leak), gain: Element(dynamics.gain)),
      gradient: Tensor(repeating: 0, shape: [units, count]), sums: Tensor(repeating: 0, shape: [0, count]))
    if case .types(let types, let means, let hop) = reach {
      block.modulatory = ModulatoryTraces(
        trials: trials, pre: count, means: means, sizes: types.sizes, leak: dynamics.leak, hop: hop)
      block.sums = Tensor(repeating: 0, shape: [types.count, count])
    }
    return block
  }

  /// The estimated gradient of each block.
  func gradients() -> [(block: String, values: Tensor<Element>)] {
    blocks.sorted { $0.key < $1.key }.map { name, block in
      guard case .types(let types, _, _) = reach else { return (name, block.gradient) }
      var whole = block.gradient
      for (unit, type) in types.codes.enumerated() {
        for pre in 0..<whole.columns { whole[unit, pre] += block.sums[type, pre] }
      }
      return (name, whole)
    }
  }
}
