import EngramKit

/// A matrix in Matrix Market's exchange format (Boisvert, Pozo & Remington 1996, NISTIR 5935).
public struct MatrixMarketFile: Sendable {
  public enum Layout: String, Sendable {
    /// Elements with their places, 1-based.
    case coordinate
    /// All elements, column by column.
    case array
  }
  public enum Field: String, Sendable {
    case real, integer, complex, pattern, double, unsigned = "unsigned-integer"
  }
  public enum Symmetry: String, Sendable {
    case general, symmetric, hermitian
    case skew = "skew-symmetric"
  }
  /// Elements `(row, column, value)` from 0.
  public typealias Triplets = (rows: [UInt64], columns: [UInt64], values: [Double])

  public let path: String
  public let layout: Layout
  public let field: Field
  public let symmetry: Symmetry
  public let rows: Int
  public let columns: Int
  /// What a comment `% orientation: pre-rows` says, as Engram writes it.
  public let orientation: ConversionOptions.Orientation?
  /// What a comment `% units: nS` says.
  public let unit: String?
  /// Elements in the file, which for a symmetric matrix are those of one triangle.
  public let entries: Int

  static let blockLength = 1 << 17

  /// Reads the banner and the sizes.
  ///
  /// - Throws: `Problem`: another banner, complex elements, sizes that are none.
  public init(reading path: String) throws {
    let reader = try LineReader(path)
    self.path = path
    guard let first = try reader.next() else { throw Problem("is empty", at: path) }
    let start = reader.bytes
    let banner = words(start.span.extracting(first)).map { $0.lowercased() }
    guard banner.count >= 5, banner[0] == "%%matrixmarket", banner[1] == "matrix",
      let layout = Layout(rawValue: banner[2]), let field = Field(rawValue: banner[3]),
      let symmetry = Symmetry(rawValue: banner[4])
    else {
      throw Problem(
        "the banner “\(banner.prefix(5).joined(separator: " "))” is not %%MatrixMarket matrix, coordinate or array, "
          + "real, integer or pattern, general, symmetric or skew-symmetric", at: reader.line)
    }
    guard field != .complex else {
      throw Problem("has complex elements, which are no weights", at: reader.line, fix: "save the real part")
    }
    guard field != .pattern || layout == .coordinate else {
      throw Problem("is an array without values", at: reader.line)
    }
    (self.layout, self.field, self.symmetry) = (layout, field, symmetry)
    var remarks: [String: String] = [:]
    while let line = try reader.next() {
      let bytes = reader.bytes
      let parts = words(bytes.span.extracting(line))
      guard let start = parts.first else { continue }
      if start.hasPrefix("%") {
        if parts.count == 3, start == "%", parts[1].hasSuffix(":") { remarks[parts[1]] = parts[2] }
        continue
      }
      let sizes = parts.compactMap { Int($0) }
      guard sizes.count == parts.count, sizes.count == (layout == .coordinate ? 3 : 2),
        sizes.allSatisfy({ 0...(1 << 40) ~= $0 })
      else {
        throw Problem(
          "“\(parts.prefix(4).joined(separator: " "))” are no sizes: "
            + (layout == .coordinate ? "rows, columns, elements" : "rows, columns") + ", each from 0 to 2^40",
          at: reader.line, fix: "copy the file again from its source, or correct its line of sizes")
      }
      (rows, columns) = (sizes[0], sizes[1])
      guard symmetry == .general || rows == columns else {
        throw Problem("is \(symmetry.rawValue), but \(rows) × \(columns)", at: reader.line)
      }
      orientation = remarks["orientation:"].flatMap { ConversionOptions.Orientation(rawValue: $0) }
      unit = remarks["units:"]
      entries = layout == .coordinate ? sizes[2] : MatrixMarketFile.stored(rows, columns, symmetry)
      return
    }
    throw Problem("ends before its sizes", at: path, fix: "copy the file again from its source")
  }

  /// Elements of an array in the file.
  private static func stored(_ rows: Int, _ columns: Int, _ symmetry: Symmetry) -> Int {
    switch symmetry {
    case .general: rows.multipliedReportingOverflow(by: columns).overflow ? .max : rows * columns
    case .skew: rows < 1 << 31 ? rows * max(0, rows - 1) / 2 : .max
    default: rows < 1 << 31 ? rows * (rows + 1) / 2 : .max
    }
  }

