import EngramData
import EngramKit

/// A matrix of a format that knows rows and columns but no neurons, on its way into a conversion.
struct MatrixSource {
  /// Elements `(row, column, value)` from 0.
  typealias Triplets = (rows: [UInt64], columns: [UInt64], values: [Double])

  var name: String
  var rows: Int
  var columns: Int
  /// Stored elements where they are known.
  var count: Int?
  var form = EdgeStream.Form.sparse
  var stored = H5Element.float64
  /// What the file itself says of the presynaptic index.
  var orientation: ConversionOptions.Orientation?
  var isSymmetric = false
  var unit: String?
  /// Populations the file names.
  var rowPopulation: String?
  var columnPopulation: String?
  let elements: @Sendable ((Triplets) throws -> Void) throws -> Void

  /// Adds it as connections from pre to post, and the neurons of both ends where they are not there yet.
  ///
  /// - Throws: `Problem` when neither the file nor the user says which index is presynaptic.
  func add(to contents: inout Contents, _ options: ConversionOptions, at place: String) throws {
    guard let orientation = orientation ?? options.orientation ?? (isSymmetric ? .postRows : nil) else {
      throw ConversionOptions.missing(
        "the file does not say whether rows or columns of “\(name)” are presynaptic", option: "orientation",
        example: "pre-rows (or post-rows)", at: place)
    }
    let preRows = orientation == .preRows
    let named = options.population ?? "neurons"
    let isOne = rows == columns && rowPopulation == columnPopulation
    let rowName = rowPopulation ?? (isOne ? named : preRows ? "pre" : "post")
    let columnName = columnPopulation ?? (isOne ? named : preRows ? "post" : "pre")
    for (population, count) in [(rowName, rows), (columnName, columns)]
    where contents.nodes(population) == nil {
      contents.nodes.append(NodeTable(population, count: count))
    }
    let elements = elements
    contents.edges.append(
      EdgeStream(
        name, form: form, from: preRows ? rowName : columnName, to: preRows ? columnName : rowName,
        sourceCount: preRows ? rows : columns, targetCount: preRows ? columns : rows, count: count,
        columns: [.init(EdgeStream.weight, unit: unit ?? options.weightUnit, stored: stored)]
      ) { body in
        try elements { block in
          try body(
            preRows
              ? .init(sources: block.rows, targets: block.columns, columns: [block.values])
              : .init(sources: block.columns, targets: block.rows, columns: [block.values]))
        }
      })
  }
}

extension Contents {
  /// Names of the neurons of `population`, by position: its column `name`; nil where it has none.
  func names(_ population: String) -> [String]? {
    guard let column = nodes(population)?.columns.first(where: { $0.name == "name" }) else { return nil }
    switch column.values {
    case .names(let names), .words(let names): return names
    case .numbers: return nil
    }
  }

  /// The only object a format can hold in one file.
  ///
  /// - Throws: `Problem` that lists the objects when there are several, or says that there is none.
  func only<Object>(_ objects: [Object], _ what: String, name: (Object) -> String) throws -> Object {
    guard objects.count == 1, let object = objects.first else {
      throw objects.isEmpty
        ? Problem("holds no \(what)")
        : Problem(
          "holds \(objects.count) \(what) (\(objects.map(name).joined(separator: ", "))), and this format takes one",
          fix: "choose one with --object \(name(objects[0]))")
    }
    return object
  }

  /// These contents with only the objects that the user names; all of them where none is named.
  ///
  /// - Throws: `Problem` that lists the names there are when one is unknown.
  func selected(_ options: ConversionOptions, at place: String) throws -> Contents {
    guard !options.objects.isEmpty else { return self }
    let all = edges.map(\.name) + spikes.map(\.name) + traces.map(\.name) + arrays.map(\.name)
    if let unknown = options.objects.first(where: { !all.contains($0) }) {
      throw Problem("holds no “\(unknown)”, but \(all.joined(separator: ", "))", at: place)
    }
    var kept = self
    kept.edges.removeAll { !options.objects.contains($0.name) }
    kept.spikes.removeAll { !options.objects.contains($0.name) }
    kept.traces.removeAll { !options.objects.contains($0.name) }
    kept.arrays.removeAll { !options.objects.contains($0.name) }
    return kept
  }
}
