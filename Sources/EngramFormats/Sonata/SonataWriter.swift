import EngramData
import EngramKit
import Foundation

/// Writes a SONATA circuit: a folder with the HDF5 files, types tables and `circuit_config.json`.
public struct SonataWriter: FormatWriter {
  public static let format = FileFormat.sonata
  public static let holds: Set<ContentKind> = [.nodes, .edges, .spikes, .traces]

  public init() {}

  public func name(_ stem: String) -> String { "\(stem).sonata" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    try makeFolder(path)
    let layout = LayoutWriting(contents: contents, job: job, folder: parent(of: path))
    let tables = try layout.populations()
    try file(!tables.isEmpty, path, "nodes.h5") { writer in
      for table in tables { try writer.nodes(table) }
    }
    try file(!contents.edges.isEmpty, path, "edges.h5") { writer in
      for edges in contents.edges { try layout.edges(edges, in: tables, to: try writer.h5.root) }
    }
    try file(!contents.spikes.isEmpty, path, "spikes.h5") { writer in
      for spikes in contents.spikes { try layout.spikes(spikes, in: tables, to: try writer.h5.root) }
    }
    try file(!contents.traces.isEmpty, path, "reports.h5") { writer in
      for trace in contents.traces { try layout.trace(trace, to: try writer.h5.root) }
    }
    let sets = contents.texts.first { $0.name == "node_sets.json" }
    if let sets { try put(sets.text, path, sets.name) }
    for table in tables { try put(nodeTypes(table), path, "\(table.name)_node_types.csv") }
    for edges in contents.edges { try put(try edgeTypes(edges), path, "\(edges.name)_edge_types.csv") }
    if !tables.isEmpty {
      let circuit = configuration(tables, contents.edges, hasSets: sets != nil)
      try put(circuit.indented + "\n", path, "circuit_config.json")
      if !contents.spikes.isEmpty || !contents.traces.isEmpty {
        try put(simulation(contents).indented + "\n", path, "simulation_config.json")
      }
    }
    // Texts of other configurations name files that are not here: they stay beside the provenance.
    let texts = contents.texts.filter { $0.name != "node_sets.json" }
      .map { JSON.object(["kept_text": .text($0.name), "text": .text($0.text)]).description }
    try put((try job.provenance() + texts).joined(separator: "\n") + "\n", path, "provenance.jsonl")
  }

  private func file(
    _ isNeeded: Bool, _ folder: String, _ name: String, _ body: (EngramWriter) throws -> Void
  ) throws {
    guard isNeeded else { return }
    try EngramWriter.write("\(folder)/\(name)", isCanonical: false, synced: false, body)
  }

  private func put(_ text: String, _ folder: String, _ name: String) throws {
    try writeAtomically(Array(text.utf8), to: "\(folder)/\(name)", synced: false)
  }

  private func configuration(_ tables: [NodeTable], _ edges: [EdgeStream], hasSets: Bool) -> JSON {
    func entry(_ kind: String, _ name: String, _ type: String) -> JSON {
      [
        "\(kind)s_file": .text("$BASE_DIR/\(kind)s.h5"),
        "\(kind)_types_file": .text("$BASE_DIR/\(name)_\(kind)_types.csv"),
        "populations": .object([name: ["type": .text(type)]]),
      ]
    }
    var all: [String: JSON] = [
      "manifest": ["$BASE_DIR": "."],
      "networks": [
        "nodes": .list(tables.map { entry("node", $0.name, "brian2_point") }),
        "edges": .list(edges.map { entry("edge", $0.name, "brian2_synapse") }),
      ],
    ]
    if hasSets { all["node_sets_file"] = "$BASE_DIR/node_sets.json" }
    return .object(all)
  }

  /// Where spikes and reports are and how long they go, for readers that start from a simulation.
  private func simulation(_ contents: Contents) -> JSON {
    let stops = contents.spikes.map { spikes in
      spikes.window.upperBound * (spikes.unit == .one ? 1 : spikes.unit.factor(to: .millisecond) ?? 1)
    }
    let ends = contents.traces.map { trace in
      if case .regular(let sampling) = trace.times {
        sampling.start + Double(trace.frames) * sampling.step
      } else {
        0.0
      }
    }
    let steps = contents.traces.compactMap { trace in
      if case .regular(let sampling) = trace.times { sampling.step } else { nil }
    }
    var all: [String: JSON] = [
      "manifest": ["$BASE_DIR": "."], "network": "$BASE_DIR/circuit_config.json",
      "run": ["tstop": .real((stops + ends).max() ?? 0), "dt": .real(steps.min() ?? 0.1)],
      "output": ["output_dir": "$BASE_DIR", "spikes_file": "spikes.h5"],
    ]
    if let trace = contents.traces.first {
      all["reports"] = [
        "reports": [
          "file_name": "reports.h5", "variable_name": .text(trace.variable ?? "v"), "type": "compartment",
          "dt": .real(steps.min() ?? 0.1), "start_time": .real(0),
          "end_time": .real((stops + ends).max() ?? 0),
        ]
      ]
    }
    return .object(all)
  }

  /// One row for each type id: id, population, and the columns that are words and equal for all neurons of it.
  private func nodeTypes(_ table: NodeTable) -> String {
    let ids = table.typeIDs ?? [Int64](repeating: -1, count: table.count)
    var rows: [Int64: [String?]] = [:]
    var words: [(name: String, values: [String])] = table.columns.compactMap { name, column in
      if case .words(let values) = column { (name, values) } else { nil }
    }
    if !words.contains(where: { $0.name == "model_type" }) {
      words.append(("model_type", [String](repeating: "point_neuron", count: table.count)))
    }
    for (neuron, id) in ids.enumerated() {
      guard let row = rows[id] else {
        rows[id] = words.map { $0.values[neuron] }
        continue
      }
      for column in words.indices where row[column] != nil && row[column] != words[column].values[neuron] {
        rows[id]?[column] = nil
      }
    }
    if rows.isEmpty { rows[-1] = words.map { $0.name == "model_type" ? "point_neuron" : nil } }
    let lines = rows.sorted { $0.key < $1.key }.map { id, row in
      ["\(id)", table.name] + row.map { $0 ?? "NULL" }
    }
    return csv([["node_type_id", "population"] + words.map(\.name)] + lines)
  }

  private func edgeTypes(_ stream: EdgeStream) throws -> String {
    var ids: Set<Int64> = []
    if let column = stream.columns.firstIndex(where: { $0.name == EdgeStream.typeID }) {
      try stream.blocks { block in
        for id in block.columns[column] { ids.insert(Int64(id)) }
      }
    }
    if ids.isEmpty { ids = [-1] }
    return csv(
      [["edge_type_id", "population", "model_template"]]
        + ids.sorted().map { ["\($0)", stream.name, "NULL"] })
  }

  /// SONATA's dialect: blanks between columns, double quotes around fields with blanks.
  private func csv(_ lines: [[String]]) -> String {
    lines.map { line in
      line.map { field in
        let isPlain = !field.isEmpty && !field.contains { $0.isWhitespace || $0 == "\"" }
        return isPlain ? field : "\"\(field.replacing("\"", with: "\"\""))\""
      }.joined(separator: " ")
    }.joined(separator: "\n") + "\n"
  }
}

/// Creates a folder and those above it.
func makeFolder(_ path: String) throws {
  do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
    throw Problem("the folder cannot be made: \(error.localizedDescription)", at: path)
  }
}
