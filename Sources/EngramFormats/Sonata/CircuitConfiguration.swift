import EngramKit
import Foundation

/// A SONATA configuration: which files a circuit or a simulation consists of.
public struct CircuitConfiguration: Sendable {
  /// A file that the configuration names.
  public struct File: Sendable, Equatable {
    /// Where in the configuration, such as `networks.nodes[0].nodes_file`.
    public var key: String
    /// Its path with all variables replaced.
    public var path: String
  }

  /// The configuration file.
  public let path: String
  /// Files it needs: nodes, edges, their types, node sets, the configurations it refers to.
  public let files: [File]
  /// Files that a simulation wrote or will write: spikes and reports. They need not be there.
  public let outputs: [File]
  /// Time that was simulated, ms; nil where the configuration runs nothing.
  public let window: Range<Double>?

  /// Reads a configuration and replaces its variables.
  ///
  /// Variables of `manifest` may refer to each other; `.`, `$BASE_DIR` where it is not set, and `${configdir}` are the
  /// directory of the file.
  ///
  /// - Throws: `Problems`: not JSON, a variable that is not defined, variables that refer to each other in a circle.
  public init(reading path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem("cannot be read", at: path)
    }
    let root: [String: Any]
    do {
      guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw Problem("is JSON, but no object", at: path)
      }
      root = object
    } catch let known as Problem { throw known } catch {
      throw Problem("is not JSON: \(error.localizedDescription)", at: path)
    }
    let folder = (path as NSString).deletingLastPathComponent
    var variables = ["$configdir": folder, "${configdir}": folder, "$BASE_DIR": folder]
    for (name, value) in root["manifest"] as? [String: Any] ?? [:] {
      if let value = value as? String { variables[name] = value }
    }
    var (files, problems) = ([File](), [Problem]())
    for (key, text) in CircuitConfiguration.references(root) {
      do {
        files.append(File(key: key, path: try resolve(text, variables, folder, at: "\(path): \(key)")))
      } catch let known as Problem { problems.append(known) }
    }
    guard problems.isEmpty else { throw Problems(problems) }
    self.path = path
    self.files = files
    outputs = try CircuitConfiguration.results(root).map { key, text in
      File(key: key, path: try resolve(text, variables, folder, at: "\(path): \(key)"))
    }
    let run = root["run"] as? [String: Any] ?? [:]
    let (start, stop) = (run["tstart"] as? Double ?? 0, run["tstop"] as? Double)
    window = stop.flatMap { start <= $0 ? start..<$0 : nil }
  }

  /// HDF5 files of the networks, each with its types table where it names one.
  public var networks: [(file: String, types: String?)] {
    let paths = Dictionary(files.map { ($0.key, $0.path) }) { first, _ in first }
    return ["node", "edge"].flatMap { kind in
      files.filter { $0.key.hasPrefix("networks.") && $0.key.hasSuffix(".\(kind)s_file") }.map {
        ($0.path, paths[$0.key.replacing(".\(kind)s_file", with: ".\(kind)_types_file")])
      }
    }
  }

  /// Other configurations that this one refers to.
  public var references: [String] {
    files.filter { $0.key == "network" || $0.key == "simulation" }.map(\.path)
  }

  /// Files of spikes that it feeds in.
  public var inputs: [String] { files.filter { $0.key.hasPrefix("inputs.") }.map(\.path) }

  /// The file of node sets.
  public var nodeSets: String? { files.first { $0.key == "node_sets_file" }?.path }

  /// Keys and values of the entries that name files a simulation writes.
  private static func results(_ root: [String: Any]) -> [(key: String, text: String)] {
    let output = root["output"] as? [String: Any] ?? [:]
    let folder = (output["output_dir"] as? String ?? ".") + "/"
    var found: [(String, String)] = []
    if !output.isEmpty {
      found.append(("output.spikes_file", folder + (output["spikes_file"] as? String ?? "spikes.h5")))
    }
    for (name, entry) in (root["reports"] as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
      let file = (entry as? [String: Any])?["file_name"] as? String ?? name
      found.append(("reports.\(name)", folder + (file.hasSuffix(".h5") ? file : file + ".h5")))
    }
    return found
  }

  /// Keys and values of the entries that name input files.
  private static func references(_ root: [String: Any]) -> [(key: String, text: String)] {
    var found: [(String, String)] = []
    let networks = root["networks"] as? [String: Any] ?? [:]
    for (section, names) in [
      ("nodes", ["nodes_file", "node_types_file"]), ("edges", ["edges_file", "edge_types_file"]),
    ] {
      for (position, entry) in (networks[section] as? [[String: Any]] ?? []).enumerated() {
        for name in names {
          if let text = entry[name] as? String {
            found.append(("networks.\(section)[\(position)].\(name)", text))
          }
        }
      }
    }
    for name in ["node_sets_file", "network", "simulation"] {
      if let text = root[name] as? String { found.append((name, text)) }
    }
    for (name, entry) in (root["inputs"] as? [String: Any] ?? [:]).sorted(by: { $0.key < $1.key }) {
      let entry = entry as? [String: Any] ?? [:]
      for key in ["input_file", "spike_file"] {
        if let text = entry[key] as? String { found.append(("inputs.\(name).\(key)", text)) }
      }
    }
    return found
  }
}

/// A path with variables replaced until none is left, from the directory `folder` where it is relative.
private func resolve(_ text: String, _ variables: [String: String], _ folder: String, at place: String) throws
  -> String
{
  var path = text
  // Longest names first: $BASE_DIR_2 is not $BASE_DIR with a tail.
  let names = variables.keys.sorted { ($1.count, $0) < ($0.count, $1) }
  for _ in 0...variables.count + 1 {
    guard path.contains("$") else { break }
    for name in names {
      let key = name.hasPrefix("$") ? name : "$\(name)"
      path = path.replacing(key, with: variables[name] ?? "")
    }
  }
  if let dollar = path.firstIndex(of: "$") {
    let name = path[dollar...].prefix { $0 != "/" }
    throw Problem(
      "the variable \(name) in “\(text)” is not defined", at: place, fix: "define it under manifest")
  }
  if !path.hasPrefix("/") { path = (folder as NSString).appendingPathComponent(path) }
  return (path as NSString).standardizingPath
}

/// Whether a JSON file is a SONATA configuration: it names networks, a manifest, or other configurations.
public func isConfiguration(_ path: String) -> Bool {
  guard let data = FileManager.default.contents(atPath: path) else { return false }
  do {
    let keys = (try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]).keys
    return ["networks", "manifest", "network"].contains { keys.contains($0) }
  } catch { return false }
}
