import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Results of steps") struct StepTests {
  static let writes = [
    Dataset("connectivity", .connectivity, ["neuron", "neuron"], unit: .nanosiemens, "Weights."),
    Dataset("cell_types", .labels, ["neuron"], unit: .one, "Types."),
    Dataset("spikes", .spikes, ["neuron"], unit: .millisecond, "Spikes."),
    Dataset("voltage", .trace, ["time", "neuron"], unit: .millivolt, "Voltage."),
    Dataset("rates", .rate, ["time", "population"], unit: .hertz, "Rates."),
    Dataset("loss", .history, ["update"], unit: .one, "Loss."),
    Dataset("recall/overlap", .array, ["cue", "2"], anyUnit: "Overlap."),
    Dataset("fano", .array, [], unit: .one, "Fano factor."),
  ]

  /// A file with one step that writes something of every kind; `finish` makes it readable.
  private func fill(_ writer: EngramWriter) throws {
    var record = StepRecord(
      id: "network", plugin: "test-model", parameters: ["neurons": .integer(6), "tau": .real(2.5)], seed: 7,
      writes: Self.writes, passedUnit: "nS", sampling: Sampling(start: 0, step: 0.5))
    record.inputs = [.init(dataset: "a", file: "x.h5", object: "/a", sha256: "00")]
    let sink = try writer.step(record)
    var outputs = Outputs(sink)
    try outputs.put("connectivity", .sparse(SparseMatrix(Six.matrix)))
    try outputs.put("cell_types", labels: Six.types)
    try outputs.append(
      "spikes", SpikeTrains(times: [1, 4], offsets: [0, 1, 2], ids: [0, 1], start: 0, stop: 5))
    try outputs.append(
      "spikes", SpikeTrains(times: [6], offsets: [0, 1, 1], ids: [0, 1], start: 5, stop: 10))
    for frame in 0..<4 { try outputs.append("voltage", Tensor([Double(frame), -65], shape: [1, 2])) }
    for frame in 0..<3 { try outputs.append("rates", Tensor([Double(frame)], shape: [1, 1])) }
    for update in 0..<5 { try outputs.append("loss", Tensor([1 / Double(update + 1)], shape: [1])) }
    try outputs.put("recall/overlap", Tensor([1, 2, 3, 4], shape: [2, 2]))
    try outputs.put("fano", 1.0)
    outputs.note("six neurons")
    outputs = Outputs(sink)
    for update in [0, 10] {
      let block = Tensor<Float>([Float(update), 0.1], shape: [1, 2])
      try sink.snapshot(
        Weights([.init("W_rec", block), .init("bias", Tensor([0.1], shape: [1]))]), at: update)
    }
    try sink.finish()
  }

  @Test("each kind lies where the layout has it, and is found through its step") func places() throws {
    let scratch = try Scratch()
    let path = scratch.file("run.h5")
    try EngramWriter.write(path) { try fill($0) }
    let file = try EngramFile(reading: path)
    let objects = Dictionary(uniqueKeysWithValues: try file.objects(of: "network").map { ($0.name, $0) })
    let found = objects.mapValues(\.path)
    #expect(found["connectivity"] == "/engram/connectivity/network.connectivity")
    #expect(found["spikes"] == "/spikes/network.spikes")
    #expect(found["voltage"] == "/report/network.voltage")
    #expect(found["rates"] == "/engram/rates/network.rates")
    #expect(found["loss"] == "/engram/history/network.loss")
    #expect(found["cell_types"] == "/engram/results/network/cell_types")
    #expect(found["recall/overlap"] == "/engram/results/network/recall/overlap")
    #expect(found["weights/W_rec"] == "/engram/weights/network.W_rec")
    for declared in Self.writes { #expect(objects[declared.name]?.kind == declared.kind) }
    #expect(objects["recall/overlap"]?.unit == "nS")
    #expect(objects["voltage"]?.axes == ["time", "neuron"])
    #expect(try objects["voltage"]?.sampling() == Sampling(start: 0, step: 0.5))
    #expect(try file.h5.root.dataset("/engram/history/network.loss").attributes.string("x") == "step")
  }

  @Test("a later step reads them from the file that is still being written") func readsWhileWriting() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("run.h5")) { writer in
      try fill(writer)
      let file = try EngramFile(writer.h5)
      let reads = [
        Reads.connectivity, Reads.types, Reads.spikes,
        Dataset("v", .trace, ["time", "unit"], unit: Unit("V") ?? .one, "Voltage."),
        Dataset("loss", .history, ["update"], unit: .one, "Loss."),
      ]
      let places: [String: Binding.Place] = [
        "connectivity": .step(file, "network", name: "connectivity"), "v": .object(file, "network/voltage"),
        "loss": .step(file, "network", name: "loss"), "spikes": .step(file, "network", name: "spikes"),
        "cell_types": .anywhere(file),
      ]
      let source = try LayoutSource(reads, places)
      #expect(try source.connectivity("connectivity").dense() == Six.matrix)
      #expect(try source.labels("cell_types") == Six.types)
      #expect(try source.numbers("loss", rows: 1..<3).elements == [0.5, 1.0 / 3])
      #expect(
        try source.numbers("v", rows: nil).elements == [
          0, -0.065, 0.001, -0.065, 0.002, -0.065, 0.003, -0.065,
        ])
      let spikes = try source.spikes("spikes")
      #expect(spikes.times == [1, 6, 4])
      #expect(spikes.stop == 10)
    }
  }

  @Test("a step says which plugin, parameters, seed and inputs made it") func attributes() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("run.h5")) { try fill($0) }
    let step = try EngramFile(reading: scratch.file("run.h5")).step("network")
    #expect(step.plugin == "test-model" && step.seed == 7 && step.notes == ["six neurons"])
    #expect(step.parameters == ["neurons": .integer(6), "tau": .real(2.5)])
    #expect(step.inputs.contains(#""sha256": "00""#))
  }

  @Test("snapshots of weights come back in the precision they had") func snapshots() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("run.h5")) { try fill($0) }
    let snapshots = try WeightSnapshots(try EngramFile(reading: scratch.file("run.h5")), step: "network")
    #expect(snapshots.updates == [0, 10])
    let last = try snapshots.weights(1)
    #expect(last.blocks.map(\.name) == ["W_rec", "bias"])
    #expect(last["W_rec"]?.values == .float32(Tensor<Float>([10, 0.1], shape: [1, 2])))
    #expect(last["bias"]?.values == .float64(Tensor([0.1], shape: [1])))
  }

  @Test("equal calls give equal bytes; another parameter gives another uuid") func bytes() throws {
    let scratch = try Scratch()
    for name in ["a.h5", "b.h5"] {
      try EngramWriter.write(scratch.file(name), provenance: [["seed": .integer(1)]]) { try fill($0) }
    }
    try EngramWriter.write(scratch.file("c.h5"), provenance: [["seed": .integer(2)]]) { try fill($0) }
    let files = try ["a.h5", "b.h5"].map { try Data(contentsOf: URL(fileURLWithPath: scratch.file($0))) }
    #expect(files[0] == files[1])
    let uuids = try ["a.h5", "c.h5"].map {
      try H5File(reading: scratch.file($0)).root.group("engram").attributes.string("uuid")
    }
    #expect(uuids[0] != uuids[1])
    // Version 5 of RFC 9562, in its place.
    #expect(Array(uuids[0] ?? "")[14] == "5")
  }

  @Test("what a plugin did not declare is refused by name") func undeclared() throws {
    let scratch = try Scratch()
    let writer = try EngramWriter(creating: scratch.file("run.h5"))
    let sink = try writer.step(StepRecord(id: "s", plugin: "p", writes: Self.writes))
    #expect(throws: Problem.self) { try sink.put("fanoo", .numbers(Tensor([1], shape: []))) }
    #expect(throws: Problem.self) { try sink.put("fano", .labels(["a"])) }
    writer.discard()
    #expect(try scratch.names.isEmpty)
  }
}
