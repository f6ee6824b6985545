import EngramData
import EngramKit
import Foundation

/// Reads what NetPyNE saves as JSON: cells, connections, spikes and recorded traces.
public struct NetPyneReader: FormatReader {
  public static let format = FileFormat.netpyne
  public init() {}

  /// A JSON text of short numbers takes about thirty times its size as objects; reads may take half the memory.
  private static let growth = 16

  public func contents(of path: String, _ options: ConversionOptions) throws -> Contents {
    let stream = try FileStream(path)
    guard stream.size <= H5File.defaultMemoryLimit / NetPyneReader.growth else {
      throw Problem(
        "is \(stream.size) bytes of JSON, which as objects do not fit into memory", at: path,
        fix:
          "save fewer items (simConfig.saveDataInclude = ['simData', 'simConfig', 'net']), or allow more with --memory"
      )
    }
    let root: [String: Any]
    do {
      let value = try JSONSerialization.jsonObject(with: Data(try stream.bytes(stream.size)))
      guard let object = value as? [String: Any] else { throw Problem("is JSON, but no object", at: path) }
      root = object
    } catch let known as Problem { throw known } catch {
      let reason = (error as NSError).userInfo["NSDebugDescription"] as? String
      throw Problem(
        "is not JSON that can be read: \(reason ?? error.localizedDescription)", at: path,
        fix: "save it again, or copy it again from its source")
    }
    var contents = Contents()
    contents.sourceVersion = root["netpyne_version"] as? String ?? ""
    let source = NetPyneSource(path: path, root: root, options: options)
    try source.nodes(&contents)
    try source.edges(&contents)
    try source.spikes(&contents)
    try source.traces(&contents)
    return try contents.selected(options, at: path)
  }
}

private struct NetPyneSource {
  let path: String
  let options: ConversionOptions
  let net: [String: Any]
  let data: [String: Any]
  let configuration: [String: Any]
  let cells: [[String: Any]]
  let population: String

  init(path: String, root: [String: Any], options: ConversionOptions) {
    self.path = path
    self.options = options
    net = root["net"] as? [String: Any] ?? [:]
    data = root["simData"] as? [String: Any] ?? [:]
    configuration = root["simConfig"] as? [String: Any] ?? [:]
    cells = (net["cells"] as? [[String: Any]] ?? []).sorted { NetPyneSource.gid($0) < NetPyneSource.gid($1) }
    population = options.population ?? "neurons"
  }

  private static func gid(_ cell: [String: Any]) -> Int { (cell["gid"] as? NSNumber)?.intValue ?? -1 }

  private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  func nodes(_ contents: inout Contents) throws {
    guard !cells.isEmpty else { return }
    let gids = cells.map(NetPyneSource.gid)
    guard gids.allSatisfy({ $0 >= 0 }), Set(gids).count == gids.count else {
      throw Problem("has cells without a gid, or two of one gid", at: path)
    }
    let ids = gids.map { UInt64($0) }
    let isIdentity = ids.enumerated().allSatisfy { UInt64($0) == $1 }
    var table = NodeTable(population, count: cells.count, ids: isIdentity ? nil : ids)
    let tags = cells.map { $0["tags"] as? [String: Any] ?? [:] }
    for (key, name) in [("pop", "pop_name"), ("cellType", "cell_type")]
    where tags.contains(where: { $0[key] != nil }) {
      table.columns.append((name, .words(tags.map { $0[key] as? String ?? "NULL" })))
    }
    for axis in ["x", "y", "z"] where tags.contains(where: { $0[axis] != nil }) {
      table.columns.append(
        (axis, .numbers(tags.map { number($0[axis]) ?? .nan }, unit: "um", stored: .float64)))
    }
    contents.nodes.append(table)
  }

