import EngramData
import EngramKit

/// A MATLAB 7.3 file: HDF5 with MATLAB's attributes behind a block of 512 bytes.
public struct MatlabFile: Sendable {
  public let h5: H5File
  /// What the head says: version, platform, date.
  public let header: String

  /// Opens a file.
  ///
  /// - Throws: `Problem`: another version of the format (MAT001), no HDF5.
  public init(reading path: String) throws {
    let head = try FileStream(path)
    let text = try head.bytes(min(116, head.size))
    if text.starts(with: Array("MATLAB 5.0 MAT-file".utf8)) {
      throw Problem(
        "MAT001 is a MAT-file of version 5 to 7, which is not HDF5", at: path,
        fix: "save it in MATLAB with save(name, '-v7.3')")
    }
    h5 = try H5File(reading: path)
    let isText = h5.userBlockSize >= 512
    let end = text.lastIndex { $0 != 0x20 && $0 != 0 } ?? -1
    header = isText ? String(decoding: text[...end], as: UTF8.self) : ""
  }

  /// Names of the variables; what MATLAB keeps for itself is left out.
  public var names: [String] {
    get throws { try h5.root.names().filter { $0 != "#refs#" && $0 != "#subsystem#" } }
  }

  /// The variable at `path`, a name or a place inside `#refs#`.
  public func variable(_ path: String) throws -> MatlabVariable { try MatlabVariable(h5.root, path) }
}

/// A variable of a MATLAB file, or an element of a cell or struct.
public struct MatlabVariable: Sendable {
  /// What a variable holds.
  public enum Kind: Sendable {
    /// Numbers or truth values.
    case numbers(H5Dataset)
    /// Characters.
    case text(H5Dataset)
    /// Complex numbers.
    case complex(H5Dataset)
    /// Elements by columns.
    case sparse(H5Group)
    /// Paths of the elements, column by column.
    case cell([String])
    /// Fields in MATLAB's order; each is a variable, or for a struct array a cell of one for each element.
    case fields(H5Group, [String])
    /// No elements.
    case empty
    /// An object that only MATLAB can read (MAT002): what it says it is.
    case opaque(String)
  }

  public let path: String
  public let className: String
  public let kind: Kind
  /// Extents as MATLAB shows them.
  public let shape: [Int]
  let attributes: H5Attributes

  private static let numeric: Set = [
    "double", "single", "logical", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
  ]
  private static let opaque: Set = [
    "string", "missing", "function_handle", "FileWrapper__", "table", "datetime",
  ]

  init(_ root: H5Group, _ path: String) throws {
    self.path = path
    let isGroup = try root.kind(of: path) == .group
    attributes = try isGroup ? root.group(path).attributes : root.dataset(path).attributes
    className = try attributes.contains("MATLAB_class") ? attributes.string("MATLAB_class") ?? "" : ""
    if MatlabVariable.opaque.contains(className) || attributes.contains("MATLAB_object_decode") {
      (kind, shape) = (.opaque(className), [])
      return
    }
    if isGroup {
      let group = try root.group(path)
      if attributes.contains("MATLAB_sparse") {
        let rows = try attributes.int("MATLAB_sparse") ?? 0
        let columns = try group.dataset("jc").count - 1
        guard rows >= 0, columns >= 0 else {
          throw Problem("MAT003 the sparse matrix has \(rows) rows and \(columns) columns", at: group.place)
        }
        (kind, shape) = (.sparse(group), [rows, columns])
      } else {
        let stated = try attributes.contains("MATLAB_fields") ? attributes.strings("MATLAB_fields") : nil
        let names = try group.names()
        let fields = Set(stated ?? []) == Set(names) ? stated ?? names : names
        (kind, shape) = (.fields(group, fields), [1, 1])
      }
      return
    }
    let dataset = try root.dataset(path)
    if try attributes.contains("MATLAB_empty") && attributes.int("MATLAB_empty") == 1 {
      let extents = try dataset.read(Int.self)
      (kind, shape) = (.empty, extents.allSatisfy { $0 >= 0 } ? extents : [0, 0])
      return
    }
    shape = dataset.shape.reversed()
    switch dataset.type {
    case .reference: kind = .cell(try dataset.readReferences())
    case .compound: kind = .complex(dataset)
    case _ where className == "char": kind = .text(dataset)
    case _ where dataset.type.isNumeric && (className.isEmpty || MatlabVariable.numeric.contains(className)):
      kind = .numbers(dataset)
    default: kind = .opaque(className.isEmpty ? dataset.type.words : className)
    }
  }

  /// Number of elements.
  public var count: Int {
    shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
  }

  /// All numbers, column by column; none of an empty variable.
  ///
  /// - Throws: `Problem` when it holds anything else.
  public func numbers() throws -> [Double] {
    switch kind {
    case .numbers(let dataset): try dataset.read(Double.self)
    case .empty: []
    default: throw Problem("\(path) is a \(className), no array of numbers")
    }
  }

  /// The characters of a row or column, UTF-16 as MATLAB has them.
  public func text() throws -> String {
    switch kind {
    case .text(let dataset): String(decoding: try dataset.read(UInt16.self), as: UTF16.self)
    case .empty: ""
    default: throw Problem("\(path) is a \(className), no text")
    }
  }

  /// The arrays of a sparse matrix.
  ///
  /// - Throws: `Problem` (MAT003) where one is missing.
  func compressed() throws -> StoredCompressed {
    guard case .sparse(let group) = kind else { throw Problem("\(path) is no sparse matrix") }
    // MATLAB leaves both out where there are no elements.
    let (hasIndices, hasValues) = (try group.exists("ir"), try group.exists("data"))
    guard hasIndices == hasValues else {
      throw Problem(
        "MAT003 the sparse matrix has \(hasIndices ? "ir but no data" : "data but no ir")", at: group.place)
    }
    return StoredCompressed(
      pointers: try group.dataset("jc"), indices: hasIndices ? try group.dataset("ir") : nil,
      values: hasValues ? try group.dataset("data") : nil, majors: shape[1], minors: shape[0],
      place: group.place)
  }

  /// Hands on the elements of a sparse matrix: rows, columns, values from 0.
  public func elements(_ body: (_ rows: [UInt64], _ columns: [UInt64], _ values: [Double]) throws -> Void)
    throws
  {
    try compressed().elements("MAT003") { try body($0.columns, $0.rows, $0.values) }
  }
}
