import EngramData
import EngramKit

/// Writes MATLAB 7.3 files: matrices sparse or full, spikes as a cell of trains, traces and arrays as numbers.
public struct MatlabWriter: FormatWriter {
  public static let format = FileFormat.matlab
  public static let holds: Set<ContentKind> = [.nodes, .matrix, .spikes, .traces, .arrays]
  public init() {}

  public func name(_ stem: String) -> String { "\(stem).mat" }

  public func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws {
    job.dropColumns(of: contents)
    guard
      !contents.edges.isEmpty || !contents.spikes.isEmpty || !contents.traces.isEmpty
        || !contents.arrays.isEmpty
    else { throw Problem("holds neurons only, which MATLAB has no form for", at: path) }
    try H5File.write(path, userBlock: MatlabWriter.userBlock, synced: false) { file in
      var output = MatlabOutput(root: try file.root, contents: contents, job: job, path: path)
      for edges in contents.edges { try output.matrix(edges) }
      for spikes in contents.spikes { try output.spikes(spikes) }
      for trace in contents.traces { try output.trace(trace) }
      for array in contents.arrays { try output.array(array) }
    }
  }

  /// Text, subsystem, version 2.0 and byte order; the date is fixed, so that equal input gives equal bytes.
  private static var userBlock: [UInt8] {
    let text =
      "MATLAB 7.3 MAT-file, Platform: Engram, Created on: Tue Jan 01 00:00:00 1980 HDF5 schema 1.00 ."
    var bytes = Array(text.utf8)
    bytes += [UInt8](repeating: 0x20, count: 116 - bytes.count)
    bytes += [UInt8](repeating: 0, count: 8) + [0x00, 0x02] + Array("IM".utf8)
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }
}

private struct MatlabOutput {
  let root: H5Group
  let contents: Contents
  let job: ConversionJob
  let path: String
  private var names: Set<String> = []

  init(root: H5Group, contents: Contents, job: ConversionJob, path: String) {
    (self.root, self.contents, self.job, self.path) = (root, contents, job, path)
  }

