import EngramKit

/// How well the estimates of learning rules agree with the exact gradient, at the same weights and on the same trials.
public struct GradientAlignment: Analysis {
  public static let name = "gradient-alignment"
  public static let summary =
    "Cosine, norm ratio and projection of each rule's estimate on the exact gradient, at every checkpoint."
  public static let reference =
    "Liu et al. (2022) arXiv:2206.01338; projection as in Liu et al. (2022) arXiv:2206.00823"
  public static let parameters: [Parameter<Self>] = [
    .text("block", \.block, "Weight blocks compared, with commas; empty takes all that a rule estimates."),
    .integer("trials", \.trials, in: 1...1_000_000, "Number of trials."),
    .choice("split", \.split, "Where the trials are from."),
  ]
  public static let writes = [
    Dataset("alignment/rule", .labels, ["rule"], unit: .one, "The rules that the step lists."),
    Dataset("alignment/update", .array, ["checkpoint"], unit: .one, "Updates made before each checkpoint."),
    Dataset(
      "alignment/cosine", .array, ["rule", "checkpoint"], unit: .one,
      "Cosine between a rule's estimate and the exact gradient; NaN where one of them is 0."),
    Dataset(
      "alignment/norm_ratio", .array, ["rule", "checkpoint"], unit: .one,
      "Norm of the estimate over that of the exact gradient."),
    Dataset(
      "alignment/rho", .array, ["rule", "checkpoint"], unit: .one,
      "Projection of the estimate on the exact gradient, over the gradient's norm."),
    Dataset(
      "alignment/norm", .array, ["checkpoint"], unit: .one, "Norm of the exact gradient at each checkpoint."),
  ]
  public static let figures = [
    Figure(
      "cosine", "Alignment with the exact gradient", x: .init("updates"), y: .init("cosine"),
      [.line(x: "alignment/update", y: "alignment/cosine", label: "cosine", names: "alignment/rule")],
      caption: "Cosine between each rule's estimate and the exact gradient; 1 is the exact direction.")
  ]

  var block = ""
  var trials = 256
  var split = Split.validate

  public init() {}

  public var needs: Evidence { [.loss, .gradient] }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe, !probe.rules.isEmpty else {
      throw Problem(
        "there is no rule to compare with the exact gradient",
        fix: "name a training in `on` and the rules in `rules`")
    }
    let batch = try probe.batch(split, trials, random)
    let (rules, checkpoints) = (probe.rules, probe.updates.indices)
    var figures = ["cosine", "norm_ratio", "rho"].reduce(into: [String: Matrix]()) {
      $0[$1] = Matrix(repeating: .nan, shape: [rules.count, checkpoints.count])
    }
    var norms: [Double] = []
    let noise = random.substream(1)
    for checkpoint in checkpoints {
      let weights = try probe.weights(checkpoint)
      let trials = probe.trials(batch, noise)
      guard let exact = try trials.run(at: weights, Request([.loss, .gradient])).gradient else {
        throw Problem("the model gave no gradient")
      }
      norms.append(try chosen(exact, of: exact).norm)
      for (place, entry) in rules.enumerated() {
        var (rule, own) = (entry.rule, noise.substream(2 + place))
        let estimate = try chosen(rule.estimate(at: weights, trials, &own), of: exact)
        let whole = try Weights(estimate.blocks.map { .init($0.name, try exact.double($0.name)) })
        let product = try dot(estimate, whole)
        let (norm, exactNorm) = (estimate.norm, whole.norm)
        figures["cosine"]?[place, checkpoint] = product / norm / exactNorm
        figures["norm_ratio"]?[place, checkpoint] = norm / exactNorm
        figures["rho"]?[place, checkpoint] = product / exactNorm / exactNorm
      }
      outputs.progress(Double(checkpoint + 1) / Double(checkpoints.count))
    }
    try outputs.put("alignment/rule", labels: rules.map(\.name))
    try outputs.put("alignment/update", probe.updates.map(Double.init))
    for (name, values) in figures.sorted(by: { $0.key < $1.key }) {
      try outputs.put("alignment/\(name)", values)
    }
    try outputs.put("alignment/norm", norms)
  }

  /// The blocks of `weights` that are compared, in double precision.
  private func chosen(_ weights: Weights, of exact: Weights) throws -> Weights {
    let wanted: [String] = block.split(separator: ",").map { part in String(part).filter { $0 != " " } }
    for name in wanted { _ = try weights.double(name) }
    let taken = weights.blocks.filter {
      exact[$0.name] != nil && (wanted.isEmpty || wanted.contains($0.name))
    }
    return Weights(taken.map { .init($0.name, $0.values.double) })
  }

  private func dot(_ a: Weights, _ b: Weights) throws -> Double {
    try a.blocks.reduce(0) { total, block in
      zip(block.values.double.elements, try b.double(block.name).elements).reduce(total) { $0 + $1.0 * $1.1 }
    }
  }
}
