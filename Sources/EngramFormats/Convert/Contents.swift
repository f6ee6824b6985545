import EngramData
import EngramKit

/// What a source holds, in the terms of the canonical layout: described now, read in blocks when a writer asks.
///
/// Nothing in it depends on a format. A reader has resolved unit, orientation, id base and sample rate by then, from
/// the file or from an option, and lists in `assumptions` what neither said.
public struct Contents: Sendable {
  /// One line for people, such as the file's own title.
  public var title = ""
  /// Version of the source's format as it states it; empty where it states none.
  public var sourceVersion = ""
  public var nodes: [NodeTable] = []
  public var edges: [EdgeStream] = []
  public var spikes: [SpikeStream] = []
  public var traces: [TraceStream] = []
  public var tables: [TableContent] = []
  public var arrays: [ArrayStream] = []
  /// Small texts kept as they are, such as `node_sets.json`: name and text.
  public var texts: [(name: String, text: String)] = []
  /// Lines of provenance that the source carries.
  public var provenance: [String] = []
  /// What had to be assumed, one sentence each without a full stop.
  public var assumptions: [String] = []
  /// What of the source this reader does not carry over, one entry each: the object and why.
  public var dropped: [String] = []
  /// When the recording began, as ISO 8601, where the source says it.
  public var sessionStart: String?

  public init() {}

  /// Kinds of objects that there are.
  public var kinds: Set<ContentKind> {
    var kinds: Set<ContentKind> = []
    if !nodes.isEmpty { kinds.insert(.nodes) }
    if edges.contains(where: { $0.form == .edges }) { kinds.insert(.edges) }
    if edges.contains(where: { $0.form != .edges }) { kinds.insert(.matrix) }
    if !spikes.isEmpty { kinds.insert(.spikes) }
    if !traces.isEmpty { kinds.insert(.traces) }
    if !tables.isEmpty { kinds.insert(.tables) }
    if !arrays.isEmpty { kinds.insert(.arrays) }
    return kinds
  }

  /// The population of neurons `name`, nil when the source has none of that name.
  public func nodes(_ name: String) -> NodeTable? { nodes.first { $0.name == name } }
}

/// The kinds of objects that conversions move.
public enum ContentKind: String, Sendable, CaseIterable, Codable {
  case nodes, edges, matrix, spikes, traces, tables, arrays

  /// As one would say it of several.
  public var title: String {
    switch self {
    case .nodes: "neurons"
    case .edges: "connections"
    case .matrix: "matrices"
    case .spikes: "spikes"
    case .traces: "traces"
    case .tables: "tables"
    case .arrays: "arrays"
    }
  }
}
