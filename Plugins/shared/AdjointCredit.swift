import EngramKit

/// Gradients estimated backward in time from the steps of a whole batch, all of which are kept.
struct AdjointCredit<Element: Real> {
  private var steps: [TracedStep<Element>] = []

  mutating func take(_ step: TracedStep<Element>) { steps.append(step) }

  /// The estimated gradient of each block, by `recursion` from the last step to the first.
  func gradients(_ recursion: CreditRecursion<Element>, gain: Double) -> [(
    block: String, values: Tensor<Element>
  )] {
    var recursion = recursion
    guard let first = steps.first else { return [] }
    let units = recursion.credit.columns
    var sums = first.pre.map { Tensor<Element>(repeating: 0, shape: [units, $0.values.columns]) }
    for step in steps.reversed() {
      guard let slope = step.slope else { continue }
      recursion.back(slopes: slope, feedback: step.feedback)
      for (place, pre) in step.pre.enumerated() {
        addOuter(recursion.credit, pre.values, factor: Element(gain), to: &sums[place])
      }
    }
    return zip(first.pre, sums).map { ($0.block, $1) }
  }
}
