import Foundation
import Testing

/// What a command line gave.
struct Outcome {
  var status: Int32
  var output: String
  var messages: String
  /// Whether a signal ended it: a crash.
  var crashed: Bool

  /// The output as JSON.
  func json() throws -> Any {
    try JSONSerialization.jsonObject(with: Data(output.utf8), options: [.fragmentsAllowed])
  }
}

/// The built command, run as a user runs it.
enum Engram {
  /// The package's folder.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let binary = root.appendingPathComponent(".build/release/engram")
  static let samples = root.appendingPathComponent("../shared/samples").standardizedFileURL

  /// Runs `engram` with `words` and waits.
  ///
  /// - Parameters:
  ///   - folder: The working directory; the package's own by default.
  ///   - limit: Seconds after which it is ended, which fails the test.
  static func run(
    _ words: [String], in folder: URL = root, environment: [String: String] = [:], limit: Double = 60
  ) throws -> Outcome {
    let scratch = try Folder()
    let process = try start(words, in: folder, environment: environment, scratch: scratch)
    let deadline = Date().addingTimeInterval(limit)
    while process.isRunning, Date() < deadline { usleep(2000) }
    if process.isRunning {
      process.terminate()
      Issue.record("engram \(words.joined(separator: " ")) did not end within \(limit) s")
    }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try scratch.text("output"),
      messages: try scratch.text("messages"), crashed: process.terminationReason == .uncaughtSignal)
  }

  /// Starts `engram` and does not wait; output goes to files of `scratch`.
  static func start(
    _ words: [String], in folder: URL, environment: [String: String] = [:], scratch: Folder
  ) throws -> Process {
    let process = Process()
    process.executableURL = binary
    process.arguments = words
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try scratch.sink("output")
    process.standardError = try scratch.sink("messages")
    try process.run()
    return process
  }

  /// Runs a shell command in which `engram` is the built command.
  static func shell(_ line: String, environment: [String: String] = [:]) throws -> Outcome {
    let scratch = try Folder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "engram() { '\(binary.path)' \"$@\"; }; \(line)"]
    process.currentDirectoryURL = root
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = try scratch.sink("output")
    process.standardError = try scratch.sink("messages")
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try scratch.text("output"),
      messages: try scratch.text("messages"), crashed: process.terminationReason == .uncaughtSignal)
  }
}

extension Engram {
  static let asNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups"

  /// Whether root may run the command as `nobody`, whom permissions concern.
  static let isOpenToNobody: Bool = {
    // The shell between has lost root's rights, so that a checkout in a closed folder is seen.
    let look = "\(asNobody) sh -c \"'\(binary.path)' --version\""
    do { return try getuid() == 0 && shell(look).status == 0 } catch { return false }
  }()

  /// Runs the command as a user whom permissions concern: as `nobody` where the tests run as root and may do that.
  static func runUnprivileged(_ words: [String], in folder: Folder) throws -> Outcome {
    guard isOpenToNobody else { return try run(words, in: folder.url) }
    chmod(folder.url.path, 0o777)
    let quoted = ([binary.path] + words).map { "'\($0)'" }.joined(separator: " ")
    return try shell("cd '\(folder.url.path)' && \(asNobody) \(quoted)")
  }
}

/// A folder of its own for one test, gone afterwards.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("engram-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(at: url) } catch { Issue.record("cannot remove \(url.path)") }
  }

  /// Path of a file in it.
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a text file into it.
  func write(_ text: String, to name: String) throws {
    let folder = url.appendingPathComponent(name).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
  }

  fileprivate func sink(_ name: String) throws -> FileHandle {
    try Data().write(to: url.appendingPathComponent(name))
    return try FileHandle(forWritingTo: url.appendingPathComponent(name))
  }
}

/// Compares with `Golden/<name>.txt`; with ENGRAM_GOLDEN=write in the environment it writes that file, to be looked at
/// before it is committed.
func expectGolden(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden/\(name).txt")
  if ProcessInfo.processInfo.environment["ENGRAM_GOLDEN"] == "write" {
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  #expect(text == golden, "Golden/\(name).txt", sourceLocation: location)
}
