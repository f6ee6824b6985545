import EngramFormats
import EngramKit
import Foundation

/// One input of a batch of conversions.
public struct ConvertInput: Sendable, Equatable {
  public var path: String
  /// Every file that belongs to it, itself included.
  public var parts: [String]
  /// What the output is called, without extension.
  public var stem: String
  /// Where below the output folder it goes: empty, or with a slash at its end.
  public var folder: String

  public init(path: String, parts: [String], stem: String, folder: String = "") {
    self.path = path
    self.parts = parts
    self.stem = stem
    self.folder = folder
  }
}

/// The inputs that the words of a command line name: files, folders with all in them, quoted globs, and `@list.txt`
/// with one word a line.
///
/// A file that belongs to another input, such as a thread of the same recording or a file of a circuit whose
/// configuration is there, is no input of its own. The order is that of the words, sorted within each.
///
/// - Parameter from: The format that the user names; nil: told from content.
/// - Throws: `Problems`: a word that names nothing, a list that cannot be read, a configuration whose files are missing.
public func convertInputs(
  _ words: [String], from: FileFormat? = nil, options: ConversionOptions = ConversionOptions()
) throws -> [ConvertInput] {
  var found: [(path: String, folder: String)] = []
  for word in try expanded(words) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: word, isDirectory: &isFolder) {
      found += isFolder.boolValue ? try files(in: word) : [(word, "")]
    } else {
      found += try matches(word).map { ($0, "") }
    }
  }
  var (inputs, seen) = ([ConvertInput](), Set<String>())
  for (path, folder) in found where seen.insert(path).inserted {
    inputs.append(
      ConvertInput(path: path, parts: try parts(path, from, options), stem: stem(path), folder: folder))
  }
  return withoutMembers(inputs)
}

/// The words, with lists replaced by what they list.
private func expanded(_ words: [String]) throws -> [String] {
  try words.flatMap { word -> [String] in
    guard word.hasPrefix("@"), !FileManager.default.fileExists(atPath: word) else { return [word] }
    let list = String(word.dropFirst())
    guard let data = FileManager.default.contents(atPath: list) else {
      throw Problem("the list cannot be read", at: list, fix: "write @FILE for a file with one path a line")
    }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }
}

/// Files that a glob matches, sorted.
private func matches(_ pattern: String) throws -> [String] {
  var result = glob_t()
  defer { globfree(&result) }
  guard pattern.contains(where: { "*?[".contains($0) }), glob(pattern, GLOB_BRACE, nil, &result) == 0 else {
    throw Problem("there is no such file", at: pattern, fix: "check the path; a pattern must match something")
  }
  return (0..<Int(result.gl_pathc)).compactMap { place in result.gl_pathv[place].map { String(cString: $0) } }
}

/// All files of a folder and those below it that could be data, and circuits as one input each.
private func files(in root: String) throws -> [(path: String, folder: String)] {
  var found: [(String, String)] = []
  func walk(_ path: String, _ above: String, _ below: String) throws {
    // The rest of a circuit belongs to its configuration, or is an input of its own.
    if let representative = representative(ofFolder: path) { found.append((representative, above)) }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
      throw Problem("the folder cannot be listed: \(error.localizedDescription)", at: path)
    }
    for name in names where !name.hasPrefix(".") && !name.contains(".partial-") {
      let item = (path as NSString).appendingPathComponent(name)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: item, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try walk(item, below, "\(below)\(name)/")
      } else if !isNote(name) {
        found.append((item, below))
      }
    }
  }
  try walk(root, "", "")
  return found
}

/// All files of a folder and those below it that could be data, sorted.
///
/// - Throws: `Problem` when a folder cannot be listed.
public func dataFiles(in root: String) throws -> [String] {
  let names: [String]
  do { names = try FileManager.default.contentsOfDirectory(atPath: root).sorted() } catch {
    throw Problem("the folder cannot be listed: \(error.localizedDescription)", at: root)
  }
  return try names.filter { !$0.hasPrefix(".") && !isNote($0) && !$0.contains(".partial-") }.flatMap {
    let item = (root as NSString).appendingPathComponent($0)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: item, isDirectory: &isFolder) else { return [String]() }
    return isFolder.boolValue ? try dataFiles(in: item) : [item]
  }
}

/// Files that lie beside data and are none.
private func isNote(_ name: String) -> Bool {
  let endings = ["md", "log", "jsonl", "py", "m", "sh", "yaml", "yml", "html", "pdf", "png", "svg"]
  return endings.contains((name as NSString).pathExtension.lowercased())
    || name.hasPrefix("README") || name.hasPrefix("LICENSE")
}

/// What belongs to an input. What cannot be told without opening it is told by its conversion, in a worker.
private func parts(_ path: String, _ from: FileFormat?, _ options: ConversionOptions) throws -> [String] {
  do {
    return try FormatCatalogue.reader(from ?? source(head: path))?.parts(of: path, options) ?? [path]
  } catch is Problem {
    // Its own conversion will say what is wrong: one bad input does not end a batch.
    return [path]
  } catch is Problems {
    return [path]
  }
}

/// Leaves out inputs that belong to another one.
private func withoutMembers(_ inputs: [ConvertInput]) -> [ConvertInput] {
  func real(_ path: String) -> String { URL(fileURLWithPath: path).standardized.path }
  var owners: [String: String] = [:]
  for input in inputs where input.parts.count > 1 {
    for part in input.parts.map(real) where owners[part] == nil { owners[part] = input.path }
  }
  return inputs.filter { input in owners[real(input.path)].map { $0 == input.path } ?? true }
}

/// The name of an input: that of its folder where it stands for one.
private func stem(_ path: String) -> String {
  let folder = (path as NSString).deletingLastPathComponent
  if representative(ofFolder: folder) == path, !folder.isEmpty {
    let name = (folder as NSString).lastPathComponent
    return name.hasSuffix(".sonata") ? String(name.dropLast(7)) : name
  }
  return ((path as NSString).lastPathComponent as NSString).deletingPathExtension
}
