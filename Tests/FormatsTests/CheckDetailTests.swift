import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

@Suite("check, in detail") struct CheckDetailTests {
  @Test("a type id that the types table lacks is found, -1 and those it has are not")
  func types() throws {
    let scratch = try Scratch()
    try EngramWriter.write(scratch.file("p_nodes.h5")) { writer in
      var table = NodeTable("p", count: 4)
      table.typeIDs = [100, 101, 101, -1]
      try writer.nodes(table)
    }
    #expect(try checkFile(scratch.file("p_nodes.h5")).isEmpty)
    _ = try scratch.file("p_node_types.csv", "node_type_id pop_name\n100 exc\n")
    let found = try checkFile(scratch.file("p_nodes.h5"))
    #expect(found.map(\.id) == [.typeID])
    #expect(found.first?.examples == ["type 101 of 2 nodes"])
  }

  @Test("a filter that is not there is named, with its number")
  func filter() throws {
    let scratch = try Scratch()
    try H5File.write(scratch.file("a.h5")) { file in
      let times = try file.root.write(
        "/spikes/p/timestamps", (0..<1000).map { Double($0) }, storage: H5Storage(chunk: [100], deflate: 4))
      try times.attributes.set("units", "ms")
      try file.root.write("/spikes/p/node_ids", [UInt64](repeating: 0, count: 1000))
    }
    // The pipeline message: id 1, length of the name 8, then the name. 32015 is zstd.
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.file("a.h5"))))
    let name = Array("deflate".utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) && bytes[$0 - 8] == 1 })
    bytes[place - 8] = 0x0F
    bytes[place - 7] = 0x7D
    let found = try checkFile(try scratch.file("b.h5", bytes))
    let finding = try #require(found.first { $0.id == .missingFilter }, "\(found)")
    #expect(finding.sentence.contains("zstd (32015)"))
  }
}
