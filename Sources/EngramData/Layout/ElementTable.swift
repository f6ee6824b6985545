import EngramKit

/// The columns of a SONATA population of nodes or edges: attribute groups in the file, and a types table beside it.
///
/// The value of element `i` is the entry of its group's column at its group index; where the group has no such
/// column, the entry of the types table for its type id.
public struct ElementTable: Sendable {
  /// `node` or `edge`.
  let kind: String
  let group: H5Group
  /// Number of elements.
  public let count: Int
  /// Names of the attribute groups, `0`, `1`, …, in numeric order.
  public let groups: [String]
  /// The types table, nil when there is none.
  public let types: TypesTable?
  /// Group number and row of each element; nil when the only group's rows are the elements in order.
  private let rows: (group: [Int32], index: [Int])?

  init(_ group: H5Group, kind: String, count: Int, types: TypesTable?) throws {
    self.kind = kind
    self.group = group
    self.count = count
    self.types = types
    groups = try group.names().filter { try Int($0) != nil && group.kind(of: $0) == .group }
      .sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
    rows = try ElementTable.rows(group, kind: kind, count: count, groups: groups)
  }

  private static func rows(
    _ group: H5Group, kind: String, count: Int, groups: [String]
  ) throws -> (group: [Int32], index: [Int])? {
    let names = ("\(kind)_group_id", "\(kind)_group_index")
    let both = try (group.exists(names.0), group.exists(names.1))
    guard both.0, both.1 else {
      guard groups.count <= 1 else {
        throw Problem(
          "has \(groups.count) groups but no \(both.0 ? names.1 : names.0)", at: group.place,
          fix: "which rows belong to which \(kind) is unknown: write the file again")
      }
      return nil
    }
    let index = try group.dataset(names.1)
    // Most files have one group in element order: then nothing needs to be kept.
    if groups.count <= 1, try isIdentity(index, count) { return nil }
    let ids = try group.dataset(names.0).read(Int32.self)
    let places = try index.read(Int.self)
    guard ids.count == count, places.count == count else {
      throw Problem("\(names.0) and \(names.1) do not have \(count) elements", at: group.place)
    }
    return (ids, places)
  }

  private static func isIdentity(_ index: H5Dataset, _ count: Int) throws -> Bool {
    guard index.count == count else { return false }
    for first in stride(from: 0, to: count, by: blockLength) {
      let block = try index.read(Int.self, rows: first..<min(count, first + blockLength))
      var difference = 0
      for (k, row) in block.enumerated() { difference |= row ^ (first + k) }
      if difference != 0 { return false }
    }
    return true
  }

  /// The type id of each element; nil when the population has none.
  public func typeIDs() throws -> [Int64]? {
    let name = "\(kind)_type_id"
    return try group.exists(name) ? try group.dataset(name).read(Int64.self) : nil
  }

  /// The columns stored in group `name`, sorted; `dynamics_params` is one entry.
  public func columns(of name: String) throws -> [String] {
    try group.group(name).names().filter { $0 != "@library" }
  }

  /// Whether a group or the types table has the column.
  public func hasColumn(_ name: String) throws -> Bool {
    if types?.columns.contains(name) == true { return true }
    return try groups.contains { try column(name, in: $0) != nil }
  }

  /// The symbol in the attribute `units` of the column, nil where no group states one.
  public func unit(of name: String) throws -> String? {
    for own in groups {
      if let unit = try column(name, in: own)?.attributes.string("units") { return unit }
    }
    return nil
  }

  /// Numbers of a column in blocks of any range of elements; NaN where an element has no value.
  ///
  /// - Returns: nil when neither a group nor the types table has the column.
  /// - Throws: `Problem`: a column that is no number, a group index beyond the column.
  func numbers(_ name: String) throws -> (@Sendable (Range<Int>) throws -> [Double])? {
    guard try hasColumn(name) else { return nil }
    let stored = try groups.map { try column(name, in: $0) }
    if rows == nil, let only = stored.first, let dataset = only {
      guard dataset.shape.first == count else {
        throw Problem("has \(dataset.shape.first ?? 0) values for \(count) \(kind)s", at: dataset.place)
      }
      return { try dataset.read(Double.self, rows: $0) }
    }
    let values = try stored.map { try $0?.read(Double.self) }
    let byType = types.map { $0.rows.mapValues { $0[name].flatMap(Double.init) ?? .nan } }
    let ids = byType == nil ? nil : try typeIDs()
    let place = place(values.map { $0?.count })
    return { range in
      try range.map { element in
        if let (own, row) = try place(element) { return values[own]?[row] ?? .nan }
        guard let byType, let ids, element < ids.count else { return .nan }
        return byType[ids[element]] ?? .nan
      }
    }
  }

