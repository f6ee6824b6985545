import EngramData

/// A recorded quantity: frames in time, one column for each recorded element; read by ranges of frames.
public struct TraceStream: Sendable {
  /// When the frames were taken, ms.
  public enum Times: Sendable {
    case regular(Sampling)
    /// The time of each frame of a range.
    case stamped(@Sendable (Range<Int>) throws -> [Double])
  }

  public var name: String
  /// Population of the neurons recorded.
  public var population: String
  /// Id of the neuron, or number of the channel, of each column; neurons with several elements repeat theirs.
  public var ids: [UInt64]
  /// Which element of its neuron a column is, such as a section; nil: one each.
  public var elements: [UInt32]?
  /// Name of each column; nil: none.
  public var labels: [String]?
  /// Symbol of the unit; nil: the source states none.
  public var unit: String?
  /// Which quantity, such as `v`; nil: the source does not say.
  public var variable: String?
  public var frames: Int
  public var times: Times
  /// The type that keeps every value.
  public var stored: H5Element
  /// Values of a range of frames in `unit`, row-major `[frame, column]`.
  public var read: @Sendable (Range<Int>) throws -> [Double]

  public init(
    _ name: String, population: String? = nil, ids: [UInt64], elements: [UInt32]? = nil, unit: String?,
    variable: String? = nil, frames: Int, times: Times, stored: H5Element = .float64,
    read: @escaping @Sendable (Range<Int>) throws -> [Double]
  ) {
    self.name = name
    self.population = population ?? name
    self.ids = ids
    self.elements = elements
    self.unit = unit
    self.variable = variable
    self.frames = frames
    self.times = times
    self.stored = stored
    self.read = read
  }
}

/// Numbers of any shape with a name and a unit: what is neither edges, spikes nor a trace.
public struct ArrayStream: Sendable {
  /// Its path in the source, `/` between parts.
  public var name: String
  public var shape: [Int]
  /// Symbol of the unit; nil: the source states none.
  public var unit: String?
  /// The type that keeps every value.
  public var stored: H5Element
  /// Values of a range of rows of the first axis, row-major; of the only value where the shape is empty.
  public var read: @Sendable (Range<Int>) throws -> [Double]

  public init(
    _ name: String, shape: [Int], unit: String?, stored: H5Element = .float64,
    read: @escaping @Sendable (Range<Int>) throws -> [Double]
  ) {
    self.name = name
    self.shape = shape
    self.unit = unit
    self.stored = stored
    self.read = read
  }
}

/// A small table: trials, electrodes, or any other with rows and named columns.
public struct TableContent: Sendable {
  public enum Kind: String, Sendable, Codable {
    /// Columns `start_time` and `stop_time` in ms.
    case trials
    case electrodes
    case other
  }

  public var kind: Kind
  public var name: String
  public var count: Int
  public var columns: [(name: String, values: NodeTable.Column)]

  public init(
    _ kind: Kind, _ name: String, count: Int, columns: [(name: String, values: NodeTable.Column)]
  ) {
    self.kind = kind
    self.name = name
    self.count = count
    self.columns = columns
  }
}
