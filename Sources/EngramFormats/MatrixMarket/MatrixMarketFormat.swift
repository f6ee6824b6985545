import EngramData
import EngramKit

/// Reads Matrix Market files.
public struct MatrixMarketReader: FormatReader {
  public static let format = FileFormat.matrixMarket
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try MatrixMarketFile(reading: path)
    var contents = Contents()
    let isOneSided = file.symmetry == .general
    if !isOneSided {
      contents.assumptions.append(
        "a \(file.symmetry.rawValue) matrix: both triangles are written, the diagonal once")
    }
    if file.field == .pattern { contents.assumptions.append("a pattern has no values: every weight is 1") }
    let matrix = MatrixSource(
      name: "matrix", rows: file.rows, columns: file.columns,
      count: isOneSided && file.layout == .coordinate ? file.entries : nil,
      form: file.layout == .array ? .dense : .sparse,
      stored: file.field == .integer ? .int64 : .float64, orientation: file.orientation,
      isSymmetric: file.symmetry == .symmetric || file.symmetry == .hermitian, unit: file.unit
    ) { try file.elements($0) }
    try matrix.add(to: &contents, options, at: path)
    return contents
  }
}

/// Writes one matrix as a Matrix Market file of coordinates.
public struct MatrixMarketWriter: FormatWriter {
  public static let format = FileFormat.matrixMarket
  public static let holds: Set<ContentKind> = [.matrix]
  public init() {}

  public func name(_ stem: String) -> String { "\(stem).mtx" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    let edges = try contents.only(contents.edges, "matrices") { $0.name }
    job.dropColumns(of: contents)
    let matrix = try CompressedMatrix(edges, contents, job, path: path)
    try ByteWriter.write(path, synced: false) { file in
      try file.write("%%MatrixMarket matrix coordinate real general\n")
      try file.write("% orientation: \(matrix.orientation.rawValue)\n")
      if let unit = matrix.unit { try file.write("% units: \(unit)\n") }
      try file.write("\(matrix.rows) \(matrix.columns) \(matrix.count)\n")
      try matrix.blocks { block in
        for place in block.values.indices {
          try file.write("\(block.majors[place] + 1) \(block.minors[place] + 1) \(block.values[place])\n")
        }
      }
    }
  }
}
