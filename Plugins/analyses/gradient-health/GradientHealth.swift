import EngramKit

/// How the exact gradient fares as trials become longer, and whether rules still agree with it.
public struct GradientHealth: Analysis {
  public static let name = "gradient-health"
  public static let summary =
    "Norm and finiteness of the exact gradient against the horizon, and its angle to rules' estimates."
  public static let reference =
    "Hazelden et al. (2023) arXiv:2311.10869; Pascanu et al. (2013) arXiv:1211.5063 for the growth"
  public static let parameters: [Parameter<Self>] = [
    .reals(
      "horizons", \.horizons, unit: .one, in: 1...1e9,
      "Inputs of each trial that are kept, first ones first; empty: halves of the trial down to an eighth."),
    .integer("trials", \.trials, in: 1...1_000_000, "Trials in the batch."),
  ]
  public static let writes = [
    Dataset("health/horizon", .array, ["horizon"], unit: .one, "Inputs of a trial."),
    Dataset("health/loss", .array, ["horizon"], unit: .one, "Loss at each horizon."),
    Dataset(
      "health/grad_norm", .array, ["horizon"], unit: .one, "Norm of the finite elements of the gradient."),
    Dataset(
      "health/nonfinite_fraction", .array, ["horizon"], unit: .one, "Share of elements that are not finite."),
    Dataset("health/growth", .array, [], unit: .one, "Slope of the norm's logarithm by the horizon."),
    Dataset("health/rule", .labels, ["rule"], unit: .one, "Rules that were compared."),
    Dataset(
      "health/cosine", .array, ["horizon", "rule"], unit: .one,
      "Cosine of each rule's estimate and the exact gradient, over the blocks that it estimates."),
  ]
  public static let figures = [
    Figure(
      "gradient-norm", "Exact gradient against horizon", x: .init("inputs", logarithmic: true),
      y: .init("norm", logarithmic: true),
      [.line(x: "health/horizon", y: "health/grad_norm", label: "norm")],
      caption: "A straight rise here, and a faster one on longer trials, is a gradient that explodes."),
    Figure(
      "gradient-cosine", "Agreement with the exact gradient", x: .init("inputs", logarithmic: true),
      y: .init("cosine"),
      [.line(x: "health/horizon", y: "health/cosine", label: "rule", names: "health/rule")],
      caption: "Cosine of each rule's estimate and the exact gradient; 0 is no agreement."),
  ]

  var horizons: [Double] = []
  var trials = 16

  public init() {}

  public var needs: Evidence { [.loss, .gradient] }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe else {
      throw Problem("gradient-health needs a model", fix: "name a training or a model with `on`")
    }
    let batch = try probe.source.batch(Array(0..<trials), .train, &random)
    guard batch.input.rank == 3 else {
      throw Problem("trials of shape \(batch.input.shape) have no time axis to shorten")
    }
    let weights = try probe.weights(max(0, probe.updates.count - 1))
    let all = batch.input.shape[1]
    let kept = horizons.isEmpty ? [8, 4, 2, 1].map { max(1, all / $0) } : horizons.map { Int($0) }
    if let long = kept.first(where: { $0 > all }) {
      throw Problem("a horizon of \(long) inputs is longer than the task's \(all)", fix: "lower `horizons`")
    }
    var (losses, norms, shares) = ([Double](), [Double](), [Double]())
    var cosines: [Double] = []
    let noise = RandomStream(seed: random.next())
    for (number, length) in kept.enumerated() {
      let trials = probe.trials(shortened(batch, to: length), noise)
      let trial = try trials.run(at: weights, Request([.loss, .gradient]))
      guard var exact = trial.gradient else { throw Problem("the model gave no gradient") }
      let elements = exact.blocks.reduce(0) { $0 + $1.values.shape.reduce(1, *) }
      let bad = exact.zeroNonFinite().reduce(0) { $0 + $1.count }
      losses.append(trial.loss ?? .nan)
      norms.append(exact.norm)
      shares.append(Double(bad) / Double(max(1, elements)))
      for (_, rule) in probe.rules {
        var rule = rule
        var own = RandomStream(seed: random.next())
        cosines.append(try cosine(exact, try rule.estimate(at: weights, trials, &own)))
      }
      outputs.progress(Double(number + 1) / Double(kept.count), "horizon of \(length) inputs")
    }
    try outputs.put("health/horizon", kept.map(Double.init))
    try outputs.put("health/loss", losses)
    try outputs.put("health/grad_norm", norms)
    try outputs.put("health/nonfinite_fraction", shares)
    try outputs.put("health/growth", slope(kept.map(Double.init), norms.map { log($0) }))
    guard !probe.rules.isEmpty else { return }
    try outputs.put("health/rule", labels: probe.rules.map(\.name))
    try outputs.put("health/cosine", Tensor(cosines, shape: [kept.count, probe.rules.count]))
  }

  private func shortened(_ batch: Batch, to length: Int) -> Batch {
    var short = batch
    let (all, channels) = (batch.input.shape[1], batch.input.shape[2])
    short.input = Tensor(
      (0..<batch.size).flatMap { trial -> [Double] in
        let first = trial * all * channels
        return Array(batch.input.elements[first..<first + length * channels])
      }, shape: [batch.size, length, channels])
    if case .values(let values) = batch.target, values.rank == 3, values.shape[1] == all {
      let size = values.shape[2]
      short.target = .values(
        Tensor(
          (0..<batch.size).flatMap {
            Array(values.elements[$0 * all * size..<$0 * all * size + length * size])
          },
          shape: [batch.size, length, size]))
    }
    return short
  }

  private func cosine(_ exact: Weights, _ estimate: Weights) throws -> Double {
    var (product, own, other) = (0.0, 0.0, 0.0)
    for block in estimate.blocks {
      let (a, b) = (try exact.double(block.name), block.values.double)
      for i in 0..<a.count {
        product += a[i] * b[i]
        own += a[i] * a[i]
        other += b[i] * b[i]
      }
    }
    return product / (own * other).squareRoot()
  }

  /// Least-squares slope of `y` over `x`; NaN for one point.
  private func slope(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    let up = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    return up / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
  }
}
