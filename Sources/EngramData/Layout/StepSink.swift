import EngramKit

/// Writes what a plugin gives into a file: each kind where the layout has it, all of it to be found through the group
/// `/engram/results/<step>`, which holds the step's own datasets and links to those that lie elsewhere.
public final class StepSink: DatasetSink {
  /// The step's own group.
  public let group: H5Group
  /// Told how much is done, 0...1, and what is being done.
  public var onProgress: (Double, String) -> Void = { _, _ in }
  /// Sentences beside the results, in order.
  public private(set) var notes: [String] = []
  let writer: EngramWriter
  let record: StepRecord
  private var declared: [String: Dataset]
  private var growing: [String: GrowingDataset] = [:]
  /// Weight snapshots by name, see `snapshot`.
  var histories: [String: GrowingDataset] = [:]
  private var spikes: [String: [SpikeTrains]] = [:]
  private var isFinished = false

  init(_ writer: EngramWriter, _ record: StepRecord) throws {
    self.writer = writer
    self.record = record
    declared = Dictionary(record.writes.map { ($0.name, $0) }) { first, _ in first }
    guard !record.id.isEmpty, !record.id.contains("/"), record.id != "." else {
      throw Problem("a step cannot be called “\(record.id)”")
    }
    group = try writer.h5.root.createGroup("/engram/results/\(record.id)")
    try record.write(to: group.attributes)
  }

  /// Allows a dataset that the core writes for the step: a loss, weights, a swept value.
  public func declare(_ dataset: Dataset) { declared[dataset.name] = dataset }

  private func dataset(_ name: String) throws -> Dataset {
    if let known = declared[name] { return known }
    throw Problem(
      "\(record.plugin) wrote '\(name)', which it does not declare", at: group.place,
      fix: "it declares " + declared.keys.sorted().joined(separator: ", "))
  }

  func unit(of dataset: Dataset) -> String { dataset.unit == "any" ? record.passedUnit : dataset.unit }

  /// `<step>.<name>`: what an object is called that lies outside the step's group.
  private func outside(_ name: String) -> String { "\(record.id).\(name.replacing("/", with: "."))" }

  public func put(_ name: String, _ value: Stored) throws {
    let dataset = try dataset(name)
    switch (value, dataset.kind) {
    case (.labels(let words), .labels): try describe(try group.write(name, strings: words), dataset)
    case (.spikes(let trains), .spikes): try append(name, trains)
    case (.connectivity(let weights), .connectivity): try put(weights, dataset)
    case (.numbers(let values), .connectivity) where values.rank == 2: try put(.dense(values), dataset)
    case (.numbers(let values), .array):
      // A model that writes its last state at each record leaves that of the last one.
      if growing[name] == nil, try group.kind(of: name) != nil { try group.delete(name) }
      try describe(try group.write(name, values.elements, shape: values.shape), dataset)
    case (.numbers(let values), .trace), (.numbers(let values), .rate), (.numbers(let values), .history),
      (.numbers(let values), .weights):
      guard growing[name] == nil else { throw Problem("'\(name)' is written already", at: group.place) }
      try append(name, values)
    default:
      throw Problem(
        "\(record.plugin) declares '\(name)' as \(dataset.kind.rawValue) and wrote another kind",
        at: group.place)
    }
  }

  private func put(_ weights: Connectivity, _ dataset: Dataset) throws {
    let name = outside(dataset.name)
    try describe(try writer.matrix(name, weights, unit: unit(of: dataset)), dataset)
    try link(dataset.name, to: "/engram/connectivity/\(name)")
  }

  private func link(_ name: String, to path: String) throws { try group.softLink(name, to: path) }

  /// Sets the attributes by which a reader knows the object.
  func describe(_ object: any H5Object, _ dataset: Dataset) throws {
    let attributes = object.attributes
    try attributes.set("kind", dataset.kind.rawValue)
    if dataset.kind != .spikes, dataset.kind != .labels { try attributes.set("units", unit(of: dataset)) }
    if !dataset.axes.isEmpty { try attributes.set("axes", dataset.axes) }
    try attributes.set("doc", dataset.summary)
  }

  public func append(_ name: String, _ rows: Tensor<Double>) throws {
    let dataset = try dataset(name)
    if growing[name] == nil {
      growing[name] = try start(dataset, rows)
    }
    try growing[name]?.append(rows)
  }

