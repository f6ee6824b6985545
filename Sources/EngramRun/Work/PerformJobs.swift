import EngramData
import EngramHost
import EngramKit
import Foundation

/// Does jobs, up to `count` at a time in processes of their own, or one by one in this process where there is no worker
/// command.
///
/// A worker that crashes costs the job it was doing; another one is started. When the user asks to stop, the workers
/// are ended and what is not done is left.
///
/// - Parameters:
///   - jobs: The work, in the order in which it is begun.
///   - tasks: What this process can do; a worker process offers the same.
///   - worker: The command that starts a worker; nil: this process does the work.
///   - memory: Bytes that all workers together may use; nil: half of the machine's.
///   - progress: How far everything is; called whenever something changes, and once a second otherwise.
///   - finished: What each job gave, as it ends.
/// - Returns: False when the user stopped it.
/// - Throws: What `finished` throws, or `Problem` when no worker can be started.
@discardableResult
public func perform(
  _ jobs: [Job], tasks: [WorkerTask], worker: [String]?, count: Int, memory: Int? = nil, start: Progress,
  progress: (Progress) -> Void, finished: (Job, Result<JobResult, Failure>) throws -> Void
) throws -> Bool {
  var state = start
  func end(_ job: Job, _ result: Result<JobResult, Failure>) throws {
    state.active.removeAll { $0.name == job.name }
    if case .success = result { state.done += 1 } else { state.failed += 1 }
    state.bytes += job.bytes
    try finished(job, result)
    progress(state)
  }
  guard let worker else {
    WorkerMemory.set(memory ?? DamageGuard.physicalMemory / 2)
    for job in jobs {
      guard !Cancellation.isRequested else { return false }
      state.active = [Progress.Activity(name: job.name, bytes: job.bytes)]
      progress(state)
      let result: Result<JobResult, Failure>
      do {
        result = .success(
          try job.perform(by: tasks) { fraction, doing in
            state.active = [
              Progress.Activity(name: job.name, fraction: fraction, doing: doing, bytes: job.bytes)
            ]
            progress(state)
          })
      } catch {
        // What was stopped did not fail.
        guard !Cancellation.isRequested else { return false }
        result = .failure(Failure(error, name: job.name))
      }
      try end(job, result)
    }
    return true
  }
  let size = max(1, min(count, jobs.count))
  var pool = WorkerPool(command: worker, size: size)
  // Workers share the processors that are left when there are fewer of them.
  let threads = max(1, WorkerThreads.count / size)
  var waiting = jobs.map { job in
    var job = job
    job.threads = threads
    job.memory = (memory ?? DamageGuard.physicalMemory / 2) / size
    return job
  }[...]
  while !waiting.isEmpty || pool.isBusy {
    guard !Cancellation.isRequested else { return false }
    while let job = waiting.first, try pool.take(job) {
      waiting = waiting.dropFirst()
      state.active.append(Progress.Activity(name: job.name, bytes: job.bytes))
    }
    progress(state)
    for event in try pool.events(within: 1000) {
      guard !Cancellation.isRequested else { return false }
      switch event {
      case .progress(let job, let fraction, let doing):
        guard let place = state.active.firstIndex(where: { $0.name == job.name }) else { continue }
        state.active[place] = Progress.Activity(
          name: job.name, fraction: fraction, doing: doing, bytes: job.bytes)
      case .ended(let job, let result): try end(job, result)
      }
    }
  }
  return true
}
