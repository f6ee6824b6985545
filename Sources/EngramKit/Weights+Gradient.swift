/// What is done to the gradient of all blocks together, or to all weights at once.
extension Weights {
  /// Sets elements that are NaN or infinite to 0.
  ///
  /// - Returns: The blocks that had some, how many, and of how many.
  public mutating func zeroNonFinite() -> [(block: String, count: Int, of: Int)] {
    var found: [(block: String, count: Int, of: Int)] = []
    for (place, block) in blocks.enumerated() {
      var count = 0
      switch block.values {
      case .float32(var values):
        count = EngramMath.zeroNonFinite(&values.elements)
        if count > 0 { blocks[place].values = .float32(values) }
      case .float64(var values):
        count = EngramMath.zeroNonFinite(&values.elements)
        if count > 0 { blocks[place].values = .float64(values) }
      }
      if count > 0 { found.append((block.name, count, block.values.shape.reduce(1, *))) }
    }
    return found
  }

  /// The 2-norm of all blocks together.
  public var norm: Double {
    blocks.reduce(0) { total, block in
      switch block.values {
      case .float32(let values): total + sumOfSquares(values.elements)
      case .float64(let values): total + sumOfSquares(values.elements)
      }
    }.squareRoot()
  }

  /// Shrinks all blocks by one factor when their common 2-norm exceeds `limit`.
  public mutating func clip(norm limit: Double) {
    let norm = norm
    guard norm > limit else { return }
    let factor = limit / norm
    for (place, block) in blocks.enumerated() {
      switch block.values {
      case .float32(let values): blocks[place].values = .float32(values.map { Float(factor) * $0 })
      case .float64(let values): blocks[place].values = .float64(values.map { factor * $0 })
      }
    }
  }

  /// Moves every element of the matrices that `gradient` has towards 0 by at most `step`.
  public mutating func shrinkMatrices(of gradient: Weights, by step: Double) {
    for (place, block) in blocks.enumerated()
    where block.values.shape.count > 1 && gradient[block.name] != nil {
      switch block.values {
      case .float32(var values):
        softThreshold(&values.elements, by: Float(step))
        blocks[place].values = .float32(values)
      case .float64(var values):
        softThreshold(&values.elements, by: step)
        blocks[place].values = .float64(values)
      }
    }
  }
}