  /// One word for each element; nil when neither a group nor the types table has the column.
  ///
  /// Strings are taken as they are, codes through `@library` or the stored enumeration, numbers as text. An element
  /// without a value gets the empty word, a code outside its library `?code`.
  public func labels(_ name: String) throws -> [String]? {
    guard try hasColumn(name) else { return nil }
    let stored = try groups.map { try column(name, in: $0) }
    let words = try zip(groups, stored).map { own, dataset in
      try dataset.map { try self.words($0, name, own) }
    }
    let byType = types.map { $0.rows.mapValues { $0[name] ?? "" } }
    let ids = byType == nil ? nil : try typeIDs()
    let place = place(words.map { $0?.count })
    return try (0..<count).map { element in
      if let (own, row) = try place(element) { return words[own]?[row] ?? "" }
      guard let byType, let ids, element < ids.count else { return "" }
      return byType[ids[element]] ?? ""
    }
  }

  /// Whether a column holds words: strings, codes with a library, an enumeration, or entries of the types table.
  public func hasWords(_ name: String) throws -> Bool {
    for own in groups {
      guard let dataset = try column(name, in: own) else { continue }
      if dataset.type.isString { return true }
      if case .enumeration = dataset.type { return true }
      return try group.exists("\(own)/@library/\(name)")
    }
    return types?.columns.contains(name) ?? false
  }

  /// The column's dataset in a group, nil when the group has none.
  func column(_ name: String, in own: String) throws -> H5Dataset? {
    let path = "\(own)/\(name)"
    guard try group.kind(of: path) == .dataset else { return nil }
    let dataset = try group.dataset(path)
    return dataset.isNull ? nil : dataset
  }

  private func words(_ dataset: H5Dataset, _ name: String, _ own: String) throws -> [String] {
    if dataset.type.isString { return try dataset.readStrings() }
    let codes = try dataset.read(Double.self)
    if try group.exists("\(own)/@library/\(name)") {
      let library = try group.dataset("\(own)/@library/\(name)").readStrings()
      return codes.map { code in
        Int(exactly: code).flatMap { library.indices.contains($0) ? library[$0] : nil }
          ?? "?\(shortest(code))"
      }
    }
    if case .enumeration(let members) = dataset.type {
      let names = Dictionary(members.map { (Double($0.value), $0.name) }) { first, _ in first }
      return codes.map { names[$0] ?? "?\(shortest($0))" }
    }
    return codes.map(shortest)
  }

  /// Whether the only group's rows are the elements in order.
  var isIdentity: Bool { rows == nil }

  /// Group number and row of an element; nil when its group lacks the column.
  ///
  /// - Parameter lengths: Rows of the column in each group; nil where the group lacks it.
  func place(_ lengths: [Int?]) -> @Sendable (Int) throws -> (group: Int, row: Int)? {
    let numbers = Dictionary(groups.enumerated().map { (Int32($1) ?? -1, $0) }) { first, _ in first }
    let (rows, here, kind) = (rows, group.place, kind)
    return { element in
      guard let own = rows.map({ numbers[$0.group[element]] }) ?? (lengths.isEmpty ? nil : 0) else {
        return nil
      }
      guard let length = lengths[own] else { return nil }
      let row = rows.map { $0.index[element] } ?? element
      guard row >= 0, row < length else {
        throw Problem(
          "\(kind) \(element) refers to row \(row) of \(length) in group \(own)", at: here,
          fix: "`engram check` lists every such \(kind)")
      }
      return (own, row)
    }
  }
}

/// Elements read at a time where a whole dataset is not needed in memory.
let blockLength = 1 << 20
