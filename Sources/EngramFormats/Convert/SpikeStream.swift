import EngramData
import EngramKit

/// Spikes of one population, in blocks, in the unit of the source: a writer converts once, so that equal units keep
/// every bit.
public struct SpikeStream: Sendable {
  /// Consecutive spikes: when, and of which neuron (its id).
  public struct Block: Sendable {
    public var times: [Double]
    public var ids: [UInt64]

    public init(times: [Double], ids: [UInt64]) {
      self.times = times
      self.ids = ids
    }
  }

  public var name: String
  /// Population that the ids belong to.
  public var population: String
  /// Unit of the times and the window; a dimensionless model has unit `1`.
  public var unit: Unit
  /// Observation window [start, stop).
  public var window: Range<Double>
  /// Ids of all neurons, silent ones included, ascending where the source has no order; nil: 0..<unitCount.
  public var ids: [UInt64]?
  public var unitCount: Int
  /// Number of spikes where it is known before they are read.
  public var count: Int?
  /// Time between samples in `unit`, where the source knows it.
  public var resolution: Double?
  /// Calls the body with all spikes in blocks of at most about a million, and may be called again.
  public var blocks: @Sendable (_ body: (Block) throws -> Void) throws -> Void

  public init(
    _ name: String, population: String? = nil, unit: Unit, window: Range<Double>, ids: [UInt64]? = nil,
    unitCount: Int, count: Int? = nil, resolution: Double? = nil,
    blocks: @escaping @Sendable ((Block) throws -> Void) throws -> Void
  ) {
    self.name = name
    self.population = population ?? name
    self.unit = unit
    self.window = window
    self.ids = ids
    self.unitCount = unitCount
    self.count = count
    self.resolution = resolution
    self.blocks = blocks
  }
}