  /// Hands on all elements in blocks, those of the other triangle of a symmetric matrix too; memory does not grow.
  ///
  /// The diagonal comes once. Zeros of an array are left out.
  /// - Throws: `Problem`: a line that is no element, a place outside, another number of elements than declared
  ///   (MTX001).
  public func elements(_ body: (Triplets) throws -> Void) throws {
    let reader = try LineReader(path)
    var (rowIndices, columnIndices, values) = ([UInt64](), [UInt64](), [Double]())
    var seen = 0
    var (row, column) = (symmetry == .skew ? 1 : 0, 0)
    var hasSizes = false
    func add(_ i: Int, _ j: Int, _ value: Double) throws {
      guard i < rows, j < columns else { return }
      rowIndices.append(UInt64(i))
      columnIndices.append(UInt64(j))
      values.append(value)
      if symmetry != .general, i != j {
        rowIndices.append(UInt64(j))
        columnIndices.append(UInt64(i))
        values.append(symmetry == .skew ? -value : value)
      }
      if values.count >= MatrixMarketFile.blockLength {
        try body((rowIndices, columnIndices, values))
        rowIndices.removeAll(keepingCapacity: true)
        columnIndices.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
      }
    }
    try reader.forEach { line, number in
      var place = 0
      guard let first = nextWord(line, &place), line[first.lowerBound] != 0x25 else { return }
      guard hasSizes else {
        hasSizes = true
        return
      }
      seen += 1
      guard seen <= entries else { return }
      if layout == .array {
        guard let value = realNumber(line.extracting(first)), nextWord(line, &place) == nil else {
          throw unfit(line, number)
        }
        if value != 0 { try add(row, column, value) }
        row += 1
        if row == rows {
          column += 1
          row = symmetry == .general ? 0 : symmetry == .skew ? column + 1 : column
        }
        return
      }
      guard let i = wholeNumber(line.extracting(first)), let second = nextWord(line, &place),
        let j = wholeNumber(line.extracting(second))
      else { throw unfit(line, number) }
      var value = 1.0
      if field != .pattern {
        guard let third = nextWord(line, &place), let stored = realNumber(line.extracting(third)) else {
          throw unfit(line, number)
        }
        value = stored
      }
      guard nextWord(line, &place) == nil else { throw unfit(line, number) }
      guard 1...UInt64(max(1, rows)) ~= i, 1...UInt64(max(1, columns)) ~= j, rows > 0, columns > 0 else {
        throw Problem(
          "the element at [\(i), \(j)] lies outside 1…\(rows), 1…\(columns)", at: "\(path):\(number)")
      }
      try add(Int(i) - 1, Int(j) - 1, value)
    }
    guard seen == entries else {
      throw Problem(
        "MTX001 declares \(entries) elements, but holds \(seen)", at: path,
        fix: "copy the file again from its source, or correct its line of sizes")
    }
    if !values.isEmpty { try body((rowIndices, columnIndices, values)) }
  }

  private func unfit(_ line: borrowing Span<UInt8>, _ number: Int) -> Problem {
    let wanted =
      layout == .array ? "one number" : field == .pattern ? "row and column" : "row, column and value"
    let text = string(line.extracting(0..<min(line.count, 60)))
    return Problem("“\(text)” is not \(wanted)", at: "\(path):\(number)")
  }
}

/// The next word of a line, words being separated by blanks; `place` moves behind it.
func nextWord(_ line: borrowing Span<UInt8>, _ place: inout Int) -> Range<Int>? {
  while place < line.count, line[place] == 0x20 || line[place] == 0x09 || line[place] == 0x0D { place += 1 }
  let start = place
  while place < line.count, line[place] != 0x20, line[place] != 0x09, line[place] != 0x0D { place += 1 }
  return start < place ? start..<place : nil
}

/// All words of a line.
func words(_ line: borrowing Span<UInt8>) -> [String] {
  var (place, words) = (0, [String]())
  while let word = nextWord(line, &place) { words.append(string(line.extracting(word))) }
  return words
}
