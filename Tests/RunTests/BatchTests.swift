import EngramData
import EngramKit
import EngramRun
import Foundation
import Testing

@Suite("Analysing many files")
struct BatchTests {
  /// Result files with a trace, to be analysed.
  private func inputs(_ folder: String) throws -> [String] {
    try write(
      """
      engram: 1
      seed: 1
      steps: [{ id: grow, model: test-growth, set: { noise: 1 }, duration: 4, dt: 1, record_every: 1 }]
      repeats: 3
      """, to: folder + "/e.yaml")
    _ = try runExperiment(
      folder + "/e.yaml", registry: try testRegistry(), options: RunOptions(output: folder + "/in"))
    return (0..<3).map { "\(folder)/in/000\($0).h5" }
  }

  private let request = AnalysisRequest(analysis: "test-spread", read: ["values": "grow/x"])

  @Test("one file is analysed in memory, and into a file, with equal numbers")
  func one() throws {
    try withFolder { folder in
      let files = try inputs(folder)
      let registry = try testRegistry()
      let result = try analyze(files[0], request, registry: registry)
      let x = try numbers(files[0], "grow/x")
      let mean = x.reduce(0, +) / Double(x.count)
      #expect(result.values.map(\.dataset.name) == ["mean", "shifted"])
      #expect(result.values[0].value == .numbers(Tensor([mean], shape: [])))
      let outcome = try analyzeFiles(
        [files[0]], request, registry: registry, options: AnalyzeOptions(output: folder + "/out"))
      #expect(outcome.failures == [] && outcome.done == 1 && outcome.exitStatus == 0)
      #expect(try numbers(folder + "/out/0000.test-spread.h5", "test-spread/mean") == [mean])
    }
  }

  @Test(
    "a broken file costs itself; the same command retries it and skips the rest; a changed input is done again"
  )
  func several() throws {
    try withFolder { folder in
      let files = try inputs(folder)
      let registry = try testRegistry()
      let sound = try bytes(files[1])
      try sound.prefix(1000).write(to: URL(fileURLWithPath: files[1]))
      func all() throws -> BatchOutcome {
        try analyzeFiles(files, request, registry: registry, options: AnalyzeOptions(output: folder + "/out"))
      }
      let first = try all()
      #expect(
        first.failures.map(\.problem).count == 1 && first.done == 2
          && first.failures.map(\.name) == [files[1]] && first.exitStatus == 3)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out/0001.test-spread.h5"))
      let kept = try bytes(folder + "/out/0000.test-spread.h5")
      try sound.write(to: URL(fileURLWithPath: files[1]))
      let second = try all()
      #expect(second.done == 1 && second.skipped == 2 && second.exitStatus == 0)
      try bytes(files[2]).write(to: URL(fileURLWithPath: files[0]))
      let third = try all()
      #expect(third.done == 1 && third.skipped == 2)
      #expect(try bytes(folder + "/out/0000.test-spread.h5") != kept)
      var other = request
      other.seed = 2
      let fourth = try analyzeFiles(
        files, other, registry: registry, options: AnalyzeOptions(output: folder + "/out"))
      #expect(fourth.done == 3)
    }
  }

  @Test("two inputs with one output are refused before anything is done")
  func shared() throws {
    try withFolder { folder in
      let registry = try testRegistry()
      let wrong = problems {
        _ = try analyzeFiles(
          ["a/x.h5", "b/x.h5"], request, registry: registry, options: AnalyzeOptions(output: folder + "/out"))
      }
      #expect(wrong.first?.what.contains("a/x.h5 and b/x.h5 would both be written to") == true)
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }

  @Test("a wrong request is refused before any file is opened")
  func requests() throws {
    let registry = try testRegistry()
    func what(_ request: AnalysisRequest) -> String {
      problems { _ = try analyze("none.h5", request, registry: registry) }.first?.what ?? ""
    }
    #expect(what(AnalysisRequest(analysis: "test-growth")) == "test-growth is a model, not an analysis")
    #expect(
      what(AnalysisRequest(analysis: "test-distance"))
        == "test-distance probes a model (gradient), not a file")
    #expect(what(AnalysisRequest(analysis: "test-spread", set: ["x": .integer(1)])).contains("parameter 'x'"))
  }
}
