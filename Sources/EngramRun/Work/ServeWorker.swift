import EngramData
import EngramKit
import Foundation

/// The descriptor on which a worker answers; standard output belongs to what a library may print.
let workerAnswers: Int32 = 3

/// Does jobs that arrive on standard input, one JSON value a line, until it closes: the worker's whole life.
///
/// When the parent dies, standard input closes and the process ends at once, in the middle of a job too; a file that it
/// was writing keeps its partial name and is removed by the next command.
///
/// - Returns: The exit status.
public func serveWorker(_ tasks: [WorkerTask]) -> Int32 {
  // Ctrl-C reaches the whole group; the parent decides what it means.
  signal(SIGINT, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
  DamageGuard.answer(on: workerAnswers)
  exitWithParent()
  var lines = LineBuffer()
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(0, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    if count <= 0 { return 0 }
    for line in lines.add(buffer[..<count]) where !answer(line, tasks) { _exit(0) }
  }
}

/// Watches standard input from a thread of its own: no parent, no work, and nothing may be written any more.
private func exitWithParent() {
  Thread.detachNewThread {
    var input = pollfd(fd: 0, events: 0, revents: 0)
    while true {
      guard poll(&input, 1, -1) > 0 else { continue }
      _exit(0)
    }
  }
}

/// Does one job; false when it failed, and the process with whatever it left in memory must end.
private func answer(_ line: Data, _ tasks: [WorkerTask]) -> Bool {
  var last = Date.distantPast
  var name = ""
  do {
    let job = try JSONDecoder().decode(Job.self, from: line)
    name = job.name
    WorkerThreads.set(job.threads)
    WorkerMemory.set(job.memory)
    let result = try job.perform(by: tasks) { fraction, doing in
      // A progress line needs no more than ten a second.
      guard Date().timeIntervalSince(last) > 0.1 else { return }
      last = Date()
      send(.progress(fraction, doing))
    }
    send(.done(result))
    return true
  } catch {
    send(.failed(Failure(error, name: name)))
    return false
  }
}

private func send(_ message: WorkerMessage) {
  do {
    writeAll(try message.line, to: workerAnswers)
  } catch {
    // Only a number that JSON cannot hold gets here; the parent must still hear that the job is over.
    writeAll(
      Array("{\"failed\":{\"_0\":{\"name\":\"\",\"problem\":\"the answer cannot be encoded\"}}}\n".utf8),
      to: workerAnswers)
  }
}
