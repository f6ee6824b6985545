import EngramData

/// Connections of two populations, in blocks: a list of edges, or the elements of a matrix.
///
/// Source is presynaptic and target postsynaptic whatever the file's orientation was: the reader has turned it.
public struct EdgeStream: Sendable {
  /// What the source was, and what a format that knows both keeps it as.
  public enum Form: String, Sendable, Codable {
    /// A list: two edges may join one pair.
    case edges
    /// Elements of a sparse matrix; explicit zeros are elements.
    case sparse
    /// Elements of a dense matrix; zeros are left out of the blocks.
    case dense
  }

  /// One value for each edge.
  public struct Column: Sendable, Equatable {
    public var name: String
    /// Symbol of the unit, `1` for a plain number; nil: the source states none.
    public var unit: String?
    /// The type that keeps every value.
    public var stored: H5Element
    /// Words that the values, then codes, stand for; nil: the values are numbers.
    public var library: [String]?

    public init(_ name: String, unit: String?, stored: H5Element = .float64, library: [String]? = nil) {
      self.name = name
      self.unit = unit
      self.stored = stored
      self.library = library
    }
  }

  /// Consecutive edges: ids of the neurons at both ends, and the values of each column; NaN: no value.
  public struct Block: Sendable {
    public var sources: [UInt64]
    public var targets: [UInt64]
    public var columns: [[Double]]

    public init(sources: [UInt64], targets: [UInt64], columns: [[Double]] = []) {
      self.sources = sources
      self.targets = targets
      self.columns = columns
    }
  }

  /// The name of the weight's column in every format.
  public static let weight = "syn_weight"

  public var name: String
  public var form: Form
  public var sourcePopulation: String
  public var targetPopulation: String
  /// Neurons at each end: matrix extents; ids are below them where the populations have no ids of their own.
  public var sourceCount: Int
  public var targetCount: Int
  /// Number of edges where it is known before they are read.
  public var count: Int?
  public var columns: [Column]
  /// Calls the body with all edges in blocks of at most about a million, and may be called again: sorting takes two
  /// passes. Nothing but a block is in memory.
  public var blocks: @Sendable (_ body: (Block) throws -> Void) throws -> Void

  public init(
    _ name: String? = nil, form: Form = .edges, from sourcePopulation: String, to targetPopulation: String,
    sourceCount: Int, targetCount: Int, count: Int? = nil, columns: [Column],
    blocks: @escaping @Sendable ((Block) throws -> Void) throws -> Void
  ) {
    self.name = name ?? "\(sourcePopulation)__\(targetPopulation)__chemical"
    self.form = form
    self.sourcePopulation = sourcePopulation
    self.targetPopulation = targetPopulation
    self.sourceCount = sourceCount
    self.targetCount = targetCount
    self.count = count
    self.columns = columns
    self.blocks = blocks
  }
}
