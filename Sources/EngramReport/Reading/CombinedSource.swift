import EngramKit

/// A file's datasets and some made from them, such as the times of a trace's rows.
struct CombinedSource: DatasetSource {
  let stored: any DatasetSource
  /// What was made, with its unit.
  let made: [String: (value: Stored, unit: String)]
  private let memory: Inputs

  init(_ stored: any DatasetSource, made: [String: (value: Stored, unit: String)]) {
    self.stored = stored
    self.made = made
    memory = Inputs(made.mapValues(\.value))
  }

  func contains(_ name: String) -> Bool { made[name] != nil || stored.contains(name) }
  func shape(_ name: String) throws -> [Int] {
    try made[name] != nil ? memory.shape(name) : stored.shape(name)
  }
  func unit(_ name: String) throws -> String { try made[name]?.unit ?? stored.unit(name) }
  func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double> {
    guard made[name] != nil, rows == nil else { return try stored.numbers(name, rows: rows) }
    return try memory.tensor(name)
  }
  func connectivity(_ name: String) throws -> Connectivity {
    try made[name] != nil ? memory.connectivity(name) : stored.connectivity(name)
  }
  func labels(_ name: String) throws -> [String] {
    try made[name] != nil ? memory.labels(name) : stored.labels(name)
  }
  func spikes(_ name: String) throws -> SpikeTrains { try stored.spikes(name) }
  func spikeBlocks(_ name: String, of count: Int, _ body: (SpikeTrains) throws -> Void) throws {
    try stored.spikeBlocks(name, of: count, body)
  }
}
