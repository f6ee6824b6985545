import EngramKit

/// Neurons to be written as one population; ids are positions unless given.
public struct NodeTable: Sendable {
  /// A value for each neuron.
  public enum Column: Sendable {
    /// Words of few kinds, such as cell types; stored as codes with their `@library`.
    case words([String])
    /// Words that differ from neuron to neuron, such as names.
    case names([String])
    /// Numbers, stored as the type that keeps them; float32 is what SONATA's readers expect of positions.
    case numbers([Double], unit: String, stored: H5Element = .float32)
  }

  public var name: String
  public var count: Int
  /// The id of each neuron; nil: its position.
  public var ids: [UInt64]?
  /// The type id of each neuron; nil: -1, no type.
  public var typeIDs: [Int64]?
  public var columns: [(name: String, values: Column)]

  public init(
    _ name: String, count: Int, ids: [UInt64]? = nil, columns: [(name: String, values: Column)] = []
  ) {
    self.name = name
    self.count = count
    self.ids = ids
    self.columns = columns
  }
}

/// Connections to be written as one population: positions of the neurons at both ends, in any order.
public struct EdgeTable: Sendable {
  /// A value for each edge.
  public struct Column: Sendable {
    public var name: String
    public var values: [Double]
    public var unit: String
    /// The type in the file; `float64` keeps every digit.
    public var stored: H5Element

    public init(_ name: String, _ values: [Double], unit: String, stored: H5Element = .float64) {
      self.name = name
      self.values = values
      self.unit = unit
      self.stored = stored
    }
  }

  public var name: String
  public var sourcePopulation: String
  public var targetPopulation: String
  /// Positions in their populations; shape [edge].
  public var sources: [UInt32]
  public var targets: [UInt32]
  public var columns: [Column]

  /// - Parameter name: nil: `<source>__<target>__chemical`.
  public init(
    _ name: String? = nil, from sourcePopulation: String, to targetPopulation: String, sources: [UInt32],
    targets: [UInt32], columns: [Column] = []
  ) {
    self.name = name ?? "\(sourcePopulation)__\(targetPopulation)__chemical"
    self.sourcePopulation = sourcePopulation
    self.targetPopulation = targetPopulation
    self.sources = sources
    self.targets = targets
    self.columns = columns
  }
}
