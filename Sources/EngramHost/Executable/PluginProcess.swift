internal import CLaunch
import EngramKit
import Foundation
import Synchronization

/// A started executable: takes requests as lines of JSON on its standard input and answers on its standard output.
///
/// It runs in a private folder and a process group of its own. The group is killed when a request takes too long, when
/// the answers cannot be understood, when this value goes away, and when the process that started it dies.
final class PluginProcess: Sendable {
  private struct State: ~Copyable {
    var program: engram_program
    var answers = PluginLines()
    var errors = KeptText()
    /// How it ended, once that is known.
    var ending: engram_ending?
    var isOver = false
  }

  let folder: PrivateFolder
  private let manifest: Manifest
  private let seconds: Double
  private let state: Mutex<State>

  private var name: String { manifest.description.name }

  /// Starts the executable.
  ///
  /// - Throws: `Problem` with the system's reason.
  init(_ manifest: Manifest) throws {
    guard let executable = manifest.executable else {
      throw Problem("\(manifest.description.name) is no executable", at: manifest.file)
    }
    self.manifest = manifest
    seconds = executable.seconds
    let folder = try PrivateFolder()
    self.folder = folder
    // A program that has ended must not take this process with it when it is written to.
    signal(SIGPIPE, SIG_IGN)
    let command = try manifest.commandLine(executable.command)
    let environment = manifest.environment(folder.path)
    var program = engram_program()
    let code = withCStrings(command) { arguments in
      withCStrings(environment) { variables in
        engram_launch(
          command[0], arguments, variables, folder.path, UInt64(max(0, executable.memory)), &program)
      }
    }
    guard code == 0 else {
      throw Problem(
        "\(manifest.description.name) cannot be started: \(String(cString: strerror(code)))",
        at: manifest.file)
    }
    for end in [program.input, program.output, program.errors, program.status] {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    state = Mutex(State(program: program))
  }

  deinit { end() }

  /// Sends one request and waits for `{"done": true}`.
  ///
  /// - Parameter answer: Gets every other message; what it returns is sent to the executable.
  /// - Throws: `Problem`: what the executable says is wrong, that it ended, took too long, or wrote no messages.
  func request(_ request: JSON, answer: (JSON) throws -> JSON? = { _ in nil }) throws {
    do {
      try state.withLock { state in
        try exchange(request, &state, answer)
      }
    } catch {
      end()
      throw error
    }
  }

  private func exchange(_ request: JSON, _ state: inout State, _ answer: (JSON) throws -> JSON?) throws {
    guard !state.isOver else { throw Problem("\(name) has ended", at: manifest.file) }
    let deadline = Date().addingTimeInterval(seconds)
    let doing = request["do"]?.asText ?? "answer"
    var outgoing = Array(request.description.utf8) + [UInt8(ascii: "\n")]
    state.answers.startRequest()
    while true {
      guard !Cancellation.isRequested else { throw Problem("\(name) was stopped at '\(doing)'") }
      let remaining = deadline.timeIntervalSinceNow
      guard remaining > 0 else {
        throw Problem(
          "\(name) did not finish '\(doing)' within \(shortest(seconds)) s", at: manifest.file,
          fix: "see whether it hangs, or raise limits › seconds in its manifest")
      }
      try wait(&state, writing: !outgoing.isEmpty, seconds: remaining)
      try send(&outgoing, &state)
      state.errors.add(readAll(state.program.errors).bytes)
      let (bytes, isClosed) = readAll(state.program.output)
      for line in try state.answers.add(bytes, from: name, at: manifest.file) {
        let message = try message(line)
        if message["done"]?.asFlag == true { return }
        try refuseError(message)
        if let reply = try answer(message) {
          outgoing += Array(reply.description.utf8) + [UInt8(ascii: "\n")]
        }
      }
      if isClosed { throw ended(&state, doing) }
    }
  }

  private func message(_ line: [UInt8]) throws -> JSON {
    do {
      let message = try JSON(parsing: line)
      if case .object = message { return message }
    } catch {
      // Said below with the line itself, which shows more than where it stops being JSON.
    }
    throw Problem(
      "\(name) wrote '\(String(decoding: line.prefix(80), as: UTF8.self))' to standard output, which takes messages only",
      at: manifest.file, fix: "print to standard error; that is kept in the run's log")
  }

  private func refuseError(_ message: JSON) throws {
    guard let what = message["error"]?.asText else { return }
    throw Problem("\(name): \(what)", at: nil, fix: message["fix"]?.asText)
  }

  private func wait(_ state: inout State, writing: Bool, seconds: Double) throws {
    var watched = [
      pollfd(fd: state.program.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: state.program.errors, events: Int16(POLLIN), revents: 0),
      pollfd(fd: writing ? state.program.input : -1, events: Int16(POLLOUT), revents: 0),
    ]
    // A program that closes its standard error and goes on would wake this at once for ever.
    if state.errors.isClosed { watched[1].fd = -1 }
    poll(&watched, nfds_t(watched.count), Int32(min(1000, max(1, seconds * 1000))))
    if watched[1].revents & Int16(POLLHUP) != 0, watched[1].revents & Int16(POLLIN) == 0 {
      state.errors.isClosed = true
    }
  }

  private func send(_ bytes: inout [UInt8], _ state: inout State) throws {
    while !bytes.isEmpty {
      let count = write(state.program.input, bytes, bytes.count)
      if count > 0 {
        bytes.removeFirst(count)
      } else if count < 0, errno == EPIPE {
        // Its end is seen at its output, with the reason.
        bytes = []
      } else {
        return
      }
    }
  }

  /// Why it ended, with the last line of what it said.
  private func ended(_ state: inout State, _ doing: String) -> Problem {
    hearEnding(&state, patience: 10)
    let said = state.errors.lastLine.map { ": \($0)" } ?? ""
    let how: String
    if let ending = state.ending, ending.error != 0 {
      how = "cannot be started: \(String(cString: strerror(ending.error)))"
    } else if let status = state.ending?.status {
      let signal = status & 0x7F
      how =
        (signal == 0
          ? "ended with status \(status >> 8 & 0xFF)"
          : "was killed by signal \(signal) (\(String(cString: strsignal(signal))))")
        + " before it had done '\(doing)'" + said
    } else {
      how = "closed its standard output before it had done '\(doing)'" + said
    }
    return Problem(
      "\(name) \(how)", at: manifest.file,
      fix: "its standard error is in the run's log; `engram plugin test '\(manifest.folder)'` tries it alone")
  }

  private func hearEnding(_ state: inout State, patience: Double) {
    var watched = pollfd(fd: state.program.status, events: Int16(POLLIN), revents: 0)
    guard state.ending == nil else { return }
    var ready: Int32
    repeat { ready = poll(&watched, 1, Int32(patience * 1000)) } while ready < 0 && errno == EINTR
    guard ready > 0 else { return }
    var ending = engram_ending()
    if read(state.program.status, &ending, MemoryLayout<engram_ending>.size)
      == MemoryLayout<engram_ending>.size
    {
      state.ending = ending
    }
    state.errors.add(readAll(state.program.errors).bytes)
  }

  /// Closes its input, gives it a moment to end by itself, and kills what is left of it.
  func end(patience: Double = 0) {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isOver = true
      close(state.program.input)
      hearEnding(&state, patience: patience)
      close(state.program.life)
      var status: Int32 = 0
      while waitpid(state.program.guardian, &status, 0) < 0, errno == EINTR {}
      state.errors.add(readAll(state.program.errors).bytes)
      for end in [state.program.output, state.program.errors, state.program.status] { close(end) }
      PluginLog.add(name, state.errors.text)
    }
  }
}

/// Everything that can be read now, and whether the other side is closed.
private func readAll(_ descriptor: Int32) -> (bytes: [UInt8], isClosed: Bool) {
  var all: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count == 0 { return (all, true) }
    if count < 0, errno == EINTR { continue }
    if count < 0 { return (all, false) }
    all += buffer[..<count]
    // What floods is looked at between reads.
    if all.count > 1 << 20 { return (all, false) }
  }
}

/// Calls `body` with C strings, a null pointer after the last.
private func withCStrings<T>(
  _ words: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> T
) -> T {
  var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
  defer { pointers.forEach { free($0) } }
  pointers.append(nil)
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
}
