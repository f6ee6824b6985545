/// What the registry knows of a plugin before it makes one; a Swift type and a manifest both give it.
public struct Description: Sendable, Codable, Equatable {
  /// How a plugin is supplied.
  public enum Form: String, Sendable, Codable {
    case builtIn = "built in"
    /// A shared library, built from Swift.
    case library
    /// A program of its own, in any language.
    case executable
  }
  /// The three kinds, and the two faces of a model that training needs.
  public enum Kind: String, Sendable, Codable, CaseIterable { case model, rule, analysis }
  /// What a plugin can be asked to do.
  public enum Role: String, Sendable, Codable, CaseIterable {
    case simulates, trains, poses, learns, measures
  }

  public var name: String
  public var kind: Kind
  public var roles: [Role]
  public var summary: String
  public var reference: String
  public var parameters: [ParameterDescription]
  public var reads: [Dataset]
  public var writes: [Dataset]
  public var figures: [Figure]
  /// What a trainable model gives at its default parameters.
  public var gives: [String]
  /// What a rule or analysis needs at its default parameters.
  public var needs: [String]
  /// `built in`, or the path that the plugin was loaded from.
  public var origin: String
  public var form: Form
  /// Version of the plugin; a built-in one has the toolkit's.
  public var version: String

  public init(
    name: String, kind: Kind, roles: [Role], summary: String, reference: String,
    parameters: [ParameterDescription] = [], reads: [Dataset] = [], writes: [Dataset] = [],
    figures: [Figure] = [], gives: [String] = [], needs: [String] = [], origin: String = "built in",
    form: Form = .builtIn, version: String = Engram.version
  ) {
    self.name = name
    self.kind = kind
    self.roles = roles
    self.summary = summary
    self.reference = reference
    self.parameters = parameters
    self.reads = reads
    self.writes = writes
    self.figures = figures
    self.gives = gives
    self.needs = needs
    self.origin = origin
    self.form = form
    self.version = version
  }
}

/// The toolkit itself.
public enum Engram {
  /// Version of the toolkit and of the words a plugin is written in.
  public static let version = "0.1.0"
}

/// A plugin ready to work, by what it can do.
public struct Instance: Sendable {
  public var simulates: (any Simulates)?
  public var trains: (any Trains)?
  public var poses: (any Poses)?
  public var learns: (any Learns)?
  public var measures: (any Measures)?

  public init(
    simulates: (any Simulates)? = nil, trains: (any Trains)? = nil, poses: (any Poses)? = nil,
    learns: (any Learns)? = nil, measures: (any Measures)? = nil
  ) {
    self.simulates = simulates
    self.trains = trains
    self.poses = poses
    self.learns = learns
    self.measures = measures
  }
}
