import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// What Engram reads from MATLAB's and AnnData's files equals what hdf5storage, h5py and anndata read from them.
@Suite(.enabled(if: Samples.areHere)) struct MatlabFactsTests {
  static let facts = Samples.facts([
    "samples/matlab", "samples/peer_written/matlab", "samples/peer_written/h5ad",
  ])

  @Test("the list of facts has not shrunk") func enough() { #expect(Self.facts.count >= 45) }

  @Test(arguments: facts) func fact(_ fact: Samples.Fact) throws {
    let path = Samples.path(fact.file)
    let found: Any
    switch fact.fact {
    case "not-hdf5":
      let problem = #expect(throws: Problem.self) { try MatlabFile(reading: path) }
      #expect(problem?.what.hasPrefix("MAT001") == true)
      return
    case "h5ad": found = try anndata(path)
    case "userblock,header":
      let file = try MatlabFile(reading: path)
      found = [file.h5.userBlockSize, file.header] as [Any]
    default:
      let file = try MatlabFile(reading: path)
      found = try describe(file, try file.variable(fact.fact.replacing(".", with: "/")), items: true)
    }
    expectFact(found, equals: try fact.value(), in: fact.fact)
  }

  /// A variable in the words of the facts.
  private func describe(_ file: MatlabFile, _ variable: MatlabVariable, items: Bool) throws -> Any {
    var found: [String: Any] = ["cls": variable.className, "shape": variable.shape]
    func sum(_ values: [Double]) -> Any {
      let sum = values.reduce(0, +)
      return sum.isNaN ? "nan" : sum
    }
    switch variable.kind {
    case .text where items: return try variable.text()
    case .text: found["sum"] = Double(try variable.text().utf16.reduce(0) { $0 + Int($1) })
    case .numbers:
      let values = try variable.numbers()
      found["sum"] = sum(values)
      found["first_col"] = values.prefix(min(3, variable.shape.first ?? 1)).map {
        $0.isNaN ? "nan" as Any : $0
      }
    case .empty: found["sum"] = NSNull()
    case .complex: found["dtype"] = "[('real', '<f8'), ('imag', '<f8')]"
    case .sparse:
      var (rows, pointers, total) = ([UInt64](), [Int](repeating: 0, count: variable.shape[1] + 1), 0.0)
      try variable.elements { own, columns, values in
        rows += own
        for column in columns { pointers[Int(column) + 1] += 1 }
        total += values.reduce(0, +)
      }
      for column in 0..<variable.shape[1] { pointers[column + 1] += pointers[column] }
      found = [
        "cls": "sparse", "shape": variable.shape, "nnz": rows.count, "sum": total,
        "jc": Array(pointers.prefix(10)),
        "ir": rows.prefix(10).map { Int($0) },
      ]
    case .cell where !items: found["sum"] = NSNull()
    case .cell(let paths):
      if variable.className.isEmpty {
        found["dtype"] = "object"
      } else {
        // MATLAB counts down the columns; the facts go along the rows.
        let (rows, columns) = (variable.shape[0], variable.shape.dropFirst().reduce(1, *))
        found["items"] = try (0..<min(8, rows * columns)).map {
          try describe(file, try file.variable(paths[$0 % columns * rows + $0 / columns]), items: false)
        }
      }
    case .fields(_, let fields): found = ["cls": "struct", "fields": fields.sorted()]
    case .opaque:
      // h5py shows the numbers behind an object; they mean nothing outside MATLAB, so only its name is compared.
      return try opaque(variable)
    }
    return found
  }

  private func opaque(_ variable: MatlabVariable) throws -> Any {
    let fact = try #require(
      Self.facts.first {
        $0.file.contains("testfile1_") && "/" + $0.fact.replacing(".", with: "/") == "/" + variable.path
      })
    var value = try #require(fact.value() as? [String: Any])
    #expect(value["cls"] as? String == variable.className)
    value["cls"] = variable.className
    return value
  }

  private func anndata(_ path: String) throws -> [String: Any] {
    var options = ConversionOptions()
    options.orientation = .preRows
    let contents = try read(path, options)
    let x = try #require(contents.edges.first { $0.name == "X" })
    let layer = try #require(contents.edges.first { $0.name == "delay_csc" })
    let (edges, delays) = (try GatheredEdges(x), try GatheredEdges(layer))
    var (types, names, layers) = ([String: Int](), [String](), 0.0)
    for (name, values) in contents.nodes[0].columns {
      switch (name, values) {
      case ("cell_type", .words(let words)): types = Dictionary(grouping: words) { $0 }.mapValues(\.count)
      case ("name", .names(let words)): names = words
      case ("layer", .numbers(let numbers, _, _)): layers = numbers.reduce(0, +)
      default: break
      }
    }
    return [
      "shape": [x.sourceCount, x.targetCount], "X": "csr", "nnz": edges.count,
      "sum": edges.columns[0].reduce(0, +),
      "layers": ["delay_csc": ["csc", delays.columns[0].reduce(0, +)] as [Any]], "cell_type": types,
      "layer_sum": layers, "names": [names.first ?? "", names.last ?? ""],
    ]
  }
}

@Suite("findings of other formats") struct OtherFindingTests {
  @Test("NPY001, MTX001 and MAT003 are told from what the file holds")
  func ids() throws {
    let scratch = try Scratch()
    let object = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    let length = UInt8(object.utf8.count)
    let numpy = try scratch.file(
      "o.npy",
      [0x93] + Array("NUMPY".utf8) + [1, 0, length, 0] + Array(object.utf8) + [UInt8](repeating: 0, count: 8))
    #expect(try checkFile(numpy).map(\.id) == [.pythonObjects])
    let short = try scratch.file("s.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 0.5\n")
    #expect(try checkFile(short).map(\.id) == [.elementCount])
    let sound = try scratch.file("t.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 0.5\n")
    #expect(try checkFile(sound).isEmpty)
    let path = scratch.file("m.mat")
    try H5File.write(path, userBlock: Array("MATLAB 7.3 MAT-file".utf8)) { file in
      let group = try file.root.createGroup("W")
      try group.attributes.set("MATLAB_class", "double", as: .fixed)
      try group.attributes.set("MATLAB_sparse", UInt64(2))
      try group.write("jc", [UInt64(0), 1, 3])
      try group.write("ir", [UInt64(0), 7])
      try group.write("data", [1.0, 2.0])
    }
    #expect(try checkFile(path).map(\.id) == [.sparseArrays])
  }
}
