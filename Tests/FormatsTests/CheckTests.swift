import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

@Suite("check") struct CheckTests {
  /// A directory that is removed with its content.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
      .path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit {
      do { try FileManager.default.removeItem(atPath: path) } catch { print("\(path) stays: \(error)") }
    }
    func file(_ name: String) -> String { "\(path)/\(name)" }
  }

  private func ids(_ path: String) throws -> Set<String> { Set(try checkFile(path).map(\.id.rawValue)) }

  /// A network, spikes and a trace without fault.
  private func sound(_ path: String) throws {
    try EngramWriter.write(path) { writer in
      try writer.nodes(NodeTable("p", count: 3, columns: [("cell_type", .words(["exc", "exc", "inh"]))]))
      try writer.edges(
        EdgeTable(
          from: "p", to: "p", sources: [0, 1, 2, 0], targets: [1, 1, 0, 2],
          columns: [EdgeTable.Column("syn_weight", [1, 2, 3, 4], unit: "nS")]))
      try writer.spikes(
        "p", SpikeTrains(times: [1, 3, 2], offsets: [0, 2, 2, 3], ids: [0, 1, 2], start: 0, stop: 5))
      try writer.trace(
        "p", Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3]), unit: "mV", Sampling(start: 0, step: 0.5))
      try writer.matrix("W", .dense(Matrix(repeating: 0, shape: [3, 3])), unit: "nS")
    }
  }

  @Test("a file that Engram wrote has no finding") func soundFile() throws {
    let folder = try Folder()
    try sound(folder.file("a.h5"))
    #expect(try checkFile(folder.file("a.h5")).isEmpty)
  }

  @Test("damaged samples get the finding they are known for", .enabled(if: Samples.areHere)) func damaged()
    throws
  {
    let data = try Data(contentsOf: URL(fileURLWithPath: Samples.path("samples/bad/EXPECTED.json")))
    let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String]])
    #expect(expected.count >= 5)
    for (name, wanted) in expected {
      let found = try ids(Samples.path("samples/bad/\(name)"))
      #expect(found.isSuperset(of: wanted), "\(name): \(found)")
    }
  }

  @Test("files that SONATA's own tools wrote have no error", .enabled(if: Samples.areHere)) func peers()
    throws
  {
    for name in [
      "cortex_nodes", "cortex_cortex_edges", "lgn_cortex_edges", "lgn_nodes", "spikes_by_id",
      "spikes_by_time",
    ] {
      let path = Samples.path("samples/peer_written/sonata_bmtk/\(name).h5")
      let errors = try checkFile(path).filter { $0.severity == .error }
      #expect(errors.isEmpty, "\(errors)")
    }
    #expect(
      try checkFile(Samples.path("samples/engram_reference/superset_example.h5")).allSatisfy {
        $0.severity == .warning
      })
    let libsonata = try checkFile(Samples.path("samples/sonata/libsonata_tests/nodes1.h5"))
    // -1 and 3 of a library of three names: the file is there to test readers.
    let codes = try #require(libsonata.first { $0.id == .enumerationCode })
    #expect(codes.object == "/nodes/nodes-A/0/E-mapping-bad")
  }

  @Test("no sample stops the check", .enabled(if: Samples.areHere)) func everySample() throws {
    let root = Samples.path("samples")
    let names = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
    var count = 0
    for name in names where name.hasSuffix(".h5") || name.hasSuffix(".nwb") || name.hasSuffix("config.json") {
      _ = try checkFile("\(root)/\(name)")
      count += 1
    }
    #expect(count >= 50)
  }

  /// Each fault, made in a file of its own, and the finding it must give.
  static let faults: [(id: String, make: @Sendable (H5File) throws -> Void)] = [
    (
      "SON001",
      {
        try nodes($0, 1)
        try $0.root.attributes.set("magic", UInt32(1))
      }
    ),
    (
      "SON002",
      {
        try $0.root.write("/spikes/p/timestamps", [1.0, 2]); try $0.root.write("/spikes/p/node_ids", [1])
      }
    ),
    (
      "SON003",
      {
        try edges($0, [0], [0], population: "q"); try nodes($0, 2)
      }
    ),
    (
      "SON004",
      {
        try edges($0, [0, 7], [1, 0]); try nodes($0, 2)
      }
    ),
    (
      "SON005",
      { file in
        try edges(file, [0, 1], [1, 0])
        try file.root.write(
          "/edges/e/indices/target_to_source/node_id_to_ranges", [0, 1, 1, 2], shape: [2, 2])
        try file.root.write(
          "/edges/e/indices/target_to_source/range_to_edge_id", [0, 1, 1, 2], shape: [2, 2])
      }
    ),
    ("SON007", { try spikes($0, [3, 1], [0, 1], sorting: "by_time") }),
    ("SON007", { try spikes($0, [1, 3], [0, 1], sorting: "backwards") }),
    ("SON008", { try spikes($0, [1], [0], units: "fortnights") }),
    (
      "SON010",
      { file in
        try nodes(file, 2)
        try file.root.write("/nodes/p/node_group_id", [0, 0])
        try file.root.write("/nodes/p/node_group_index", [0, 5])
        try file.root.write("/nodes/p/0/x", [1.0, 2])
      }
    ),
    (
      "SON011",
      { file in
        try nodes(file, 2)
        try file.root.write("/nodes/p/0/kind", [0, 4])
        try file.root.write("/nodes/p/0/@library/kind", strings: ["a"])
      }
    ),
    (
      "SON012",
      { file in
        try nodes(file, 1)
        try file.root.createGroup("/nodes/p/0")
        try file.root.createGroup("/nodes/p/1")
      }
    ),
    ("SON013", { try spikes($0, [1, .nan], [0, 1]) }),
    ("SON013", { try spikes($0, [-1, 2], [0, 1]) }),
    (
      "SON014",
      { file in
        try file.root.write("/report/r/data", [Float](repeating: 0, count: 4), shape: [2, 2])
        try file.root.write("/report/r/mapping/node_ids", [0, 1])
        try file.root.write("/report/r/mapping/index_pointers", [0, 1, 2])
        try file.root.write("/report/r/mapping/time", [0.0, 1, 0.1])
      }
    ),
    (
      "SON006",
      { file in
        try file.root.write("/report/r/data", [Float](repeating: 0, count: 4), shape: [2, 2])
        try file.root.write("/report/r/mapping/node_ids", [0, 1])
        try file.root.write("/report/r/mapping/index_pointer", [0, 1, 2])
      }
    ),
    ("ENG001", { try $0.root.createGroup("engram").attributes.set("schema_version", "9.1.0") }),
    ("ENG002", { try $0.root.write("/engram/connectivity/W", [1.0], shape: [1, 1]) }),
    (
      "ENG003",
      { file in
        try edges(file, [0, 1], [1, 0])
        try file.root.write("/engram/weights/e/values", [1.0, 2, 3], shape: [1, 3])
      }
    ),
  ]

  private static func nodes(_ file: H5File, _ count: Int) throws {
    try file.root.write("/nodes/p/node_type_id", [Int64](repeating: -1, count: count))
  }

  private static func edges(_ file: H5File, _ sources: [Int], _ targets: [Int], population: String = "p")
    throws
  {
    try file.root.write("/edges/e/source_node_id", sources).attributes.set("node_population", population)
    try file.root.write("/edges/e/target_node_id", targets).attributes.set("node_population", "p")
  }

  private static func spikes(
    _ file: H5File, _ times: [Double], _ ids: [Int], sorting: String = "none", units: String = "ms"
  ) throws {
    let group = try file.root.createGroup("/spikes/p")
    try group.attributes.set("sorting", sorting)
    try group.write("timestamps", times).attributes.set("units", units)
    try group.write("node_ids", ids)
  }

  @Test("each fault is found", arguments: faults.indices) func fault(_ index: Int) throws {
    let folder = try Folder()
    try H5File.write(folder.file("bad.h5"), Self.faults[index].make)
    let found = try checkFile(folder.file("bad.h5"))
    let own = try #require(found.first { $0.id.rawValue == Self.faults[index].id }, "\(found)")
    #expect(own.sentence.count > 10 && !own.fix.isEmpty && own.count >= 1)
  }

  @Test("what is no HDF5 is named") func notHDF5() throws {
    let folder = try Folder()
    try Data("MATLAB 5.0 MAT-file, Platform: GLNXA64".utf8).write(
      to: URL(fileURLWithPath: folder.file("a.mat")))
    try Data("time id\n1 2\n".utf8).write(to: URL(fileURLWithPath: folder.file("a.csv")))
    #expect(try ids(folder.file("a.mat")) == ["MAT001"])
    #expect(try ids(folder.file("a.csv")) == ["FMT001"])
    #expect(throws: Problem.self) { try checkFile(folder.file("absent.h5")) }
  }

  @Test("a configuration: files that are missing and variables that are not defined, all at once")
  func configuration() throws {
    let folder = try Folder()
    let text = """
      {"manifest": {"$NET": "$BASE/net", "$BASE": "."},
       "networks": {"nodes": [{"nodes_file": "$NET/a.h5", "node_types_file": null}],
                    "edges": [{"edges_file": "$NET/b.h5"}]}}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("config.json")))
    let missing = try #require(try checkFile(folder.file("config.json")).first)
    #expect(missing.id == .missingFile && missing.count == 2)
    #expect(missing.examples.allSatisfy { $0.contains("/net/") })
    try Data(text.replacing("$BASE/net", with: "$NOWHERE").utf8).write(
      to: URL(fileURLWithPath: folder.file("config.json")))
    let undefined = try checkFile(folder.file("config.json"))
    #expect(undefined.count == 2 && undefined.allSatisfy { $0.sentence.contains("$NOWHERE") })
  }
}
