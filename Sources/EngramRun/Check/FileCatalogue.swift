import EngramData
import EngramKit
import Foundation

/// What is known of the datasets in files, each looked up once.
struct FileCatalogue {
  /// One dataset as the file describes it.
  struct Known {
    var object: String
    var kind: Dataset.Kind?
    var unit: String?
    var shape: [Int]?
  }

  private var known: [String: Known] = [:]

  /// The dataset that `wanted` would be read from.
  ///
  /// - Throws: `Problem`: no such file, not HDF5, no or several fitting objects.
  mutating func known(_ path: String, object: String?, as wanted: Dataset) throws -> Known {
    let key = Self.key(path, object, wanted)
    if let found = known[key] { return found }
    guard FileManager.default.fileExists(atPath: path) else {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      let beside = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let near = nearestName(to: URL(fileURLWithPath: path).lastPathComponent, among: beside.sorted())
      throw Problem(
        "there is no file '\(path)'",
        fix: near.map { "did you mean '\($0)'?" } ?? "paths start from the experiment file's folder")
    }
    let found = Known(object: object ?? "", kind: nil, unit: nil, shape: nil)
    known[key] = found
    return found
  }

  /// The shape, where `known` has found one.
  func shape(_ path: String, object: String?, as wanted: Dataset) -> [Int]? {
    known[Self.key(path, object, wanted)]?.shape
  }

  private static func key(_ path: String, _ object: String?, _ wanted: Dataset) -> String {
    "\(path)#\(object ?? "")#\(wanted.kind.rawValue)#\(wanted.name)"
  }
}