  private func start(_ dataset: Dataset, _ rows: Tensor<Double>) throws -> GrowingDataset {
    let name = outside(dataset.name)
    let (path, stored, linked): (String, H5Element, Bool) =
      switch dataset.kind {
      case .trace where rows.rank == 2 && record.sampling != nil: ("/report/\(name)", .float32, true)
      case .rate where rows.rank == 2: ("/engram/rates/\(name)", .float32, true)
      case .history: ("/engram/history/\(name)", .float64, true)
      case .weights: ("/engram/weights/\(name)", .float64, true)
      case .array, .trace, .rate: ("\(group.path)/\(dataset.name)", .float64, false)
      case .connectivity, .labels, .spikes:
        throw Problem("'\(dataset.name)' is \(dataset.kind.rawValue), which cannot grow", at: group.place)
      }
    let inner = linked ? [.trace: "/data", .rate: "/data", .weights: "/values"][dataset.kind] ?? "" : ""
    let made = try GrowingDataset(
      writer.h5, path + inner, row: Array(rows.shape.dropFirst()), stored: stored,
      isCompressed: inner != "/data")
    try describe(made.dataset, dataset)
    if dataset.kind == .history { try made.dataset.attributes.set("x", "step") }
    if [.trace, .rate].contains(dataset.kind), let sampling = record.sampling {
      try made.dataset.attributes.set("dt_ms", sampling.step)
      try made.dataset.attributes.set("t_start_ms", sampling.start)
    }
    if linked { try link(dataset.name, to: path) }
    return made
  }

  public func append(_ name: String, _ trains: SpikeTrains) throws {
    guard try dataset(name).kind == .spikes else {
      throw Problem("'\(name)' is not declared as spikes", at: group.place)
    }
    spikes[name, default: []].append(trains)
  }

  public func note(_ sentence: String) { notes.append(sentence) }

  public func progress(_ fraction: Double, _ activity: String) { onProgress(fraction, activity) }

  /// Writes what is still in memory; further calls do nothing. After this the results can be read.
  ///
  /// - Parameter inputs: The inputs where they were not known before the step ran: their hashes were being computed.
  public func finish(inputs: [StepRecord.Input]? = nil) throws {
    guard !isFinished else { return }
    isFinished = true
    if let inputs { try record.write(inputs, to: group.attributes) }
    for name in histories.keys.sorted() { try histories[name]?.flush() }
    for name in growing.keys.sorted() {
      guard var made = growing[name], let dataset = declared[name] else { continue }
      try made.flush()
      if dataset.kind == .trace, made.dataset.path.hasPrefix("/report/"), let sampling = record.sampling {
        let owner = try writer.h5.root.group("/report/\(outside(name))")
        try describe(owner, dataset)
        try writer.mapping(
          owner, frames: made.rows, columns: made.row.first ?? 1, sampling, timeUnit: record.timeUnit)
      }
    }
    for name in spikes.keys.sorted() {
      guard let parts = spikes[name], let dataset = declared[name] else { continue }
      let stored = try writer.spikes(outside(name), try SpikeTrains(joining: parts), unit: record.timeUnit)
      try describe(stored, dataset)
      try link(name, to: "/spikes/\(outside(name))")
    }
    spikes = [:]
    if !notes.isEmpty { try group.attributes.set("notes", notes) }
  }
}

extension SpikeTrains {
  /// Consecutive stretches of time as one.
  ///
  /// - Throws: `Problem` when the units differ or the windows do not meet.
  fileprivate init(joining parts: [SpikeTrains]) throws {
    guard let first = parts.first, let last = parts.last else { throw Problem("there are no spikes to join") }
    for (earlier, later) in zip(parts, parts.dropFirst())
    where later.ids != first.ids || later.start != earlier.stop {
      throw Problem(
        "spikes of [\(earlier.start), \(earlier.stop)) are not followed by those of [\(later.start), \(later.stop))"
      )
    }
    var (times, offsets) = ([Double](), [0])
    times.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    for unit in 0..<first.unitCount {
      for part in parts { times += part.train(unit) }
      offsets.append(times.count)
    }
    self.init(times: times, offsets: offsets, ids: first.ids, start: first.start, stop: last.stop)
  }
}
