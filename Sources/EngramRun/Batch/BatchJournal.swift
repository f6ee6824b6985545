import EngramData
import EngramKit
import Foundation

/// One line of a batch's journal: what became of one file, and by what it is known again.
struct JournalLine: Codable, Sendable, Equatable {
  /// One file that was read.
  struct Part: Codable, Sendable, Equatable {
    var path: String
    var size: Int
    /// Time of the last change, s since 1970.
    var modified: Double
    var sha256: String?
  }

  var input: String
  var parts: [Part]
  var output: String
  /// SHA-256 of the output.
  var outputHash: String?
  /// SHA-256 of what was asked: task, request and version.
  var asked: String
  var failed: String?
  var fix: String?
  var seconds: Double?
  var ended: String
}

extension JournalLine {
  /// A file that is about to be worked on.
  init(begun job: BatchJob, asked: String) {
    self.init(
      input: job.input, parts: [], output: job.output, asked: asked, failed: "was begun and not ended",
      ended: "")
  }
}

/// The journal of a batch: one JSON line for each file that was worked on. The same command reads it and goes on.
struct BatchJournal {
  let path: String
  /// The last line of each output.
  private(set) var lines: [String: JournalLine] = [:]
  /// Whether the file ends in a line that a kill cut short: it must not swallow the next one.
  private var isCut = false

  /// Reads the journal at `path`, if there is one. A line cut short by a kill is left out: its file is done again.
  init(_ path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { return }
    let all = try readText(path)
    isCut = !all.isEmpty && !all.hasSuffix("\n")
    for text in all.split(separator: "\n") {
      do {
        let line = try JSONDecoder().decode(JournalLine.self, from: Data(text.utf8))
        lines[line.output] = line
      } catch is DecodingError {
        continue
      }
    }
  }

  /// Adds a line, in one write.
  mutating func add(_ line: JournalLine) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = try Array((isCut ? "\n" : "").utf8) + encoder.encode(line) + Array("\n".utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0, writeAll(text, to: descriptor), close(descriptor) == 0 else {
      throw Problem("cannot be written: \(String(cString: strerror(errno)))", at: path)
    }
    isCut = false
    lines[line.output] = line
  }

  /// Whether the output is there, made from this input by the same request.
  func isDone(_ job: BatchJob, asked: String) throws -> Bool {
    guard let line = lines[job.output], line.failed == nil, line.asked == asked, line.input == job.input,
      line.parts.map(\.path) == job.parts, FileManager.default.fileExists(atPath: job.output)
    else { return false }
    for part in line.parts {
      guard let now = try FileStamp(part.path) else { return false }
      if now != FileStamp(size: part.size, modified: part.modified) {
        guard now.size == part.size, try sha256(ofFile: part.path) == part.sha256 else { return false }
      }
    }
    return try sha256(ofFileOrFolder: job.output) == line.outputHash
  }

  /// Refuses to replace what this journal did not write.
  func refuseStranger(_ output: String) throws {
    guard lines[output] == nil, FileManager.default.fileExists(atPath: output) else { return }
    throw Problem(
      "\(output) is there already, and no earlier call of this command wrote it",
      fix: "choose another folder with --out, or allow it with --overwrite")
  }
}

/// Size and time of a file, by which an unchanged one is known without reading it.
struct FileStamp: Equatable {
  var size: Int
  var modified: Double

  init(size: Int, modified: Double) {
    self.size = size
    self.modified = modified
  }

  /// Nil when there is no such file.
  init?(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw Problem("cannot be looked at: \(String(cString: strerror(errno)))", at: path)
      }
      return nil
    }
    self.init(
      size: Int(status.st_size),
      modified: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9)
  }
}
