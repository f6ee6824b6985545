import EngramKit
import Foundation

/// A child process that does jobs one at a time.
///
/// Closing its standard input ends it. Its standard output goes to the parent's standard error: answers have a
/// descriptor of their own.
final class WorkerProcess {
  let pid: pid_t
  /// Where its answers arrive; not blocking.
  let answers: Int32
  private let requests: Int32
  private var lines = LineBuffer()
  private var status: Int32?

  /// Starts `command`.
  ///
  /// - Throws: `Problem` with the system's reason.
  init(_ command: [String]) throws {
    let toChild = try Self.makePipe()
    let fromChild: (read: Int32, write: Int32)
    do { fromChild = try Self.makePipe() } catch {
      close(toChild.read)
      close(toChild.write)
      throw error
    }
    defer {
      close(toChild.read)
      close(fromChild.write)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, toChild.read, 0)
    posix_spawn_file_actions_adddup2(&actions, 2, 1)
    posix_spawn_file_actions_adddup2(&actions, fromChild.write, workerAnswers)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    defer { arguments.forEach { free($0) } }
    arguments.append(nil)
    var pid: pid_t = 0
    let code = posix_spawn(&pid, command[0], &actions, nil, arguments, environ)
    guard code == 0 else {
      close(toChild.write)
      close(fromChild.read)
      throw Problem("a worker cannot be started: \(String(cString: strerror(code)))", at: command[0])
    }
    self.pid = pid
    requests = toChild.write
    answers = fromChild.read
    _ = fcntl(answers, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(requests)
    close(answers)
    if status == nil {
      kill(pid, SIGKILL)
      _ = wait()
    }
  }

  /// Hands over a job.
  func send(_ job: Job) throws {
    writeAll(try Array(JSONEncoder().encode(job)) + [UInt8(ascii: "\n")], to: requests)
  }

  /// The messages that have arrived; nil when the process has ended.
  func receive() throws -> [WorkerMessage]? {
    var messages: [WorkerMessage] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(answers, &buffer, buffer.count)
      if count == 0 { return messages.isEmpty ? nil : messages }
      if count < 0 {
        if errno == EINTR { continue }
        return messages
      }
      for line in lines.add(buffer[..<count]) {
        messages.append(try JSONDecoder().decode(WorkerMessage.self, from: line))
      }
    }
  }

  /// Waits for the end, and says how it came: `ended with status 1`, `was killed by signal 11 (Segmentation fault)`.
  func ending() -> String {
    let status = wait()
    let signal = status & 0x7F
    guard signal == 0 else { return "was killed by signal \(signal) (\(String(cString: strsignal(signal))))" }
    return "ended with status \(status >> 8 & 0xFF)"
  }

  private func wait() -> Int32 {
    if let status { return status }
    var value: Int32 = 0
    while waitpid(pid, &value, 0) < 0, errno == EINTR {}
    status = value
    return value
  }

  /// A pipe whose ends no child inherits by accident, both above the standard descriptors and `workerAnswers`.
  private static func makePipe() throws -> (read: Int32, write: Int32) {
    var low: [Int32] = [0, 0]
    guard pipe(&low) == 0 else {
      throw Problem("a worker cannot be reached: \(String(cString: strerror(errno)))")
    }
    let ends = low.map { fcntl($0, F_DUPFD_CLOEXEC, workerAnswers + 1) }
    low.forEach { close($0) }
    return (ends[0], ends[1])
  }
}
