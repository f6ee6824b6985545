import EngramData
import EngramKit

/// Reads MATLAB 7.3 files: sparse and full matrices, cells of spike trains, arrays, texts, structs.
public struct MatlabReader: FormatReader {
  public static let format = FileFormat.matlab
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let file = try MatlabFile(reading: path)
    var gathering = MatlabGathering(file: file, path: path, options: options)
    gathering.contents.title = stem(path)
    gathering.contents.sourceVersion = "7.3"
    for name in try file.names where options.objects.isEmpty || options.objects.contains(name) {
      try gathering.add(name, try file.variable(name))
    }
    return gathering.contents
  }
}

/// Refused by name: a reader that only says how to get a file that can be read.
public struct OldMatlabReader: FormatReader {
  public static let format = FileFormat.oldMatlab
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    _ = try MatlabFile(reading: path)
    return Contents()
  }
}

private struct MatlabGathering {
  let file: MatlabFile
  let path: String
  let options: ConversionOptions
  var contents = Contents()
  /// Variables that describe another one.
  private var taken: Set<String> = []

  init(file: MatlabFile, path: String, options: ConversionOptions) {
    (self.file, self.path, self.options) = (file, path, options)
  }

  mutating func add(_ name: String, _ variable: MatlabVariable, depth: Int = 0) throws {
    guard depth < 16 else { return contents.dropped.append("\(name): nested more than 16 deep") }
    switch variable.kind {
    case .numbers(let dataset): try numbers(name, variable, dataset)
    case .text: contents.texts.append((name, try variable.text()))
    case .sparse: try sparse(name, variable)
    case .cell(let paths): try cell(name, variable, paths)
    case .fields(let group, let fields):
      for field in fields {
        try add("\(name)/\(field)", try file.variable("\(group.path)/\(field)"), depth: depth + 1)
      }
    case .empty: contents.arrays.append(ArrayStream(name, shape: variable.shape, unit: nil) { _ in [] })
    case .complex: contents.dropped.append("\(name): complex numbers")
    case .opaque(let what):
      contents.dropped.append("\(name): MAT002 a MATLAB object (\(what)), which only MATLAB can read")
    }
  }

  private mutating func numbers(_ name: String, _ variable: MatlabVariable, _ dataset: H5Dataset) throws {
    let stored = dataset.type.element ?? .float64
    let unit = try variable.attributes.contains("units") ? variable.attributes.string("units") : options.unit
    let isMatrix = variable.shape.count == 2 && variable.shape.allSatisfy { $0 > 1 }
    if isMatrix, try orientation(variable) ?? options.orientation != nil {
      // A row of the dataset is a column of MATLAB's.
      let rows = variable.shape[0]
      try MatrixSource(
        name: name, rows: rows, columns: variable.shape[1], form: .dense, stored: stored,
        orientation: try orientation(variable), unit: unit
      ) { body in
        for range in dataset.rowBlocks(bytes: 1 << 21) {
          let values = try dataset.read(Double.self, rows: range)
          let filled = values.indices.filter { values[$0] != 0 }
          try body(
            (
              filled.map { UInt64($0 % rows) }, filled.map { UInt64(range.lowerBound + $0 / rows) },
              filled.map { values[$0] }
            ))
        }
      }.add(to: &contents, options, at: "\(path)#\(name)")
      return
    }
    if isMatrix {
      contents.assumptions.append("\(name) is kept as an array; --orientation makes a matrix of it")
    }
    let shape = variable.shape.count == 2 ? variable.shape.filter { $0 != 1 } : variable.shape
    let extents = dataset.shape
    contents.arrays.append(
      ArrayStream(name, shape: shape, unit: unit, stored: stored) { rows in
        guard shape.count > 1 else {
          let values = try dataset.read(Double.self)
          return shape.isEmpty ? values : Array(values[rows])
        }
        // MATLAB's first index varies fastest, so rows of it are the last extent in the file.
        var (start, count) = (extents.map { _ in 0 }, extents)
        (start[extents.count - 1], count[extents.count - 1]) = (rows.lowerBound, rows.count)
        return rowByRow(try dataset.read(Double.self, start: start, count: count), count.reversed())
      })
  }

