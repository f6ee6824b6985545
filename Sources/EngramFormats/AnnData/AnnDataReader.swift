import EngramData
import EngramKit

/// Reads AnnData files: the matrices `X`, `layers` and `obsp`, and what `obs` and `var` say of the neurons.
public struct AnnDataReader: FormatReader {
  public static let format = FileFormat.anndata
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try H5File(reading: path)
    let root = try file.root
    var contents = Contents()
    contents.sourceVersion = try root.attributes.string("encoding-version") ?? ""
    let (rows, columns) = (try AnnDataFrame(root, "obs"), try AnnDataFrame(root, "var"))
    let isOne = rows.count == columns.count && rows.names == columns.names
    let (rowName, columnName) =
      isOne ? (options.population ?? "neurons", options.population ?? "neurons") : ("obs", "var")
    contents.nodes.append(rows.table(rowName, &contents.dropped))
    if !isOne { contents.nodes.append(columns.table(columnName, &contents.dropped)) }
    var found: [(path: String, shape: (Int, Int), ends: (String, String))] = []
    if try root.exists("X") { found.append(("X", (rows.count, columns.count), (rowName, columnName))) }
    for (folder, shape, ends) in [
      ("layers", (rows.count, columns.count), (rowName, columnName)),
      ("obsp", (rows.count, rows.count), (rowName, rowName)),
      ("varp", (columns.count, columns.count), (columnName, columnName)),
    ] where try root.kind(of: folder) == .group {
      found += try root.group(folder).names().map { ("\(folder)/\($0)", shape, ends) }
    }
    for (name, shape, ends) in found {
      let short = String(name.split(separator: "/").last ?? "X")
      guard options.objects.isEmpty || options.objects.contains(short) else { continue }
      var matrix = try AnnDataMatrix(root, name).source(short, shape: shape)
      (matrix.rowPopulation, matrix.columnPopulation) = ends
      try matrix.add(to: &contents, options, at: root.file.place("/\(name)"))
    }
    for folder in ["obsm", "varm", "uns", "raw"] where try root.kind(of: folder) == .group {
      for name in try root.group(folder).names() where !AnnDataWriter.own.contains(name) {
        contents.dropped.append("\(folder)/\(name): no matrix between neurons")
      }
    }
    return contents
  }
}

/// A matrix of an AnnData file: dense, or sparse by rows or columns.
struct AnnDataMatrix {
  let object: any H5Object
  let shape: [Int]
  let compressed: StoredCompressed?
  let isByRow: Bool

  /// - Throws: `Problem`: an encoding that is no matrix, arrays that do not fit together.
  init(_ root: H5Group, _ path: String) throws {
    guard try root.kind(of: path) == .group else {
      let dataset = try root.dataset(path)
      guard dataset.shape.count == 2, dataset.type.isNumeric else {
        throw Problem("is \(dataset.type.words) of shape \(dataset.shape), no matrix", at: dataset.place)
      }
      (object, shape, compressed, isByRow) = (dataset, dataset.shape, nil, true)
      return
    }
    let group = try root.group(path)
    let attributes = group.attributes
    // Before version 0.8 the attributes had other names.
    let encoding = try attributes.string("encoding-type") ?? attributes.string("h5sparse_format") ?? ""
    let extents = try attributes.ints("shape") ?? attributes.ints("h5sparse_shape") ?? []
    guard encoding.hasPrefix("csr") || encoding.hasPrefix("csc") else {
      throw Problem("has the encoding “\(encoding)”, which is no matrix", at: group.place)
    }
    guard extents.count == 2, extents.allSatisfy({ $0 >= 0 }) else {
      throw Problem("has the shape \(extents)", at: group.place, fix: "the file is damaged: write it again")
    }
    isByRow = encoding.hasPrefix("csr")
    object = group
    shape = extents
    compressed = StoredCompressed(
      pointers: try group.dataset("indptr"), indices: try group.dataset("indices"),
      values: try group.dataset("data"),
      majors: extents[isByRow ? 0 : 1], minors: extents[isByRow ? 1 : 0], place: group.place)
  }

