import EngramData
import EngramKit
import EngramReport
import Foundation
import Testing

@Suite("Report on files")
struct ReadingTests {
  private static let writes = [
    Dataset("radius", [], unit: .one, "Spectral radius."),
    Dataset("eigenvalues", .array, ["n", "2"], unit: .one, "All eigenvalues."),
    Dataset("spikes", .spikes, ["unit"], unit: .millisecond, "What the network did."),
    Dataset("weights", .connectivity, ["post", "pre"], unit: .nanosiemens, "What it was wired like."),
    Dataset("loss", .history, ["update"], unit: .one, "Loss."),
  ]

  private static func write(_ path: String, radius: Double) throws {
    let line: JSON = ["verb": "run", "engram": .text(Engram.version), "experiment": "two-steps"]
    try EngramWriter.write(path, title: "Two steps", provenance: [line]) { writer in
      let record = StepRecord(
        id: "network", plugin: "some-model", parameters: ["neurons": .integer(12), "window": .real(50)],
        seed: 7,
        inputs: [
          .init(
            dataset: "w", file: "data/in.h5", object: "/edges/a", sha256: String(repeating: "ab", count: 32))
        ],
        figures: [
          Figure(
            "plane", "Eigenvalues", x: .init("Re"), y: .init("Im"), [.complex("eigenvalues", label: "λ")],
            caption: "The spectrum.")
        ], writes: writes)
      let sink = try writer.step(record)
      let outputs = Outputs(sink)
      try outputs.put("radius", radius)
      try outputs.put("eigenvalues", Tensor(Gallery.noise(24, seed: 1), shape: [12, 2]))
      try outputs.put(
        "spikes",
        SpikeTrains(units: [0, 0, 2, 1], times: [1, 40, 30, 99], ids: [0, 1, 2], start: 0, stop: 100))
      try outputs.put("weights", .dense(Matrix(Gallery.noise(144, seed: 2), shape: [12, 12])))
      try outputs.put("loss", [4, 2, 1, 0.5])
      sink.note("something was assumed")
    }
  }

  private static func inFolder<T>(_ body: (URL) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-reading-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  @Test(
    "a step's numbers, inputs, parameters, notes and figures are on the page, undeclared ones by their kind")
  func step() throws {
    try Self.inFolder { folder in
      let file = folder.appendingPathComponent("0000.h5")
      try Self.write(file.path, radius: 1.25)
      let description = Description(
        name: "some-model", kind: .model, roles: [.simulates], summary: "Makes a network.",
        reference: "Nobody (1900).",
        parameters: [
          ParameterDescription(name: "neurons", kind: .integer, standard: .integer(12), summary: "How many."),
          ParameterDescription(
            name: "window", kind: .real, unit: "ms", standard: .real(20), summary: "How long."),
        ])
      let page = try Report.write(results: [file], into: folder.appendingPathComponent("report")) {
        $0 == "some-model" ? description : nil
      }
      let text = try String(contentsOf: page, encoding: .utf8)
      #expect(SVGFacts(text) != nil)
      for words in [
        "1.25", "Spectral radius.", "Makes a network.", "data/in.h5", String(repeating: "ab", count: 32),
        "something was assumed", "How long.", "engram run two-steps.yaml", "Learning curve: loss",
        "Spikes: spikes", "Population rate", "Connectivity: weights", "The spectrum.", "seed 7",
      ] { #expect(text.contains(words), "\(words)") }
    }
  }

  @Test("runs are compared in a table, and the first is shown")
  func runs() throws {
    try Self.inFolder { folder in
      for (place, radius) in [0.5, 0.75, 1.125].enumerated() {
        try Self.write(folder.appendingPathComponent("000\(place).h5").path, radius: radius)
      }
      let page = try Report.write(results: [folder], into: folder.appendingPathComponent("report"))
      let text = try String(contentsOf: page, encoding: .utf8)
      for words in ["3 runs", "0.5", "0.75", "1.125"] { #expect(text.contains(words)) }
    }
  }

  @Test("a plain data file is reported by what is stored in it")
  func plainData() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = root.appendingPathComponent("datasets/larva-mushroom-body.h5")
    try Self.inFolder { folder in
      let page = try Report.write(results: [data], into: folder)
      let text = try String(contentsOf: page, encoding: .utf8)
      // The four cell types of the mushroom body bracket the matrix.
      let facts = try #require(SVGFacts(text))
      for type in ["K", "P", "O", "I"] { #expect(facts.all("text").contains { $0.text == type }) }
      let hash = try sha256(ofFile: data.path)
      #expect(text.contains("in-degree") && text.contains(hash))
    }
  }

  @Test("an empty folder and a missing file are said in one sentence")
  func nothing() throws {
    try Self.inFolder { folder in
      #expect(throws: Problem.self) { try Report.write(results: [folder], into: folder) }
      #expect(throws: Problem.self) {
        try Report.write(results: [folder.appendingPathComponent("none.h5")], into: folder)
      }
    }
  }
}
