import EngramData
import EngramKit
import Foundation

/// The files behind one SONATA input: a file, or all that a configuration names.
struct SonataSource {
  /// One HDF5 file.
  struct Part {
    var path: String
    /// Types table of its populations; nil: the one beside it.
    var types: String?
    /// What was simulated, ms, where it is a simulation's output.
    var window: Range<Double>?
  }

  private(set) var parts: [Part] = []
  /// Small files kept as texts: name and path.
  private(set) var texts: [(name: String, path: String)] = []
  private(set) var configurations: [String] = []
  /// Inputs of a simulation that are not read.
  private(set) var left: [String] = []
  /// Outputs that a configuration names and that are not there.
  private(set) var absent: [String] = []

  /// Gathers the files.
  ///
  /// - Throws: `Problems` that list every file that is missing.
  init(_ path: String) throws {
    if try detectHead(path) == .json {
      try add(configuration: path)
    } else {
      parts = [Part(path: path)]
    }
  }

  private mutating func add(configuration path: String) throws {
    guard !configurations.contains(path) else { return }
    guard configurations.count < 16 else { throw Problem("refers to more than 16 configurations", at: path) }
    configurations.append(path)
    let configuration = try CircuitConfiguration(reading: path)
    let missing = configuration.files.filter { !FileManager.default.fileExists(atPath: $0.path) }
    guard missing.isEmpty else {
      throw Problems(
        missing.map {
          Problem(
            "\($0.key) names a file that is not there: \($0.path)", at: path, fix: FindingID.missingFile.fix)
        })
    }
    for (file, types) in configuration.networks { add(Part(path: file, types: types)) }
    for file in configuration.inputs {
      if try detectHead(file) == .hdf5 {
        add(Part(path: file))
      } else {
        left.append(
          "\((file as NSString).lastPathComponent): an input that is not HDF5; convert it on its own")
      }
    }
    for output in configuration.outputs {
      if FileManager.default.fileExists(atPath: output.path) {
        add(Part(path: output.path, window: configuration.window))
      } else {
        absent.append("\(output.key): \((output.path as NSString).lastPathComponent)")
      }
    }
    if let sets = configuration.nodeSets { texts.append(("node_sets.json", sets)) }
    if configuration.window != nil { texts.append(("simulation_config.json", path)) }
    for other in configuration.references { try add(configuration: other) }
  }

  private mutating func add(_ part: Part) {
    if !parts.contains(where: { $0.path == part.path }) { parts.append(part) }
  }

  /// Every file, with types tables that lie beside.
  var files: [String] {
    var all = Set(configurations + texts.map(\.path) + parts.map(\.path) + parts.compactMap(\.types))
    for part in parts {
      let folder = (part.path as NSString).deletingLastPathComponent
      do {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)
        where name.hasSuffix("_types.csv") {
          all.insert((folder as NSString).appendingPathComponent(name))
        }
      } catch {
        // The folder cannot be listed: opening the file will say what is wrong.
        continue
      }
    }
    return all.sorted()
  }
}
