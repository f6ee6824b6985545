import EngramData
import EngramKit

/// Reads `.npz` files: SciPy's sparse matrices, what Engram writes, what users of Brian 2 save, and named arrays.
public struct ArchiveFormatReader: FormatReader {
  public static let format = FileFormat.npz
  public init() {}

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let archive = try NumpyArchive(reading: path)
    var contents = Contents()
    contents.dropped += archive.others.map { "\($0): no NumPy array" }
    if SparseArchive.isSparse(archive) {
      try matrix(archive, "", stem(path), options, &contents)
      return contents
    }
    var rest = Set(archive.names)
    let own = OwnArchive(archive: archive, options: options)
    for name in own.names("matrix.", ".format") {
      try matrix(archive, "matrix.\(name).", name, options, &contents)
      rest = rest.filter { !$0.hasPrefix("matrix.\(name).") }
    }
    for name in own.names("spikes.", ".times") {
      try own.spikes(name, &contents)
      rest = rest.filter { !$0.hasPrefix("spikes.\(name).") }
    }
    for name in own.names("trace.", ".data") {
      contents.traces.append(try own.trace(name))
      rest = rest.filter { !$0.hasPrefix("trace.\(name).") }
    }
    try BrianArchive(archive: archive, options: options).add(to: &contents, &rest)
    for name in rest.sorted() where !name.hasSuffix(".units") || !rest.contains(String(name.dropLast(6))) {
      let header = try archive.array(name).header
      guard header.type.isNumeric else {
        contents.dropped.append("\(name): \(header.type.words), no numbers")
        continue
      }
      let unit = try rest.contains("\(name).units") ? archive.array("\(name).units").texts(1).first : nil
      let short = name.hasPrefix("array.") ? String(name.dropFirst(6)) : name
      contents.arrays.append(
        NumpySource(path, name, header).array(short, unit: unit ?? options.unit))
    }
    return try contents.selected(options, at: path)
  }

  private func matrix(
    _ archive: NumpyArchive, _ prefix: String, _ name: String, _ options: ConversionOptions,
    _ contents: inout Contents
  ) throws {
    let matrix = try SparseArchive(archive, prefix: prefix)
    func text(_ key: String) throws -> String? {
      try archive.contains(prefix + key) ? archive.array(prefix + key).texts(1).first : nil
    }
    let isPadded = matrix.storage == .bsr || matrix.storage == .dia
    let header = try archive.array(prefix + "data").header
    let path = archive.path
    let source = MatrixSource(
      name: name, rows: matrix.shape.rows, columns: matrix.shape.columns,
      count: isPadded ? nil : matrix.count,
      stored: NumpySource(path, prefix + "data", header).stored,
      orientation: try text("orientation").flatMap { ConversionOptions.Orientation(rawValue: $0) },
      unit: try text("units")
    ) { body in
      try SparseArchive(try NumpyArchive(reading: path), prefix: prefix).elements { block in
        try body((block.rows.map { UInt64($0) }, block.columns.map { UInt64($0) }, block.values))
      }
    }
    if isPadded {
      contents.assumptions.append("zeros that fill the \(matrix.storage.rawValue) form are no elements")
    }
    try source.add(to: &contents, options, at: path)
  }
}

extension NumpySource {
  /// The array `name` of the archive `path`.
  init(_ path: String, _ name: String, _ header: NumpyHeader) {
    self.init(place: "\(path)#\(name)", header: header) { try NumpyArchive(reading: path).array(name) }
  }
}

/// The arrays of an archive that Engram wrote.
private struct OwnArchive {
  let archive: NumpyArchive
  let options: ConversionOptions

  func names(_ prefix: String, _ suffix: String) -> [String] {
    archive.names.filter {
      $0.hasPrefix(prefix) && $0.hasSuffix(suffix) && $0.count > prefix.count + suffix.count
    }
    .map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }
  }

  func spikes(_ name: String, _ contents: inout Contents) throws {
    let prefix = "spikes.\(name)."
    let path = archive.path
    let symbol = try archive.array(prefix + "units").texts(1).first ?? ""
    guard let unit = Unit(symbol) else { throw Problem("“\(symbol)” is no unit", at: path) }
    let window = try archive.array(prefix + "window").doubles(2)
    guard window[0] <= window[1] else { throw Problem("has the window \(window)", at: path) }
    let neurons = try archive.array(prefix + "neurons")
    let values: [UInt64] = try neurons.integers(neurons.header.count)
    let isCount = neurons.header.shape.isEmpty
    let count = isCount ? Int(clamping: values[0]) : values.count
    if !isCount { contents.nodes.append(NodeTable(name, count: count, ids: values)) }
    contents.spikes.append(
      SpikeStream(
        name, unit: unit, window: window[0]..<window[1], ids: isCount ? nil : values, unitCount: count,
        count: try archive.array(prefix + "times").header.count
      ) { body in
        try spikeBlocks(path, times: prefix + "times", ids: prefix + "ids", body)
      })
  }

  func trace(_ name: String) throws -> TraceStream {
    let prefix = "trace.\(name)."
    let path = archive.path
    let header = try archive.array(prefix + "data").header
    guard header.shape.count == 2 else {
      throw Problem("has shape \(header.shape)", at: "\(path)#\(prefix)data")
    }
    let source = NumpySource(path, prefix + "data", header)
    let ids = try archive.array(prefix + "ids")
    let unit =
      try archive.contains(prefix + "units") ? archive.array(prefix + "units").texts(1).first : options.unit
    let times: TraceStream.Times
    if archive.contains(prefix + "sampling") {
      let sampling = try archive.array(prefix + "sampling").doubles(2)
      times = .regular(Sampling(start: sampling[0], step: sampling[1]))
    } else {
      let stamps = NumpySource(path, prefix + "times", try archive.array(prefix + "times").header)
      times = .stamped { try stamps.rows($0) }
    }
    return TraceStream(
      name, ids: try ids.integers(header.shape[1]), unit: unit, frames: header.shape[0], times: times,
      stored: source.stored
    ) { try source.rows($0) }
  }
}

/// Hands on two arrays of an archive, times and ids, side by side.
func spikeBlocks(
  _ path: String, times: String, ids: String, _ body: (SpikeStream.Block) throws -> Void
) throws {
  let archive = try NumpyArchive(reading: path)
  let (when, who) = (try archive.array(times), try archive.array(ids))
  guard when.header.count == who.header.count else {
    throw Problem("has \(when.header.count) times but \(who.header.count) ids", at: path)
  }
  while when.remaining > 0 {
    let count = min(1 << 17, when.remaining)
    try body(.init(times: try when.doubles(count), ids: try who.integers(count)))
  }
}