  func source(_ name: String, shape wanted: (Int, Int)) throws -> MatrixSource {
    guard shape == [wanted.0, wanted.1] else {
      throw Problem(
        "has shape \(shape), but obs and var have \(wanted.0) and \(wanted.1) rows", at: object.place,
        fix: "the file is damaged: write it again")
    }
    let attributes = object.attributes
    func text(_ key: String) throws -> String? { try attributes.contains(key) ? attributes.string(key) : nil }
    let orientations: [String: ConversionOptions.Orientation] = [
      "post_by_pre": .postRows, "pre_by_post": .preRows,
    ]
    let (compressed, isByRow, columns) = (compressed, isByRow, shape[1])
    let dataset = object as? H5Dataset
    let stored = compressed?.values?.type.element ?? dataset?.type.element ?? .float64
    return MatrixSource(
      name: name, rows: shape[0], columns: shape[1], count: compressed?.count,
      form: compressed == nil ? .dense : .sparse, stored: stored,
      orientation: try text("orientation").flatMap { orientations[$0] }, unit: try text("units")
    ) { body in
      if let compressed {
        try compressed.elements { try body(isByRow ? $0 : ($0.columns, $0.rows, $0.values)) }
      } else if let dataset {
        for range in dataset.rowBlocks(bytes: 1 << 21) {
          let values = try dataset.read(Double.self, rows: range)
          let filled = values.indices.filter { values[$0] != 0 }
          try body(
            (
              filled.map { UInt64(range.lowerBound + $0 / columns) }, filled.map { UInt64($0 % columns) },
              filled.map { values[$0] }
            ))
        }
      }
    }
  }
}

/// A table of an AnnData file: an index of names, and columns.
struct AnnDataFrame {
  let names: [String]
  let columns: [(name: String, values: NodeTable.Column)]
  private let lost: [String]

  var count: Int { names.count }

  init(_ root: H5Group, _ path: String) throws {
    let group = try root.group(path)
    let index = try group.attributes.string("_index") ?? "_index"
    let labels = try group.dataset(index)
    names = labels.type.isString ? try labels.readStrings() : try labels.read(Int.self).map(String.init)
    var (columns, lost) = ([(String, NodeTable.Column)](), [String]())
    var stated: [String] = []
    // h5py stores an empty list as one of floats.
    if group.attributes.contains("column-order"),
      case .strings(let all, _) = try group.attributes.value("column-order")
    {
      stated = all
    }
    for name in stated.isEmpty ? try group.names() : stated where name != index && name != "__categories" {
      if let values = try AnnDataFrame.column(group, name), AnnDataFrame.length(values) == names.count {
        columns.append((name, values))
      } else {
        lost.append("\(path)/\(name): no column of numbers or words")
      }
    }
    (self.columns, self.lost) = (columns, lost)
  }

  private static func length(_ column: NodeTable.Column) -> Int {
    switch column {
    case .words(let words), .names(let words): words.count
    case .numbers(let values, _, _): values.count
    }
  }

  private static func column(_ group: H5Group, _ name: String) throws -> NodeTable.Column? {
    if try group.kind(of: name) == .group {
      let own = try group.group(name)
      guard try own.exists("codes"), try own.exists("categories") else { return nil }
      let words = try own.dataset("categories")
      let categories =
        words.type.isString ? try words.readStrings() : try words.read(Double.self).map { "\($0)" }
      let codes = try own.dataset("codes").read(Int.self)
      // A code of −1 is a missing value.
      return .words(codes.map { categories.indices.contains($0) ? categories[$0] : "NULL" })
    }
    let dataset = try group.dataset(name)
    guard dataset.shape.count == 1 else { return nil }
    if dataset.type.isString { return .names(try dataset.readStrings()) }
    guard dataset.type.isNumeric else { return nil }
    return .numbers(
      try dataset.read(Double.self),
      unit: try dataset.attributes.contains("units") ? dataset.attributes.string("units") ?? "1" : "1",
      stored: dataset.type.element ?? .float64)
  }

  /// The neurons, with their names unless those only count.
  func table(_ population: String, _ dropped: inout [String]) -> NodeTable {
    dropped += lost
    let count = names.enumerated().allSatisfy { $1 == String($0) }
    let own: [(String, NodeTable.Column)] = count ? [] : [("name", .names(names))]
    return NodeTable(
      population, count: names.count, columns: own + columns.filter { $0.name != "name" || count })
  }
}
