import EngramKit

/// Competitive learning with the competition as dynamics: lateral inhibition to its steady state, then plasticity.
public struct KrotovHopfieldOde: Rule {
  public static let name = "krotov-hopfield-ode"
  public static let summary =
    "Local learning after lateral inhibition has settled; strong units learn, weak active ones unlearn."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723, eqs. 1, 3 and 8"
  public static let parameters: [Parameter<Self>] =
    [.real("inhibition", \.inhibition, unit: .one, in: 0...100, "Weight of lateral inhibition.")]
    + Parameter.within(\.learning, CompetitiveLearning.parameters) + [
      .real(
        "threshold", \.threshold, unit: .one, in: 0...1,
        "Share of the largest activity from which a unit learns."),
      .real("rate", \.rate, unit: .one, in: 0...10, "Learning step dt / tau."),
    ]

  var inhibition = 0.5
  var learning = CompetitiveLearning()
  var threshold = 0.5
  var rate = 0.01

  public init() {}

  public var needs: Evidence { .traces }

  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    var change = Weights()
    _ = try trials.run(at: weights, Request(.traces)) { trace in
      let units = try weights.double(trace.block)
      let (pre, post) = (trace.pre.double, trace.post.double)
      var result = Matrix(repeating: 0, shape: units.shape)
      for trial in 0..<pre.rows {
        let inputs = Array(post.row(trial))
        let activity = try LateralInhibition(weight: inhibition).steadyState(inputs)
        let strong = threshold * (activity.max() ?? 0)
        for (unit, h) in activity.enumerated() where h > 0 {
          let g = h >= strong ? 1 : -learning.delta
          result.addToRow(unit, -g * learning.sphere, pre.row(trial))
          result.addToRow(unit, g * inputs[unit], units.row(unit))
        }
      }
      change[trace.block] = .init(trace.block, result)
    }
    return change
  }

  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    for change in estimate.blocks {
      try weights.update(change.name) { $0.add(-rate, times: change.values.double) }
    }
  }
}

/// Mutual inhibition: tau dh/dt = I - weight * (sum of the others' max(h, 0)) - h.
public struct LateralInhibition: Sendable {
  public var weight: Double

  public init(weight: Double) { self.weight = weight }

  /// Activities at the steady state reached from h = 0, by Euler steps of tau / 100 until no |dh/dt| exceeds `slope`.
  ///
  /// - Throws: `Problem` when 100,000 steps do not settle, such as for equal inputs that inhibit each other.
  public func steadyState(_ inputs: [Double], slope limit: Double = 1e-6) throws -> [Double] {
    var h = [Double](repeating: 0, count: inputs.count)
    for _ in 0..<100_000 {
      let total = h.reduce(0) { $0 + max($1, 0) }
      var fastest = 0.0
      for i in h.indices {
        let slope = inputs[i] - weight * (total - max(h[i], 0)) - h[i]
        fastest = max(fastest, abs(slope))
        h[i] += 0.01 * slope
      }
      if fastest < limit { return h }
    }
    throw Problem(
      "lateral inhibition of \(shortest(weight)) has not settled after 1000 time constants",
      fix: "lower `inhibition`, or normalise the inputs")
  }
}
