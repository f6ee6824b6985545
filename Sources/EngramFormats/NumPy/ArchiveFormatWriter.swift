import EngramData
import EngramKit

/// Writes a `.npz` file: one matrix as `scipy.sparse.load_npz` reads it, or named arrays.
///
/// Names of arrays say what they are: `spikes.NAME.times`, `matrix.NAME.data`, `trace.NAME.data`, `array.NAME`.
public struct ArchiveFormatWriter: FormatWriter {
  public static let format = FileFormat.npz
  public static let holds: Set<ContentKind> = [.nodes, .matrix, .spikes, .traces, .arrays]
  public init() {}

  public func name(_ stem: String) -> String { "\(stem).npz" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    job.dropColumns(of: contents)
    let isMatrix =
      contents.edges.count == 1 && contents.spikes.isEmpty && contents.traces.isEmpty
      && contents.arrays.isEmpty
    guard
      !contents.edges.isEmpty || !contents.spikes.isEmpty || !contents.traces.isEmpty
        || !contents.arrays.isEmpty
    else { throw Problem("holds neurons only, which NumPy has no form for", at: path) }
    try ArchiveWriter.write(path) { writer in
      for edges in contents.edges {
        let matrix = try CompressedMatrix(edges, contents, job, path: path)
        let stored = edges.columns.first { $0.name == EdgeStream.weight }?.stored ?? .float64
        try write(matrix, stored, to: writer, isMatrix ? "" : "matrix.\(edges.name).")
      }
      for spikes in contents.spikes { try write(spikes, contents, job, path, to: writer) }
      for trace in contents.traces { try write(trace, to: writer) }
      for array in contents.arrays { try write(array, to: writer) }
    }
  }

  private func write(
    _ matrix: CompressedMatrix, _ stored: H5Element, to writer: ArchiveWriter, _ prefix: String
  ) throws {
    let isNarrow = max(matrix.count, matrix.rows, matrix.columns) < Int(Int32.max)
    let indices = try writer.begin(prefix + "indices", isNarrow ? .int32 : .int64, shape: [matrix.count])
    // A sum of integers may leave their type, which NumPy would not notice.
    let type: H5Element = stored == .float32 ? .float32 : .float64
    let data = try writer.begin(prefix + "data", type, shape: [matrix.count])
    try matrix.blocks { block in
      try writer.write(block.minors.map(Double.init), as: isNarrow ? .int32 : .int64, to: indices)
      try writer.write(block.values, as: type, to: data)
    }
    if isNarrow {
      try writer.array(prefix + "indptr", matrix.pointers.map { Int32($0) })
    } else {
      try writer.array(prefix + "indptr", matrix.pointers)
    }
    try writer.array(prefix + "format", texts: ["csr"], shape: [])
    try writer.array(prefix + "shape", [Int64(matrix.rows), Int64(matrix.columns)])
    // SciPy passes over arrays that it does not know.
    try writer.array(prefix + "orientation", texts: [matrix.orientation.rawValue], shape: [])
    if let unit = matrix.unit { try writer.array(prefix + "units", texts: [unit], shape: []) }
  }

  private func write(
    _ spikes: SpikeStream, _ contents: Contents, _ job: ConversionJob, _ path: String,
    to writer: ArchiveWriter
  ) throws {
    let prefix = "spikes.\(spikes.name)."
    let positions = try Positions(spikes.population, count: spikes.unitCount, ids: spikes.ids)
    let sorted = try SortedSpikes(spikes, positions: positions, memory: job.memory, folder: parent(of: path))
    let times = try writer.begin(prefix + "times", .float64, shape: [sorted.count])
    let ids = try writer.begin(prefix + "ids", .uint64, shape: [sorted.count])
    try sorted.blocks { block in
      try writer.write(block.times, to: times)
      try writer.write(positions.ids(block.units), to: ids)
    }
    try writer.array(
      prefix + "neurons", spikes.ids ?? [UInt64(spikes.unitCount)], shape: spikes.ids == nil ? [] : nil)
    try writer.array(prefix + "window", [spikes.window.lowerBound, spikes.window.upperBound])
    try writer.array(prefix + "units", texts: [spikes.unit.symbol], shape: [])
  }

  private func write(_ trace: TraceStream, to writer: ArchiveWriter) throws {
    let prefix = "trace.\(trace.name)."
    let width = trace.ids.count
    let data = try writer.begin(prefix + "data", trace.stored, shape: [trace.frames, width])
    let times = try writer.begin(prefix + "times", .float64, shape: [trace.frames])
    let step = max(1, (1 << 17) / max(1, width))
    for first in stride(from: 0, to: trace.frames, by: step) {
      let frames = first..<min(trace.frames, first + step)
      try writer.write(try trace.read(frames), as: trace.stored, to: data)
      switch trace.times {
      case .regular(let sampling):
        try writer.write(frames.map { sampling.start + Double($0) * sampling.step }, to: times)
      case .stamped(let stamps): try writer.write(try stamps(frames), to: times)
      }
    }
    if case .regular(let sampling) = trace.times {
      try writer.array(prefix + "sampling", [sampling.start, sampling.step])
    }
    try writer.array(prefix + "ids", trace.ids)
    if let unit = trace.unit { try writer.array(prefix + "units", texts: [unit], shape: []) }
  }

  private func write(_ array: ArrayStream, to writer: ArchiveWriter) throws {
    let member = try writer.begin("array.\(array.name)", array.stored, shape: array.shape)
    let width = array.shape.dropFirst().reduce(1, *)
    let step = max(1, (1 << 17) / max(1, width))
    let rows = array.shape.first ?? 1
    for first in stride(from: 0, to: rows, by: step) {
      try writer.write(try array.read(first..<min(rows, first + step)), as: array.stored, to: member)
    }
    if let unit = array.unit { try writer.array("array.\(array.name).units", texts: [unit], shape: []) }
  }
}
