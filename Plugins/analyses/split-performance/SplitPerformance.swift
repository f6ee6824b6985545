import EngramKit

/// Loss and accuracy of a trained model on the trials it learnt from and on others, along its training.
public struct SplitPerformance: Analysis {
  public static let name = "split-performance"
  public static let summary =
    "Loss and accuracy on training and test trials at each checkpoint of a training."
  public static let reference = "Standard practice; what generalization-gap compares"
  public static let parameters: [Parameter<Self>] = [
    .integer(
      "trials", \.trials, in: 1...10_000_000, "Trials of each split, at most as many as the task stores."),
    .choice("other", \.other, "The split that is set against the training trials."),
  ]
  public static let writes = [
    Dataset(
      "performance/iteration", .array, ["checkpoint"], unit: .one, "Updates made before each checkpoint."),
    Dataset("performance/train_loss", .history, ["checkpoint"], unit: .one, "Loss on training trials."),
    Dataset("performance/test_loss", .history, ["checkpoint"], unit: .one, "Loss on the other trials."),
    Dataset(
      "performance/train_accuracy", .history, ["checkpoint"], unit: .one, "Accuracy on training trials."),
    Dataset(
      "performance/test_accuracy", .history, ["checkpoint"], unit: .one, "Accuracy on the other trials."),
    Dataset("performance/final", .array, ["loss_accuracy", "train_test"], unit: .one, "The last of each."),
  ]
  public static let figures = [
    Figure(
      "loss", "Loss on both splits", x: .init("updates"), y: .init("loss", logarithmic: true),
      [
        .line(x: "performance/iteration", y: "performance/train_loss", label: "training trials"),
        .line(x: "performance/iteration", y: "performance/test_loss", label: "other trials"),
      ],
      caption: "The distance between the curves is the generalization gap of the loss."),
    Figure(
      "accuracy", "Accuracy on both splits", x: .init("updates"), y: .init("fraction of trials"),
      [
        .line(x: "performance/iteration", y: "performance/train_accuracy", label: "training trials"),
        .line(x: "performance/iteration", y: "performance/test_accuracy", label: "other trials"),
      ],
      caption: "Trials classified as their labels say; the error is what is missing from 1."),
  ]

  enum Other: String, CaseIterable, Sendable { case test, validate }

  var trials = 10_000
  var other = Other.test

  public init() {}

  public var needs: Evidence { .loss }

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    guard let probe else { throw Problem("\(Self.name) needs a model", fix: "name a rule step: `on: train`") }
    let splits: [Split] = [.train, other == .test ? .test : .validate]
    let batches = try splits.map { try probe.batch($0, trials, random.substream(1)) }
    var (losses, accuracies) = ([[Double]](repeating: [], count: 2), [[Double]](repeating: [], count: 2))
    for checkpoint in probe.updates.indices {
      let weights = try probe.weights(checkpoint)
      for (place, batch) in batches.enumerated() {
        var noise = random.substream(2 + place)
        let trial = try probe.model.trial(batch, at: weights, Request(.loss), &noise) { _ in }
        losses[place].append(trial.loss ?? .nan)
        accuracies[place].append(trial.metrics["accuracy"] ?? .nan)
      }
      outputs.progress(Double(checkpoint + 1) / Double(probe.updates.count), "checkpoints")
    }
    func column(_ values: [Double]) -> Tensor<Double> { Tensor(values, shape: [values.count]) }
    try outputs.put("performance/iteration", probe.updates.map(Double.init))
    for (place, name) in ["train", "test"].enumerated() {
      try outputs.put("performance/\(name)_loss", column(losses[place]))
      guard !accuracies[place].allSatisfy(\.isNaN) else { continue }
      try outputs.put("performance/\(name)_accuracy", column(accuracies[place]))
    }
    let last = (losses + accuracies).map { $0.last ?? .nan }
    try outputs.put("performance/final", Matrix(last, shape: [2, 2]))
  }
}
