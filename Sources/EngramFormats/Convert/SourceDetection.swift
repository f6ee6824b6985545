import EngramKit
import Foundation

/// What the input `path` is: the format asked for, or the one its content speaks for.
///
/// - Throws: `Problem` that lists the candidates where several formats fit; what `detectFormat` throws.
public func source(_ path: String, from: FileFormat? = nil) throws -> Detection {
  if let from { return Detection(from, "--from \(from.rawValue)") }
  let detection = try detectFormat(path)
  if detection.format == .json, isConfiguration(path) {
    return Detection(.sonata, "JSON that names networks or a manifest")
  }
  return detection
}

/// What the input `path` is as far as its first bytes tell: nothing is opened that could bring this process down.
///
/// - Throws: `Problem` where the file cannot be read.
public func source(head path: String) throws -> FileFormat {
  let head = try detectHead(path)
  return head == .json && isConfiguration(path) ? .sonata : head == .hdf5 ? .sonata : head
}

/// The file of a folder that stands for others in it: a simulation's or a circuit's configuration; nil where each file
/// is its own input.
public func representative(ofFolder path: String) -> String? {
  ["simulation_config.json", "circuit_config.json"].map((path as NSString).appendingPathComponent)
    .first(where: FileManager.default.fileExists(atPath:))
}
