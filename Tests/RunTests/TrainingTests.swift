import EngramData
import EngramKit
import EngramRun
import Foundation
import Testing

@Suite("Training a model by a rule")
struct TrainingTests {
  private func run(_ folder: String, _ text: String, out: String = "/out") throws -> RunOutcome {
    try write(text, to: folder + "/training.yaml")
    return try runExperiment(
      folder + "/training.yaml", registry: try testRegistry(), options: RunOptions(output: folder + out))
  }

  private let training = """
    engram: 1
    seed: 11
    steps:
      - { id: line, model: test-line }
      - { id: points, model: test-points, set: { stored: 10 } }
      - id: train
        rule: test-slope
        on: line
        task: points
        batch: 4
        epochs: 40
        checkpoint: 10 epochs
        validate: { every: 5 epochs }
      - { id: test, model: test-line, weights: train, trials: { count: 10, split: train } }
      - { id: far, analysis: test-distance, on: train, at: checkpoints, rules: [train, test-slope] }
    """

  @Test("gradient descent on points of a line finds the line; history, snapshots and evaluation agree")
  func line() throws {
    try withFolder { folder in
      let outcome = try run(folder, training)
      #expect(outcome.failures.isEmpty && outcome.done == 1)
      let file = folder + "/out/0000.h5"
      let w = try numbers(file, "train/weights/w")[0]
      let b = try numbers(file, "train/weights/b")[0]
      // 120 updates at rate 0.1 with momentum 0.5: the slower error shrinks below exp(-120 * 0.2 / 3).
      #expect(abs(w - 2) < 0.01 && abs(b - 1) < 0.01)
      // 10 trials in batches of 4 are 3 updates an epoch.
      let loss = try numbers(file, "train/history/loss")
      #expect(loss.count == 120 && loss[119] < 1e-4 * loss[0])
      #expect(try numbers(file, "train/final/loss") == [loss[119]])
      #expect(try numbers(file, "train/snapshots/update") == [0, 30, 60, 90, 120])
      #expect(try numbers(file, "train/snapshots/w").last == w)
      #expect(
        try numbers(file, "train/validation/update") == stride(from: 0, through: 120, by: 15).map { $0 })
      let validation = try numbers(file, "train/validation/loss")
      #expect(validation[0] == validation.max() && validation[8] < 1e-4 * validation[0])
      #expect(try numbers(file, "far/update") == [0, 30, 60, 90, 120])
      #expect(try numbers(file, "far/distance") == numbers(file, "train/snapshots/w").map { abs($0 - 2) })
      let errors = try numbers(file, "test/error")
      #expect(errors.count == 10 && errors.allSatisfy { abs($0) < 0.02 })
    }
  }

  @Test("every epoch shows each stored trial once, in another order")
  func epochs() throws {
    // With rate 0 the weights stay, so an epoch's mean loss is that of all the points, whatever the order.
    try withFolder { folder in
      let text = training.replacing("rule: test-slope", with: "rule: test-slope\n    set: { rate: 0 }")
        .replacing("batch: 4", with: "batch: 5")
      _ = try run(folder, text)
      let loss = try numbers(folder + "/out/0000.h5", "train/history/loss")
      let epochs = (0..<40).map { loss[2 * $0] + loss[2 * $0 + 1] }
      #expect(epochs.allSatisfy { abs($0 - epochs[0]) < 1e-12 * epochs[0] })
      #expect(Set(loss).count > 40)
    }
  }

  @Test("a loss that is not finite stops the training with a sentence, and the history is kept")
  func diverges() throws {
    try withFolder { folder in
      let outcome = try run(
        folder, training.replacing("rule: test-slope", with: "rule: test-slope\n    set: { rate: 1e9 }"))
      #expect(outcome.done == 1)
      let note = outcome.notes.first ?? ""
      #expect(note.contains("train: stopped: the loss is") && note.contains("the last finite loss was"))
      let loss = try numbers(folder + "/out/0000.h5", "train/history/loss")
      #expect(loss.count > 1 && loss.dropLast().allSatisfy(\.isFinite) && !(loss.last?.isFinite ?? true))
    }
  }

  @Test("patience stops the training and the best weights are restored")
  func patience() throws {
    try withFolder { folder in
      // Momentum at this rate overshoots: the validation loss rises after it has fallen.
      let text = training.replacing("rule: test-slope", with: "rule: test-slope\n    set: { rate: 1.2 }")
        .replacing("every: 5 epochs", with: "every: 1 updates, patience: 3")
      let outcome = try run(folder, text)
      let file = folder + "/out/0000.h5"
      let validation = try numbers(file, "train/validation/loss")
      let updates = try numbers(file, "train/validation/update")
      let best = try #require(validation.min())
      #expect(try numbers(file, "train/final/validation_loss") == [best])
      let at = try #require(validation.firstIndex(of: best))
      #expect(try numbers(file, "train/final/update") == [updates[at]])
      #expect(validation.count == at + 4)
      #expect(outcome.notes.contains { $0.contains("3 validations without improvement") })
    }
  }

  @Test("two rules on one model and task start from the same weights and see the same batches")
  func paired() throws {
    try withFolder { folder in
      let text = """
        engram: 1
        seed: 5
        steps:
          - { id: line, model: test-line, set: { noise: 0.5 } }
          - { id: a, rule: test-slope, on: line, task: test-points, batch: 4, updates: 10 }
          - { id: b, rule: test-slope, on: line, task: test-points, batch: 4, updates: 20 }
        """
      _ = try run(folder, text)
      let file = folder + "/out/0000.h5"
      #expect(try numbers(file, "a/history/loss") == numbers(file, "b/history/loss").prefix(10).map { $0 })
    }
  }

  @Test("trials made on demand have no epochs")
  func onDemand() throws {
    try withFolder { folder in
      let outcome = try run(folder, training.replacing("stored: 10", with: "stored: 0"))
      #expect(outcome.failures.first?.problem.contains("makes trials on demand and has no epochs") == true)
    }
  }

  @Test("a training that goes on from its last checkpoint ends in the bytes of one that was never stopped")
  func resumed() throws {
    try withFolder { folder in
      let text = training.replacing("rule: test-slope", with: "rule: test-slope\n    set: { fragile: true }")
        .replacing("checkpoint: 10 epochs", with: "checkpoint: 7 updates")
        .replacing("every: 5 epochs", with: "every: 4 updates, patience: 30")
      _ = try run(folder, text, out: "/whole")
      TestSlope.gives.withLock { $0 = true }
      let stopped = try run(folder, text)
      TestSlope.gives.withLock { $0 = false }
      #expect(stopped.failures.first?.problem.contains("step 'train', update 25: it gave up") == true)
      let kept = try FileManager.default.contentsOfDirectory(atPath: folder + "/out/0000.resume/train")
        .sorted()
      #expect(kept == ["snapshot-0.h5", "snapshot-14.h5", "snapshot-21.h5", "snapshot-7.h5", "state.h5"])
      let resumed = try run(folder, text)
      #expect(resumed.done == 1)
      #expect(try bytes(folder + "/out/0000.h5") == bytes(folder + "/whole/0000.h5"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/0000.resume"))
    }
  }
}
