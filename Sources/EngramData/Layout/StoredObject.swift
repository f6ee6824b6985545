import EngramKit

/// One thing in a file that a plugin could read: what it is, how large, in which unit, whose.
public struct StoredObject: Sendable {
  /// Where the numbers come from.
  enum Content: Sendable {
    case edges(EdgePopulation)
    case matrix(StoredMatrix)
    case spikes(SpikePopulation)
    case report(ReportPopulation)
    case column(NodePopulation, String)
    case dataset(H5Dataset)
  }

  public let file: EngramFile
  /// Path inside the file.
  public let path: String
  public let kind: Dataset.Kind
  /// Length of each axis; `[post, pre]` of a connectivity, the number of units of spikes (-1: not known before reading).
  public let shape: [Int]
  /// Symbol of the unit; nil where the file states none.
  public let unit: String?
  /// Symbols of the axes as the step that wrote it declared them; nil for what no step wrote.
  public let axes: [String]?
  /// Population of the neurons along the first axis; nil where there is none.
  public let population: String?
  /// Step that wrote it; nil: none.
  public let step: String?
  /// Name within its step; the last part of the path for what no step wrote.
  public let name: String
  let content: Content

  /// `file#/object`, as messages name it.
  public var place: String { file.h5.place(path) }

  /// When the rows of a trace or of rates were taken; nil where there is no time, or none is stated.
  public func sampling() throws -> Sampling? {
    switch content {
    case .report(let report): return report.sampling
    case .dataset(let dataset):
      let attributes = dataset.attributes
      guard let step = try attributes.double("dt_ms") else { return nil }
      return Sampling(start: try attributes.double("t_start_ms") ?? 0, step: step)
    default: return nil
    }
  }

  /// A sentence that tells it from others: path, shape, unit.
  public var summary: String {
    let size = shape.contains(-1) ? "" : " [" + shape.map(String.init).joined(separator: ", ") + "]"
    return "\(path)\(size), \(unit.map { "unit \($0)" } ?? "no unit stated")"
  }
}

extension EngramFile {
  /// Everything in the file that a plugin could read, sorted by kind of place and name.
  ///
  /// A damaged object is left out here; `engram check` reports it, and naming it gives its problem.
  public func objects() throws -> [StoredObject] {
    var paths: [String] = []
    paths += try matrixNames().map { "/engram/connectivity/\($0)" }
    paths += try edgeNames().map { "/edges/\($0)" }
    paths += try hasFlatSpikes() ? ["/spikes"] : spikeNames().map { "/spikes/\($0)" }
    paths += try reportNames().map { "/report/\($0)" }
    paths += try rateNames().map { "/engram/rates/\($0)" }
    paths += try weightNames().map { "/engram/weights/\($0)" }
    paths += try historyNames().map { "/engram/history/\($0)" }
    paths += try nodeNames().map { "/nodes/\($0)" }
    var objects: [StoredObject] = []
    let owners = try owners()
    for path in paths {
      if let object = try healthy({ try object(path: path, owner: owners[path]) }) { objects.append(object) }
    }
    for step in try stepNames() { objects += try results(of: step) }
    return objects
  }

  /// What a step wrote, by the names it gave.
  public func objects(of step: String) throws -> [StoredObject] {
    let linked = try links(of: step).compactMap { name, path in
      try healthy { try object(path: path, owner: (step, name)) }
    }
    return (linked + (try results(of: step))).sorted { $0.name < $1.name }
  }

  /// The object that `text` names: a path from the root, `step/name`, `section/name`, or a name that only one has.
  ///
  /// - Throws: `Problem` with the nearest name, or with the candidates where several have it.
  public func object(named text: String) throws -> StoredObject {
    if text.hasPrefix("/") { return try resolved(text) }
    for parent in ["/engram/results/", "/", "/engram/"] where try h5.root.kind(of: parent + text) != nil {
      if parent == "/", ["nodes", "edges", "spikes", "report"].contains(text), try !hasFlatSpikes() { break }
      return try resolved(parent + text)
    }
    let all = try objects()
    let found = all.filter {
      $0.name == text || $0.path.hasPrefix("/\(text)/") || $0.path.hasPrefix("/engram/\(text)/")
    }
    if found.count == 1 { return found[0] }
    if found.count > 1 {
      throw Problem(
        "“\(text)” may be any of \(found.map(\.path).joined(separator: ", "))", at: path,
        fix: "name one by its whole path")
    }
    let near = nearestName(to: text, among: all.map(\.name))
    throw Problem(
      "holds nothing called “\(text)”", at: path,
      fix: (near.map { "did you mean “\($0)”? " } ?? "") + "`engram inspect \(path)` lists what there is")
  }

  /// Follows the link by which a step's results name an object that lies elsewhere.
  private func resolved(_ path: String) throws -> StoredObject {
    let prefix = "/engram/results/"
    guard path.hasPrefix(prefix) else { return try object(path: path, owner: try owners()[path]) }
    let parts = path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw Problem(
        "is a step; name one of its datasets", at: h5.place(path), fix: "`engram inspect` lists them")
    }
    let target = try links(of: parts[0]).first { $0.name == parts[1] }?.path
    return try object(path: target ?? path, owner: (parts[0], parts[1]))
  }

  /// Names and paths of what a step wrote outside its own group.
  func links(of step: String) throws -> [(name: String, path: String)] {
    var found: [(String, String)] = []
    let root = try h5.root.group("/engram/results/\(step)")
    try root.walk { group, link in
      if case .soft(let path) = link.kind { found.append((group.child(link.name, below: root), path)) }
      return true
    }
    return found
  }

  private func owners() throws -> [String: (step: String, name: String)] {
    var owners: [String: (String, String)] = [:]
    for step in try stepNames() { for (name, path) in try links(of: step) { owners[path] = (step, name) } }
    return owners
  }

  /// The datasets in a step's own group, at any depth.
  private func results(of step: String) throws -> [StoredObject] {
    var found: [StoredObject] = []
    let root = try h5.root.group("/engram/results/\(step)")
    try root.walk { group, link in
      guard link.kind == .hard, try group.kind(of: link.name) != .group else { return true }
      let name = group.child(link.name, below: root)
      if let object = try healthy({ try object(path: "\(group.path)/\(link.name)", owner: (step, name)) }) {
        found.append(object)
      }
      return false
    }
    return found
  }

  /// The object, or nil where it is damaged or is nothing a plugin could read.
  private func healthy(_ make: () throws -> StoredObject) throws -> StoredObject? {
    do { return try make() } catch is Problem { return nil }
  }
}