  func edges(_ contents: inout Contents) throws {
    var block = EdgeStream.Block(sources: [], targets: [], columns: [[], []])
    var mechanisms = WordList()
    var codes: [Double] = []
    var (stimuli, isPacked) = (0, 0)
    for cell in cells {
      for entry in cell["conns"] as? [Any] ?? [] {
        guard let connection = entry as? [String: Any] else {
          throw Problem(
            "has connections in the compact form (compactConnFormat), whose order only the model knows",
            at: path,
            fix: "save again with simConfig.compactConnFormat = False")
        }
        guard let pre = (connection["preGid"] as? NSNumber)?.intValue else {
          stimuli += 1
          continue
        }
        guard pre >= 0 else { throw Problem("has a connection from cell \(pre)", at: path) }
        // Several weights for one connection, as plasticity keeps them: the first is the synapse's.
        let weights = connection["weight"] as? [Any]
        if let weights, weights.count > 1 { isPacked += 1 }
        block.sources.append(UInt64(pre))
        block.targets.append(UInt64(NetPyneSource.gid(cell)))
        block.columns[0].append(number(weights?.first ?? connection["weight"]) ?? .nan)
        block.columns[1].append(number(connection["delay"]) ?? .nan)
        codes.append(Double(mechanisms.code(connection["synMech"] as? String ?? "NULL")))
      }
    }
    if stimuli > 0 {
      contents.dropped.append("\(stimuli) connections from stimulators (NetStim), which are no cells")
    }
    if isPacked > 0 {
      contents.dropped.append("all but the first weight of \(isPacked) connections with several")
    }
    guard !block.sources.isEmpty else { return }
    contents.assumptions.append("a connection ends at the cell that lists it; delays are in ms")
    block.columns.append(codes)
    let whole = block
    contents.edges.append(
      EdgeStream(
        from: population, to: population, sourceCount: cells.count, targetCount: cells.count,
        count: whole.sources.count,
        columns: [
          .init(EdgeStream.weight, unit: options.weightUnit), .init("delay", unit: "ms"),
          .init("synapse_mechanism", unit: nil, stored: .uint32, library: mechanisms.words),
        ]
      ) { try $0(whole) })
  }

  func spikes(_ contents: inout Contents) throws {
    guard let times = data["spkt"] as? [NSNumber], let ids = data["spkid"] as? [NSNumber] else { return }
    guard times.count == ids.count else {
      throw Problem("has \(times.count) spike times but \(ids.count) ids", at: "\(path)#simData")
    }
    // Ids are floats in the file.
    let whole = try ids.map { id in
      guard let id = UInt64(exactly: id.doubleValue) else {
        throw Problem("has the spike id \(id)", at: "\(path)#simData/spkid")
      }
      return id
    }
    let block = SpikeStream.Block(times: times.map(\.doubleValue), ids: whole)
    let stop = number(configuration["duration"])
    // NEURON counts a spike of the last step at the end itself, which a half-open window needs one step more for.
    let last = block.times.max() ?? 0
    let window = stop.map { 0..<max($0, last < $0 ? $0 : last.nextUp) }
    if let stop, last >= stop {
      contents.assumptions.append("the window is a hair longer than \(stop) ms, for a spike at its end")
    }
    let gids = cells.map { UInt64(clamping: NetPyneSource.gid($0)) }
    let isIdentity = gids.enumerated().allSatisfy { UInt64($0) == $1 }
    if cells.isEmpty || !isIdentity {
      let source = SpikeSource(name: population, unit: .millisecond, window: window) { try $0(block) }
      var own = options
      if !isIdentity { own.neurons = nil }
      try source.add(to: &contents, own, at: path)
      if !cells.isEmpty, let place = contents.spikes.indices.last {
        (contents.spikes[place].ids, contents.spikes[place].unitCount) = (gids, gids.count)
      }
      return
    }
    let source = SpikeSource(
      name: population, unit: .millisecond, window: window, neurons: cells.count,
      resolution: number(configuration["dt"])
    ) { try $0(block) }
    try source.add(to: &contents, options, at: path)
  }

  func traces(_ contents: inout Contents) throws {
    guard let times = (data["t"] as? [NSNumber])?.map(\.doubleValue), times.count > 1 else { return }
    let step = (times[times.count - 1] - times[0]) / Double(times.count - 1)
    let isRegular = times.indices.allSatisfy { abs(times[$0] - times[0] - Double($0) * step) <= 1e-6 * step }
    for (name, value) in data.sorted(by: { $0.key < $1.key }) {
      guard let recorded = value as? [String: Any], recorded.keys.contains(where: { $0.hasPrefix("cell_") })
      else { continue }
      var columns: [(id: UInt64, values: [Double])] = []
      for (cell, values) in recorded {
        guard let id = UInt64(cell.dropFirst(5)), let numbers = values as? [NSNumber] else {
          contents.dropped.append("simData/\(name)/\(cell): no trace of numbers")
          continue
        }
        guard numbers.count == times.count else {
          contents.dropped.append("simData/\(name)/\(cell): \(numbers.count) values at \(times.count) times")
          continue
        }
        columns.append((id, numbers.map(\.doubleValue)))
      }
      columns.sort { $0.id < $1.id }
      guard !columns.isEmpty else { continue }
      let unit = options.unit ?? (name.hasPrefix("V") ? "mV" : nil)
      if options.unit == nil, unit != nil { contents.assumptions.append("\(name) is in mV, NEURON's unit") }
      let values = columns.map(\.values)
      contents.traces.append(
        TraceStream(
          name, population: population, ids: columns.map(\.id), unit: unit, variable: name,
          frames: times.count,
          times: isRegular ? .regular(Sampling(start: times[0], step: step)) : .stamped { Array(times[$0]) }
        ) { frames in frames.flatMap { frame in values.map { $0[frame] } } })
    }
  }
}
