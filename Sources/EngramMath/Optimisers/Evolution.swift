/// How the losses of perturbed parameters become a gradient.
public enum EvolutionEstimator: String, Sendable, CaseIterable {
  /// Each perturbation times its loss; one sample of S is not perturbed and counts with 0, which leaves a bias of 1 - 1/S.
  case forward
  /// The same with the unperturbed loss taken off.
  case baseline
  /// Pairs of opposite perturbations, times half the difference of their losses.
  case antithetic
  /// Each coordinate moved alone.
  case finiteDifference = "finite-difference"
}

/// What each perturbation counts in the estimate of a gradient: G = sum of coefficient times perturbation.
///
/// Source: Salimans et al. (2017) arXiv:1703.03864; Hazelden et al. (2023) arXiv:2311.10869.
public struct EvolutionCoefficients: Sendable, Equatable {
  /// One for each perturbation (each pair of `antithetic`); 0 where a loss was not finite.
  public let values: [Double]
  /// Perturbations (pairs) that were dropped because a loss was not finite.
  public let invalid: Int

  /// Whether nothing is left to estimate from.
  public var isEmpty: Bool { invalid == values.count }

  /// - Parameters:
  ///   - base: Loss of the unperturbed parameters.
  ///   - losses: Loss at each perturbation; for `antithetic` plus and minus of each pair in turn.
  ///   - sigma: Standard deviation of a perturbation's elements; for `finiteDifference` the step.
  ///   - ranked: Whether losses are replaced by their centred ranks.
  public init(
    _ estimator: EvolutionEstimator, base: Double, losses: [Double], sigma: Double, ranked: Bool = false
  ) {
    let isPaired = estimator == .antithetic
    let count = isPaired ? losses.count / 2 : losses.count
    func finite(_ k: Int) -> Bool {
      isPaired ? losses[2 * k].isFinite && losses[2 * k + 1].isFinite : losses[k].isFinite
    }
    let valid = (0..<count).filter(finite)
    invalid = count - valid.count
    // Ranks among those that count, the unperturbed loss among them where it enters.
    var kept = valid.flatMap { isPaired ? [losses[2 * $0], losses[2 * $0 + 1]] : [losses[$0]] }
    var base = base
    if ranked {
      let ranks = centredRanks(kept + (isPaired ? [] : [base]))
      if !isPaired { base = ranks[kept.count] }
      kept = Array(ranks.prefix(kept.count))
    }
    var values = [Double](repeating: 0, count: count)
    for (place, k) in valid.enumerated() {
      switch estimator {
      case .forward: values[k] = kept[place] / (Double(valid.count + 1) * sigma * sigma)
      case .baseline: values[k] = (kept[place] - base) / (Double(valid.count + 1) * sigma * sigma)
      case .antithetic:
        values[k] = (kept[2 * place] - kept[2 * place + 1]) / (2 * Double(valid.count) * sigma * sigma)
      case .finiteDifference: values[k] = (kept[place] - base) / (sigma * sigma)
      }
    }
    self.values = values
  }
}

/// rank / (n - 1) - 1/2 of each number, from -1/2 for the least to 1/2 for the greatest; equal numbers share their mean rank.
public func centredRanks(_ numbers: [Double]) -> [Double] {
  let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
  var ranks = [Double](repeating: 0, count: numbers.count)
  guard numbers.count > 1 else { return ranks }
  var first = 0
  while first < order.count {
    var last = first
    while last + 1 < order.count, numbers[order[last + 1]] == numbers[order[first]] { last += 1 }
    let mean = Double(first + last) / 2 / Double(numbers.count - 1) - 0.5
    for place in first...last { ranks[order[place]] = mean }
    first = last + 1
  }
  return ranks
}
