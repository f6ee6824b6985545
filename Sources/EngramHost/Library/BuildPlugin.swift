import EngramData
import EngramKit
import Foundation

/// The hidden word with which `engram` describes a library that it has just built.
public let describeWord = "--describe-library"

/// Builds the plugin in `folder`: a Swift folder to `NAME.engram.so` with its description beside it, an executable by
/// the command of its manifest.
///
/// - Returns: What was written, relative to the folder; nil where there is nothing to build.
/// - Throws: `Problem` when the compiler reports errors, which it has printed to standard error.
public func buildPlugin(in folder: String) throws -> String? {
  let folder = resolved(folder)
  try Trust.requireFolder(folder)
  if let source = SwiftFolder(folder) { return try build(source) }
  let manifest = try Manifest(reading: "\(folder)/manifest.json", in: folder)
  guard let command = manifest.executable?.build, !command.isEmpty else { return nil }
  let status = try run(try manifest.commandLine(command), in: folder)
  guard status == 0 else {
    throw Problem(
      "`\(command.joined(separator: " "))` ended with status \(status)", at: manifest.file,
      fix: "mend what it says above")
  }
  return manifest.executable?.command.first
}

private func build(_ source: SwiftFolder) throws -> String {
  let fingerprint = try Fingerprint.current()
  let (library, described) = ("\(source.name).engram.so", "\(source.name).engram.json")
  let scratch = try PrivateFolder()
  let entry = scratch.file("Entry.swift")
  try writeAtomically(Array(entrySource(source.type).utf8), to: entry)
  let made = scratch.file(library)
  let status = try run(try compile(source, entry, to: made, scratch), in: source.folder)
  guard status == 0 else {
    throw Problem("the compiler refused \(source.name)", at: source.folder, fix: "mend what it says above")
  }
  guard case .object(var fields) = try describe(made, source) else {
    throw Problem("\(source.name) gives no description", at: source.folder)
  }
  guard fields["name"] == .text(source.name) else {
    throw Problem(
      "the plugin calls itself '\(fields["name"]?.asText ?? "")', its folder '\(source.name)'",
      at: source.folder,
      fix: "give both the same name")
  }
  fields["origin"] = nil
  fields["form"] = nil
  fields["library"] = ["fingerprint": .text(fingerprint), "sha256": .text(try sha256(ofFile: made))]
  // The description goes last: until it is there, the library counts as not built for it.
  try writeAtomically(
    Array(try Data(contentsOf: URL(fileURLWithPath: made))), to: "\(source.folder)/\(library)")
  try writeAtomically(
    Array((JSON.object(fields).indented + "\n").utf8), to: "\(source.folder)/\(described)")
  return library
}

/// The function that the host calls, for the type that the folder's name stands for.
private func entrySource(_ type: String) -> String {
  """
  import EngramKit
  @_cdecl("\(entrySymbol)")
  public func engramPluginEntry(_ place: UnsafeMutableRawPointer) {
    place.assumingMemoryBound(to: Entry?.self).pointee = Entry(\(type).self)
  }

  """
}

private func compile(_ source: SwiftFolder, _ entry: String, to library: String, _ scratch: PrivateFolder)
  throws
  -> [String]
{
  guard let modules = Support.modules else { throw Problem("Engram's compiled modules are not found") }
  let compiler = try findProgram("swiftc", fix: "install Swift from https://www.swift.org/install/linux/")
  // The compiler asks for the C modules behind the Kit by name only, so empty ones do.
  var map = "\(modules)/module.modulemap"
  if !Support.isInstalled, let checkout = Support.checkout {
    map = scratch.file("module.modulemap")
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(checkout)/Sources").sorted()
    let text = names.filter { $0.hasPrefix("C") }.map { "module \($0) [system] {}\n" }.joined()
    try writeAtomically(Array(text.utf8), to: map)
  }
  return [
    compiler, "-O", "-wmo", "-swift-version", "6", "-parse-as-library", "-emit-library", "-module-name",
    "\(source.type)Plugin", "-I", modules, "-Xcc", "-fmodule-map-file=\(map)", "-no-toolchain-stdlib-rpath",
    "-o", library, entry,
  ] + source.sources.map { "\(source.folder)/\($0)" }
}

/// Asks a fresh process, as a plugin that traps when it is made must not take this one with it.
private func describe(_ library: String, _ source: SwiftFolder) throws -> JSON {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: Support.program)
  process.arguments = [describeWord, library]
  process.standardOutput = output
  try process.run()
  let text = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationReason == .exit, process.terminationStatus == 0 else {
    throw Problem(
      "\(source.name) was compiled, but cannot be loaded and described", at: source.folder,
      fix: "mend what is said above, or what its initial values do")
  }
  return try JSON(parsing: Array(text))
}

/// A program on PATH.
func findProgram(_ name: String, fix: String) throws -> String {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
  let places: [String] = folders.map { "\($0)/\(name)" }
  guard let found = places.first(where: { access($0, X_OK) == 0 }) else {
    throw Problem("there is no \(name) on PATH", fix: fix)
  }
  return found
}

/// Runs a command to its end, its output among the messages.
func run(_ command: [String], in folder: String, environment: [String: String] = [:]) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: command[0])
  process.arguments = Array(command.dropFirst())
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardOutput = FileHandle.standardError
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
