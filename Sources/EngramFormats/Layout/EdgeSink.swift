import EngramData
import EngramKit

/// Writes streamed edges as a SONATA population, sorted by target and source, with both indices under both names.
struct EdgeSink {
  let group: H5Group
  let edges: SortedEdges
  let ends: (sources: Positions, targets: Positions)
  let compress: Bool

  /// - Returns: How many runs of consecutive edges each source has, by position; the index by source needs it.
  /// - Throws: `Problem`; what the stream throws.
  func write(_ progress: (Double) -> Void) throws -> [Int] {
    let stream = edges.stream
    let count = edges.count
    let sources = try create("source_node_id", .uint64, group)
    let targets = try create("target_node_id", .uint64, group)
    try sources.attributes.set("node_population", stream.sourcePopulation)
    try targets.attributes.set("node_population", stream.targetPopulation)
    let own = try group.createGroup("0")
    let columns = try zip(stream.columns, edges.hasGaps).map { try column($0, hasGaps: $1, own) }
    let types = try create(EdgeStream.typeID, .int32, group)
    let groupIndex = try create("edge_group_index", count < 1 << 32 ? .uint32 : .uint64, group)
    // Never written: all zero, for which HDF5 takes no room.
    _ = try create("edge_group_id", .uint16, group)
    var first = 0
    var counts = [Int](repeating: 0, count: ends.sources.count)
    var runs = EdgeRuns()
    let typed = stream.columns.firstIndex { $0.name == EdgeStream.typeID }
    try edges.blocks { block in
      let length = block.sources.count
      for (place, source) in block.sources.enumerated() where runs.begins(UInt64(source), at: first + place) {
        counts[Int(source)] += 1
      }
      try put(ends.sources.ids(block.sources), sources, first)
      try put(ends.targets.ids(block.targets), targets, first)
      for (column, (dataset, missing)) in columns.enumerated() where column != typed {
        var values = block.columns[column]
        if let missing {
          for place in values.indices where values[place].isNaN { values[place] = missing }
        }
        try dataset?.write(values, start: [first], count: [length])
      }
      if let typed {
        try put(block.columns[typed], types, first)
      } else {
        try put([Int32](repeating: -1, count: length), types, first)
      }
      if count < 1 << 32 {
        try put((first..<first + length).map { UInt32($0) }, groupIndex, first)
      } else {
        try put((first..<first + length).map { UInt64($0) }, groupIndex, first)
      }
      first += length
      progress(Double(first) / Double(max(count, 1)))
    }
    if !stream.columns.contains(where: { $0.name == "model_template" }) {
      _ = try create("model_template", .uint8, own)
      try own.write("@library/model_template", strings: ["NULL"])
    }
    return counts
  }

  private func put<T: H5Scalar>(_ values: [T], _ dataset: H5Dataset, _ first: Int) throws {
    try dataset.write(values, start: [first], count: [values.count])
  }

  private func create(_ name: String, _ element: H5Element, _ group: H5Group) throws -> H5Dataset {
    try group.create(name, element: element, shape: [edges.count], storage: storage(edges.count, compress))
  }

  /// A column's dataset, and the code of a missing word; nil for the type id, which lies elsewhere.
  private func column(
    _ column: EdgeStream.Column, hasGaps: Bool, _ own: H5Group
  ) throws -> (H5Dataset?, missing: Double?) {
    if column.name == EdgeStream.typeID { return (nil, nil) }
    guard var library = column.library else {
      let isWhole = column.stored != .float32 && column.stored != .float64
      // No whole number says that there is none.
      let dataset = try create(column.name, hasGaps && isWhole ? .float64 : column.stored, own)
      if let unit = column.unit ?? EdgeSink.units[column.name] { try dataset.attributes.set("units", unit) }
      return (dataset, nil)
    }
    let known = library.firstIndex(of: "NULL")
    if hasGaps, known == nil { library.append("NULL") }
    try own.write("@library/\(column.name)", strings: library)
    let dataset = try create(column.name, library.count < 256 ? .uint8 : .uint32, own)
    return (dataset, hasGaps ? Double(known ?? library.count - 1) : nil)
  }

  /// Units that SONATA fixes.
  static let units = ["delay": "ms", "nsyns": "1"]
}

/// How a dataset of `count` elements lies in the file.
func storage(_ count: Int, _ compress: Bool) -> H5Storage {
  compress && count > 0 ? .compressed(chunk: [min(count, 1 << 16)]) : .contiguous
}
