import EngramData
import EngramKit
import EngramRun
import Foundation
import Testing

@Suite("Running an experiment")
struct ExperimentRunTests {
  private let growth = """
    engram: 1
    seed: 3
    title: Growth
    steps:
      - { id: grow, model: test-growth, set: { noise: 0.5 }, duration: 10, dt: 0.5 ms, record_every: 1 }
      - { id: mean, analysis: test-spread, read: { values: grow/x } }
      - { id: all, analysis: test-together, over: runs, read: { x: "sweep:grow.rate", y: mean/mean } }
    sweep: { grow.rate: [0, 0.05, 0.1] }
    repeats: 2
    expect:
      - { value: mean/mean, over: mean, above: 0, title: Grows, published: 1.5, source: "Fig. 1" }
      - { value: "mean/shifted[2,1]", over: maximum, where: { grow.rate: 0.1 }, below: { value: mean/mean, times: 100, plus: 1 } }
      - { value: all/product, between: [-1e-3, 1e9] }
      - { value: mean/mean, over: minimum, equals: 7 }
    """

  private func run(_ folder: String, _ text: String, options: RunOptions? = nil) throws -> RunOutcome {
    try write(text, to: folder + "/growth.yaml")
    return try runExperiment(
      folder + "/growth.yaml", registry: try testRegistry(),
      options: options ?? RunOptions(output: folder + "/out"))
  }

  @Test("a list puts the runs of several steps one after another, and histories that stopped early get NaN")
  func lists() throws {
    try withFolder { folder in
      let text = """
        engram: 1
        seed: 3
        steps:
          - { id: line, model: test-line }
          - { id: points, model: test-points, set: { stored: 10 } }
          - { id: slow, rule: test-slope, on: line, task: points, batch: 5, updates: 3 }
          - { id: wild, rule: test-slope, on: line, task: points, batch: 5, updates: 60, set: { rate: 1e9 } }
          - id: curves
            analysis: learning-curve
            over: runs
            read: { loss: [slow/history/loss, wild/history/loss] }
            set: { groups: "slow, wild" }
        repeats: 2
        """
      _ = try run(folder, text)
      let files = (0..<2).map { folder + "/out/000\($0).h5" }
      let slow = try files.map { try numbers($0, "slow/history/loss") }
      let wild = try files.map { try numbers($0, "wild/history/loss") }
      let longest = try #require((slow + wild).map(\.count).max())
      #expect(Set((slow + wild).map(\.count)).count > 1)
      let curves = try numbers(folder + "/out/index.h5", "curves/curves/loss")
      let expected = (slow + wild).flatMap { $0 + Array(repeating: .nan, count: longest - $0.count) }
      #expect(curves.count == expected.count)
      #expect(zip(curves, expected).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
      let refused = problems { _ = try run(folder, text.replacing("    over: runs\n", with: "")) }
      #expect(refused.contains { $0.what.contains("is read from a list") })
    }
  }

