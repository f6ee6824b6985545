import EngramData
import EngramKit

/// Paired recordings, one ordered pair of cells a row: whether it was tested for a connection, and what was found.
///
/// Columns as datasets of synaptic physiology name them: `slice_id`, `pre_id`, `post_id`, `pre_type`, `post_type`,
/// `tested`, `connected`, `amplitude`; all but the two ids may be missing. Cells of different slices are different
/// neurons, which makes the matrices block-diagonal. Source: Campagnola et al. (2022) Science 375, eabj5861.
struct PairedRecordings {
  private static let slice: Set = ["slice_id", "slice", "experiment_id"]
  private static let preType: Set = ["pre_type", "pre_cell_class"]
  private static let postType: Set = ["post_type", "post_cell_class"]
  private static let tested: Set = ["tested"]
  private static let connected: Set = ["connected", "has_synapse"]
  private static let amplitude: Set = ["amplitude", "psp_amplitude"]

  /// A tested pair, by positions of its cells.
  private struct Pair {
    var pre, post: UInt64
    var isConnected: Bool
    var amplitude: Double?
  }

  private let table: TextTable
  private var cells: [String: Int] = [:]
  private var names: [String] = []
  private var types: [String] = []
  private var pairs: [Pair] = []

  /// Whether the heads of a table are those of paired recordings.
  static func fits(_ table: TextTable) -> Bool {
    table.column(TextTable.pre) != nil && table.column(TextTable.post) != nil
      && (table.column(tested) != nil || table.column(connected) != nil)
  }

  /// - Throws: `Problem` with the line: a pair twice, a cell of two types, a field that cannot be understood.
  init(_ table: TextTable) throws {
    self.table = table
    var rows: [(line: Int, texts: [String])] = []
    try table.rows { line, splitter, number in rows.append((number, splitter.texts(line))) }
    var seen: Set<[UInt64]> = []
    for row in rows {
      do {
        guard let found = try pair(row.texts) else { continue }
        guard seen.insert([found.pre, found.post]).inserted else {
          throw Problem(
            "has the pair \(names[Int(found.pre)]) to \(names[Int(found.post)]) a second time",
            fix: "keep one row for each ordered pair")
        }
        pairs.append(found)
      } catch let problem as Problem {
        throw Problem(problem.what, at: "\(table.path):\(row.line)", fix: problem.fix)
      }
    }
  }

  /// The pair of a row; nil where it was not tested.
  private mutating func pair(_ row: [String]) throws -> Pair? {
    func text(_ names: Set<String>) -> String? { table.column(names).map { row[$0] } }
    let slice = text(Self.slice)
    let pre = try cell(slice, text(TextTable.pre) ?? "", text(Self.preType))
    let post = try cell(slice, text(TextTable.post) ?? "", text(Self.postType))
    guard pre != post else { throw Problem("has the cell \(names[pre]) on both sides") }
    let isTested = try text(Self.tested).map { try yes($0) } ?? true
    guard isTested else { return nil }
    var amplitude: Double?
    if let word = text(Self.amplitude), !word.isEmpty {
      guard let number = Double(word) else {
        throw Problem("“\(word)” is no amplitude", fix: "leave it empty")
      }
      amplitude = number.isNaN ? nil : number
    }
    let isConnected = try text(Self.connected).map { try yes($0) } ?? ((amplitude ?? 0) != 0)
    return Pair(pre: UInt64(pre), post: UInt64(post), isConnected: isConnected, amplitude: amplitude)
  }

  /// The position of a cell, which is new or of the type that it had before.
  private mutating func cell(_ slice: String?, _ id: String, _ type: String?) throws -> Int {
    guard !id.isEmpty else { throw Problem("has a cell without an id") }
    let (name, type) = (slice.map { "\($0)/\(id)" } ?? id, type ?? "")
    guard let known = cells[name] else {
      cells[name] = names.count
      names.append(name)
      types.append(type)
      return names.count - 1
    }
    guard types[known] == type else {
      throw Problem(
        "says that the cell \(name) is of type “\(type)”; above it is “\(types[known])”",
        fix: "give each cell one type")
    }
    return known
  }

  private func yes(_ word: String) throws -> Bool {
    switch word.lowercased() {
    case "1", "1.0", "true", "yes", "y", "t": return true
    case "0", "0.0", "false", "no", "n", "f", "", "nan": return false
    default: throw Problem("“\(word)” says neither yes nor no", fix: "write 1 or 0")
    }
  }

  /// Adds the cells with their types, and the matrices `connectivity` (1 where connected), `tested` and `amplitude`.
  func add(to contents: inout Contents, _ options: ConversionOptions) throws {
    let population = options.population ?? "cells"
    var columns: [(name: String, values: NodeTable.Column)] = [("name", .names(names))]
    if table.column(Self.preType) != nil || table.column(Self.postType) != nil {
      columns.append(("cell_type", .words(types)))
    }
    contents.nodes.append(NodeTable(population, count: names.count, columns: columns))
    if table.column(Self.tested) == nil {
      contents.assumptions.append("every pair that has a row was tested, and no other")
    }
    func matrix(_ name: String, _ unit: String?, _ chosen: [(pair: Pair, value: Double)]) {
      contents.edges.append(
        EdgeStream(
          name, form: .sparse, from: population, to: population, sourceCount: names.count,
          targetCount: names.count, count: chosen.count, columns: [.init(EdgeStream.weight, unit: unit)]
        ) { body in
          try body(
            .init(
              sources: chosen.map(\.pair.pre), targets: chosen.map(\.pair.post),
              columns: [chosen.map(\.value)]))
        })
    }
    matrix("connectivity", "1", pairs.filter(\.isConnected).map { (pair: $0, value: 1) })
    matrix("tested", "1", pairs.map { (pair: $0, value: 1) })
    let measured = pairs.compactMap { pair in pair.amplitude.map { (pair: pair, value: $0) } }
    if let column = table.column(Self.amplitude), !measured.isEmpty {
      guard let unit = table.heads[column].unit ?? options.weightUnit else {
        throw ConversionOptions.missing(
          "the amplitudes have no unit", option: "weight-unit", example: "mV", at: table.path)
      }
      matrix("amplitude", unit, measured)
    }
  }
}
