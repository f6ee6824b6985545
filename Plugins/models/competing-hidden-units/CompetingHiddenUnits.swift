import EngramKit

/// A layer of units that compete for inputs, and a steep read-out of it.
///
/// Hidden inputs I = <W, v>; read-out c = tanh(beta S h) of h = max(I, 0)^n, scaled by its largest value so far.
public struct CompetingHiddenUnits: TrainableModel {
  public static let name = "competing-hidden-units"
  public static let summary = "Hidden layer for local competitive learning, with a steep classifier on top."
  public static let reference = "Krotov & Hopfield (2019) PNAS 116, 7723"
  public static let parameters: [Parameter<Self>] = [
    .integer("hidden_units", \.hiddenUnits, in: 2...1_000_000, "Number of hidden units."),
    .real("p", \.p, unit: .one, in: 1...16, "Exponent of the bracket; 2 is the dot product."),
    .real("power", \.power, unit: .one, in: 0.1...64, "Exponent n of the hidden activation."),
    .real("beta", \.beta, unit: .one, in: 1e-9...1e9, "Slope of the read-out."),
    .real("loss_power", \.lossPower, unit: .one, in: 1...64, "Exponent m of the loss |c - t|^m."),
    .real("scale_to", \.scaleTo, unit: .one, in: 1e-9...1e9, "Largest hidden activation after scaling."),
    .real(
      "initial_sd", \.initialSD, unit: .one, in: 1e-9...1e9,
      "Standard deviation of the initial hidden weights; near the unit sphere few units win everything."),
  ]
  public static let reads = [
    Dataset(
      "hidden", .connectivity, ["hidden", "input"], unit: .one, "Hidden weights to start from.",
      optional: true)
  ]
  public static let writes = [
    Dataset("hidden_input", .array, ["trial", "hidden"], unit: .one, "I = <W, v> of every unit."),
    Dataset("output", .array, ["trial", "class"], unit: .one, "Read-out c, between -1 and 1."),
    Dataset("error", .array, [], unit: .one, "Share of trials whose largest output is not the label."),
  ]

  var hiddenUnits = 100
  var p = 2.0
  var power = 4.5
  var beta = 1.0
  var lossPower = 4.0
  var scaleTo = 10.0
  var initialSD = 1.0

  public init() {}

  public var gives: Evidence { [.traces, .loss, .readout] }

  public func weights(_ inputs: Inputs, for shape: TrialShape, _ random: inout RandomStream) throws -> Weights
  {
    guard shape.steps == nil else {
      throw Problem("competing-hidden-units takes static inputs, the task has \(shape.steps ?? 0) time steps")
    }
    let hidden: Matrix =
      inputs.contains("hidden")
      ? try inputs.connectivity("hidden").dense()
      : random.normalTensor(shape: [hiddenUnits, shape.inputs], sd: initialSD)
    guard hidden.columns == shape.inputs else {
      throw Problem("hidden weights of shape \(hidden.shape) do not fit \(shape.inputs) inputs")
    }
    return Weights([
      .init("hidden", hidden), .init("readout", Matrix(repeating: 0, shape: [shape.outputs, hidden.rows])),
      .init("hidden_scale", Tensor([0.0], shape: [1]), trained: false),
    ])
  }

  public func trial(
    _ batch: Batch, at weights: Weights, _ request: Request, _ random: inout RandomStream,
    each: (Trace) throws -> Void
  ) throws -> Trial {
    let inputs = try Competition.inputs(weights.double("hidden"), batch.input, p: p)
    if request.evidence.contains(.traces) { try each(Trace(block: "hidden", pre: batch.input, post: inputs)) }
    guard !request.evidence.isDisjoint(with: [.loss, .readout]) else { return Trial() }
    guard case .labels(let labels) = batch.target else {
      throw Problem(
        "the read-out needs labels, which the task does not give", fix: "add trials/label to the task")
    }
    var scale = try weights.double("hidden_scale")[0]
    let raw = inputs.map { $0 > 0 ? pow($0, power) : 0 }
    if batch.mode == .train { scale = max(scale, (raw.elements.max() ?? 0) / scaleTo) }
    let hidden = raw.map { scale > 0 ? $0 / scale : 0 }
    let output = try multiply(hidden, weights.double("readout"), transposeB: true).map { tanh(beta * $0) }
    var (loss, right) = (0.0, 0)
    var errors = output
    for (trial, label) in labels.enumerated() {
      for k in 0..<output.columns {
        let difference = output[trial, k] - (k == label ? 1 : -1)
        loss += pow(abs(difference), lossPower)
        let slope = lossPower * pow(abs(difference), lossPower - 1) * (difference < 0 ? -1 : 1)
        errors[trial, k] = slope * beta * (1 - output[trial, k] * output[trial, k]) / Double(labels.count)
      }
      if Self.best(output.row(trial)) == label { right += 1 }
    }
    var answer = Trial(
      loss: loss / Double(labels.count), metrics: ["accuracy": Double(right) / Double(labels.count)])
    if request.evidence.contains(.readout) {
      answer.gradient = Weights([.init("readout", try multiply(errors, hidden, transposeA: true))])
    }
    if batch.mode == .train {
      answer.running = Weights([.init("hidden_scale", Tensor([scale], shape: [1]), trained: false)])
    }
    return answer
  }

  private static func best(_ outputs: ArraySlice<Double>) -> Int {
    outputs.indices.max { outputs[$0] < outputs[$1] }.map { $0 - outputs.startIndex } ?? -1
  }

  public func evaluate(
    _ batch: Batch, at weights: Weights, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let inputs = try Competition.inputs(weights.double("hidden"), batch.input, p: p)
    try outputs.put("hidden_input", inputs)
    guard case .labels(let labels) = batch.target else { return }
    let scale = try weights.double("hidden_scale")[0]
    let hidden = inputs.map { $0 > 0 && scale > 0 ? pow($0, power) / scale : 0 }
    let output = try multiply(hidden, weights.double("readout"), transposeB: true).map { tanh(beta * $0) }
    try outputs.put("output", output)
    let wrong = labels.indices.count { Self.best(output.row($0)) != labels[$0] }
    try outputs.put("error", Double(wrong) / Double(max(1, labels.count)))
  }
}
