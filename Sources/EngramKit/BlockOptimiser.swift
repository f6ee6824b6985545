/// An optimiser over the blocks of a gradient, with its moments in the form that a rule's memory keeps.
///
/// Each block is stepped in its own precision. The method is given at each step, since a rule's parameters are set after
/// the rule is made; it must not change between steps.
public struct BlockOptimiser: Sendable {
  private enum Moments: Sendable {
    case single([[Float]])
    case double([[Double]])
  }

  private var blocks: [String: (updates: Int, moments: Moments)] = [:]

  public init() {}

  /// One step of each block of `gradient` against it; other blocks stay.
  ///
  /// - Parameter ofMatrices: Whether `decay` spares biases and other vectors.
  /// - Throws: `Problem` when the weights have no such block, or one of another size.
  public mutating func step(
    _ method: OptimiserMethod, decay: WeightDecay = .none, ofMatrices: Bool = false, rate: Double,
    _ gradient: Weights, _ weights: inout Weights
  ) throws {
    for slope in gradient.blocks {
      guard var block = weights[slope.name] else { throw weights.missing(slope.name) }
      let shape = block.values.shape
      guard slope.values.shape == shape else {
        throw Problem("the gradient of '\(slope.name)' has shape \(slope.values.shape), the block \(shape)")
      }
      let own = ofMatrices && shape.count < 2 ? .none : decay
      let known = blocks.removeValue(forKey: slope.name)
      switch block.values {
      case .float32(var values):
        var moments: [[Float]] = []
        if case .single(let kept)? = known?.moments { moments = kept }
        var optimiser = Optimiser(method, decay: own, updates: known?.updates ?? 0, moments: moments)
        try optimiser.update(&values.elements, gradient: slope.values.float.elements, rate: rate)
        block.values = .float32(values)
        blocks[slope.name] = (optimiser.updates, .single(optimiser.moments))
      case .float64(var values):
        var moments: [[Double]] = []
        if case .double(let kept)? = known?.moments { moments = kept }
        var optimiser = Optimiser(method, decay: own, updates: known?.updates ?? 0, moments: moments)
        try optimiser.update(&values.elements, gradient: slope.values.double.elements, rate: rate)
        block.values = .float64(values)
        blocks[slope.name] = (optimiser.updates, .double(optimiser.moments))
      }
      weights[slope.name] = block
    }
  }

  /// Forgets all moments.
  public mutating func reset() { blocks = [:] }

  /// The moments as weights, for checkpoints.
  public var memory: Weights {
    get {
      var all: [Weights.Block] = []
      for (name, state) in blocks.sorted(by: { $0.key < $1.key }) {
        let updates = Tensor([Double(state.updates)], shape: [1])
        all.append(Weights.Block("optimiser/\(name)/updates", updates, trained: false))
        let moments: [Numbers] =
          switch state.moments {
          case .single(let lists): lists.map { .float32(Tensor($0, shape: [$0.count])) }
          case .double(let lists): lists.map { .float64(Tensor($0, shape: [$0.count])) }
          }
        for (k, values) in moments.enumerated() {
          all.append(Weights.Block("optimiser/\(name)/\(k)", values, trained: false))
        }
      }
      return Weights(all)
    }
    set {
      blocks = [:]
      for block in newValue.blocks {
        let parts = block.name.split(separator: "/").map(String.init)
        guard parts.count >= 3, parts[0] == "optimiser", let field = parts.last else { continue }
        let name = parts[1..<parts.count - 1].joined(separator: "/")
        if field == "updates" {
          blocks[name] = (Int(block.values.double[0]), .double([]))
        } else if let known = blocks[name] {
          // `memory` lists a block's moments in order, after its updates.
          blocks[name] = (known.updates, Self.adding(block.values, to: known.moments))
        }
      }
    }
  }

  private static func adding(_ values: Numbers, to moments: Moments) -> Moments {
    switch (values, moments) {
    case (.float32(let list), .single(let lists)): .single(lists + [list.elements])
    case (.float32(let list), .double): .single([list.elements])
    case (.float64(let list), .double(let lists)): .double(lists + [list.elements])
    case (.float64(let list), .single): .double([list.elements])
    }
  }
}
