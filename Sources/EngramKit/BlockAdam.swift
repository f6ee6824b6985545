/// Adam over the blocks of a gradient, with its moments in the form that a rule's memory keeps.
public struct BlockAdam: Sendable {
  private var blocks: [String: Adam] = [:]

  public init() {}

  /// One step of each block of `gradient` against it; other blocks stay.
  ///
  /// - Throws: `Problem` when the weights have no such block, or one of another size.
  public mutating func step(
    _ settings: Adam.Settings, _ gradient: Weights, _ weights: inout Weights
  ) throws {
    for block in gradient.blocks {
      var values = try weights.double(block.name)
      let slopes = block.values.double
      guard slopes.count == values.count else {
        throw Problem("the gradient of '\(block.name)' has shape \(slopes.shape), the block \(values.shape)")
      }
      blocks[block.name, default: Adam(count: values.count)].step(settings, slopes.elements, &values.elements)
      guard var own = weights[block.name] else { continue }
      if case .float32 = own.values {
        own.values = .float32(values.map { Float($0) })
      } else {
        own.values = .float64(values)
      }
      weights[block.name] = own
    }
  }

  /// Forgets all moments.
  public mutating func reset() { blocks = [:] }

  /// The moments as weights, for checkpoints.
  public var memory: Weights {
    get {
      Weights(
        blocks.sorted { $0.key < $1.key }.flatMap { name, adam in
          [
            ("first", adam.first), ("second", adam.second), ("largest", adam.largest),
            ("steps", [Double(adam.steps)]),
          ].map {
            Weights.Block("adam/\(name)/\($0.0)", Tensor($0.1, shape: [$0.1.count]), trained: false)
          }
        })
    }
    set {
      blocks = [:]
      for block in newValue.blocks {
        let parts = block.name.split(separator: "/").map(String.init)
        guard parts.count >= 3, parts[0] == "adam", let field = parts.last else { continue }
        let name = parts[1..<parts.count - 1].joined(separator: "/")
        let values = block.values.double.elements
        var adam = blocks[name] ?? Adam(count: 0)
        switch field {
        case "first": adam.first = values
        case "second": adam.second = values
        case "largest": adam.largest = values
        default: adam.steps = Int(values.first ?? 0)
        }
        blocks[name] = adam
      }
    }
  }
}
