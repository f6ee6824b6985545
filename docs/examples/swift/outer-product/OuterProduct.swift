import EngramKit

/// Hebb's rule: the change of each weight is the product of the activities on its two sides.
public struct OuterProduct: Rule {
  public static let name = "outer-product"
  public static let summary = "Adds the outer product of activities, which stores patterns as attractors."
  public static let reference = "Hopfield (1982) PNAS 79, 2554, eq. 2"
  public static let parameters: [Parameter<Self>] = [
    .real("rate", \.rate, unit: .one, in: -1e6...1e6, "Factor of the change; negative unlearns.")
  ]

  var rate = 1.0

  public init() {}

  public var needs: Evidence { .traces }

  /// The downhill gradient by block: minus the sum over trials of post times pre, over the number of units.
  public func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights
  {
    var change = weights.zeroed
    _ = try trials.run(at: weights, Request(.traces)) { trace in
      guard var block = change[trace.block] else { return }
      let pre = trace.pre.double
      let product = try multiply(trace.post.double, pre, transposeA: true)
      let units = Double(pre.columns)
      let sum = zip(block.values.double.elements, product.elements).map { $0 - $1 / units }
      block.values = .float64(Tensor(sum, shape: block.values.shape))
      change[trace.block] = block
    }
    return change
  }

  /// A step against the estimate.
  public func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {
    weights = try weights.combined(with: estimate) { $0 - rate * $1 }
  }
}
