import EngramData
import EngramKit

/// An NWB table (hdmf-common `DynamicTable`): rows with columns, some of them ragged.
struct DynamicTable {
  /// One column.
  struct Column {
    var name: String
    var data: H5Dataset
    /// Where each row of the level above ends in the one below, outermost first; empty: one value for each row.
    var ends: [[Int]]

    /// Values of each row in `data`; row i is `[bounds[i], bounds[i + 1])`. Of a doubly ragged column, all of a row's.
    var bounds: [Int] {
      guard var bounds = ends.first.map({ [0] + $0 }) else { return [] }
      for inner in ends.dropFirst() { bounds = bounds.map { $0 == 0 ? 0 : inner[$0 - 1] } }
      return bounds
    }
  }

  let group: H5Group
  let count: Int
  /// The id of each row: any numbers, in any order.
  let ids: [Int64]
  let columns: [Column]

  /// - Throws: `Problem`: no ids, an index that descends or leads beyond its data, columns of another length.
  ///
  /// - Parameter only: Columns to look at; nil: all.
  init(_ group: H5Group, only: Set<String>? = nil) throws {
    self.group = group
    let ids = try group.exists("id") ? try group.dataset("id").read(Int64.self) : nil
    let names = try group.names()
    let indices = Set(names.filter { $0.hasSuffix("_index") })
    var columns: [Column] = []
    for name in names where try name != "id" && !indices.contains(name) && group.kind(of: name) == .dataset {
      guard only?.contains(name) ?? true else { continue }
      let data = try group.dataset(name)
      var ends: [[Int]] = []
      var (index, length) = ("\(name)_index", data.shape.first ?? 0)
      while indices.contains(index) {
        let dataset = try group.dataset(index)
        ends.insert(try DynamicTable.checked(try dataset.read(Int.self), length, dataset.place), at: 0)
        length = dataset.count
        index += "_index"
      }
      columns.append(Column(name: name, data: data, ends: ends))
    }
    guard let count = ids?.count ?? columns.first.map({ $0.ends.first?.count ?? $0.data.shape.first ?? 0 })
    else {
      throw Problem("is no table: it has neither id nor a column", at: group.place)
    }
    for column in columns where (column.ends.first?.count ?? column.data.shape.first ?? 0) != count {
      throw Problem(
        "has \(column.ends.first?.count ?? column.data.shape.first ?? 0) rows where the table has \(count)",
        at: column.data.place, fix: "the table is damaged: write it again")
    }
    self.count = count
    self.ids = ids ?? (0..<Int64(count)).map { $0 }
    let order = try group.attributes.contains("colnames") ? group.attributes.strings("colnames") ?? [] : []
    let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    self.columns = columns.sorted {
      (places[$0.name] ?? Int.max, $0.name) < (places[$1.name] ?? Int.max, $1.name)
    }
  }

  private static func checked(_ ends: [Int], _ length: Int, _ place: String) throws -> [Int] {
    let ascends = (ends.first ?? 0) >= 0 && zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 }
    guard ascends, ends.last ?? 0 <= length else {
      throw Problem(
        ascends ? "leads to row \(ends.last ?? 0) of \(length)" : "does not ascend", at: place,
        fix: "`engram check` tells more; the index must be written again")
    }
    return ends
  }

  /// A column by its name.
  func column(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// A column with one value for each row as words or numbers; nil where it is anything else.
  func plain(_ column: Column) throws -> NodeTable.Column? {
    guard column.ends.isEmpty, column.data.shape.count == 1, !column.data.isNull else { return nil }
    if column.data.type.isString {
      let words = try column.data.readStrings()
      return Set(words).count <= max(16, count / 2) ? .words(words) : .names(words)
    }
    if column.data.type == .reference { return .words(try column.data.readReferences()) }
    if case .enumeration(let members) = column.data.type {
      let names = Dictionary(members.map { ($0.value, $0.name) }) { first, _ in first }
      return .words(try column.data.read(Int64.self).map { names[$0] ?? "?\($0)" })
    }
    guard column.data.type.isNumeric else { return nil }
    let unit = try column.data.attributes.contains("unit") ? column.data.attributes.string("unit") : nil
    return .numbers(
      try column.data.read(Double.self), unit: unit ?? "1", stored: column.data.type.element ?? .float64)
  }
}
