import EngramKit

/// What a reader may be told about a file that does not say it itself.
///
/// Canonical files need none of it. Where a file by others is silent, each assumption made is reported.
public struct ReadingOptions: Sendable, Codable, Equatable {
  /// What the weight of a connection is made of, when it is read from edges.
  public enum Weight: Sendable, Codable, Equatable {
    /// `syn_weight` times `nsyns`, as far as the edges or their types have them; else the number of edges.
    case automatic
    /// A column of the edges or of their types table.
    case column(String)
    /// Number of synapses: the sum of `nsyns`, or of edges where there is no such column.
    case synapses
    /// 1 where there is any edge.
    case binary

    /// `synapses`, `binary`, or the name of a column.
    public init(_ text: String) {
      self = ["synapses": Weight.synapses, "binary": Weight.binary][text] ?? .column(text)
    }
  }

  /// Column of the nodes that gives cell types; nil: the first there is of the usual ones.
  public var cellTypeColumn: String?
  public var weight: Weight
  /// Symbol of the unit of spike times in files that do not state it; nil: milliseconds, reported as assumed.
  public var timeUnit: String?
  /// Observation window [start, stop) in ms; spikes outside are left out. Nil: the file's own.
  public var window: Range<Double>?
  /// Name of the only population of spike files in the old layout.
  public var defaultPopulation: String
  /// Types table of the nodes and edges of the file; nil: the one beside it.
  public var typesFile: String?

  public init(
    cellTypeColumn: String? = nil, weight: Weight = .automatic, timeUnit: String? = nil,
    window: Range<Double>? = nil, defaultPopulation: String = "default"
  ) {
    self.cellTypeColumn = cellTypeColumn
    self.weight = weight
    self.timeUnit = timeUnit
    self.window = window
    self.defaultPopulation = defaultPopulation
  }

  /// What was said, by the names of the command's options.
  public var json: JSON {
    var said: [String: JSON] = [:]
    said["cell-type"] = cellTypeColumn.map { .text($0) }
    switch weight {
    case .automatic: break
    case .column(let name): said["weight"] = .text(name)
    case .synapses: said["weight"] = "synapses"
    case .binary: said["weight"] = "binary"
    }
    said["time-unit"] = timeUnit.map { .text($0) }
    said["window"] = window.map { .list([.real($0.lowerBound), .real($0.upperBound)]) }
    return .object(said)
  }
}
