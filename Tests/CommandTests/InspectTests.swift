import EngramData
import Foundation
import Testing

@Suite("inspect")
struct InspectTests {
  func file(_ name: String, in folder: Folder, weight: Double = 1, unit: String = "nS") throws -> String {
    try H5File.write(folder.path(name)) { file in
      let data = try file.root.write("cells/weight", [weight, 2, .nan], shape: [3])
      try data.attributes.set("units", unit)
      try file.root.write("cells/name", strings: ["a", "b", "µ"])
    }
    return folder.path(name)
  }

  @Test("shows the tree with shape, type and unit")
  func tree() throws {
    let folder = try Folder()
    _ = try file("cells.h5", in: folder)
    let outcome = try Engram.run(["inspect", "cells.h5", "--attributes"], in: folder.url)
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n").dropFirst().joined(separator: "\n") + "\n"
    try expectGolden(lines, "inspect")
  }

  @Test("--json has every object with its attributes")
  func json() throws {
    let folder = try Folder()
    _ = try file("cells.h5", in: folder)
    let outcome = try Engram.run(["inspect", "cells.h5", "--json"], in: folder.url)
    let facts = try #require(try outcome.json() as? [String: Any])
    let entries = try #require(facts["entries"] as? [[String: Any]])
    #expect(entries.compactMap { $0["path"] as? String } == ["/", "/cells", "/cells/name", "/cells/weight"])
    #expect(entries[3]["shape"] as? [Int] == [3])
    #expect((entries[3]["attributes"] as? [String: Any])?["units"] as? String == "nS")
  }

  @Test(
    "--against finds equal files equal, and says what differs",
    arguments: [
      (1.0, "nS", nil, 0), (1.001, "nS", nil, 1), (1.001, "nS", "0.01", 0), (1.0, "mV", nil, 1),
      (1.0, "mV", "1", 1),
    ] as [(Double, String, String?, Int32)])
  func against(weight: Double, unit: String, tolerance: String?, status: Int32) throws {
    let folder = try Folder()
    _ = try file("a.h5", in: folder)
    _ = try file("b.h5", in: folder, weight: weight, unit: unit)
    let line = ["inspect", "a.h5", "--against", "b.h5"] + (tolerance.map { ["--tolerance", $0] } ?? [])
    let outcome = try Engram.run(line, in: folder.url)
    #expect(outcome.status == status)
    #expect(outcome.output.contains("/cells/weight") == (status == 1))
    let json = try #require(try Engram.run(line + ["--json"], in: folder.url).json() as? [String: Any])
    #expect(json["equal"] as? Bool == (status == 0))
  }

  @Test("of several files, one unreadable, shows the others and exits with 3")
  func partly() throws {
    let folder = try Folder()
    _ = try file("a.h5", in: folder)
    try folder.write("", to: "empty.h5")
    let outcome = try Engram.run(["inspect", "a.h5", "empty.h5", "absent.h5"], in: folder.url)
    #expect(outcome.status == 3)
    #expect(outcome.output.contains("/cells") == false && outcome.output.contains("cells/"))
    try expectGolden(outcome.messages, "inspect-unreadable")
  }

  @Test(
    "tells formats by content, whatever the file is called",
    arguments: [
      ("%%MatrixMarket matrix coordinate real general\n", "matrix-market"), ("{\"a\": 1}", "json"),
      ("# NEST version: 3.10\n", "nest"), ("\u{93}NUMPY", "text"), ("a b c\n", "text"),
    ])
  func formats(text: String, format: String) throws {
    let folder = try Folder()
    try folder.write(text, to: "file.h5")
    let facts = try #require(
      try Engram.run(["inspect", "file.h5", "--json"], in: folder.url).json() as? [String: Any])
    #expect((facts["format"] as? [String: Any])?["name"] as? String == format)
  }
}
