import EngramFormats
import EngramKit
import Foundation
import Testing

/// What Engram reads from NumPy's files equals what NumPy and SciPy read from them.
@Suite(.enabled(if: Samples.areHere)) struct NumpyFactsTests {
  static let facts = Samples.facts(["samples/peer_written/numpy", "samples/simulators/brian2"])
    .filter { ["npy", "npz", "sparse"].contains($0.fact) }

  @Test("the list of facts has not shrunk") func enough() { #expect(Self.facts.count >= 15) }

  @Test(arguments: facts) func fact(_ fact: Samples.Fact) throws {
    let path = Samples.path(fact.file)
    let found: Any
    switch fact.fact {
    case "npy": found = try array(try NumpyReader(reading: path))
    case "npz":
      let archive = try NumpyArchive(reading: path)
      found = Dictionary(
        uniqueKeysWithValues: try archive.names.map { ($0, try array(try archive.array($0))) })
    default: found = try sparse(try SparseArchive(try NumpyArchive(reading: path)))
    }
    expectFact(found, equals: try fact.value(), in: fact.fact)
  }

  private func array(_ reader: NumpyReader) throws -> [String: Any] {
    let head = reader.header
    var found: [String: Any] = ["shape": head.shape, "fortran": head.isFortran]
    if case .record(let fields) = head.type {
      let short = ["int32": "<i4", "float64": "<f8"]
      found["dtype"] = fields.map { [$0.name, short[$0.type.words] ?? ""] }
      var (sums, first) = ([String: Any](), [Any]())
      for field in fields {
        let values = try NumpyReader(reading: reader.place).doubles(head.count, field: field.name)
        sums[field.name] = values.reduce(0, +)
        first.append(values[0])
      }
      (found["sum"], found["first"], found["nnz"]) = (sums, first, NSNull())
      return found
    }
    // NumPy calls it >f8 where it shows the byte order.
    found["dtype"] = head.type.words == ">float64" ? ">f8" : head.type.words
    let values = try reader.tensor().elements
    found["sum"] = values.reduce(0, +)
    found["first"] = head.type.words == "bool" ? values[0] != 0 : values.first as Any
    found["nnz"] = values.filter { $0 != 0 }.count
    return found
  }

  private func sparse(_ matrix: SparseArchive) throws -> [String: Any] {
    var elements: [[Int]: Double] = [:]
    try matrix.elements { block in
      for k in block.values.indices {
        elements[[block.rows[k], block.columns[k]], default: 0] += block.values[k]
      }
    }
    var (rowSums, out, into) = ([Int: Double](), [Int: Int](), [Int: Int]())
    for (place, value) in elements {
      rowSums[place[0], default: 0] += value
      out[place[0], default: 0] += 1
      into[place[1], default: 0] += 1
    }
    // SciPy counts the zeros that fill the blocks of bsr as stored elements of every row and column they cross.
    let isBlocked = matrix.storage == .bsr
    return [
      "format": matrix.storage.rawValue, "shape": [matrix.shape.rows, matrix.shape.columns],
      "nnz": matrix.count, "sum": elements.values.reduce(0, +), "max": elements.values.max() as Any,
      "row_sum_argmax": rowSums.max { $0.value < $1.value }?.key as Any,
      "out_degree_max": isBlocked ? matrix.shape.columns : out.values.max() as Any,
      "in_degree_max": isBlocked ? matrix.shape.rows : into.values.max() as Any,
      "is_array": try matrix.archive.number("_is_array") == 1,
    ]
  }
}

@Suite("NumPy") struct NumpyTests {
  private func npy(_ descr: String, _ shape: String, _ content: [UInt8], order: String = "False") -> [UInt8] {
    var head = "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }"
    while (head.utf8.count + 11) % 64 != 0 { head += " " }
    head += "\n"
    let length = head.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(head.utf8)
      + content
  }

  @Test("half floats are exact: their smallest, largest, one, an infinity and no number")
  func half() throws {
    let scratch = try Scratch()
    let bits: [UInt16] = [0x0001, 0x7BFF, 0x3C00, 0xFC00, 0x7E00, 0x8000]
    let path = try scratch.file(
      "h.npy", npy("'<f2'", "(6,)", bits.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }))
    let values = try NumpyReader(reading: path).doubles(6)
    #expect(values[0] == 0x1p-24)
    #expect(values[1] == 65504)
    #expect(values[2] == 1)
    #expect(values[3] == -.infinity)
    #expect(values[4].isNaN)
    #expect(values[5] == 0 && values[5].sign == .minus)
  }

  @Test("ids above 2^53 keep their last digit, and a fraction is no id")
  func ids() throws {
    let scratch = try Scratch()
    let large: [UInt64] = [1 << 53 + 1, .max, 0]
    try writeNumpy(scratch.file("a.npy"), large)
    #expect(try NumpyReader(reading: scratch.file("a.npy")).integers(3, as: UInt64.self) == large)
    #expect(throws: Problem.self) {
      try NumpyReader(reading: scratch.file("a.npy")).integers(3, as: Int.self)
    }
    try writeNumpy(scratch.file("b.npy"), [1.0, 2.5])
    #expect(throws: Problem.self) {
      try NumpyReader(reading: scratch.file("b.npy")).integers(2, as: Int.self)
    }
  }

  @Test("objects are refused by the name of the finding")
  func objects() throws {
    let scratch = try Scratch()
    let path = try scratch.file("o.npy", npy("'|O'", "(1,)", [1, 2, 3, 4, 5, 6, 7, 8]))
    let problem = #expect(throws: Problem.self) { try NumpyReader(reading: path) }
    #expect(problem?.what.contains("NPY001") == true)
  }

  @Test(
    "a shape that the file's size belies is refused before memory is taken",
    arguments: [
      "(1000000000000,)", "(4,)", "(-1,)", "(9223372036854775807, 9223372036854775807)", "(True,)", "(2.5,)",
    ])
  func shapes(_ shape: String) throws {
    let scratch = try Scratch()
    let path = try scratch.file("s.npy", npy("'<f8'", shape, [UInt8](repeating: 0, count: 24)))
    #expect(throws: Problem.self) { try NumpyReader(reading: path) }
  }

  @Test("a column-major array is the transpose of its bytes, whatever its rank")
  func fortran() throws {
    let scratch = try Scratch()
    let bytes = (0..<24).map { UInt8($0) }
    let path = try scratch.file("f.npy", npy("'|u1'", "(2, 3, 4)", bytes, order: "True"))
    let tensor = try NumpyReader(reading: path).tensor()
    for i in 0..<2 {
      for j in 0..<3 { for k in 0..<4 { #expect(tensor[i, j, k] == Double(i + 2 * j + 6 * k)) } }
    }
  }

  @Test("names that lead out of an archive, names twice and bombs are refused")
  func hostile() throws {
    let scratch = try Scratch()
    for name in ["../a.npy", "/a.npy", "b/../../a.npy"] {
      try ArchiveWriter.write(scratch.file("z.npz")) { try $0.write([UInt8(1)], to: try $0.begin(name)) }
      let problem = #expect(throws: Problem.self) { try NumpyArchive(reading: scratch.file("z.npz")) }
      #expect(problem?.what.contains("leads out") == true)
    }
    // 64 MiB of zeros are 64 KiB packed, which is no bomb for a reader that is allowed them, and one for another.
    try ArchiveWriter.write(scratch.file("b.npz")) {
      let member = try $0.begin("W", .float64, shape: [1 << 23])
      for _ in 0..<8 { try $0.write([Double](repeating: 0, count: 1 << 20), to: member) }
    }
    let archive = try NumpyArchive(reading: scratch.file("b.npz"), memory: 1 << 20)
    #expect(throws: Problem.self) { try archive.array("W").tensor() }
  }

  @Test("a damaged index of a sparse matrix is a sentence", arguments: ["indices", "indptr", "shape"])
  func damaged(_ name: String) throws {
    let scratch = try Scratch()
    try ArchiveWriter.write(scratch.file("d.npz")) { writer in
      try writer.array("format", texts: ["csr"], shape: [])
      try writer.array("shape", name == "shape" ? [Int64(-1), 3] : [2, 3])
      try writer.array("indptr", name == "indptr" ? [Int32(0), 3, 2] : [0, 1, 2])
      try writer.array("indices", name == "indices" ? [Int32(0), 7] : [0, 1])
      try writer.array("data", [1.0, 2.0])
    }
    #expect(throws: Problem.self) {
      try SparseArchive(try NumpyArchive(reading: scratch.file("d.npz"))).elements { _ in }
    }
  }
}
