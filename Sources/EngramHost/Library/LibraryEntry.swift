import EngramData
import EngramKit
import Glibc
import Synchronization

/// The registry's entry of a built Swift plugin: described by the file beside it, loaded when it is first made.
func libraryEntry(_ manifest: Manifest) -> Entry {
  let library = Library(manifest)
  return Entry(
    manifest.description, seal: { try library.prove() }, make: { try library.entry().make($0) })
}

/// A shared library that is loaded once, after it was proven to be what was built for this Engram.
final class Library: Sendable {
  private let manifest: Manifest
  private let proven = Mutex<String?>(nil)
  private let loaded = Mutex<Entry?>(nil)

  init(_ manifest: Manifest) { self.manifest = manifest }

  private var path: String { "\(manifest.folder)/\(manifest.description.name).engram.so" }

  /// The library's SHA-256, once rights, bytes and fingerprint are as they must be; nothing of it has run then.
  ///
  /// - Throws: `Problem` with what differs, and the command that builds it anew.
  func prove() throws -> String {
    if let hash = proven.withLock({ $0 }) { return hash }
    let name = manifest.description.name
    try Trust.require(manifest.folder)
    let current = try Fingerprint.current()
    guard let stated = manifest.library, stated.fingerprint == current else {
      throw Fingerprint.stale(
        name, manifest.folder, built: manifest.library?.fingerprint ?? "", current: current)
    }
    guard access(path, F_OK) == 0 else {
      throw Problem("\(name) has lost its library", at: path, fix: "engram plugin build '\(manifest.folder)'")
    }
    try Trust.require(path)
    let hash = try sha256(ofFile: path)
    guard stated.sha256 == hash else {
      throw Problem(
        "\(name) is not the library that was built with its description", at: path,
        fix: "engram plugin build '\(manifest.folder)'")
    }
    proven.withLock { $0 = hash }
    return hash
  }

  /// What the library says it is.
  func entry() throws -> Entry {
    _ = try prove()
    return try loaded.withLock { known in
      if let known { return known }
      let entry = try loadLibrary(path, fix: "engram plugin build '\(manifest.folder)'")
      known = entry
      return entry
    }
  }
}

/// The name of the function by which a library gives its plugin's entry; it takes where to put it.
let entrySymbol = "engram_plugin_entry"

/// Loads a library and asks for its entry. Only a library that was proven, or has just been built, may come here.
///
/// - Throws: `Problem` with the loader's reason.
func loadLibrary(_ path: String, fix: String) throws -> Entry {
  guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
    throw Problem("cannot be loaded: \(String(cString: dlerror()))", at: path, fix: fix)
  }
  guard let symbol = dlsym(handle, entrySymbol) else {
    throw Problem("has no symbol \(entrySymbol), so it is no plugin of Engram", at: path, fix: fix)
  }
  // The function that `plugin build` generates has this type, and it was compiled against the modules of this binary.
  let give = unsafeBitCast(symbol, to: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
  var entry: Entry?
  withUnsafeMutablePointer(to: &entry) { give(UnsafeMutableRawPointer($0)) }
  guard let entry else { throw Problem("gives no plugin", at: path, fix: fix) }
  return entry
}

/// What a library says of itself, as `plugin build` asks in a process of its own.
public func describeLibrary(_ path: String) throws -> JSON {
  try loadLibrary(path, fix: "mend the plugin").description.json
}
