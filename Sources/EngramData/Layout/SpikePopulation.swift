import EngramKit

/// The stored spikes of one population (`/spikes/<name>`, or `/spikes` itself in the oldest files).
public struct SpikePopulation: Sendable {
  /// How the spikes are ordered in the file.
  public enum Sorting: String, Sendable, CaseIterable {
    case none
    case byID = "by_id"
    case byTime = "by_time"
  }

  public private(set) var name: String
  public let group: H5Group
  /// Time of each spike in the file's unit, and the id of its neuron; shape [spike].
  public let times: H5Dataset
  public let nodeIDs: H5Dataset
  /// What the file claims; nil: it claims nothing. Never trusted when spikes are read.
  public let sorting: Sorting?
  /// Unit of the times as the file states it; nil: not stated.
  public let units: String?
  /// Observation window [start, stop) in ms as the file states it.
  public let window: (start: Double, stop: Double)?
  /// Number of neurons, silent ones included, as the file states it.
  public let nodeCount: Int?
  /// Population of the neurons; the spikes' own name where the file names none.
  public private(set) var nodePopulation: String
  let file: EngramFile

  init(_ file: EngramFile, _ name: String) throws {
    self.file = file
    self.name = name
    group = try file.h5.root.group(file.hasFlatSpikes() ? "/spikes" : "/spikes/\(name)")
    times = try group.dataset("timestamps")
    nodeIDs = try group.dataset(group.exists("node_ids") ? "node_ids" : "gids")
    guard times.count == nodeIDs.count else {
      throw Problem("has \(times.count) times but \(nodeIDs.count) neuron ids", at: group.place)
    }
    let attributes = group.attributes
    sorting = try attributes.contains("sorting") ? SpikePopulation.sorting(attributes) : nil
    units = try times.attributes.string("units") ?? attributes.string("units")
    if let start = try attributes.double("t_start"), let stop = try attributes.double("t_stop") {
      window = (start, stop)
    } else {
      window = nil
    }
    nodeCount = try attributes.int("n_nodes")
    nodePopulation = try attributes.string("node_population") ?? name
  }

  /// Enumerations and strings of every age: `by_id`, `id`, `gid`, 1; `by_time`, `time`, 2; all else claims nothing.
  private static func sorting(_ attributes: H5Attributes) throws -> Sorting? {
    let word: String =
      switch try attributes.value("sorting") {
      case .integers(let values, _): values.first.map { "\($0)" } ?? ""
      case .strings(let words, _), .names(let words, _): words.first ?? ""
      default: ""
      }
    switch word {
    case "by_id", "id", "gid", "1": return .byID
    case "by_time", "time", "2": return .byTime
    case "none", "0": return Sorting.none
    default: return nil
    }
  }

  /// Gives spikes in the old flat layout, which names nothing, the name of their population.
  public mutating func rename(_ population: String) { (name, nodePopulation) = (population, population) }

  /// Number of spikes.
  public var count: Int { times.count }

  /// Calls `body` with consecutive blocks of spikes in the file's order and unit: range, times, neuron ids.
  public func blocks(_ body: (Range<Int>, [Double], [UInt64]) throws -> Void) throws {
    for range in times.rowBlocks() {
      try body(range, try times.read(Double.self, rows: range), try nodeIDs.read(UInt64.self, rows: range))
    }
  }

  /// What to multiply stored times by to have milliseconds, and what was assumed.
  ///
  /// - Throws: `Problem` when the stated unit is no unit of time.
  public func toMilliseconds(_ options: ReadingOptions) throws -> (factor: Double, notes: [String]) {
    if let unit = options.timeUnit {
      guard let factor = Unit(unit)?.factor(to: .millisecond) else {
        throw Problem("“\(unit)” is no unit of time", at: times.place, fix: "use ms, s or us")
      }
      return (factor, ["times of \(name) taken in \(unit)"])
    }
    guard let units else {
      return (1, ["times of \(name) have no unit: taken as ms; --time-unit states one"])
    }
    // A dimensionless model has unit 1, its time too.
    if units == "1" { return (1, []) }
    guard let factor = Unit(units)?.factor(to: .millisecond) else {
      throw Problem(
        "times are in “\(units)”, which is no known unit of time", at: times.place,
        fix: "set the attribute units of the dataset to ms, s or us")
    }
    return (factor, [])
  }

  /// Ids of all neurons, silent ones included, and what was assumed.
  public func unitIDs() throws -> (ids: [UInt64], notes: [String]) {
    if let nodes = try file.nodes(nodePopulation) { return (try nodes.ids(), []) }
    if let nodeCount {
      guard nodeCount >= 0, nodeCount <= Int(Int32.max) else {
        throw Problem("n_nodes is \(nodeCount)", at: group.place)
      }
      return ((0..<UInt64(nodeCount)).map { $0 }, [])
    }
    return (
      try distinctIDs(), ["the neurons of \(nodePopulation) are unknown: only those that spike are counted"]
    )
  }

  private func distinctIDs() throws -> [UInt64] {
    var largest: UInt64 = 0
    try blocks { _, _, ids in largest = max(largest, ids.max() ?? 0) }
    guard largest < 1 << 28 else {
      var all: Set<UInt64> = []
      try blocks { _, _, ids in all.formUnion(ids) }
      return all.sorted()
    }
    var seen = [Bool](repeating: false, count: count == 0 ? 0 : Int(largest) + 1)
    try blocks { _, _, ids in for id in ids { seen[Int(id)] = true } }
    return seen.indices.lazy.filter { seen[$0] }.map { UInt64($0) }
  }
}
