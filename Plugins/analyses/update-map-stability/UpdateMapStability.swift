import EngramKit

/// How sharp a minimum may be before each rule's updates leave it.
public struct UpdateMapStability: Analysis {
  public static let name = "update-map-stability"
  public static let summary =
    "Greatest learning rate at which each rule's updates stay at a minimum as sharp as this one."
  public static let reference = "Liu et al. (2022) arXiv:2206.00823; derived here for many trials and outputs"
  public static let parameters: [Parameter<Self>] = [
    .text("block", \.block, "Weight blocks that vary, with commas; empty takes all trained ones."),
    .choice(
      "diagonal", \.diagonal,
      "Whether autapses of square blocks vary: `model` leaves them out where the model pins them to zero."),
    .choice("split", \.split, "Where the trials are from."),
    .integer("trials", \.trials, in: 1...1000, "Number of trials; the matrix has trials times outputs rows."),
    .integer("outputs", \.outputs, in: 0...10_000, "Outputs that count, from the first; 0 for all."),
    .real(
      "rate", \.rate, unit: .one, in: 0...1e6, "Learning rate of the training, set against the critical one."),
  ]
  public static let writes = [
    Dataset(
      "stability/rule", .labels, ["rule"], unit: .one,
      "The exact gradient, then the rules that the step lists."),
    Dataset(
      "stability/lambda", .array, [], unit: .one,
      "Leading eigenvalue of the Hessian at zero error, of the squared error averaged over trials."),
    Dataset(
      "stability/d_dot", .array, ["rule"], unit: .one,
      "Leading eigenvalue of the rule's matrix over the number of trials; <D_r, D> for one trial and output."),
    Dataset("stability/rho", .array, ["rule"], unit: .one, "d_dot over lambda."),
    Dataset("stability/norm_ratio", .array, ["rule"], unit: .one, "Norm of all D_r over norm of all D."),
    Dataset("stability/trace", .array, ["rule"], unit: .one, "Trace of the rule's matrix."),
    Dataset(
      "stability/lr_critical", .array, ["rule"], unit: .one,
      "Learning rate above which an eigenvalue of the update map leaves the unit circle; 0 where none is stable."
    ),
    Dataset(
      "stability/sharpest", .array, ["rule"], unit: .one,
      "2 / (rate rho): the largest lambda at which the rule stays."),
    Dataset(
      "stability/gram", .array, ["rule", "row", "column"], unit: .one,
      "G_ij = <D_i, D_r,j> over rows (trial, output); the update map is 1 - rate / trials times it."),
  ]
  public static let figures = [
    Figure(
      "critical", "Critical learning rate", x: .init("rule"), y: .init("learning rate"),
      [.bars(labels: "stability/rule", values: "stability/lr_critical", label: "critical rate")],
      caption: "A rule stays at this minimum below its critical rate; truncated rules stay at sharper minima."
    )
  ]

  var block = "W"
  var diagonal = FreeWeights.Diagonal.model
  var split = Split.train
  var trials = 4
  var outputs = 0
  var rate = 0.01

  public init() {}

  public var needs: Evidence { [.loss, .gradient] }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe, !probe.updates.isEmpty else {
      throw Problem("\(Self.name) needs a model", fix: "name a rule step: `on: train`")
    }
    let weights = try probe.weights(probe.updates.count - 1)
    let free = try FreeWeights(block, diagonal, of: weights, probe.model)
    let batch = try probe.batch(split, trials, random.substream(1))
    let derivatives = OutputDerivatives(
      probe: probe, weights: weights, free: free, noise: random.substream(2))
    let exact = try derivatives.rows(batch, count: self.outputs, nil)
    var rules = [(name: "exact", rows: exact)]
    for (place, rule) in probe.rules.enumerated() {
      rules.append((rule.name, try derivatives.rows(batch, count: self.outputs, rule.rule)))
      outputs.progress(Double(place + 1) / Double(probe.rules.count), rule.name)
    }
    let n = Double(batch.size)
    let grams = try rules.map { try multiply(exact, $0.rows, transposeB: true) }
    let spectra = try grams.map { try eigenvalues($0).map { Complex($0.real / n, $0.imaginary / n) } }
    let leading = spectra.map { $0.map(\.real).max() ?? 0 }
    let rho = leading.map { leading[0] == 0 ? .nan : $0 / leading[0] }
    if leading[0] == 0 { outputs.note("no output depends on the weights \(block): every unit is silent") }
    try outputs.put("stability/rule", labels: rules.map(\.name))
    try outputs.put("stability/lambda", leading[0])
    try outputs.put("stability/d_dot", leading)
    try outputs.put("stability/rho", rho)
    try outputs.put("stability/norm_ratio", rules.map { norm($0.rows) / norm(exact) })
    try outputs.put("stability/trace", grams.map { gram in (0..<gram.rows).reduce(0) { $0 + gram[$1, $1] } })
    try outputs.put("stability/lr_critical", spectra.map(critical))
    try outputs.put("stability/sharpest", rho.map { $0 > 0 && rate > 0 ? 2 / (rate * $0) : .nan })
    try outputs.put(
      "stability/gram", Tensor(grams.flatMap(\.elements), shape: [rules.count] + grams[0].shape))
  }

  private func norm(_ x: Matrix) -> Double { x.elements.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// The rate at which the first |1 - rate g| reaches 1: the least 2 Re g / |g|²; eigenvalues at rounding level do not count.
  private func critical(_ spectrum: [Complex]) -> Double {
    let sizes = spectrum.map { ($0.real * $0.real + $0.imaginary * $0.imaginary).squareRoot() }
    let floor = (sizes.max() ?? 0) * 1e-10
    return zip(spectrum, sizes).filter { $1 > floor }
      .map { $0.real <= 0 ? 0 : 2 * $0.real / ($1 * $1) }.min() ?? .infinity
  }
}
