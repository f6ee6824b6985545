import EngramData
import EngramKit
import Foundation
import Testing

@Suite("HDF5 round trips")
struct RoundTripTests {
  @Test("numbers of every type come back equal")
  func numbers() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    func check<T: H5Scalar & Equatable>(_ values: [T]) throws {
      try H5File.write(path) { try $0.root.write("g/x", values, shape: [2, 2]) }
      let dataset = try H5File(reading: path).root.dataset("g/x")
      #expect(dataset.shape == [2, 2])
      #expect(try dataset.read(T.self) == values)
      #expect(try dataset.read(T.self, start: [0, 1], count: [2, 1]) == [values[1], values[3]])
      #expect(try dataset.read(T.self, rows: 1..<2) == Array(values[2...]))
    }
    try check([Int8.min, -1, 0, .max])
    try check([Int16.min, -1, 0, .max])
    try check([Int32.min, -1, 0, .max])
    try check([Int64.min, -1, 0, .max])
    try check([Int.min, -1, 0, .max])
    try check([UInt8.min, 1, 2, .max])
    try check([UInt16.min, 1, 2, .max])
    try check([UInt32.min, 1, 2, .max])
    try check([UInt64.min, 1, 2, .max])
    try check([Float.leastNonzeroMagnitude, -1.5, .infinity, .greatestFiniteMagnitude])
    try check([Double.leastNonzeroMagnitude, -1.5, -.infinity, .greatestFiniteMagnitude])
  }

  @Test("strings of both kinds, in datasets and attributes")
  func strings() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    let words = ["", "Purkinje", "Käfer µm", "神経"]
    try H5File.write(path) { file in
      try file.root.write("v", strings: words)
      try file.root.write("f", strings: words, as: .fixed)
      try file.root.write("one", string: "x")
      try file.root.attributes.set("units", "ms")
      try file.root.attributes.set("list", words)
      try file.root.attributes.set("class", "double", as: .fixed)
      try file.root.attributes.set("n", 3)
      try file.root.attributes.set("magic", UInt32(2682))
      try file.root.attributes.set("xs", [1.5, 2])
      try file.root.attributes.set("flag", true)
      try file.root.attributes.set("sorting", "by_id", of: ["none", "by_id", "by_time"])
      try file.root.attributes.set("ref", referenceTo: "/one")
    }
    let file = try H5File(reading: path)
    let root = try file.root
    #expect(try root.dataset("v").readStrings() == words)
    #expect(try root.dataset("f").readStrings() == words)
    #expect(try root.dataset("v").readStrings(rows: 1..<3) == Array(words[1..<3]))
    #expect(try root.dataset("one").readString() == "x")
    let attributes = root.attributes
    #expect(try attributes.string("units") == "ms")
    #expect(try attributes.strings("list") == words)
    #expect(try attributes.string("class") == "double")
    #expect(try attributes.int("n") == 3)
    #expect(try attributes.double("n") == 3)
    #expect(try attributes.int("magic") == 2682)
    #expect(try attributes.doubles("xs") == [1.5, 2])
    #expect(try attributes.string("flag") == "TRUE")
    #expect(try attributes.int("flag") == 1)
    #expect(try attributes.string("sorting") == "by_id")
    #expect(try attributes.value("ref") == .references(["/one"], shape: []))
    #expect(try attributes.string("absent") == nil)
    #expect(
      try attributes.names() == [
        "class", "flag", "list", "magic", "n", "ref", "sorting", "units", "xs",
      ])
  }
}
