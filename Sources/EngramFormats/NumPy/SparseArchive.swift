import EngramData
import EngramKit

/// A sparse matrix as `scipy.sparse.save_npz` writes it, whichever of its five formats.
public final class SparseArchive {
  /// How the elements are stored.
  public enum Storage: String, Sendable { case csr, csc, bsr, coo, dia }

  /// Elements `(row, column, value)` in the order in which they are stored.
  public typealias Triplets = (rows: [Int], columns: [Int], values: [Double])

  public let storage: Storage
  /// Rows and columns.
  public let shape: (rows: Int, columns: Int)
  /// Elements stored, the zeros that fill blocks and diagonals included.
  public let count: Int
  public let archive: NumpyArchive
  private let prefix: String

  /// Elements handed on at once.
  static let blockLength = 1 << 16

  /// Whether the arrays of an archive are those of a sparse matrix.
  ///
  /// - Parameter prefix: Before the names of its arrays, where an archive holds more than the matrix.
  public static func isSparse(_ archive: NumpyArchive, prefix: String = "") -> Bool {
    ["format", "shape", "data"].allSatisfy { archive.contains(prefix + $0) }
  }

  /// Looks at what kind of matrix it is.
  ///
  /// - Throws: `Problem`: no sparse matrix, a format that SciPy does not write, damaged.
  public init(_ archive: NumpyArchive, prefix: String = "") throws {
    self.archive = archive
    self.prefix = prefix
    let name = try archive.array(prefix + "format").texts(1).first ?? ""
    guard let storage = Storage(rawValue: name) else {
      throw Problem(
        "holds a sparse matrix in format “\(name)”, which is none of csr, csc, bsr, coo, dia",
        at: archive.path)
    }
    self.storage = storage
    let extents = try archive.array(prefix + "shape")
    guard extents.header.count == 2 else {
      throw Problem("has \(extents.header.count) axes, and a matrix has 2", at: extents.place)
    }
    let shape = try extents.integers(2, as: Int.self)
    guard shape.allSatisfy({ 0...(1 << 40) ~= $0 }) else {
      throw Problem("has shape \(shape)", at: extents.place)
    }
    self.shape = (shape[0], shape[1])
    count = try archive.array(prefix + "data").header.count
  }

  /// Hands on all elements in blocks; memory does not grow with their number.
  ///
  /// Elements stored twice come twice, and are to be added. Zeros that only fill blocks (bsr) or diagonals (dia) are
  /// left out.
  /// - Throws: `Problem`: arrays that do not fit together, an index outside the shape; what `body` throws.
  public func elements(_ body: (Triplets) throws -> Void) throws {
    switch storage {
    case .csr, .csc: try compressed(body)
    case .bsr: try blocks(body)
    case .coo: try coordinates(body)
    case .dia: try diagonals(body)
    }
  }

  private func coordinates(_ body: (Triplets) throws -> Void) throws {
    let (rows, columns, data) = (try array("row"), try array("col"), try archive.array(prefix + "data"))
    guard rows.header.count == count, columns.header.count == count else {
      throw unfit("row and col", rows.header.count)
    }
    while data.remaining > 0 {
      let length = min(SparseArchive.blockLength, data.remaining)
      let block: Triplets = (
        try rows.integers(length), try columns.integers(length), try data.doubles(length)
      )
      try check(block)
      try body(block)
    }
  }

  private func compressed(_ body: (Triplets) throws -> Void) throws {
    let major = storage == .csr ? shape.rows : shape.columns
    let pointers = try pointers(major, elements: count)
    let (indices, data) = (try array("indices"), try archive.array(prefix + "data"))
    guard indices.header.count == count else { throw unfit("indices", indices.header.count) }
    var line = 0
    while data.remaining > 0 {
      let first = data.position
      let length = min(SparseArchive.blockLength, data.remaining)
      let values = try data.doubles(length)
      let minor: [Int] = try indices.integers(length)
      let lines = (first..<first + length).map { element in
        while pointers[line + 1] <= element { line += 1 }
        return line
      }
      let block: Triplets = storage == .csr ? (lines, minor, values) : (minor, lines, values)
      try check(block)
      try body(block)
    }
  }

