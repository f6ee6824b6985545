import EngramKit

/// Competitive learning by rank: the strongest unit learns the input, the k-th strongest unlearns it.
public struct KrotovHopfieldFast: Rule {
  public static let name = "krotov-hopfield-fast"
  public static let summary =
    "Local learning by competition: the winner approaches the input, a runner-up leaves it."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723, and the authors' notebook"
  public static let parameters: [Parameter<Self>] = [
    .integer("k", \.k, in: 2...1_000_000, "Rank of the unit that unlearns: 2 is the runner-up."),
    .real("delta", \.delta, unit: .one, in: 0...10, "Strength of unlearning."),
    .real(
      "rate", \.rate, unit: .one, in: 0...10,
      "Largest change of a weight in the first epoch; it falls linearly to 0."),
    .integer(
      "rank_offset", \.rankOffset, in: 0...1000, "Ranks further down; 1 is another reading of the paper."),
  ]

  var k = 2
  var delta = 0.4
  var rate = 0.02
  var rankOffset = 0

  public init() {}

  public var needs: Evidence { .traces }

  /// Minus the plasticity D = g V - diag(sum of g I) W of the batch.
  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    var change = Weights()
    _ = try trials.run(at: weights, Request(.traces)) { trace in
      let units = try weights.double(trace.block)
      let (pre, post) = (trace.pre.double, trace.post.double)
      let rank = k + rankOffset
      guard rank <= units.rows else {
        throw Problem(
          "rank \(rank) unlearns, but there are only \(units.rows) hidden units", fix: "lower `k`")
      }
      var result = Matrix(repeating: 0, shape: units.shape)
      var decay = [Double](repeating: 0, count: units.rows)
      func learn(_ unit: Int, _ strength: Double, _ trial: Int) {
        decay[unit] += strength * post[trial, unit]
        result.addRow(unit, -strength, pre.row(trial))
      }
      for trial in 0..<pre.rows {
        let (first, ranked) = Competition.winners(post.row(trial), rank: rank)
        learn(first, 1, trial)
        learn(ranked, -delta, trial)
      }
      for unit in 0..<units.rows where decay[unit] != 0 { result.addRow(unit, decay[unit], units.row(unit)) }
      change[trace.block] = .init(trace.block, result)
    }
    return change
  }

  /// Moves every weight by at most the rate of the epoch.
  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    let step = rate * (1 - Double(clock.epoch) / Double(clock.epochs))
    for change in estimate.blocks {
      let direction = change.values.double
      let largest = max(direction.elements.reduce(0) { max($0, abs($1)) }, 1e-30)
      var block = change
      var values = try weights.double(change.name)
      values.addScaled(direction, -step / largest)
      block.values = .float64(values)
      weights[change.name] = block
    }
  }
}

extension Tensor where Element == Double {
  fileprivate mutating func addRow(_ row: Int, _ factor: Double, _ values: ArraySlice<Double>) {
    let first = row * columns
    for (offset, value) in values.enumerated() { elements[first + offset] += factor * value }
  }

  fileprivate mutating func addScaled(_ other: Tensor, _ factor: Double) {
    for i in elements.indices { elements[i] += factor * other.elements[i] }
  }
}
