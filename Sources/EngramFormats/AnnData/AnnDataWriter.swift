import EngramData
import EngramKit

/// Writes AnnData files: the first matrix as `X`, others between the same neurons as layers.
public struct AnnDataWriter: FormatWriter {
  public static let format = FileFormat.anndata
  public static let holds: Set<ContentKind> = [.nodes, .matrix]
  public init() {}

  /// Entries of `uns` that Engram writes itself.
  static let own: Set<String> = ["orientation"]

  public func name(_ stem: String) -> String { "\(stem).h5ad" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    guard let first = contents.edges.first else { throw Problem("holds no matrix", at: path) }
    if let other = contents.edges.first(where: {
      $0.sourcePopulation != first.sourcePopulation || $0.targetPopulation != first.targetPopulation
    }) {
      throw Problem(
        "\(first.name) and \(other.name) join different neurons, and an AnnData file has one set of rows and columns",
        at: path, fix: "choose one with --object \(first.name)")
    }
    try H5File.write(path, synced: false) { file in
      let root = try file.root
      try encode(root, "anndata", "0.1.0")
      var ends: (row: String, column: String)?
      for (place, edges) in contents.edges.enumerated() {
        let matrix = try CompressedMatrix(edges, contents, job, path: path)
        let name = place == 0 ? "X" : "layers/\(edges.name.replacing("/", with: "_"))"
        try write(matrix, edges, name, root, job)
        if place == 0 {
          if edges.name != "X" { job.assume("\(edges.name) became X") }
          ends = (matrix.rowPopulation, matrix.columnPopulation)
          try frame("obs", matrix.rowPopulation, matrix.rows, contents, root, job)
          try frame("var", matrix.columnPopulation, matrix.columns, contents, root, job)
        }
      }
      for folder in ["layers", "obsm", "obsp", "varm", "varp", "uns"] {
        try encode(try root.requireGroup(folder), "dict", "0.1.0")
      }
      let orientation = job.options.orientation ?? .postRows
      try encode(try root.write("uns/orientation", string: orientation.rawValue), "string", "0.2.0")
      for nodes in contents.nodes where nodes.name != ends?.row && nodes.name != ends?.column {
        job.drop("neurons \(nodes.name): no matrix joins them")
      }
    }
  }

  private func encode(_ object: any H5Object, _ type: String, _ version: String) throws {
    try object.attributes.set("encoding-type", type)
    try object.attributes.set("encoding-version", version)
  }

  private func write(
    _ matrix: CompressedMatrix, _ edges: EdgeStream, _ name: String, _ root: H5Group, _ job: ConversionJob
  ) throws {
    let group = try root.createGroup(name)
    try encode(group, "csr_matrix", "0.1.0")
    try group.attributes.set("shape", [Int64(matrix.rows), Int64(matrix.columns)])
    try group.attributes.set("orientation", matrix.orientation == .postRows ? "post_by_pre" : "pre_by_post")
    if let unit = matrix.unit { try group.attributes.set("units", unit) }
    let count = matrix.count
    let isNarrow = max(count, matrix.rows, matrix.columns) < Int(Int32.max)
    let stored =
      edges.columns.first { $0.name == EdgeStream.weight }?.stored == .float32 ? H5Element.float32 : .float64
    let storage: H5Storage =
      job.options.compress && count > 0 ? .compressed(chunk: [min(count, 1 << 16)]) : .contiguous
    let data = try group.create("data", element: stored, shape: [count], storage: storage)
    let indices = try group.create(
      "indices", element: isNarrow ? .int32 : .int64, shape: [count], storage: storage)
    try group.write("indptr", matrix.pointers, stored: isNarrow ? .int32 : .int64)
    var first = 0
    try matrix.blocks { block in
      try data.write(block.values, start: [first], count: [block.values.count])
      try indices.write(block.minors, start: [first], count: [block.values.count])
      first += block.values.count
    }
  }

  /// The neurons of one side as a table.
  private func frame(
    _ name: String, _ population: String, _ count: Int, _ contents: Contents, _ root: H5Group,
    _ job: ConversionJob
  ) throws {
    let group = try root.createGroup(name)
    try encode(group, "dataframe", "0.2.0")
    let table = contents.nodes(population)
    let labels = contents.names(population) ?? table?.ids?.map(String.init) ?? (0..<count).map(String.init)
    try group.attributes.set("_index", "_index")
    try encode(try group.write("_index", strings: labels), "string-array", "0.2.0")
    var order: [String] = []
    for (column, values) in table?.columns ?? [] where column != "name" {
      guard !column.contains("/"), column != "_index" else {
        job.drop("\(population): column \(column), whose name AnnData does not allow")
        continue
      }
      order.append(column)
      switch values {
      case .names(let words): try encode(try group.write(column, strings: words), "string-array", "0.2.0")
      case .words(let words): try categorical(words, try group.createGroup(column))
      case .numbers(let numbers, let unit, let stored):
        let dataset = try group.write(column, numbers, stored: stored)
        try encode(dataset, "array", "0.2.0")
        try dataset.attributes.set("units", unit)
      }
    }
    if order.isEmpty {
      // An empty list of names, which anndata wants as a list all the same.
      try group.attributes.set("column-order", [Double]())
    } else {
      try group.attributes.set("column-order", order)
    }
  }

  private func categorical(_ words: [String], _ group: H5Group) throws {
    try encode(group, "categorical", "0.2.0")
    try group.attributes.set("ordered", false)
    var list = WordList()
    let codes = words.map { Int64(list.code($0)) }
    let element: H5Element = list.words.count <= 127 ? .int8 : list.words.count <= 32767 ? .int16 : .int32
    try encode(try group.write("codes", codes, stored: element), "array", "0.2.0")
    try encode(try group.write("categories", strings: list.words), "string-array", "0.2.0")
  }
}
