import EngramKit
import EngramRun
import Foundation
import Testing

@Suite("Checking an experiment")
struct CheckTests {
  private func check(_ text: String) throws -> CheckResult {
    try withFolder { folder in
      try write(text, to: folder + "/e.yaml")
      return checkExperiment(folder + "/e.yaml", registry: try testRegistry())
    }
  }

  private func first(_ text: String) throws -> String { try check(text).problems.first?.what ?? "" }

  @Test("every mistake of a file full of them is reported at once, with place and fix")
  func mistakes() throws {
    let path = golden("mistakes.yaml")
    let result = checkExperiment(path, registry: try testRegistry())
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/"
    let text =
      result.problems.map { $0.description.replacing(folder, with: "") }.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["ENGRAM_GOLDEN"] == "write" {
      try write(text, to: golden("mistakes.txt"))
    }
    #expect(text == String(decoding: try bytes(golden("mistakes.txt")), as: UTF8.self))
    #expect(result.problems.count >= 10 && !result.passed)
  }

  private let sound = """
    engram: 1
    seed: 1
    steps:
      - { id: grow, model: test-growth, duration: 1 s, dt: 0.5 ms, record_every: 10 }
      - { id: mean, analysis: test-spread, read: { values: grow/x } }
    sweep: { grow.rate: { from: 0, to: 0.1, count: 3 }, grow.duration: [10, 20 ms] }
    repeats: 4
    """

  @Test("a sound experiment passes and tells its runs")
  func passes() throws {
    let result = try check(sound)
    #expect(result.problems.isEmpty)
    #expect(result.passed && result.runs == 24 && result.steps == 2)
  }

  @Test(
    "one mistake gives one sentence",
    arguments: [
      ("dt: 0.5 ms", "dt: 4", "record_every of 10 ms is no multiple of dt, 4 ms"),
      ("dt: 0.5 ms,", "", "step 'grow' lasts 10 ms but has no dt"),
      (
        "record_every: 10", "record_every: 30",
        "the duration of 10 ms is no multiple of record_every, 30 ms"
      ),
      ("engram: 1", "engram: 2", "the experiment is written in version 2; Engram 0.1.0 reads version 1"),
      ("seed: 1", "title: x", "the experiment lacks 'seed'"),
      ("id: mean", "id: grow", "the step id 'grow' is taken by the step in line 4"),
      ("test-spread, read", "hopfield-binary, read", "hopfield-binary is a model, not an analysis"),
      ("grow/x", "grow", "test-growth (step 'grow') writes no dataset 'values'"),
      ("grow/x", "mean/mean", "step 'mean' needs its own results"),
      ("repeats: 4", "repeats: 0", "'repeats' of the experiment is 0; it must be at least 1"),
      ("[10, 20 ms]", "[10, 20 mV]", "parameter 'duration' is in ms; 'mV' measures something else"),
    ])
  func single(old: String, new: String, what: String) throws {
    let result = try check(sound.replacing(old, with: new))
    #expect(result.problems.first?.what == what)
    #expect(result.problems.allSatisfy { $0.place?.contains("e.yaml:") == true })
  }

  private let training = """
    engram: 1
    seed: 1
    steps:
      - { id: line, model: test-line }
      - { id: train, rule: test-slope, on: line, task: test-points, batch: 8, updates: 20, checkpoint: 5 }
      - { id: test, model: test-line, weights: train, trials: 4 }
      - { id: far, analysis: test-distance, on: train, at: checkpoints, rules: [train] }
    """

  @Test("a task may be named by its plugin alone")
  func implied() throws {
    #expect(try check(training).problems.isEmpty)
    #expect(try check(training).steps == 5)
  }

  @Test(
    "what a training, an evaluation and a probe need is proven",
    arguments: [
      ("rule: test-slope, on: line", "rule: test-slope, on: lime", "there is no step 'lime'"),
      ("task: test-points", "task: line", "test-line poses no task"),
      (
        "checkpoint: 5 }", "checkpoint: 0 }",
        "'checkpoint' of step 'train' takes an interval such as `100 updates` or `1 epoch`, not the number 0"
      ),
      (", checkpoint: 5", "", "step 'train' keeps no checkpoints"),
      ("weights: train", "weights: line", "step 'line' trains no weights"),
      ("on: train, ", "", "test-distance needs a model to probe (gradient)"),
      ("updates: 20, ", "", "step 'train' lacks a length"),
      ("updates: 20", "updates: 20, epochs: 2", "step 'train' has both updates and epochs"),
      ("trials: 4 }", "trials: 4, duration: 3 V }", ""),
    ])
  func trainings(old: String, new: String, what: String) throws {
    let result = try check(training.replacing(old, with: new))
    #expect(result.problems.first?.what ?? "" == what)
  }
}
