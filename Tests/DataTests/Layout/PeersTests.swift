import EngramData
import EngramKit
import Foundation
import Testing

/// A Python that has the peers, nil where none is named.
private let peersPython: String? = {
  let python = ProcessInfo.processInfo.environment["ENGRAM_PEERS_PYTHON"]
  if python == nil {
    print("skipped: ENGRAM_PEERS_PYTHON names no Python with h5py, libsonata, bmtk, anndata")
  }
  return python
}()

/// The peers' own readers open what we write. Needs a Python with h5py, named by the variable ENGRAM_PEERS_PYTHON;
/// peers that it lacks are skipped, and said so.
@Suite("Peers open canonical files", .enabled(if: peersPython != nil)) struct PeersTests {
  @Test("h5py, libsonata, bmtk, bluepysnap and anndata read what was written") func open() throws {
    let scratch = try Scratch()
    try Six.write(scratch.file("six.h5"))
    let tables = [
      "node_types.csv": "node_type_id model_type\n-1 point_neuron\n",
      "edge_types.csv": "edge_type_id model_template\n-1 static_synapse\n",
      "circuit_config.json": """
      {"manifest": {"$BASE_DIR": "."}, "networks": {
        "nodes": [{"nodes_file": "$BASE_DIR/six.h5", "node_types_file": null,
                   "populations": {"cortex": {"type": "brian2_point"}}}],
        "edges": [{"edges_file": "$BASE_DIR/six.h5", "edge_types_file": null,
                   "populations": {"cortex__cortex__chemical": {"type": "brian2_synapse"}}}]}}
      """,
    ]
    for (name, text) in tables { try writeAtomically(Array(text.utf8), to: scratch.file(name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(peersPython))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Peers/open_canonical.py")
    process.arguments = [script.path, scratch.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
    print(text)
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
