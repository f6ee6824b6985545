import EngramData
import EngramKit

extension RunResults {
  /// Every expectation of the experiment, tested on the results.
  func verdicts() throws -> [Verdict] {
    try experiment.expect.map { expectation in
      do { return try verdict(expectation) } catch { throw problem(error, at: "\(expectation.mark)") }
    }
  }

  private func verdict(_ expectation: Expectation) throws -> Verdict {
    let measured = try number(expectation.value)
    var holds = true
    for bound in expectation.bounds {
      let limit: Double
      switch bound.limit {
      case .number(let number): limit = number
      case .measured(let other, let times, let plus): limit = try number(other) * times + plus
      }
      // NaN is outside every bound.
      switch bound.relation {
      case .above: holds = holds && measured > limit
      case .below: holds = holds && measured < limit
      case .atLeast: holds = holds && measured >= limit
      case .atMost: holds = holds && measured <= limit
      case .equals: holds = holds && measured == limit
      }
    }
    return Verdict(
      title: expectation.title, quantity: expectation.value.words, measured: measured,
      bound: expectation.boundWords, published: expectation.published, source: expectation.source,
      holds: holds)
  }

  /// The number that an expectation is about.
  func number(_ measured: Expectation.Measured) throws -> Double {
    if plan.step(measured.step)?.step.overRuns == true {
      return try Self.number(
        measured.step, measured.dataset, measured.index, in: try EngramFile(reading: indexPath))
    }
    let values = try runs(measured.only).map { run in
      try Self.number(measured.step, measured.dataset, measured.index, in: try EngramFile(reading: path(run)))
    }
    return measured.over.of(values)
  }
}

extension Expectation.Summary {
  /// One number for all; NaN where there is none, or one of them is NaN.
  func of(_ values: [Double]) -> Double {
    guard let first = values.first, !values.contains(where: \.isNaN) else { return .nan }
    let mean = values.reduce(0, +) / Double(values.count)
    switch self {
    case .first: return first
    case .mean: return mean
    case .minimum: return values.min() ?? .nan
    case .maximum: return values.max() ?? .nan
    case .median:
      let sorted = values.sorted()
      let half = sorted.count / 2
      return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
    case .sd:
      // Over n - 1: runs are a sample.
      guard values.count > 1 else { return .nan }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / Double(values.count - 1)).squareRoot()
    }
  }
}
