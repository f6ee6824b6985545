import EngramData
import EngramKit

/// Connections listed in a text, one a row.
struct TextEdges {
  let table: TextTable
  let options: ConversionOptions
  private let pre: Int
  private let post: Int

  init(_ table: TextTable, _ options: ConversionOptions) throws {
    self.table = table
    self.options = options
    guard table.heads.count >= 2 else {
      throw Problem("has one column, and connections need two", at: table.path)
    }
    pre = table.hasHead ? table.column(TextTable.pre) ?? 0 : 0
    post = table.hasHead ? table.column(TextTable.post) ?? 1 : 1
    guard pre != post else { throw Problem("has one column for both ends of a connection", at: table.path) }
  }

  /// Adds the connections and their neurons.
  func add(to contents: inout Contents) throws {
    var survey = TextIdentities.Survey()
    let others = table.heads.indices.filter { $0 != pre && $0 != post }
    var libraries = [WordList?](repeating: nil, count: table.heads.count)
    var count = 0
    try table.rows { line, splitter, _ in
      survey.see(line, splitter, splitter.fields[pre])
      survey.see(line, splitter, splitter.fields[post])
      for column in others {
        let field = splitter.fields[column]
        if libraries[column] == nil {
          if TextEdges.value(line, splitter, field) != nil { continue }
          libraries[column] = WordList()
        }
        _ = libraries[column]?.code(splitter.text(line, field))
      }
      count += 1
    }
    // A column that turned out to be words after numbers: its first rows are words as well.
    let words = others.filter { libraries[$0] != nil }
    if !words.isEmpty {
      libraries = [WordList?](repeating: nil, count: table.heads.count)
      for column in words { libraries[column] = WordList() }
      try table.rows { line, splitter, _ in
        for column in words { _ = libraries[column]?.code(splitter.text(line, splitter.fields[column])) }
      }
    }
    let identities = try TextIdentities(survey, options, at: table.path)
    let population = options.population ?? "neurons"
    if identities.names == nil {
      contents.assumptions.append(
        options.neurons == nil
          ? "there are \(identities.count) neurons, up to the largest id"
          : "there are \(identities.count) neurons")
      if identities.base == 1 {
        contents.assumptions.append("ids count from 1 in the file, from 0 in the result")
      }
    }
    contents.nodes.append(
      NodeTable(
        population, count: identities.count, columns: identities.names.map { [("name", .names($0))] } ?? []))
    let columns = try others.map { column in
      try self.column(column, libraries[column]?.words, isFirst: column == others.first)
    }
    for (place, column) in zip(others, columns) where column.name == "delay" && table.heads[place].unit == nil
    {
      contents.assumptions.append("delays are in ms")
    }
    let (rows, ends, own) = (table, (pre: pre, post: post), libraries)
    contents.edges.append(
      EdgeStream(
        from: population, to: population, sourceCount: identities.count, targetCount: identities.count,
        count: count,
        columns: columns
      ) { body in
        var block = EdgeStream.Block(sources: [], targets: [], columns: others.map { _ in [] })
        try rows.rows { line, splitter, number in
          let fields = splitter.fields
          let place = { "\(rows.path):\(number)" }
          block.sources.append(try identities.id(line, splitter, fields[ends.pre], at: place()))
          block.targets.append(try identities.id(line, splitter, fields[ends.post], at: place()))
          for (slot, column) in others.enumerated() {
            let field = fields[column]
            if let words = own[column] {
              block.columns[slot].append(words.codes[splitter.text(line, field)].map(Double.init) ?? .nan)
            } else {
              block.columns[slot].append(TextEdges.value(line, splitter, field) ?? .nan)
            }
          }
          if block.sources.count == 1 << 16 {
            try body(block)
            block = EdgeStream.Block(sources: [], targets: [], columns: others.map { _ in [] })
          }
        }
        if !block.sources.isEmpty { try body(block) }
      })
  }

  private func column(_ place: Int, _ words: [String]?, isFirst: Bool) throws -> EdgeStream.Column {
    let head = table.heads[place]
    let asked = options.weight.map { $0 == head.name }
    let isWeight =
      asked ?? (table.hasHead ? TextTable.weight.contains(head.name.lowercased()) : isFirst && words == nil)
    let names = ["weight": EdgeStream.weight, "delay": "delay"]
    // Without a head the order is that of dumps: weight, then delay.
    let name =
      isWeight
      ? EdgeStream.weight
      : table.hasHead ? head.name : names[place == 3 && words == nil ? "delay" : ""] ?? "column_\(head.name)"
    return EdgeStream.Column(
      name.replacing("/", with: "_"),
      unit: head.unit ?? (isWeight ? options.weightUnit : name == "delay" ? "ms" : nil),
      stored: words == nil ? .float64 : .uint32, library: words)
  }

  /// A number, also as networkx writes it: `{'weight': 3}`; an empty field has no value.
  private static func value(_ line: borrowing Span<UInt8>, _ splitter: FieldSplitter, _ field: Range<Int>)
    -> Double?
  {
    guard !field.isEmpty else { return .nan }
    guard line[field.lowerBound] == 0x7B else { return splitter.number(line, field) }
    do {
      guard case .object(let data) = try PythonLiteral(string(line.extracting(field))) else { return nil }
      return data.isEmpty ? .nan : data["weight"]?.number
    } catch { return nil }
  }
}
