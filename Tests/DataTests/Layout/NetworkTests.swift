import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Networks in canonical files") struct NetworkTests {
  @Test("weights and cell types are found without being named") func bindsByItself() throws {
    let scratch = try Scratch()
    try Six.write(scratch.file("six.h5"))
    let source = try LayoutSource(
      [Reads.connectivity, Reads.types], in: try EngramFile(reading: scratch.file("six.h5")))
    #expect(try source.connectivity("connectivity").dense() == Six.matrix)
    #expect(try source.labels("cell_types") == Six.types)
    #expect(try source.unit("connectivity") == "nS")
    #expect(
      source.bindings.map(\.object.path) == ["/engram/connectivity/W", "/nodes/cortex/cell_type"])
    // The matrix sums the edges up: one thing, which either gives.
    let edges = try EngramFile(reading: scratch.file("six.h5")).edges("cortex__cortex__chemical")
    #expect(try edges.connectivity().weights.dense() == Six.matrix)
  }

  @Test("edges are stored by target, then source, with both indices under both names") func order() throws {
    let scratch = try Scratch()
    try Six.write(scratch.file("six.h5"))
    let edges = try EngramFile(reading: scratch.file("six.h5")).edges("cortex__cortex__chemical")
    try edges.blocks { _, sources, targets in
      #expect(targets == [0, 0, 0, 1, 1, 1, 3, 5])
      #expect(sources == [1, 2, 5, 0, 3, 3, 4, 0])
    }
    let byTarget = try #require(try edges.index(by: .target))
    #expect(byTarget.edges(of: 0) == [0..<3])
    #expect(byTarget.edges(of: 2).isEmpty)
    let bySource = try #require(try edges.index(by: .source))
    #expect(bySource.edges(of: 0) == [3..<4, 7..<8])
    for end in EdgeIndex.End.allCases {
      let group = try edges.group.group("indices/\(end.directory)")
      #expect(try group.names() == ["node_id_to_range", "node_id_to_ranges", "range_to_edge_id"])
    }
  }

  @Test("an index covers every edge once, whatever the order of the edges") func indexCovers() {
    let nodes: [UInt32] = [3, 3, 0, 2, 2, 2, 0, 3, 1, 0]
    let index = EdgeIndex(nodes: nodes, count: 6)
    var seen: [Int] = []
    for node in 0..<6 {
      for run in index.edges(of: node) {
        #expect(run.allSatisfy { nodes[$0] == UInt32(node) })
        seen += run
      }
    }
    #expect(seen.sorted() == Array(0..<nodes.count))
  }

  @Test("ids that are no positions lead to the right rows") func idsAreNotPositions() throws {
    let scratch = try Scratch()
    let path = scratch.file("ids.h5")
    try EngramWriter.write(path) { writer in
      try writer.nodes(NodeTable("a", count: 3, ids: [30, 10, 20]))
      try writer.edges(
        EdgeTable(
          from: "a", to: "a", sources: [0, 2], targets: [1, 0],
          columns: [EdgeTable.Column("syn_weight", [5, 7], unit: "1")]))
    }
    let edges = try EngramFile(reading: path).edges("a__a__chemical")
    // Stored by target position, then source position: (2 to 0) before (0 to 1).
    try edges.blocks { _, sources, targets in
      #expect(sources == [20, 30])
      #expect(targets == [30, 10])
    }
    var expected = Matrix(repeating: 0, shape: [3, 3])
    expected[1, 0] = 5
    expected[0, 2] = 7
    #expect(try edges.connectivity().weights.dense() == expected)
  }

  @Test("edges in any order give the sums of a dense count", arguments: [1, 2, 3]) func anyOrder(seed: UInt64)
    throws
  {
    let scratch = try Scratch()
    var random = SystemLike(state: seed)
    let n = 37
    let sources = (0..<500).map { _ in UInt64(random.next() % UInt64(n)) }
    let targets = (0..<500).map { _ in UInt64(random.next() % UInt64(n)) }
    let weights = (0..<500).map { _ in Double(random.next() % 1000) - 500 }
    try H5File.write(scratch.file("e.h5")) { file in
      let root = try file.root
      try root.write("/edges/e/source_node_id", sources).attributes.set("node_population", "p")
      try root.write("/edges/e/target_node_id", targets).attributes.set("node_population", "p")
      try root.write("/edges/e/0/syn_weight", weights)
      try root.write("/nodes/p/node_type_id", [Int64](repeating: -1, count: n))
    }
    var expected = Matrix(repeating: 0, shape: [n, n])
    for k in 0..<500 { expected[Int(targets[k]), Int(sources[k])] += weights[k] }
    let (found, _, notes) = try EngramFile(reading: scratch.file("e.h5")).edges("e").connectivity()
    #expect(found.dense() == expected)
    #expect(notes.isEmpty)
    guard case .sparse(let matrix) = found else { return #expect(Bool(false), "edges are sparse") }
    for row in 0..<n {
      let columns = matrix.indices[matrix.offsets[row]..<matrix.offsets[row + 1]]
      #expect(zip(columns, columns.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test(
    "a matrix comes back [post, pre], however it is stored", arguments: ["csr", "csc", "dense"],
    [true, false])
  func orientations(encoding: String, postByPre: Bool) throws {
    let scratch = try Scratch()
    let expected = Matrix([0, 1, 2, 0, 0, 3], shape: [2, 3])
    let stored = postByPre ? expected : expected.transposed()
    try H5File.write(scratch.file("m.h5")) { file in
      let path = "/engram/connectivity/W"
      let object: any H5Object
      if encoding == "dense" {
        object = try file.root.write(path, stored.elements, shape: stored.shape)
      } else {
        let rows = SparseMatrix(encoding == "csr" ? stored : stored.transposed())
        let group = try file.root.createGroup(path)
        try group.attributes.set("encoding-type", "\(encoding)_matrix")
        try group.attributes.set("shape", stored.shape.map { Int64($0) })
        try group.write("data", rows.values, stored: .float32)
        try group.write("indices", rows.indices)
        try group.write("indptr", rows.offsets.map { Int32($0) })
        object = group
      }
      try object.attributes.set("orientation", postByPre ? "post_by_pre" : "pre_by_post")
      try object.attributes.set("units", "pA")
    }
    let file = try EngramFile(reading: scratch.file("m.h5"))
    let wanted = Dataset("w", .connectivity, ["post", "pre"], unit: Unit("nA") ?? .one, "W.")
    let source = try LayoutSource([wanted], in: file)
    #expect(try source.connectivity("w").dense() == expected.map { $0 * 1e-3 })
    #expect(source.notes.contains { $0.contains("transposed") } == !postByPre)
  }
}

/// A small generator for test data (Knuth's MMIX constants).
struct SystemLike {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
