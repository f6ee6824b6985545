/// A dataset that a plugin reads or writes: a logical name, what kind of thing it is, axes, unit and a sentence.
///
/// Axes are symbols bound across one plugin's inputs: two datasets with an axis `neuron` must agree in its length.
public struct Dataset: Sendable, Codable, Equatable {
  /// What the data room stores, and where: see `docs/file-layout.md`.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Numbers of any shape, float64.
    case array
    /// Weights between neurons, `[post, pre]`, dense or sparse.
    case connectivity
    /// One word for each element, such as cell types.
    case labels
    /// Spike times by unit within an observation window.
    case spikes
    /// A recorded quantity `[time, unit]` with a sampling interval.
    case trace
    /// Firing rates `[time, population]`.
    case rate
    /// A scalar for each update of a training.
    case history
    /// Snapshots of a weight block over a training, `[snapshot, post, pre]`.
    case weights
  }

  public var name: String
  public var kind: Kind
  public var axes: [String]
  /// Symbol of the unit, `1` where there is none, `any` where the unit of the source is passed on.
  public var unit: String
  public var summary: String
  public var optional: Bool

  public init(
    _ name: String, _ kind: Kind, _ axes: [String], unit: Unit, _ summary: String,
    optional: Bool = false
  ) {
    self.init(name, kind, axes, unitSymbol: unit.symbol, summary, optional: optional)
  }

  /// An array in `unit`.
  public init(_ name: String, _ axes: [String], unit: Unit, _ summary: String, optional: Bool = false) {
    self.init(name, .array, axes, unitSymbol: unit.symbol, summary, optional: optional)
  }

  /// An array whose numbers are taken in whatever unit they are stored in.
  public init(_ name: String, _ axes: [String], anyUnit summary: String, optional: Bool = false) {
    self.init(name, .array, axes, unitSymbol: "any", summary, optional: optional)
  }

  /// A dataset whose numbers are taken in whatever unit they are stored in.
  public init(
    _ name: String, _ kind: Kind, _ axes: [String], anyUnit summary: String, optional: Bool = false
  ) {
    self.init(name, kind, axes, unitSymbol: "any", summary, optional: optional)
  }

  init(
    _ name: String, _ kind: Kind, _ axes: [String], unitSymbol: String, _ summary: String, optional: Bool
  ) {
    self.name = name
    self.kind = kind
    self.axes = axes
    self.unit = unitSymbol
    self.summary = summary
    self.optional = optional
  }
}

/// Which list of words stands along an axis: `type_names` along `type` and `pre_type`, else one on that very axis.
///
/// - Parameter lists: The lists of words as long as the axis: names and axes.
/// - Returns: Position of the list, nil where none names the axis.
public func wordsIndex(along axis: String?, among lists: [(name: String, axis: String?)]) -> Int? {
  guard let axis else { return nil }
  return lists.firstIndex { "_\(axis)_names".hasSuffix("_\($0.name)") }
    ?? lists.firstIndex { $0.axis == axis }
}
