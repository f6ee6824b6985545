import EngramData
import EngramKit
import Foundation

/// What is known of the datasets in files, each looked up once.
struct FileCatalogue {
  private var files: [String: EngramFile] = [:]
  private var found: [String: StoredObject] = [:]

  /// The object that `wanted` would be read from.
  ///
  /// - Throws: `Problem`: no such file, not HDF5, no or several fitting objects, a wrong kind or unit.
  mutating func object(_ path: String, _ object: String?, as wanted: Dataset) throws -> StoredObject {
    let key = Self.key(path, object, wanted)
    if let known = found[key] { return known }
    let file = try file(path)
    let place = object.map { Binding.Place.object(file, $0) } ?? .anywhere(file)
    do {
      let source = try LayoutSource([wanted], [wanted.name: place])
      guard let bound = source.bindings.first?.object else {
        throw Problem("\(path) holds nothing that can be '\(wanted.name)'")
      }
      found[key] = bound
      return bound
    } catch let known as Problems {
      // The place of these problems is the file; the experiment's line is where the user mends it.
      throw Problems(
        known.list.map { Problem(($0.place.map { "\($0) " } ?? "") + $0.what, fix: $0.fix) })
    }
  }

  /// The shape, where `object` has found one.
  func shape(_ path: String, _ object: String?, as wanted: Dataset) -> [Int]? {
    found[Self.key(path, object, wanted)]?.shape
  }

  private mutating func file(_ path: String) throws -> EngramFile {
    if let open = files[path] { return open }
    guard FileManager.default.fileExists(atPath: path) else {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let name = URL(fileURLWithPath: path).lastPathComponent
      // A folder that cannot be listed offers no nearest name; the sentence stands without it.
      let beside =
        FileManager.default.enumerator(atPath: folder)?.prefix(1000).compactMap { $0 as? String } ?? []
      throw Problem(
        "there is no file '\(path)'",
        fix: nearestName(to: name, among: beside.sorted()).map { "did you mean '\($0)'?" }
          ?? "paths start from the experiment file's folder")
    }
    do {
      let opened = try EngramFile(reading: path)
      files[path] = opened
      return opened
    } catch let known as Problem {
      throw Problem((known.place.map { "\($0): " } ?? "") + known.what, fix: known.fix)
    }
  }

  private static func key(_ path: String, _ object: String?, _ wanted: Dataset) -> String {
    "\(path)#\(object ?? "")#\(wanted.kind.rawValue)#\(wanted.name)#\(wanted.unit)"
  }
}
