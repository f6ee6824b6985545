import EngramKit

/// Competitive learning with the competition as dynamics: lateral inhibition to its steady state, then plasticity.
public struct KrotovHopfieldOde: Rule {
  public static let name = "krotov-hopfield-ode"
  public static let summary =
    "Local learning after lateral inhibition has settled; strong units learn, weak active ones unlearn."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723, eqs. 1, 3 and 8"
  public static let parameters: [Parameter<Self>] = [
    .real("inhibition", \.inhibition, unit: .one, in: 0...100, "Weight of lateral inhibition."),
    .real("delta", \.delta, unit: .one, in: 0...10, "Strength of unlearning."),
    .real(
      "threshold", \.threshold, unit: .one, in: 0...1,
      "Share of the largest activity from which a unit learns."),
    .real("rate", \.rate, unit: .one, in: 0...10, "Learning step dt / tau."),
    .real("radius", \.radius, unit: .one, in: 1e-9...1e9, "Radius of the sphere that weights approach."),
    .real("p", \.p, unit: .one, in: 1...16, "Exponent of the bracket, as in the model."),
  ]

  var inhibition = 0.5
  var delta = 0.4
  var threshold = 0.5
  var rate = 0.01
  var radius = 1.0
  var p = 2.0

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
          let g = h >= strong ? 1 : -delta
          for i in 0..<units.columns {
            result[unit, i] -= g * (pow(radius, p) * pre[trial, i] - inputs[unit] * units[unit, i])
          }
        }
      }
      change[trace.block] = .init(trace.block, result)
    }
    return change
  }

  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    for change in estimate.blocks {
      let values = zip(try weights.double(change.name).elements, change.values.double.elements).map {
        $0 - rate * $1
      }
      weights[change.name] = .init(change.name, Tensor(values, shape: change.values.shape))
    }
  }
}

/// Mutual inhibition: tau dh/dt = I - weight * (sum of the others' max(h, 0)) - h.
public struct LateralInhibition: Sendable {
  public var weight: Double

  public init(weight: Double) { self.weight = weight }

  /// Activities at the steady state reached from h = 0, by Euler steps of tau / 100.
  ///
  /// - Throws: `Problem` when 100,000 steps do not settle to 1e-6, such as for equal inputs that inhibit each other.
  public func steadyState(_ inputs: [Double]) throws -> [Double] {
    var h = [Double](repeating: 0, count: inputs.count)
    for _ in 0..<100_000 {
      let total = h.reduce(0) { $0 + max($1, 0) }
      var fastest = 0.0
      for i in h.indices {
        let slope = inputs[i] - weight * (total - max(h[i], 0)) - h[i]
        fastest = max(fastest, abs(slope))
        h[i] += 0.01 * slope
      }
      if fastest < 1e-6 { return h }
    }
    throw Problem(
      "lateral inhibition of \(shortest(weight)) has not settled after 1000 time constants",
      fix: "lower `inhibition`, or normalise the inputs")
  }
}