  @Test("each run is one file, the index holds swept values and scalars, and expectations are tested")
  func whole() throws {
    try withFolder { folder in
      let outcome = try run(folder, growth)
      #expect(outcome.done == 6 && outcome.failures.isEmpty && !outcome.cancelled)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/out").sorted()
      #expect(
        names == ["0000.h5", "0001.h5", "0002.h5", "0003.h5", "0004.h5", "0005.h5", "index.h5", "run.log"])
      let index = folder + "/out/index.h5"
      #expect(try numbers(index, "runs/sweep/grow.rate") == [0, 0.05, 0.1, 0, 0.05, 0.1])
      let means = try numbers(index, "runs/mean/mean")
      #expect(try means == (0..<6).map { try numbers(folder + "/out/000\($0).h5", "mean/mean")[0] })
      #expect(Set(means).count == 6)
      let product = zip([0, 0.05, 0.1, 0, 0.05, 0.1], means).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(try numbers(index, "all/product") == [product])
      #expect(outcome.verdicts.map(\.holds) == [true, true, true, false])
      #expect(outcome.verdicts[0].measured == means.reduce(0, +) / 6)
      #expect(outcome.verdicts[0].title == "Grows" && outcome.verdicts[0].published == "1.5")
      #expect(
        outcome.verdicts[3].bound == "equal to 7" && outcome.verdicts[3].quantity == "minimum of mean/mean")
    }
  }

  @Test("Euler's method without noise gives (1 + rate dt)^n at each record, from time 0")
  func numbersOfSteps() throws {
    try withFolder { folder in
      let text = growth.replacing("noise: 0.5", with: "noise: 0").replacing("repeats: 2", with: "repeats: 1")
      _ = try run(folder, text)
      let x = try numbers(folder + "/out/0002.h5", "grow/x")
      let exact = (0...10).flatMap { k in
        let value = (0..<2 * k).reduce(1.0) { x, _ in x + x * 0.1 * 0.5 }
        return [value, value]
      }
      // Traces are stored in single precision.
      #expect(x.count == exact.count)
      #expect(zip(x, exact).allSatisfy { abs($0 - $1) <= 1e-7 * $1 })
    }
  }

  @Test("the same command skips what is done, and what changes is made again")
  func resume() throws {
    try withFolder { folder in
      _ = try run(folder, growth)
      let first = try bytes(folder + "/out/0004.h5")
      let again = try run(folder, growth)
      #expect(again.done == 0 && again.skipped == 6)
      #expect(again.verdicts.count == 4)
      try FileManager.default.removeItem(atPath: folder + "/out/0004.h5")
      try write("not HDF5", to: folder + "/out/0001.h5")
      try write("left by a dead process", to: folder + "/out/0002.h5.partial-999999999")
      let mended = try run(folder, growth)
      #expect(mended.done == 2 && mended.skipped == 4)
      #expect(try bytes(folder + "/out/0004.h5") == first)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/0002.h5.partial-999999999"))
      let changed = try run(folder, growth.replacing("noise: 0.5", with: "noise: 0.25"))
      #expect(changed.done == 6)
      let more = try run(
        folder,
        growth.replacing("noise: 0.5", with: "noise: 0.25").replacing("repeats: 2", with: "repeats: 3"))
      #expect(more.done == 3 && more.skipped == 6)
    }
  }

  @Test("equal experiments give equal bytes, wherever they lie and whatever is run beside")
  func bytesEqual() throws {
    try withFolder { folder in
      _ = try run(folder, growth)
      let other = folder + "/elsewhere/deep"
      try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
      _ = try run(other, growth, options: RunOptions(output: other + "/results"))
      for name in ["0000.h5", "0005.h5", "index.h5"] {
        #expect(try bytes(folder + "/out/" + name) == bytes(other + "/results/" + name), "\(name)")
      }
      // A step more in the file leaves the draws of the others alone.
      let wider = growth.replacing(
        "steps:\n", with: "steps:\n  - { id: extra, model: test-growth, duration: 1, dt: 1 }\n")
      _ = try run(other, wider, options: RunOptions(output: other + "/wider"))
      #expect(
        try numbers(folder + "/out/0005.h5", "mean/shifted")
          == numbers(other + "/wider/0005.h5", "mean/shifted"))
    }
  }

  @Test("a run that fails costs no other; its sentence names the step")
  func failure() throws {
    try withFolder { folder in
      let text = """
        engram: 1
        seed: 1
        steps:
          - { id: again, model: hopfield-binary, duration: 2, dt: 1 }
        """
      let outcome = try run(folder, text)
      #expect(outcome.done == 0 && outcome.failures.count == 1)
      #expect(outcome.failures.first?.problem.contains("again") == true)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/0000.h5"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/index.h5"))
    }
  }

  @Test("where some runs fail the index has the others and names those; it is whole when they are mended")
  func partly() throws {
    try withFolder { folder in
      let text = growth.replacing(
        "sweep: { grow.rate: [0, 0.05, 0.1] }",
        with: """
          sweep:
            - { grow.rate: 0, grow.breaks: false }
            - { grow.rate: 0.05, grow.breaks: true }
            - { grow.rate: 0.1, grow.breaks: false }
          """)
      let outcome = try run(folder, text)
      #expect(outcome.done == 4 && outcome.failures.count == 2 && outcome.verdicts.isEmpty)
      let index = folder + "/out/index.h5"
      #expect(try numbers(index, "runs/run") == [0, 2, 3, 5])
      #expect(try numbers(index, "runs/sweep/grow.rate") == [0, 0.1, 0, 0.1])
      let means = try [0, 2, 3, 5].map { try numbers(folder + "/out/000\($0).h5", "mean/mean")[0] }
      #expect(try numbers(index, "runs/mean/mean") == means)
      let file = try H5File(reading: index).root
      #expect(
        try file.dataset("engram/results/runs/failed").readStrings() == [
          "run 1 (grow.rate = 0.05, grow.breaks = true)", "run 4 (grow.rate = 0.05, grow.breaks = true)",
        ])
      #expect(try !file.exists("engram/results/all"))
      let mended = try run(folder, text.replacing("true", with: "false"))
      #expect(mended.failures.isEmpty && mended.verdicts.count == 4)
      #expect(try numbers(index, "runs/run") == [0, 1, 2, 3, 4, 5])
      #expect(try numbers(index, "all/product").count == 1)
    }
  }

  @Test("a named input is read from the file that replaces it")
  func inputs() throws {
    try withFolder { folder in
      for (name, seed) in [("a", 1), ("b", 2)] {
        let text = """
          engram: 1
          seed: \(seed)
          steps: [{ id: grow, model: test-growth, set: { noise: 1 }, duration: 4, dt: 1, record_every: 1 }]
          """
        _ = try run(folder, text, options: RunOptions(output: folder + "/" + name))
      }
      try write(
        """
        engram: 1
        seed: 1
        inputs: { trace: "file:a/0000.h5#grow/x" }
        steps: [{ id: mean, analysis: test-spread, read: { values: trace } }]
        """, to: folder + "/e.yaml")
      let registry = try testRegistry()
      func mean(_ inputs: [String: String], _ out: String) throws -> Double {
        let outcome = try runExperiment(
          folder + "/e.yaml", inputs: inputs, registry: registry, options: RunOptions(output: folder + out))
        #expect(outcome.done == 1 && outcome.failures.isEmpty)
        return try numbers(folder + out + "/0000.h5", "mean/mean")[0]
      }
      let own = try mean([:], "/own")
      let replaced = try mean(["trace": folder + "/b/0000.h5#grow/x"], "/replaced")
      func exact(_ name: String) throws -> Double {
        let x = try numbers(folder + "/\(name)/0000.h5", "grow/x")
        return x.reduce(0, +) / Double(x.count)
      }
      #expect(try own == exact("a") && replaced == exact("b") && own != replaced)
      let wrong = problems {
        _ = try runExperiment(folder + "/e.yaml", inputs: ["trac": "x.h5"], registry: registry)
      }
      #expect(wrong.first?.what == "the experiment has no input 'trac'")
    }
  }
}