  /// A name that MATLAB takes for a variable: letters, digits and underscores, 63 at most, and no other's.
  private mutating func variable(_ name: String) -> String {
    var own = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }.prefix(56))
    if own.first.map({ !$0.isLetter }) ?? true { own = "v" + own }
    let base = own
    var number = 2
    while !names.insert(own).inserted {
      own = "\(base)_\(number)"
      number += 1
    }
    if own != name { job.assume("\(name) is called \(own), as MATLAB's variables may be") }
    return own
  }

  private func mark(_ object: any H5Object, _ className: String) throws {
    try object.attributes.set("MATLAB_class", className, as: .fixed)
  }

  mutating func matrix(_ edges: EdgeStream) throws {
    let name = variable(edges.name)
    let matrix = try CompressedMatrix(edges, contents, job, byColumn: true, path: path)
    let object: any H5Object =
      edges.form == .dense ? try full(matrix, name) : try sparse(matrix, name)
    try mark(object, "double")
    try object.attributes.set("orientation", matrix.orientation.rawValue)
    if let unit = matrix.unit { try object.attributes.set("units", unit) }
  }

  private func sparse(_ matrix: CompressedMatrix, _ name: String) throws -> any H5Object {
    let group = try root.createGroup(name)
    try group.attributes.set("MATLAB_sparse", UInt64(matrix.rows))
    try group.write("jc", matrix.pointers.map { UInt64($0) })
    // MATLAB itself leaves both out where there are no elements.
    guard matrix.count > 0 else { return group }
    let rows = try group.create("ir", element: .uint64, shape: [matrix.count], storage: storage(matrix.count))
    let values = try group.create(
      "data", element: .float64, shape: [matrix.count], storage: storage(matrix.count))
    var first = 0
    try matrix.blocks { block in
      let count = block.values.count
      try rows.write(block.minors.map { UInt64($0) }, start: [first], count: [count])
      try values.write(block.values, start: [first], count: [count])
      first += count
    }
    return group
  }

  private func full(_ matrix: CompressedMatrix, _ name: String) throws -> any H5Object {
    let (elements, overflow) = matrix.rows.multipliedReportingOverflow(by: matrix.columns)
    guard !overflow, elements <= 1 << 28 || job.options.dense else {
      throw Problem(
        "a dense matrix of \(matrix.rows) × \(matrix.columns) exceeds 2 GiB", at: path,
        fix: "allow it with --dense")
    }
    guard elements > 0 else { return try empty(name, [matrix.rows, matrix.columns]) }
    let data = try root.create(name, element: .float64, shape: [matrix.columns, matrix.rows])
    // Blocks come column by column; each column is written when the next begins.
    var (column, values) = (0, [Double](repeating: 0, count: matrix.rows))
    func flush() throws { try data.write(values, start: [column, 0], count: [1, matrix.rows]) }
    try matrix.blocks { block in
      for place in block.values.indices {
        if Int(block.majors[place]) != column {
          try flush()
          column = Int(block.majors[place])
          values = [Double](repeating: 0, count: matrix.rows)
        }
        values[Int(block.minors[place])] = block.values[place]
      }
    }
    try flush()
    return data
  }

  /// A variable without elements holds its shape instead.
  private func empty(_ name: String, _ shape: [Int]) throws -> H5Dataset {
    let dataset = try root.write(name, shape.map { UInt64($0) })
    try dataset.attributes.set("MATLAB_empty", UInt8(1))
    return dataset
  }

  private func storage(_ count: Int) -> H5Storage {
    job.options.compress && count > 0 ? .compressed(chunk: [min(count, 1 << 16)]) : .contiguous
  }

  /// Numbers `[row, column]` of MATLAB's, given row by row.
  private func numbers(_ name: String, _ values: [Double], rows: Int, columns: Int) throws {
    guard !values.isEmpty else { return try mark(try empty(name, [rows, columns]), "double") }
    let turned =
      rows > 1 && columns > 1 ? Tensor(values, shape: [rows, columns]).transposed().elements : values
    try mark(try root.write(name, turned, shape: [columns, rows]), "double")
  }

  mutating func spikes(_ spikes: SpikeStream) throws {
    let name = variable(spikes.name)
    let positions = try Positions(spikes.population, count: spikes.unitCount, ids: spikes.ids)
    let sorted = try SortedSpikes(spikes, positions: positions, memory: job.memory, folder: parent(of: path))
    let folder = "#refs#/\(name)"
    // One empty train serves all silent units.
    try mark(try empty("\(folder)/silent", [0, 1]), "double")
    var paths = [String](repeating: "/\(folder)/silent", count: spikes.unitCount)
    var open: (unit: Int, times: [Double]) = (-1, [])
    func flush() throws {
      guard !open.times.isEmpty else { return }
      paths[open.unit] = "/\(folder)/t\(open.unit)"
      try mark(try root.write("\(folder)/t\(open.unit)", open.times, shape: [1, open.times.count]), "double")
    }
    try sorted.blocks { block in
      for place in block.times.indices {
        if Int(block.units[place]) != open.unit {
          try flush()
          open = (Int(block.units[place]), [])
        }
        open.times.append(block.times[place])
      }
    }
    try flush()
    guard !paths.isEmpty else { return try mark(try empty(name, [1, 0]), "cell") }
    let cell = try root.write(name, referencesTo: paths, shape: [paths.count, 1])
    try mark(cell, "cell")
    try cell.attributes.set("units", spikes.unit.symbol)
    try cell.attributes.set("t_start", spikes.window.lowerBound)
    try cell.attributes.set("t_stop", spikes.window.upperBound)
    if let ids = spikes.ids {
      job.assume("\(spikes.name): the neurons' ids are the variable \(name)_ids, in the order of the cell")
      let dataset = try root.write(variable("\(name)_ids"), ids, shape: [ids.count, 1])
      try mark(dataset, "uint64")
    }
  }

  mutating func trace(_ trace: TraceStream) throws {
    let name = variable(trace.name)
    let width = trace.ids.count
    guard width > 0, trace.frames > 0 else {
      return try mark(try empty(name, [trace.frames, width]), "double")
    }
    let data = try root.create(name, element: .float64, shape: [width, trace.frames])
    try mark(data, "double")
    if let unit = trace.unit { try data.attributes.set("units", unit) }
    job.assume("\(trace.name): rows are frames in time; their times are in \(name)_time, ms")
    var times: [Double] = []
    let step = max(1, (1 << 17) / width)
    for first in stride(from: 0, to: trace.frames, by: step) {
      let frames = first..<min(trace.frames, first + step)
      let values = Tensor(try trace.read(frames), shape: [frames.count, width])
      try data.write(values.transposed().elements, start: [0, first], count: [width, frames.count])
      switch trace.times {
      case .regular(let sampling): times += frames.map { sampling.start + Double($0) * sampling.step }
      case .stamped(let stamps): times += try stamps(frames)
      }
    }
    try numbers(variable("\(name)_time"), times, rows: trace.frames, columns: 1)
    try numbers(variable("\(name)_ids"), trace.ids.map(Double.init), rows: 1, columns: width)
  }

  mutating func array(_ array: ArrayStream) throws {
    let name = variable(array.name)
    guard array.shape.count <= 2 else {
      return job.drop("\(array.name): \(array.shape.count) axes, of which MATLAB's matrices have 2 here")
    }
    let values = try array.read(0..<(array.shape.first ?? 1))
    let rows = array.shape.count == 2 ? array.shape[0] : 1
    try numbers(name, values, rows: rows, columns: array.shape.last ?? 1)
    if let unit = array.unit { try root.dataset(name).attributes.set("units", unit) }
  }
}
