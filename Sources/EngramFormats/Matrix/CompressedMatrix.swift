import EngramData
import EngramKit

/// Connections as a compressed matrix: one element for each pair, sorted, in bounded memory.
struct CompressedMatrix {
  /// Consecutive elements: the compressed index, the other index, the value.
  typealias Block = (majors: [UInt32], minors: [UInt32], values: [Double])

  let rows: Int
  let columns: Int
  let rowPopulation: String
  let columnPopulation: String
  /// Whether rows or columns are presynaptic.
  let orientation: ConversionOptions.Orientation
  let unit: String?
  private let elements: MatrixElements
  private let majorIsSource: Bool

  /// Sorts and counts the elements of `edges`, and tells `job` what a matrix cannot keep.
  ///
  /// - Parameters:
  ///   - byColumn: Whether columns are compressed instead of rows.
  ///   - path: Of the output, beside which a temporary file may lie.
  init(
    _ edges: EdgeStream, _ contents: Contents, _ job: ConversionJob, byColumn: Bool = false, path: String
  ) throws {
    orientation = job.options.orientation ?? .postRows
    let isPreRows = orientation == .preRows
    let layout = LayoutWriting(contents: contents, job: job, folder: parent(of: path))
    let tables = try layout.populations()
    let sources = try layout.positions(edges.sourcePopulation, in: tables)
    let targets = try layout.positions(edges.targetPopulation, in: tables)
    majorIsSource = isPreRows != byColumn
    elements = try MatrixElements(
      try SortedEdges(
        edges, sources: sources, targets: targets, by: majorIsSource ? .source : .target, memory: job.memory,
        folder: parent(of: path)), job.options)
    (rows, columns) = isPreRows ? (sources.count, targets.count) : (targets.count, sources.count)
    (rowPopulation, columnPopulation) =
      isPreRows
      ? (edges.sourcePopulation, edges.targetPopulation) : (edges.targetPopulation, edges.sourcePopulation)
    unit = elements.unit
    job.assume("\(edges.name): rows are \(isPreRows ? "presynaptic" : "postsynaptic")")
    if elements.merged > 0 {
      job.assume(
        "\(edges.name): \(elements.merged) pairs with several edges, their \(elements.reduction) taken")
    }
    for column in edges.columns where column.name != job.options.weight ?? EdgeStream.weight {
      job.drop("\(edges.name): column \(column.name), for which a matrix has no place")
    }
  }

  /// Where the elements of each compressed row or column begin; one more than there are.
  var pointers: [Int] {
    elements.counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }

  /// Number of elements.
  var count: Int { elements.counts.reduce(0, +) }

  /// Hands on all elements in order; may be called again.
  func blocks(_ body: (Block) throws -> Void) throws {
    try elements.blocks { block in
      try body(
        majorIsSource
          ? (block.pres, block.posts, block.values) : (block.posts, block.pres, block.values))
    }
  }
}

extension ConversionJob {
  /// Says that a format has no place for what describes the neurons beyond their number and `kept`.
  func dropColumns(of contents: Contents, except kept: Set<String> = []) {
    for nodes in contents.nodes {
      let lost = nodes.columns.map(\.name).filter { !kept.contains($0) }
      if !lost.isEmpty { drop("neurons \(nodes.name): \(lost.joined(separator: ", "))") }
      if nodes.ids != nil, !kept.contains("id") {
        drop("neurons \(nodes.name): their ids; positions are written")
      }
    }
  }
}