  private func orientation(_ variable: MatlabVariable) throws -> ConversionOptions.Orientation? {
    guard variable.attributes.contains("orientation") else { return nil }
    return try variable.attributes.string("orientation").flatMap {
      ConversionOptions.Orientation(rawValue: $0)
    }
  }

  private mutating func sparse(_ name: String, _ variable: MatlabVariable) throws {
    let compressed = try variable.compressed()
    _ = try compressed.starts("MAT003")
    let unit = try variable.attributes.contains("units") ? variable.attributes.string("units") : nil
    try MatrixSource(
      name: name, rows: variable.shape[0], columns: variable.shape[1], count: compressed.count,
      stored: compressed.values?.type.element ?? .float64, orientation: try orientation(variable), unit: unit
    ) { body in
      try compressed.elements("MAT003") { try body(($0.columns, $0.rows, $0.values)) }
    }.add(to: &contents, options, at: "\(path)#\(name)")
  }

  /// A cell of numbers is one spike train for each element, a cell of texts a list of labels.
  private mutating func cell(_ name: String, _ variable: MatlabVariable, _ paths: [String]) throws {
    let file = file
    var (areTrains, areTexts, hasText) = (true, true, false)
    // All silent neurons may share one empty element.
    for element in Set(paths) {
      guard !element.isEmpty else {
        throw Problem("has a cell that refers to nothing", at: "\(path)#\(name)")
      }
      let value = try file.variable(element)
      let isVector = value.shape.count == 2 && value.shape.contains { $0 <= 1 }
      switch value.kind {
      case .numbers: (areTrains, areTexts) = (areTrains && isVector, false)
      case .text: (areTrains, hasText) = (false, true)
      case .empty: break
      default: (areTrains, areTexts) = (false, false)
      }
    }
    if areTexts, hasText {
      let words = try paths.map { try file.variable($0).text() }
      contents.tables.append(
        TableContent(.other, name, count: words.count, columns: [("value", .names(words))]))
      return
    }
    let own = MatlabSpikeFacts(variable.attributes.contains("t_stop") ? variable.attributes : nil)
    let isNamed = ["spike", "train", "times"].contains { name.lowercased().contains($0) }
    guard areTrains, isNamed || own != nil || options.timeUnit != nil else {
      let what =
        areTrains ? "arrays of numbers; --time-unit makes spike trains of them" : "values of several kinds"
      contents.dropped.append("\(name): a cell of \(what)")
      return
    }
    let source = SpikeSource(
      name: name, unit: try own?.unit() ?? options.requiredTimeUnit(at: "\(path)#\(name)"),
      window: try own?.window(), neurons: paths.count
    ) { body in
      var silent: Set<String> = []
      for (unit, element) in paths.enumerated() where !silent.contains(element) {
        let times = try file.variable(element).numbers()
        if times.isEmpty {
          silent.insert(element)
        } else {
          try body(.init(times: times, ids: [UInt64](repeating: UInt64(unit), count: times.count)))
        }
      }
    }
    var options = options
    options.neurons = nil
    try source.add(to: &contents, options, at: "\(path)#\(name)")
  }
}

/// What Engram writes beside a cell of spike trains.
private struct MatlabSpikeFacts {
  let attributes: H5Attributes

  init?(_ attributes: H5Attributes?) {
    guard let attributes else { return nil }
    self.attributes = attributes
  }

  func unit() throws -> Unit? { try attributes.string("units").flatMap { Unit($0) } }

  func window() throws -> Range<Double>? {
    guard let start = try attributes.double("t_start"), let stop = try attributes.double("t_stop"),
      start <= stop
    else {
      return nil
    }
    return start..<stop
  }
}
