import EngramData
import EngramKit

/// Reads a single NumPy array: a dense matrix, a trace, spikes as records, or plain numbers.
public struct ArrayReader: FormatReader {
  public static let format = FileFormat.numpy
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let header = try NumpyReader(reading: path).header
    var contents = Contents()
    let name = stem(path)
    if case .record(let fields) = header.type {
      try records(path, fields.map(\.name), options, &contents)
      return contents
    }
    guard header.type.isNumeric else {
      throw Problem("holds \(header.type.words), no numbers", at: path)
    }
    let source = NumpySource(place: path, header: header) { try NumpyReader(reading: path) }
    guard header.shape.count == 2 else {
      contents.arrays.append(source.array(name, unit: options.unit))
      return contents
    }
    if options.orientation != nil {
      try source.matrix(name).add(to: &contents, options, at: path)
    } else if let dt = options.dt {
      contents.assumptions.append("rows are frames in time, columns are neurons")
      contents.traces.append(source.trace(name, step: dt, timeIsLast: false, options))
    } else {
      throw Problem(
        "has shape \(header.shape), which may be a matrix or a trace [time, neuron]", at: path,
        fix: "say --orientation pre-rows or post-rows for a matrix, --dt STEP for a trace")
    }
    return contents
  }

  private func records(
    _ path: String, _ fields: [String], _ options: ConversionOptions, _ contents: inout Contents
  ) throws {
    guard let time = fields.first(where: { TextTable.time.contains($0.lowercased()) }),
      let id = fields.first(where: { TextTable.id.contains($0.lowercased()) && $0 != time })
    else {
      throw Problem("has records of \(fields.joined(separator: ", ")), no time and id", at: path)
    }
    contents.dropped += fields.filter { $0 != time && $0 != id }.map {
      "field \($0): spikes have a time and an id"
    }
    let source = SpikeSource(
      name: options.population ?? "spikes", unit: try options.requiredTimeUnit(at: path),
      base: UInt64(options.idBase ?? 0)
    ) { body in
      // Two readers, because a reader goes over the records once.
      let (times, ids) = (try NumpyReader(reading: path), try NumpyReader(reading: path))
      while times.remaining > 0 {
        let count = min(1 << 16, times.remaining)
        try body(
          .init(
            times: try times.doubles(count, field: time),
            ids: try ids.integers(count, field: id, as: UInt64.self)))
      }
    }
    try source.add(to: &contents, options, at: path)
  }
}

/// The name of a file without folder and extension.
func stem(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
}
