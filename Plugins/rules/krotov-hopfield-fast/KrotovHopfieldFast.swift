import EngramKit

/// Competitive learning by rank: the strongest unit learns the input, the k-th strongest unlearns it.
public struct KrotovHopfieldFast: Rule {
  public static let name = "krotov-hopfield-fast"
  public static let summary =
    "Local learning by competition: the winner approaches the input, a runner-up leaves it."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723, and the authors' notebook"
  public static let parameters: [Parameter<Self>] =
    [.integer("k", \.k, in: 2...1_000_000, "Rank of the unit that unlearns: 2 is the runner-up.")]
    + Parameter.within(\.learning, CompetitiveLearning.parameters) + [
      .real(
        "rate", \.rate, unit: .one, in: 0...10,
        "Largest change of a weight in the first epoch, falling linearly to 0; for the flow the step dt / tau."
      ),
      .integer(
        "rank_offset", \.rankOffset, in: 0...1000, "Ranks further down; 1 is another reading of the paper."),
      .choice(
        "step", \.step,
        "Steps scaled to their largest change, ranks by <W, v>; or Euler steps of the flow, ranks by <W, v> over the norm, along which the energy falls."
      ),
    ]

  /// How weights are moved.
  public enum Step: String, CaseIterable, Sendable { case scaled, flow }

  var k = 2
  var learning = CompetitiveLearning()
  var rate = 0.02
  var rankOffset = 0
  var step = Step.scaled
  /// Samples whose strongest input two units shared, of all samples seen.
  private var ties = (tied: 0, seen: 0)

  public init() {}

  public var needs: Evidence { .traces }

  public var memory: Weights {
    get {
      Weights([.init("ties", Tensor([Double(ties.tied), Double(ties.seen)], shape: [2]), trained: false)])
    }
    set {
      let counts = newValue["ties"]?.values.double.elements ?? [0, 0]
      ties = (Int(counts[0]), Int(counts[1]))
    }
  }

  /// Minus the plasticity D = R^p g V - diag(sum of g I) W of the batch.
  public mutating func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws
    -> Weights
  {
    var (change, tied, seen) = (Weights(), 0, 0)
    _ = try trials.run(at: weights, Request(.traces)) { trace in
      let units = try weights.double(trace.block)
      let (pre, post) = (trace.pre.double, trace.post.double)
      let rank = k + rankOffset
      guard rank <= units.rows else {
        throw Problem(
          "rank \(rank) unlearns, but there are only \(units.rows) hidden units", fix: "lower `k`")
      }
      let ranked = step == .scaled ? post : relative(post, units)
      var result = Matrix(repeating: 0, shape: units.shape)
      var decay = [Double](repeating: 0, count: units.rows)
      for trial in 0..<pre.rows {
        let (first, late, isTied) = Competition.winners(ranked.row(trial), rank: rank)
        if isTied { tied += 1 }
        for (unit, g) in [(first, 1), (late, -learning.delta)] {
          decay[unit] += g * post[trial, unit]
          result.addToRow(unit, -g * learning.sphere, pre.row(trial))
        }
      }
      seen += pre.rows
      for unit in decay.indices where decay[unit] != 0 {
        result.addToRow(unit, decay[unit], units.row(unit))
      }
      change[trace.block] = .init(trace.block, result)
    }
    ties = (ties.tied + tied, ties.seen + seen)
    return change
  }

  public var notes: [String] {
    ties.tied == 0
      ? []
      : [
        "\(ties.tied) of \(ties.seen) samples drive two units equally strongly: the one of larger index wins"
      ]
  }

  /// Q = <W, v> / <W, W>^((p-1)/p): inputs that do not depend on the length of the weights.
  private func relative(_ inputs: Matrix, _ units: Matrix) -> Matrix {
    let scale = Competition.norms(units, p: learning.p).map { pow($0, (1 - learning.p) / learning.p) }
    var result = inputs
    for i in result.elements.indices { result.elements[i] *= scale[i % scale.count] }
    return result
  }

  /// Moves every weight by at most the rate of the epoch, or all of them along the flow.
  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    for change in estimate.blocks {
      let direction = change.values.double
      let factor =
        switch step {
        case .scaled:
          rate * (1 - Double(clock.epoch) / Double(clock.epochs)) / max(direction.largestMagnitude, 1e-30)
        case .flow: rate
        }
      try weights.update(change.name) { $0.add(-factor, times: direction) }
    }
  }
}
