import EngramData
import EngramKit
import Foundation

/// Languages in which `engram plugin new` writes.
public enum PluginLanguage: String, CaseIterable, Sendable { case swift, python, c }

/// Starts a plugin: the example of its kind and language under another name, which works as it is.
///
/// - Parameters:
///   - name: Kebab-case; also the folder made below `place`.
///   - registry: What there is already.
/// - Returns: The files written, sorted.
/// - Throws: `Problem` when the name is not one, or is taken, or there is such a folder.
public func newPlugin(
  _ kind: Description.Kind, _ name: String, _ language: PluginLanguage, in place: String, registry: Registry
) throws -> [String] {
  let isKebab =
    name.first?.isLetter == true && name.last != "-"
    && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
  guard isKebab else {
    throw Problem(
      "'\(name)' is no plugin's name", fix: "use lower-case letters, digits and hyphens: burst-index")
  }
  if let taken = registry.descriptions.first(where: { $0.name == name }) {
    throw Problem("the name '\(name)' is taken by \(taken.origin)", fix: "choose another")
  }
  guard let examples = Support.examples else {
    throw Problem(
      "Engram's examples, from which plugins are made, are not beside \(Support.program)",
      fix: "install with `make install`, or run it from a checkout")
  }
  guard let example = examplePlugins[kind] else { throw Problem("there is no example of a \(kind.rawValue)") }
  let source = "\(examples)/\(language.rawValue)/\(example)"
  guard FileManager.default.fileExists(atPath: source) else {
    throw Problem(
      "there is no template for a \(kind.rawValue) in \(language.rawValue)",
      fix: "take --language python, whose protocol is that of every other language too")
  }
  let folder = "\(place)/\(name)"
  guard !FileManager.default.fileExists(atPath: folder) else {
    throw Problem(
      "there is something called \(name) already", at: folder, fix: "choose another name, or remove it")
  }
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let renamed = { (text: String) in
    text.replacing(example, with: name).replacing(typeName(example), with: typeName(name))
      .replacing(snake(example), with: snake(name))
  }
  var written: [String] = []
  for file in try FileManager.default.contentsOfDirectory(atPath: source).sorted()
  where !file.hasPrefix(".") && file != "__pycache__" && !file.contains(".engram.") {
    var isFolder: ObjCBool = false
    let path = "\(source)/\(file)"
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let text = try readable(path)
    else { continue }
    let target = "\(folder)/\(renamed(file))"
    try writeAtomically(Array(renamed(text).utf8), to: target)
    if access(path, X_OK) == 0 { chmod(target, 0o755) }
    written.append(target)
  }
  return written
}

/// The example that a new plugin of each kind starts from.
let examplePlugins: [Description.Kind: String] = [
  .analysis: "interval-cv", .model: "linear-rates", .rule: "outer-product",
]

private func snake(_ name: String) -> String { name.replacing("-", with: "_") }

/// The text of a template; nil for a file that is none, such as a program built in the example's folder.
private func readable(_ path: String) throws -> String? {
  String(bytes: try Data(contentsOf: URL(fileURLWithPath: path)), encoding: .utf8)
}
