import EngramHost
import EngramKit
import Foundation

/// `run.log`: what happened when. The only file of the results that holds times.
struct RunLog {
  private let path: String

  init(_ folder: String) { path = folder + "/run.log" }

  func add(_ sentence: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Problem("cannot be written: \(String(cString: strerror(errno)))", at: path)
    }
    defer { close(descriptor) }
    writeAll(Array("\(Date().formatted(.iso8601)) \(sentence)\n".utf8), to: descriptor)
  }
  /// What plugins said on standard error while they made `output`, to the log beside it.
  static func addPlugins(besides output: String) {
    let folder =
      output.contains("/")
      ? output.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") : "."
    let log = RunLog(folder)
    for line in PluginLog.take() {
      // A log that cannot be written is no reason to lose a result; the run's own lines say that it cannot.
      do { try log.add(line) } catch { return }
    }
  }
}
