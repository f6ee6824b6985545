import EngramKit

/// One column of nodes or edges, read in blocks: numbers, or words as codes.
public struct ElementColumn: Sendable {
  /// Path in the attribute group, such as `syn_weight` or `dynamics_params/tau`.
  public let name: String
  /// Symbol of the unit; nil: not stated.
  public let unit: String?
  /// The type that keeps every value.
  public let stored: H5Element
  /// Words that the values, then codes, stand for; nil: the values are numbers.
  public let library: [String]?
  /// Values of a range of elements; NaN where an element has none.
  public let read: @Sendable (Range<Int>) throws -> [Double]
}

extension ElementTable {
  /// Every column of the groups and of the types table, and what of them is no column of numbers or words.
  ///
  /// - Throws: `Problem`: a column of the wrong length, one that cannot be read.
  public func elementColumns() throws -> (columns: [ElementColumn], left: [String]) {
    var names: Set<String> = []
    var left: [String] = []
    for own in groups {
      for path in try paths(in: own, "") {
        let dataset = try group.dataset("\(own)/\(path)")
        if groups.count == 1, isIdentity, dataset.shape != [count], !dataset.isNull {
          left.append("\(dataset.path): shape \(dataset.shape) for \(count) \(kind)s, no column")
        } else if dataset.isNull || dataset.shape.count != 1
          || !(dataset.type.isNumeric || dataset.type.isString)
        {
          if dataset.count > 0 || dataset.isNull {
            left.append("\(dataset.path): \(dataset.type.words) of shape \(dataset.shape), no column")
          }
        } else {
          names.insert(path)
        }
      }
    }
    let keys = ["\(kind)_type_id", "population"]
    names.formUnion((types?.columns ?? []).filter { !keys.contains($0) })
    return (try names.sorted().map(elementColumn), left)
  }

  private func paths(in own: String, _ prefix: String) throws -> [String] {
    var found: [String] = []
    for name in try group.group("\(own)/\(prefix)").names() where name != "@library" {
      switch try group.kind(of: "\(own)/\(prefix)\(name)") {
      case .dataset: found.append(prefix + name)
      case .group where prefix.isEmpty: found += try paths(in: own, "\(name)/")
      default: break
      }
    }
    return found
  }

  /// One column by its name.
  private func elementColumn(_ name: String) throws -> ElementColumn {
    let stored = try groups.map { try column(name, in: $0) }
    let texts = types?.rows.values.compactMap { $0[name] } ?? []
    guard try hasWords(name, texts) else {
      guard let read = try numbers(name) else {
        throw Problem("has no column “\(name)”", at: group.place)
      }
      let type = stored.compactMap { $0?.type.element }.reduce(nil) { $0 == nil || $0 == $1 ? $1 : .float64 }
      // A number that not every element has is NaN somewhere, which no integer holds.
      let isWhole = types == nil || stored.allSatisfy { $0 != nil }
      let element = isWhole && groups.count == 1 ? type ?? .float64 : .float64
      return ElementColumn(
        name: name, unit: try unit(of: name), stored: element, library: nil, read: read)
    }
    return try words(name, stored)
  }

  private func hasWords(_ name: String, _ texts: [String]) throws -> Bool {
    for own in groups {
      guard let dataset = try column(name, in: own) else { continue }
      if dataset.type.isString { return true }
      if case .enumeration = dataset.type { return true }
      return try group.exists("\(own)/@library/\(name)")
    }
    return texts.contains { Double($0) == nil }
  }

  /// A column of words: codes into the words of all groups and types, in order of first mention.
  private func words(_ name: String, _ stored: [H5Dataset?]) throws -> ElementColumn {
    var library = WordList()
    var decoders: [(@Sendable (Range<Int>) throws -> [Double])?] = []
    for (own, dataset) in zip(groups, stored) {
      decoders.append(try dataset.map { try decoder($0, name, own, &library) })
    }
    var byType: [Int64: Double] = [:]
    for (id, row) in (types?.rows ?? [:]).sorted(by: { $0.key < $1.key }) {
      if let word = row[name] { byType[id] = Double(library.code(word)) }
    }
    let read: @Sendable (Range<Int>) throws -> [Double]
    if isIdentity, let only = decoders.first, let decode = only {
      read = decode
    } else {
      let lengths = stored.map { $0?.count }
      let whole = try zip(decoders, lengths).map { decode, length in try decode?(0..<(length ?? 0)) }
      let (ids, types) = (byType.isEmpty ? nil : try typeIDs(), byType)
      let place = place(lengths)
      read = { range in
        try range.map { element in
          if let (own, row) = try place(element) { return whole[own]?[row] ?? .nan }
          guard let ids, element < ids.count else { return .nan }
          return types[ids[element]] ?? .nan
        }
      }
    }
    let wide: H5Element = library.words.count <= 255 ? .uint8 : .uint32
    return ElementColumn(name: name, unit: nil, stored: wide, library: library.words, read: read)
  }

  /// Codes of one group's column into the words of all.
  private func decoder(
    _ dataset: H5Dataset, _ name: String, _ own: String, _ library: inout WordList
  ) throws -> @Sendable (Range<Int>) throws -> [Double] {
    if dataset.type.isString {
      for rows in dataset.rowBlocks(bytesEach: 64) {
        for word in try dataset.readStrings(rows: rows) { _ = library.code(word) }
      }
      let codes = library.codes
      return { rows in try dataset.readStrings(rows: rows).map { codes[$0].map(Double.init) ?? .nan } }
    }
    var codes: [Int: Double] = [:]
    if try group.exists("\(own)/@library/\(name)") {
      for (code, word) in try group.dataset("\(own)/@library/\(name)").readStrings().enumerated() {
        codes[code] = Double(library.code(word))
      }
    } else if case .enumeration(let members) = dataset.type {
      for member in members { codes[Int(member.value)] = Double(library.code(member.name)) }
    }
    // A code outside the library stays visible as a word of its own.
    for rows in dataset.rowBlocks() {
      for code in try dataset.read(Int.self, rows: rows) where codes[code] == nil {
        codes[code] = Double(library.code("?\(code)"))
      }
    }
    let table = codes
    return { rows in try dataset.read(Int.self, rows: rows).map { table[$0] ?? .nan } }
  }
}

/// Words and their codes, in order of first mention.
public struct WordList: Sendable {
  /// The words, by code.
  public private(set) var words: [String] = []
  /// The code of each word.
  public private(set) var codes: [String: Int] = [:]

  public init() {}

  /// The code of `word`, a new one where it was not met before.
  public mutating func code(_ word: String) -> Int {
    if let code = codes[word] { return code }
    codes[word] = words.count
    words.append(word)
    return words.count - 1
  }
}

extension H5Type {
  /// The number type that holds every value; nil where it is no number, float64 for what no type holds exactly.
  public var element: H5Element? {
    switch self {
    case .integer(1, let signed): signed ? .int8 : .uint8
    case .integer(2, let signed): signed ? .int16 : .uint16
    case .integer(4, let signed): signed ? .int32 : .uint32
    case .integer(_, let signed): signed ? .int64 : .uint64
    case .float(4): .float32
    case .float(2): .float32
    case .float: .float64
    case .enumeration: .int64
    default: nil
    }
  }
}
