import EngramKit
import Foundation

/// A plugin that was found outside the toolkit, or a folder that looks like one.
public struct OutsidePlugin: Sendable {
  /// What it is called; the folder's name where it has no description.
  public let name: String
  public let folder: String
  /// What to list and run; nil where `problems` say why not.
  public let entry: Entry?
  public let problems: [Problem]
  let manifest: Manifest?
}

/// Finds plugins in folders; nothing is loaded or started.
public enum OutsidePlugins {
  /// Where a user's and an installation's plugins lie, beside the folders that are named: those that exist.
  ///
  /// - Parameter binary: Path of `engram`.
  public static func installedFolders(binary: String) -> [String] {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["XDG_DATA_HOME"] ?? (environment["HOME"].map { $0 + "/.local/share" } ?? "")
    let prefix = parent(parent(resolved(binary)))
    return [home + "/engram/plugins", prefix + "/lib/engram/plugins"].filter { path in
      path.hasPrefix("/") && FileManager.default.fileExists(atPath: path)
    }
  }

  /// The plugins in `folder`: the folder itself when it is one, else those among its folders, by name.
  ///
  /// - Throws: `Problem` when the folder is not there or others may write to it.
  public static func find(in folder: String) throws -> [OutsidePlugin] {
    let root = resolved(folder)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
      throw Problem(
        "there is no such folder of plugins", at: folder, fix: "check --plugins and ENGRAM_PLUGINS")
    }
    try Trust.requireFolder(root)
    if let plugin = plugin(at: root) { return [plugin] }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: root).sorted() } catch {
      throw Problem("cannot be listed: \(error.localizedDescription)", at: folder)
    }
    return names.filter { !$0.hasPrefix(".") }.compactMap { plugin(at: resolved("\(root)/\($0)")) }
  }

  /// The plugin whose folder this is; nil where nothing says that it is one.
  static func plugin(at folder: String) -> OutsidePlugin? {
    let name = lastPart(folder)
    func exists(_ file: String) -> Bool { access("\(folder)/\(file)", F_OK) == 0 }
    let file: String
    if exists("manifest.json") {
      file = "\(folder)/manifest.json"
    } else if exists("\(name).engram.json") {
      file = "\(folder)/\(name).engram.json"
    } else {
      guard let source = SwiftFolder(folder) else { return nil }
      let problem = Problem(
        "\(source.name) is not built", at: folder, fix: "engram plugin build '\(folder)'")
      return OutsidePlugin(
        name: name, folder: folder, entry: nil, problems: [problem], manifest: nil)
    }
    // Who asks for a plugin by the name that it gives itself is told why it cannot be used.
    var described = name
    do {
      try Trust.require(folder)
      try Trust.require(file)
      let manifest = try Manifest(reading: file, in: folder)
      described = manifest.description.name
      guard described == name else {
        throw Problem(
          "describes '\(described)', but its folder is called '\(name)'", at: file,
          fix: "give both the same name")
      }
      let entry = manifest.library == nil ? executableEntry(manifest) : libraryEntry(manifest)
      return OutsidePlugin(
        name: name, folder: folder, entry: entry, problems: [],
        manifest: manifest)
    } catch {
      let problems = (error as? Problems)?.list ?? [problem(error, at: file)]
      return OutsidePlugin(
        name: described, folder: folder, entry: nil, problems: problems, manifest: nil)
    }
  }
}

/// A path without links, `.` and `..`, absolute.
func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return URL(fileURLWithPath: path).standardized.path }
  defer { free(real) }
  return String(cString: real)
}

func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
