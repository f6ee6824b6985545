import EngramKit
import Foundation

/// What is known of a step before it runs: written as attributes of its group.
public struct StepRecord: Sendable {
  /// An input of the step: where it came from and which bytes it was.
  public struct Input: Sendable, Equatable {
    /// The plugin's name for it.
    public var dataset: String
    /// File, relative to the experiment (or its bare name), or nil for an earlier step of the same run.
    public var file: String?
    /// Object in the file, or `step/name`.
    public var object: String
    /// SHA-256 of the file; nil for an earlier step.
    public var sha256: String?

    public init(dataset: String, file: String?, object: String, sha256: String?) {
      self.dataset = dataset
      self.file = file
      self.object = object
      self.sha256 = sha256
    }

    /// As it stands in provenance and in the step's attribute.
    public var json: JSON {
      ["dataset": .text(dataset), "file": JSON(file), "object": .text(object), "sha256": JSON(sha256)]
    }
  }

  /// Id of the step; for `analyze` the analysis' name.
  public var id: String
  public var plugin: String
  public var version: String
  /// How the plugin is supplied, and the SHA-256 of one from outside.
  public var form: Description.Form
  public var pluginHash: String?
  /// Every parameter, defaults included.
  public var parameters: [String: Value]
  public var seed: UInt64
  public var inputs: [Input]
  public var figures: [Figure]
  /// What the plugin declared in `writes`.
  public var writes: [Dataset]
  /// Unit of outputs declared with unit `any`: that of the input passed on.
  public var passedUnit: String
  /// When rows of traces and rates are taken; nil where the step has no clock.
  public var sampling: Sampling?
  /// Unit of the step's time: `ms`, or `1` for a dimensionless model.
  public var timeUnit: String

  public init(
    id: String, plugin: String, version: String = Engram.version, form: Description.Form = .builtIn,
    pluginHash: String? = nil, parameters: [String: Value] = [:], seed: UInt64 = 0, inputs: [Input] = [],
    figures: [Figure] = [], writes: [Dataset],
    passedUnit: String = "1",
    sampling: Sampling? = nil, timeUnit: String = "ms"
  ) {
    self.id = id
    self.plugin = plugin
    self.version = version
    self.form = form
    self.pluginHash = pluginHash
    self.parameters = parameters
    self.seed = seed
    self.inputs = inputs
    self.figures = figures
    self.writes = writes
    self.passedUnit = passedUnit
    self.sampling = sampling
    self.timeUnit = timeUnit
  }

  /// Sets the attributes of the step's group.
  func write(to attributes: H5Attributes) throws {
    try attributes.set("plugin", plugin)
    try attributes.set("version", version)
    if let pluginHash {
      try attributes.set("plugin_form", form.rawValue)
      try attributes.set("plugin_sha256", pluginHash)
    }
    try attributes.set("engram", Engram.version)
    try attributes.set("parameters", JSON.object(parameters.mapValues { JSON($0) }).description)
    try attributes.set("seed", seed)
    try write(inputs, to: attributes)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try attributes.set("figures", String(decoding: try encoder.encode(figures), as: UTF8.self))
  }

  func write(_ inputs: [Input], to attributes: H5Attributes) throws {
    try attributes.set("inputs", JSON.list(inputs.map(\.json)).description)
  }
}

/// What a results file says about a step.
public struct StepInfo: Sendable {
  public let id: String
  public let plugin: String
  public let version: String
  public let engram: String
  public let parameters: [String: Value]
  public let seed: UInt64
  /// JSON list, one object for each input: dataset, file, object, sha256.
  public let inputs: String
  public let figures: [Figure]
  public let notes: [String]
}

extension EngramFile {
  /// The attributes of a step.
  ///
  /// - Throws: `Problem` when one is missing or unreadable.
  public func step(_ id: String) throws -> StepInfo {
    let group = try h5.root.group("/engram/results/\(id)")
    func text(_ name: String) throws -> String {
      guard let text = try group.attributes.string(name) else {
        throw Problem("has no attribute \(name)", at: group.place, fix: "the file is not a complete result")
      }
      return text
    }
    func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
      do { return try JSONDecoder().decode(type, from: Data(try text(name).utf8)) } catch let error
        as DecodingError
      {
        throw Problem("attribute \(name) cannot be understood: \(error)", at: group.place)
      }
    }
    guard let seed = try group.attributes.unsigned("seed") else {
      throw Problem("has no attribute seed", at: group.place)
    }
    return StepInfo(
      id: id, plugin: try text("plugin"), version: try text("version"), engram: try text("engram"),
      parameters: try decode([String: Value].self, "parameters"), seed: seed, inputs: try text("inputs"),
      figures: try decode([Figure].self, "figures"), notes: try group.attributes.strings("notes") ?? [])
  }
}

extension H5Attributes {
  /// One number that may exceed the range of `Int`.
  fileprivate func unsigned(_ name: String) throws -> UInt64? {
    guard contains(name) else { return nil }
    switch try value(name) {
    case .integers(let values, _): return values.first.flatMap { UInt64(exactly: $0) }
    case .unsigned(let values, _): return values.first
    default: return nil
    }
  }
}
