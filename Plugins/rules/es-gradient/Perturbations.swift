import EngramKit

/// The perturbations of an update, made again from their seed whenever they are needed: only seeds are kept.
struct Perturbations: Sendable {
  private let blocks: [Weights.Block]
  private let sigma: Double
  private let estimator: EvolutionEstimator
  private let seed: UInt64
  /// Number of perturbations, and of runs with them.
  private let count: Int
  /// Orthogonal directions, where asked for; shape [perturbation, element].
  private let directions: Matrix?

  /// - Throws: `MathError` of the QR factorisation.
  init(
    _ blocks: [Weights.Block], sigma: Double, estimator: EvolutionEstimator, samples: Int, orthogonal: Bool,
    seed: UInt64
  ) throws {
    (self.blocks, self.sigma, self.estimator, self.seed) = (blocks, sigma, estimator, seed)
    let elements = blocks.reduce(0) { $0 + $1.values.shape.reduce(1, *) }
    count =
      switch estimator {
      case .forward, .baseline: samples - 1
      case .antithetic: samples / 2
      case .finiteDifference: elements
      }
    guard orthogonal, estimator != .finiteDifference, elements > 0 else {
      directions = nil
      return
    }
    // Sets of up to as many orthogonal rows as there are elements; each row has the length that normal ones have.
    var rows: [Double] = []
    for (set, first) in stride(from: 0, to: count, by: elements).enumerated() {
      var random = RandomStream(seed: seed, substream: set)
      let number = min(elements, count - first)
      let q = try qr(random.normalTensor(shape: [elements, number])).q.transposed()
      rows += q.elements.map { $0 * sigma * Double(elements).squareRoot() }
    }
    directions = Matrix(rows, shape: [count, elements])
  }

  /// Number of losses needed.
  var runs: Int { estimator == .antithetic ? 2 * count : count }

  /// `weights` moved by the perturbation of run `run`.
  func member(_ run: Int, of weights: Weights) throws -> Weights {
    let (number, sign) =
      estimator == .antithetic ? (run / 2, run.isMultiple(of: 2) ? 1.0 : -1) : (run, 1)
    var result = weights
    for (block, moves) in zip(blocks, perturbation(number)) {
      guard var own = result[block.name] else { continue }
      switch (own.values, moves) {
      case (.float32(var values), .float32(let move)):
        for i in 0..<values.count { values[i] += Float(sign) * move[i] }
        own.values = .float32(values)
      default:
        var values = own.values.double
        let move = moves.double
        for i in 0..<values.count { values[i] += sign * move[i] }
        own.values = .float64(values)
      }
      result[block.name] = own
    }
    return result
  }

  /// The blocks of the sum of coefficient times perturbation.
  func sum(_ coefficients: [Double]) -> [Weights.Block] {
    var totals = blocks.map { [Double](repeating: 0, count: $0.values.shape.reduce(1, *)) }
    for (number, factor) in coefficients.enumerated() where factor != 0 {
      if estimator == .finiteDifference {
        let (block, element) = place(number)
        totals[block][element] += factor * sigma
        continue
      }
      for (k, moves) in perturbation(number).enumerated() {
        switch moves {
        case .float32(let values): for i in 0..<values.count { totals[k][i] += factor * Double(values[i]) }
        case .float64(let values): for i in 0..<values.count { totals[k][i] += factor * values[i] }
        }
      }
    }
    return zip(blocks, totals).map { .init($0.name, Tensor($1, shape: $0.values.shape)) }
  }

  /// Perturbation `number` of each block, in the block's precision.
  private func perturbation(_ number: Int) -> [Numbers] {
    if estimator == .finiteDifference {
      let (block, element) = place(number)
      return blocks.enumerated().map { k, own in
        var move = Tensor(repeating: 0.0, shape: own.values.shape)
        if k == block { move[element] = sigma }
        return .float64(move)
      }
    }
    if let directions {
      var rest = directions.row(number)
      return blocks.map { block in
        let shape = block.values.shape
        defer { rest = rest.dropFirst(shape.reduce(1, *)) }
        return .float64(Tensor(Array(rest.prefix(shape.reduce(1, *))), shape: shape))
      }
    }
    var random = RandomStream(seed: seed, substream: number)
    return blocks.map { block in
      if case .float32 = block.values {
        .float32(random.normalTensor(shape: block.values.shape, sd: Float(sigma)))
      } else {
        .float64(random.normalTensor(shape: block.values.shape, sd: sigma))
      }
    }
  }

  /// Block and element of coordinate `number`.
  private func place(_ number: Int) -> (block: Int, element: Int) {
    var rest = number
    for (k, block) in blocks.enumerated() {
      let count = block.values.shape.reduce(1, *)
      if rest < count { return (k, rest) }
      rest -= count
    }
    preconditionFailure("coordinate \(number) of \(number - rest)")
  }
}
