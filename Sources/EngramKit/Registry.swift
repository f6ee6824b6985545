import Synchronization

/// A description and a maker: all that the toolkit needs to list, check and run a plugin.
public struct Entry: Sendable {
  /// The plugin's name, which is known without describing it.
  public let name: String
  /// Where it comes from: `built in`, or a path.
  public let origin: String
  private let described: Described
  /// Makes an instance from accepted values; a parameter that is not given keeps its default.
  public let make: @Sendable ([String: Value]) throws -> Instance
  /// SHA-256 of what would run, for provenance; nil for a built-in plugin, whose version is the toolkit's.
  ///
  /// Throws where the plugin cannot be run as it is: writable by others, built for another Engram, changed, gone.
  public let seal: @Sendable () throws -> String?

  /// What the plugin says about itself.
  public var description: Description { described.value }

  /// An entry from a manifest or any other source.
  public init(
    _ description: Description, seal: @escaping @Sendable () throws -> String? = { nil },
    make: @escaping @Sendable ([String: Value]) throws -> Instance
  ) {
    name = description.name
    origin = description.origin
    described = Described { description }
    self.seal = seal
    self.make = make
  }

  /// The entry of a Swift plugin.
  public init<P: Plugin>(_ type: P.Type, origin: String = "built in") {
    name = P.name
    self.origin = origin
    described = Described { Description(P.self, origin: origin) }
    seal = { nil }
    make = { values in
      var plugin = P()
      for parameter in P.parameters {
        let known = parameter.describe(plugin)
        guard let value = values[known.name] else { continue }
        try parameter.assign(&plugin, try known.accept(value))
      }
      return Instance(plugin)
    }
  }
}

/// A description that is made when it is first asked for: a command that runs one plugin does not describe them all.
private final class Described: Sendable {
  private let known = Mutex<Description?>(nil)
  private let make: @Sendable () -> Description

  init(_ make: @escaping @Sendable () -> Description) { self.make = make }

  var value: Description {
    known.withLock { known in
      let description = known ?? make()
      known = description
      return description
    }
  }
}

extension Description {
  fileprivate init<P: Plugin>(_ type: P.Type, origin: String) {
    let standard = P()
    let given = Instance(standard)
    self.init(
      name: P.name, kind: given.learns != nil ? .rule : given.measures != nil ? .analysis : .model,
      roles: given.roles, summary: P.summary, reference: P.reference,
      parameters: P.parameters.map { $0.describe(standard) }, reads: P.reads, writes: P.writes,
      figures: (P.self as? any Analysis.Type)?.figures ?? [], gives: given.trains?.gives.words ?? [],
      needs: (given.learns?.needs ?? given.measures?.needs ?? []).words, origin: origin)
  }
}

extension Instance {
  fileprivate init(_ plugin: any Plugin) {
    self.init(
      simulates: plugin as? any Simulates, trains: plugin as? any Trains, poses: plugin as? any Poses,
      learns: plugin as? any Learns, measures: plugin as? any Measures)
  }

  fileprivate var roles: [Description.Role] {
    var roles: [Description.Role] = []
    if simulates != nil { roles.append(.simulates) }
    if trains != nil { roles.append(.trains) }
    if poses != nil { roles.append(.poses) }
    if learns != nil { roles.append(.learns) }
    if measures != nil { roles.append(.measures) }
    return roles
  }
}

/// All plugins of a run, by name. A value: made at start from the catalogue and what was loaded from outside.
public struct Registry: Sendable {
  private var entries: [String: Entry] = [:]
  /// Plugins that were found and cannot be used, with every reason, by name.
  public private(set) var refused: [String: [Problem]] = [:]
  /// Every reason why something that was found cannot be used, in the order of finding.
  public private(set) var refusals: [Problem] = []
  /// Names that several plugins claim, so that nobody knows which is meant.
  private var contested: Set<String> = []

  public init(_ entries: [Entry] = []) throws {
    for entry in entries { try add(entry) }
  }

  /// Adds a plugin.
  ///
  /// - Throws: `Problem` naming both origins when the name is taken.
  public mutating func add(_ entry: Entry) throws {
    let name = entry.name
    if let taken = entries[name] {
      throw Problem(
        "the name '\(name)' of \(entry.origin) is taken by \(taken.origin)",
        fix: "rename one of them, or leave one out")
    }
    entries[name] = entry
  }

  /// Remembers why the plugin that would be called `name` cannot be used: who asks for it is told.
  public mutating func refuse(_ name: String, _ problem: Problem) {
    refusals.append(problem)
    if entries[name] == nil { refused[name, default: []].append(problem) }
  }

  /// Remembers that the user named a plugin whose name another one has: neither is taken for the other, so whoever asks
  /// for the name is told.
  public mutating func contest(_ name: String, _ problem: Problem) {
    contested.insert(name)
    refusals.append(problem)
    refused[name, default: []].append(problem)
  }

  /// Every description of what can be used, sorted by kind and name.
  public var descriptions: [Description] {
    entries.values.filter { !contested.contains($0.name) }.map(\.description).sorted {
      ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name)
    }
  }

  /// The plugin called `name`.
  ///
  /// - Throws: `Problem` with the nearest known name; `Problems` where it was found and cannot be used.
  public func entry(_ name: String) throws -> Entry {
    if !contested.contains(name), let entry = entries[name] { return entry }
    if let reasons = refused[name] { throw Problems(reasons) }
    let near = nearestName(to: name, among: entries.keys.sorted())
    throw Problem(
      "there is no plugin '\(name)'",
      fix: near.map { "did you mean '\($0)'? `engram list` shows all" } ?? "`engram list` shows all")
  }

  /// `values` as the plugin's parameters take them, every problem at once.
  ///
  /// - Throws: `Problems`: unknown names with the nearest, wrong kinds, units and ranges.
  public func accept(_ values: [String: Value], for name: String) throws -> [String: Value] {
    let parameters = try entry(name).description.parameters
    var accepted: [String: Value] = [:]
    var problems: [Problem] = []
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.name == key }) else {
        let near = nearestName(to: key, among: parameters.map(\.name))
        problems.append(
          Problem(
            "parameter '\(key)' is not one of \(name)'s",
            fix: (near.map { "did you mean '\($0)'? " } ?? "")
              + "`engram describe \(name)` lists all \(parameters.count)"))
        continue
      }
      do { accepted[key] = try parameter.accept(value) } catch let known as Problem { problems.append(known) }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    return accepted
  }
}
