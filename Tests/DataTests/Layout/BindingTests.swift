import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Binding datasets to objects") struct BindingTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  /// Two matrices and two lists of labels that fit alike.
  private func twoMatrices(_ path: String) throws -> EngramFile {
    try EngramWriter.write(path) { writer in
      try writer.matrix("A", .dense(Matrix(repeating: 1, shape: [3, 3])), unit: "nS")
      try writer.matrix("B", .dense(Matrix(repeating: 2, shape: [3, 3])), unit: "nS")
      try writer.matrix("C", .dense(Matrix(repeating: 2, shape: [3, 2])), unit: "mV")
    }
    return try EngramFile(reading: path)
  }

  @Test("several fitting objects are listed, with the option that chooses") func several() throws {
    let scratch = try Scratch()
    let file = try twoMatrices(scratch.file("m.h5"))
    let text = message { _ = try LayoutSource([Reads.connectivity], in: file) }
    #expect(text.contains("/engram/connectivity/A") && text.contains("/engram/connectivity/B"))
    // C is not square, and both axes are 'neuron'.
    #expect(!text.contains("/engram/connectivity/C"))
    #expect(text.contains("--read connectivity=/engram/connectivity/A"))
    let chosen = try LayoutSource([Reads.connectivity], ["connectivity": .object(file, "B")], in: file)
    #expect(try chosen.connectivity("connectivity").dense()[0] == 2)
  }

  @Test("a unit of another dimension is refused, naming file and object") func dimension() throws {
    let scratch = try Scratch()
    let file = try twoMatrices(scratch.file("m.h5"))
    let wanted = Dataset("w", .connectivity, ["post", "pre"], unit: .nanosiemens, "W.")
    let text = message { _ = try LayoutSource([wanted], ["w": .object(file, "/engram/connectivity/C")]) }
    #expect(text.contains("m.h5#/engram/connectivity/C"))
    #expect(text.contains("mV") && text.contains("nS"))
  }

  @Test("axes that disagree: both datasets are named") func axes() throws {
    let scratch = try Scratch()
    let file = try twoMatrices(scratch.file("m.h5"))
    let reads = [
      Reads.connectivity, Dataset("other", .connectivity, ["neuron", "pre"], anyUnit: "Another."),
      Dataset("third", .connectivity, ["pre", "neuron"], anyUnit: "Another."),
    ]
    let places: [String: Binding.Place] = [
      "connectivity": .object(file, "A"), "other": .object(file, "C"), "third": .object(file, "A"),
    ]
    let text = message { _ = try LayoutSource(reads, places) }
    #expect(text.contains("'third' has 3 along 'pre', but 'other'") && text.contains("has 2"))
  }

  @Test("all problems come at once; an unknown name gets the nearest one") func together() throws {
    let scratch = try Scratch()
    let file = try twoMatrices(scratch.file("m.h5"))
    let text = message {
      _ = try LayoutSource([Reads.connectivity, Reads.spikes], ["spkes": .none], in: file)
    }
    #expect(text.contains("did you mean 'spikes'"))
    #expect(text.contains("nothing that can be 'spikes'"))
    #expect(text.contains("2 objects can be 'connectivity'"))
  }

  @Test("an optional array is taken by its name alone") func optional() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("r.h5")) { writer in
      let sink = try writer.step(
        StepRecord(
          id: "s", plugin: "p",
          writes: [
            Dataset("cue", .array, ["n"], unit: .one, "Cue."), Dataset("x", .array, ["n"], unit: .one, "X."),
          ]))
      try sink.put("cue", .numbers(Tensor([1, 2], shape: [2])))
      try sink.put("x", .numbers(Tensor([3, 4], shape: [2])))
    }
    let file = try EngramFile(reading: scratch.file("r.h5"))
    let reads = ["cue", "threshold"].map { Dataset($0, .array, ["n"], unit: .one, "C.", optional: true) }
    let source = try LayoutSource(reads, in: file)
    #expect(source.contains("cue") && !source.contains("threshold"))
    #expect(try source.numbers("cue", rows: nil).elements == [1, 2])
  }

  @Test("labels follow the neurons of the matrix, not any list of that length") func labels() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("l.h5")) { writer in
      for name in ["a", "b"] {
        try writer.nodes(
          NodeTable(name, count: 3, columns: [("cell_type", .words([name, name, name]))]))
      }
      try writer.matrix(
        "W", .dense(Matrix(repeating: 1, shape: [3, 3])), unit: "1", populations: (post: "b", pre: "b"))
    }
    let source = try LayoutSource(
      [Reads.types, Reads.connectivity], in: try EngramFile(reading: scratch.file("l.h5")))
    #expect(try source.labels("cell_types") == ["b", "b", "b"])
  }

  @Test("a newer minor version warns, a newer major one is refused with both numbers") func schema() throws {
    let scratch = try Scratch()
    for (name, version) in [("a.h5", "1.7.0"), ("b.h5", "2.0.0")] {
      try H5File.write(scratch.file(name)) { file in
        try file.root.createGroup("engram").attributes.set("schema_version", version)
      }
    }
    #expect(try EngramFile(reading: scratch.file("a.h5")).warnings.count == 1)
    let text = message { _ = try EngramFile(reading: scratch.file("b.h5")) }
    #expect(text.contains("2.0.0") && text.contains("1.0.0"))
  }
}
