import EngramKit

/// Trials from a file: inputs with labels or target values, split by a seeded permutation.
public struct StoredTrials: TaskModel {
  public static let name = "stored-trials"
  public static let summary = "Stored inputs with labels or targets, posed as a task."
  public static let reference = "No paper; fractions of a seeded permutation, as in common train/test splits."
  public static let parameters: [Parameter<Self>] = [
    .real(
      "validate_fraction", \.validateFraction, unit: .one, in: 0...1,
      "Share of the trials kept for validation."),
    .real("test_fraction", \.testFraction, unit: .one, in: 0...1, "Share of the trials kept for the test."),
    .real("scale", \.scale, unit: .one, in: -1e9...1e9, "Factor applied to every input."),
    .flag("binarise", \.binarise, "Map scaled inputs above the threshold to 1, all others to -1."),
    .real("threshold", \.threshold, unit: .one, in: -1e9...1e9, "Where inputs are binarised, after scaling."),
  ]
  public static let reads = [
    Dataset(
      "trials/input", .array, ["trial", "time_or_channel"],
      anyUnit: "Inputs [trial, channel] or [trial, time, channel]."),
    Dataset("trials/label", .array, ["trial"], unit: .one, "Class of each trial, from 0.", optional: true),
    Dataset(
      "trials/target", .array, ["trial", "time_or_output"],
      anyUnit: "Wanted outputs [trial, output] or [trial, time, output].", optional: true),
  ]

  var validateFraction = 0.0
  var testFraction = 0.0
  var scale = 1.0
  var binarise = false
  var threshold = 0.5

  public init() {}

  public func trials(_ inputs: Inputs, _ random: inout RandomStream) throws -> any TrialSource {
    let scaled = try inputs.tensor("trials/input").map { $0 * scale }
    let input = binarise ? scaled.map { $0 > threshold ? 1 : -1 } : scaled
    guard input.rank == 2 || input.rank == 3 else {
      throw Problem(
        "trials/input has shape \(input.shape); it should be [trial, channel] or [trial, time, channel]")
    }
    let target = try target(inputs, trials: input.rows)
    let order = (0..<input.rows).shuffled(using: &random)
    let tested = Int((testFraction * Double(input.rows)).rounded())
    let validated = Int((validateFraction * Double(input.rows)).rounded())
    guard tested + validated < input.rows else {
      throw Problem(
        "validation and test take \(tested + validated) of \(input.rows) trials, none is left to train on",
        fix: "lower validate_fraction or test_fraction")
    }
    return StoredSource(
      input: input, target: target,
      picks: [
        .test: order.prefix(tested).sorted(), .validate: order.dropFirst(tested).prefix(validated).sorted(),
        .train: order.dropFirst(tested + validated).sorted(),
      ])
  }

  private func target(_ inputs: Inputs, trials: Int) throws -> Target {
    if inputs.contains("trials/label") {
      let labels = try inputs.vector("trials/label")
      guard labels.count == trials else { throw Problem("\(labels.count) labels for \(trials) trials") }
      guard labels.allSatisfy({ $0 >= 0 && $0 < 1e6 && $0 == $0.rounded() }) else {
        throw Problem("trials/label holds a value that is no class", fix: "number the classes 0, 1, 2, ...")
      }
      return .labels(labels.map { Int($0) })
    }
    guard inputs.contains("trials/target") else { return .none }
    let values = try inputs.tensor("trials/target")
    guard values.rows == trials else { throw Problem("\(values.rows) targets for \(trials) trials") }
    return .values(values)
  }
}