  private func blocks(_ body: (Triplets) throws -> Void) throws {
    let (indices, data) = (try array("indices"), try archive.array(prefix + "data"))
    let extents = data.header.shape
    guard extents.count == 3, extents[1] > 0, extents[2] > 0, indices.header.count == extents[0],
      shape.rows % extents[1] == 0, shape.columns % extents[2] == 0, !data.header.isFortran
    else {
      throw Problem(
        "has blocks of shape \(extents), which do not tile \(shape.rows) × \(shape.columns)", at: data.place)
    }
    let (height, width) = (extents[1], extents[2])
    guard height * width <= 1 << 24 else {
      throw Problem("has blocks of \(height) × \(width)", at: data.place)
    }
    let pointers = try pointers(shape.rows / height, elements: extents[0])
    var line = 0
    for block in 0..<extents[0] {
      while pointers[line + 1] <= block { line += 1 }
      let column: Int = try indices.integers(1)[0]
      let values = try data.doubles(height * width)
      let filled = values.indices.filter { values[$0] != 0 }
      guard 0..<max(1, shape.columns / width) ~= column else { throw outside(line * height, column * width) }
      let triplets: Triplets = (
        filled.map { line * height + $0 / width }, filled.map { column * width + $0 % width },
        filled.map { values[$0] }
      )
      try check(triplets)
      try body(triplets)
    }
  }

  private func diagonals(_ body: (Triplets) throws -> Void) throws {
    let (offsets, data) = (try array("offsets"), try archive.array(prefix + "data"))
    let extents = data.header.shape
    guard extents.count == 2, extents[0] == offsets.header.count, !data.header.isFortran else {
      throw unfit("offsets", offsets.header.count)
    }
    for _ in 0..<extents[0] {
      let offset: Int = try offsets.integers(1)[0]
      for first in stride(from: 0, to: extents[1], by: SparseArchive.blockLength) {
        let length = min(SparseArchive.blockLength, extents[1] - first)
        let values = try data.doubles(length)
        // Column j of a diagonal lies in row j − offset; SciPy pads the ends outside the matrix.
        let filled = values.indices.filter {
          let column = first + $0
          let row = column.subtractingReportingOverflow(offset)
          return values[$0] != 0 && column < shape.columns && !row.overflow
            && 0..<shape.rows ~= row.partialValue
        }
        try body((filled.map { first + $0 - offset }, filled.map { first + $0 }, filled.map { values[$0] }))
      }
    }
  }

  private func array(_ name: String) throws -> NumpyReader {
    let array = try archive.array(prefix + name)
    guard array.header.shape.count == 1 else {
      throw Problem("has shape \(array.header.shape)", at: array.place)
    }
    return array
  }

  /// Where each of `lines` begins, after checking that they ascend from 0 to `elements`.
  private func pointers(_ lines: Int, elements: Int) throws -> [Int] {
    let array = try array("indptr")
    guard array.header.count == lines + 1 else { throw unfit("indptr", array.header.count) }
    let pointers: [Int] = try array.integers(lines + 1)
    guard pointers.first == 0, pointers.last == elements,
      zip(pointers, pointers.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw Problem("does not ascend from 0 to \(elements)", at: array.place) }
    return pointers
  }

  private func check(_ block: Triplets) throws {
    for (row, column) in zip(block.rows, block.columns)
    where row < 0 || row >= shape.rows || column < 0 || column >= shape.columns {
      throw outside(row, column)
    }
  }

  private func outside(_ row: Int, _ column: Int) -> Problem {
    Problem(
      "has an element at [\(row), \(column)], outside \(shape.rows) × \(shape.columns)", at: archive.path)
  }

  private func unfit(_ name: String, _ found: Int) -> Problem {
    Problem(
      "has \(found) entries in \(name), which does not fit \(count) elements of \(shape.rows) × \(shape.columns)",
      at: archive.path, fix: "the matrix is damaged: write it again")
  }
}
