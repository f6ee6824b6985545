import EngramData
import EngramKit
import Foundation

/// One line of provenance: the tables a file is made from, by name and hash.
private func origin(_ title: String, _ tables: [String], in folder: String) throws -> JSON {
  let inputs = try tables.map { name -> JSON in
    ["file": .text(name), "sha256": .text(try sha256(ofFile: "\(folder)/\(name)"))]
  }
  return [
    "verb": "make-datasets", "tool_version": .text(Engram.version), "source": .text(title),
    "inputs": .list(inputs),
  ]
}

private func write(
  _ path: String, _ title: String, _ tables: [String], _ folder: String, _ body: (EngramWriter) throws -> Void
) throws {
  try EngramWriter.write(path, title: title, provenance: [try origin(title, tables, in: folder)], body)
  print(path)
}

func writeCircuit(_ path: String, _ circuit: Circuit, population: String, _ folder: String) throws {
  try write(path, circuit.title, circuit.tables, folder) { file in
    try file.nodes(
      NodeTable(
        population, count: circuit.names.count,
        columns: [
          ("cell_type", .words(circuit.types.map { circuit.typeNames[$0] })), ("name", .names(circuit.names)),
        ]))
    for (kind, list) in circuit.connections {
      try file.edges(
        EdgeTable(
          "\(population)__\(population)__\(kind)", from: population, to: population,
          sources: list.map { UInt32($0.source) }, targets: list.map { UInt32($0.target) },
          columns: [.init("nsyns", list.map { Double($0.synapses) }, unit: "1", stored: .uint32)]))
    }
  }
}

func writeReceptor(_ path: String, _ folder: String) throws {
  let (trains, names) = try grasshopperReceptor(folder)
  let tables = ["grasshopper_spike_times1.txt", "grasshopper_spike_times2.txt"]
  try write(
    path, "Grasshopper auditory receptors, as packaged with nitime 0.12.1 (BSD-3-Clause)", tables, folder
  ) {
    file in
    try file.nodes(NodeTable("receptor", count: names.count, columns: [("name", .names(names))]))
    try file.spikes("receptor", trains)
  }
}

func writeDigits(_ path: String, _ folder: String) throws {
  let (images, labels) = try digits(folder)
  let title = "Handwritten digits, Alpaydin and Kaynak 1998 (CC BY 4.0), as packaged with scikit-learn 1.9.1"
  try write(path, title, ["digits.csv"], folder) { file in
    let step = try file.step(
      StepRecord(
        id: "digits", plugin: "make-datasets",
        writes: [
          Dataset(
            "trials/input", ["trial", "channel"], unit: .one,
            "Grey levels 0...16 of 8 x 8 pixels, row by row."),
          Dataset("trials/label", ["trial"], unit: .one, "The digit shown."),
        ]))
    try step.put("trials/input", .numbers(images))
    try step.put("trials/label", .numbers(labels))
  }
}

func writeNetwork(_ path: String, _ folder: String) throws {
  let (excitatory, inhibitory) = (800, 200)
  let network = try balancedNetwork(folder, neurons: excitatory + inhibitory)
  let title = "A balanced network after Brunel 2000, simulated by NEST 3.10"
  try write(path, title, ["connections.tsv", "spikes.tsv"], folder) { file in
    let types = [String](repeating: "exc", count: excitatory) + [String](repeating: "inh", count: inhibitory)
    try file.nodes(NodeTable("network", count: types.count, columns: [("cell_type", .words(types))]))
    try file.edges(
      EdgeTable(
        from: "network", to: "network", sources: network.sources, targets: network.targets,
        columns: [
          .init("syn_weight", network.weights, unit: "mV", stored: .float32),
          .init("delay", network.delays, unit: "ms", stored: .float32),
        ]))
    try file.spikes("network", network.trains)
  }
}
