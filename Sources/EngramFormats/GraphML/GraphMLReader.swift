import EngramData
import EngramKit

/// Reads GraphML: nodes with their data, edges with theirs.
public struct GraphMLReader: FormatReader {
  public static let format = FileFormat.graphml
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    var survey = GraphMLSurvey()
    try GraphMLParser.parse(path) { try survey.see($0) }
    var contents = Contents()
    let population = options.population ?? "neurons"
    contents.nodes.append(survey.nodes(population))
    if survey.undirected > 0 {
      contents.assumptions.append("\(survey.undirected) undirected edges became one edge in each direction")
    }
    let positions = survey.positions
    let keys = survey.edgeKeys(options)
    let isDirected = survey.isDirected
    let libraries = survey.libraries
    contents.edges.append(
      EdgeStream(
        from: population, to: population, sourceCount: survey.names.count, targetCount: survey.names.count,
        count: survey.edges + survey.undirected, columns: keys.map(\.column)
      ) { body in
        var block = EdgeStream.Block(sources: [], targets: [], columns: keys.map { _ in [] })
        try GraphMLParser.parse(path) { event in
          guard case .edge(let source, let target, let own, let data) = event else { return }
          guard let from = positions[source], let to = positions[target] else {
            throw Problem("has an edge between “\(source)” and “\(target)”, of which one is no node")
          }
          let values = try keys.map { key -> Double in
            guard let text = data[key.id] else { return .nan }
            if let library = libraries[key.id] { return library.codes[text].map(Double.init) ?? .nan }
            return try GraphMLReader.number(text)
          }
          for (a, b) in own ?? isDirected ? [(from, to)] : [(from, to), (to, from)] {
            block.sources.append(a)
            block.targets.append(b)
            for column in values.indices { block.columns[column].append(values[column]) }
          }
          if block.sources.count >= 1 << 16 {
            try body(block)
            block = EdgeStream.Block(sources: [], targets: [], columns: keys.map { _ in [] })
          }
        }
        if !block.sources.isEmpty { try body(block) }
      })
    return contents
  }

  fileprivate static func number(_ text: String) throws -> Double {
    let digits = text.filter { !$0.isWhitespace }
    guard let number = Double(digits) else { throw Problem("“\(text)” is no number") }
    return number
  }
}

/// What a first pass over a GraphML file finds.
private struct GraphMLSurvey {
  var names: [String] = []
  var positions: [String: UInt64] = [:]
  var isDirected = true
  var edges = 0
  var undirected = 0
  /// Words of the edges' text keys.
  var libraries: [String: WordList] = [:]
  private var keys: [GraphMLParser.Key] = []
  private var data: [[String: String]] = []
  private var usedEdgeKeys: Set<String> = []
  /// Memory of the nodes.
  private var bytes = 0
  private static let bytesEach = 120

  mutating func see(_ event: GraphMLParser.Event) throws {
    switch event {
    case .key(let key): keys.append(key)
    case .graph(let isDirected): self.isDirected = isDirected
    case .node(let id, let data):
      guard positions[id] == nil else { throw Problem("has two nodes “\(id)”") }
      bytes += id.utf8.count + data.values.reduce(0) { $0 + $1.utf8.count } + GraphMLSurvey.bytesEach
      guard bytes <= H5File.defaultMemoryLimit else {
        throw Problem(
          "has so many nodes that they do not fit into memory: more than \(names.count)",
          fix: "allow more with --memory")
      }
      positions[id] = UInt64(names.count)
      names.append(id)
      self.data.append(data)
    case .edge(_, _, let own, let data):
      edges += 1
      if !(own ?? isDirected) { undirected += 1 }
      for (key, text) in data {
        usedEdgeKeys.insert(key)
        if isText(key) { _ = libraries[key, default: WordList()].code(text) }
      }
    }
  }

  private func isText(_ id: String) -> Bool { keys.first { $0.id == id }?.isText ?? true }

  /// The neurons, named unless their ids only count.
  func nodes(_ population: String) -> NodeTable {
    var table = NodeTable(population, count: names.count)
    if !names.enumerated().allSatisfy({ $1 == String($0) }) { table.columns.append(("name", .names(names))) }
    for key in keys where key.owner != "edge" && data.contains(where: { $0[key.id] != nil }) {
      let texts = data.map { $0[key.id] }
      let numbers = texts.map { $0.flatMap { Double($0.filter { !$0.isWhitespace }) } }
      let name = key.name.replacing("/", with: "_")
      guard name != "name" || table.columns.isEmpty else { continue }
      if !key.isText, zip(texts, numbers).allSatisfy({ ($0 == nil) == ($1 == nil) }) {
        table.columns.append((name, .numbers(numbers.map { $0 ?? .nan }, unit: "1", stored: .float64)))
      } else {
        let words = texts.map { $0 ?? "NULL" }
        table.columns.append(
          (name, Set(words).count <= max(16, words.count / 2) ? .words(words) : .names(words)))
      }
    }
    return table
  }

  /// The edges' keys in the order of declaration.
  func edgeKeys(_ options: ConversionOptions) -> [(id: String, column: EdgeStream.Column)] {
    keys.filter { usedEdgeKeys.contains($0.id) && $0.owner != "node" }.map { key in
      let isWeight = options.weight.map { $0 == key.name } ?? TextTable.weight.contains(key.name.lowercased())
      let library = libraries[key.id]?.words
      return (
        key.id,
        .init(
          isWeight && library == nil ? EdgeStream.weight : key.name.replacing("/", with: "_"),
          unit: isWeight ? options.weightUnit : nil, stored: library == nil ? .float64 : .uint32,
          library: library)
      )
    }
  }
}
