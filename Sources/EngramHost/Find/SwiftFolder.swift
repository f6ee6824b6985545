import Foundation

/// A folder with a Swift plugin's source: `burst-index/BurstIndex.swift`.
struct SwiftFolder: Sendable {
  /// The folder's name, which is the plugin's.
  let name: String
  let folder: String
  /// Every Swift file of the folder, sorted.
  let sources: [String]

  /// Nil when the folder has no file of the type that its name stands for.
  init?(_ folder: String) {
    name = lastPart(folder)
    self.folder = folder
    guard FileManager.default.fileExists(atPath: "\(folder)/\(typeName(name)).swift"),
      let names = FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String })
    else { return nil }
    sources = names.filter { $0.hasSuffix(".swift") && !$0.contains("/") }.sorted()
  }

  /// The plugin's type: the folder's name in camel case.
  var type: String { typeName(name) }
}

/// `burst-index` as `BurstIndex`.
func typeName(_ name: String) -> String {
  name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
}
