import EngramKit
import Foundation

/// Worker processes, each with the job it is doing. Ends them when it goes away.
struct WorkerPool {
  enum Event {
    case progress(Job, Double, String)
    case ended(Job, Result<JobResult, Failure>)
  }

  private let command: [String]
  private let size: Int
  private var members: [(process: WorkerProcess, job: Job?)] = []

  init(command: [String], size: Int) {
    self.command = command
    self.size = size
    // A worker that died between two jobs must not take this process with it.
    signal(SIGPIPE, SIG_IGN)
  }

  var isBusy: Bool { members.contains { $0.job != nil } }

  /// Gives the job to a free worker, started when there is none yet.
  ///
  /// - Returns: False when all are busy.
  mutating func take(_ job: Job) throws -> Bool {
    if let free = members.firstIndex(where: { $0.job == nil }) {
      members[free].job = job
      try members[free].process.send(job)
      return true
    }
    guard members.count < size else { return false }
    let process = try WorkerProcess(command)
    members.append((process, job))
    try process.send(job)
    return true
  }

  /// What happens within `milliseconds`; empty when nothing does, or a signal came.
  mutating func events(within milliseconds: Int32) throws -> [Event] {
    var descriptors = members.map { pollfd(fd: $0.process.answers, events: Int16(POLLIN), revents: 0) }
    guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return [] }
    var events: [Event] = []
    var ended: [Int] = []
    for (place, descriptor) in descriptors.enumerated() where descriptor.revents != 0 {
      let member = members[place]
      guard let messages = try member.process.receive() else {
        ended.append(place)
        if let job = member.job {
          let failure = Failure(
            name: job.name, problem: "the process that did it \(member.process.ending())",
            fix: "it costs this one alone; run the same command to try it again")
          events.append(.ended(job, .failure(failure)))
        }
        continue
      }
      guard let job = member.job else { continue }
      for message in messages {
        switch message {
        case .progress(let fraction, let doing): events.append(.progress(job, fraction, doing))
        case .done(let result):
          members[place].job = nil
          events.append(.ended(job, .success(result)))
        case .failed(let failure):
          // It takes no more jobs: a library that a damaged file led astray may have damaged its memory. It may still
          // have a partial file to remove.
          _ = member.process.ending()
          ended.append(place)
          events.append(
            .ended(job, .failure(Failure(name: job.name, problem: failure.problem, fix: failure.fix))))
        }
      }
    }
    for place in ended.reversed() { members.remove(at: place) }
    return events
  }
}
