import EngramKit

/// Stores patterns in one presentation: dW = sum over trials of post times pre, over the number of units.
public struct HebbOuterProduct: Rule {
  public static let name = "hebb-outer-product"
  public static let summary = "Adds the outer product of activities, which stores patterns as attractors."
  public static let reference =
    "Hopfield (1982) PNAS 79, 2554, eq. 2; Hebb (1949) The Organization of Behavior"
  public static let parameters: [Parameter<Self>] = [
    .flag(
      "divide_by_units", \.divideByUnits,
      "Divide by the number of presynaptic units; the 1982 paper does not."),
    .real("rate", \.rate, unit: .one, in: -1e6...1e6, "Factor of the change; negative unlearns."),
  ]

  var divideByUnits = true
  var rate = 1.0

  public init() {}

  public var needs: Evidence { .traces }

  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    var change = weights.zeroed
    _ = try trials.run(at: weights, Request(.traces)) { trace in
      guard var block = change[trace.block] else { return }
      let pre = trace.pre.double
      let factor = divideByUnits ? -1 / Double(pre.columns) : -1
      let product = try multiply(trace.post.double, pre, transposeA: true)
      let sum = zip(block.values.double.elements, product.elements).map { $0 + factor * $1 }
      block.values = .float64(Tensor(sum, shape: block.values.shape))
      change[trace.block] = block
    }
    return change
  }

  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    weights = try weights.combined(with: estimate) { $0 - rate * $1 }
  }
}
