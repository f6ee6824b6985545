import EngramData
import EngramKit
import Foundation

/// Reads texts of rows and fields: lists of connections, paired recordings, tables of spikes, dense matrices, spike times one a line.
public struct TextReader: FormatReader {
  public static let format = FileFormat.text
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    var contents = Contents()
    let table = try TextTable(reading: path)
    switch try table.kind(options) {
    case .edges: try TextEdges(table, options).add(to: &contents)
    case .spikes: try spikes(table, options, &contents)
    case .times: try times(table, options, &contents)
    case .pairs: try PairedRecordings(table).add(to: &contents, options)
    case .matrix: try matrix(table, options, &contents)
    }
    return contents
  }

  private func spikes(_ table: TextTable, _ options: ConversionOptions, _ contents: inout Contents) throws {
    // Without a head a column with fractions is the time; NEST 2 writes ids first into its .gdf files.
    let idFirst = !table.hasHead && (table.isWhole(0) && !table.isWhole(1) || table.path.hasSuffix(".gdf"))
    let time = table.column(TextTable.time) ?? (idFirst ? 1 : 0)
    let id = table.column(TextTable.id.filter { $0 != table.heads[time].name }) ?? (time == 0 ? 1 : 0)
    let population = table.column(["population"])
    guard table.heads.count >= 2 else {
      throw Problem("has one column, and spikes need a time and an id", at: table.path)
    }
    let head = table.heads[time]
    // SONATA's own table has exactly these columns, and times in ms.
    let isSonata = population != nil && head.name.lowercased() == "timestamps"
    let unit =
      try head.unit.flatMap { Unit($0) }
      ?? (isSonata ? .millisecond : options.requiredTimeUnit(at: table.path))
    let lost = table.heads.indices.filter { $0 != time && $0 != id && $0 != population }
    contents.dropped += lost.map { "column \(table.heads[$0].name): spikes have a time and an id" }
    var names: [String] = []
    if let population {
      try table.rows { line, splitter, _ in
        let name = splitter.text(line, splitter.fields[population])
        if !names.contains(name) { names.append(name) }
      }
    }
    for name in population == nil ? [options.population ?? "spikes"] : names.sorted() {
      let source = SpikeSource(name: name, unit: unit, base: UInt64(options.idBase ?? 0)) { body in
        try TextReader.rows(table, time, id, population.map { ($0, name) }, body)
      }
      try source.add(to: &contents, options, at: table.path)
    }
  }

  /// Hands on times and ids, of one population only where several are in the table.
  private static func rows(
    _ table: TextTable, _ time: Int, _ id: Int, _ only: (column: Int, name: String)?,
    _ body: (SpikeStream.Block) throws -> Void
  ) throws {
    var block = SpikeStream.Block(times: [], ids: [])
    try table.rows { line, splitter, number in
      let fields = splitter.fields
      if let only, splitter.text(line, fields[only.column]) != only.name { return }
      guard let when = splitter.number(line, fields[time]) else {
        throw Problem("“\(splitter.text(line, fields[time]))” is no time", at: "\(table.path):\(number)")
      }
      guard let who = TextReader.id(line, splitter, fields[id]) else {
        throw Problem("“\(splitter.text(line, fields[id]))” is no neuron's id", at: "\(table.path):\(number)")
      }
      block.times.append(when)
      block.ids.append(who)
      if block.ids.count == 1 << 16 {
        try body(block)
        block = SpikeStream.Block(times: [], ids: [])
      }
    }
    if !block.ids.isEmpty { try body(block) }
  }

  /// A whole number, also one written as a float.
  private static func id(_ line: borrowing Span<UInt8>, _ splitter: FieldSplitter, _ field: Range<Int>)
    -> UInt64?
  {
    if let number = wholeNumber(line.extracting(field)) { return number }
    return splitter.number(line, field).flatMap { $0 < 0x1p53 ? UInt64(exactly: $0) : nil }
  }

  private func times(_ table: TextTable, _ options: ConversionOptions, _ contents: inout Contents) throws {
    let unit = try table.heads[0].unit.flatMap { Unit($0) } ?? options.requiredTimeUnit(at: table.path)
    contents.assumptions.append("one time a line, all of one neuron")
    let source = SpikeSource(name: options.population ?? "spikes", unit: unit, neurons: 1) { body in
      var block = SpikeStream.Block(times: [], ids: [])
      try table.rows { line, splitter, number in
        guard let time = splitter.number(line, splitter.fields[0]) else {
          throw Problem(
            "“\(splitter.text(line, splitter.fields[0]))” is no time", at: "\(table.path):\(number)")
        }
        block.times.append(time)
        block.ids.append(0)
      }
      try body(block)
    }
    try source.add(to: &contents, options, at: table.path)
  }

  private func matrix(_ table: TextTable, _ options: ConversionOptions, _ contents: inout Contents) throws {
    var rows = 0
    try table.rows { _, _, _ in rows += 1 }
    let columns = table.heads.count
    let source = MatrixSource(name: "matrix", rows: rows, columns: columns, form: .dense) { body in
      var block: MatrixSource.Triplets = ([], [], [])
      var row: UInt64 = 0
      try table.rows { line, splitter, number in
        for (column, field) in splitter.fields.enumerated() {
          guard let value = splitter.number(line, field) else {
            throw Problem("“\(splitter.text(line, field))” is no number", at: "\(table.path):\(number)")
          }
          guard value != 0 else { continue }
          block.rows.append(row)
          block.columns.append(UInt64(column))
          block.values.append(value)
        }
        row += 1
        if block.values.count >= 1 << 16 {
          try body(block)
          block = ([], [], [])
        }
      }
      if !block.values.isEmpty { try body(block) }
    }
    try source.add(to: &contents, options, at: table.path)
    guard rows == columns, let nodes = contents.nodes.indices.first else { return }
    if table.hasHead { contents.nodes[nodes].columns.append(("name", .names(table.heads.map(\.name)))) }
    if let labels = try labels(beside: table.path, count: rows) {
      contents.nodes[nodes].columns.append(("cell_type", .words(labels.words)))
      contents.assumptions.append("cell types are those of \(labels.file), which has one for each row")
    }
  }

  /// Labels in a file beside a matrix: `left_cell_labels.csv` or `left_labels.csv` beside `left_adjacency.csv`.
  private func labels(beside path: String, count: Int) throws -> (file: String, words: [String])? {
    let base = stem(path).split(separator: "_").dropLast().joined(separator: "_")
    let ending = path.split(separator: ".").last.map(String.init) ?? ""
    for name in ["\(base)_cell_labels.\(ending)", "\(base)_labels.\(ending)"] {
      let file = "\(parent(of: path))/\(name)"
      guard !base.isEmpty, FileManager.default.fileExists(atPath: file) else { continue }
      let reader = try LineReader(file)
      var words: [String] = []
      try reader.forEach { line, _ in
        let own = string(line)
        if !own.isEmpty { words.append(own) }
      }
      if words.count == count { return (name, words) }
    }
    return nil
  }
}
