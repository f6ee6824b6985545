import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

@Suite("paired recordings") struct PairedRecordingTests {
  static let table = """
    slice_id,pre_id,post_id,pre_type,post_type,tested,connected,amplitude [mV]
    s1,1,2,exc,inh,1,1,0.5
    s1,2,1,inh,exc,1,0,
    s1,1,3,exc,exc,0,0,
    s2,1,2,inh,exc,true,true,-0.25

    """

  @Test(
    "cells of different slices are different neurons; what was tested and what was found are two matrices")
  func matrices() throws {
    let scratch = try Scratch()
    let contents = try read(scratch.file("p.csv", Self.table))
    guard case .names(let names)? = contents.nodes[0].columns.first(where: { $0.name == "name" })?.values,
      case .words(let types)? = contents.nodes[0].columns.first(where: { $0.name == "cell_type" })?.values
    else { throw Problem("cells have no names or types") }
    #expect(names == ["s1/1", "s1/2", "s1/3", "s2/1", "s2/2"])
    #expect(types == ["exc", "inh", "exc", "inh", "exc"])
    func elements(_ name: String) throws -> [String] {
      let stream = try #require(contents.edges.first { $0.name == name })
      let edges = try GatheredEdges(stream)
      return (0..<edges.count).map {
        "\(names[Int(edges.sources[$0])]) \(names[Int(edges.targets[$0])]) \(edges.columns[0][$0])"
      }
    }
    #expect(try elements("connectivity") == ["s1/1 s1/2 1.0", "s2/1 s2/2 1.0"])
    #expect(try elements("tested") == ["s1/1 s1/2 1.0", "s1/2 s1/1 1.0", "s2/1 s2/2 1.0"])
    #expect(try elements("amplitude") == ["s1/1 s1/2 0.5", "s2/1 s2/2 -0.25"])
    #expect(contents.edges.first { $0.name == "amplitude" }?.columns[0].unit == "mV")
  }

  @Test("a table whose heads do not tell is doubtful, and what it may be is listed")
  func doubtful() throws {
    let scratch = try Scratch()
    let path = try scratch.file("p.csv", "cell_a,cell_b,found\n1,2,1\n2,1,0\n")
    let problem = #expect(throws: Problem.self) { try read(path) }
    #expect(problem?.fix?.contains("--object edges, spikes, pairs or matrix") == true)
  }

  @Test(
    "a pair twice, a cell of two types, a cell on both sides: each is named with its line",
    arguments: [
      ("s1,1,2,exc,inh,1,1,0.1", "a second time"), ("s1,3,1,inh,exc,1,1,0.1", "of type"),
      ("s1,4,4,inh,inh,1,1,0.1", "on both sides"), ("s1,1,5,exc,inh,perhaps,1,0.1", "neither yes nor no"),
    ])
  func refused(_ row: String, _ part: String) throws {
    let scratch = try Scratch()
    let path = try scratch.file("p.csv", Self.table.trimmingCharacters(in: .newlines) + "\n\(row)\n")
    let problem = #expect(throws: Problem.self) { try read(path) }
    #expect(problem?.what.contains(part) == true && problem?.place?.hasSuffix(":6") == true)
  }
}
