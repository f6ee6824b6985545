import EngramData
import EngramKit
import Foundation

/// One file of a batch and what is to become of it.
public struct BatchJob: Sendable, Equatable {
  public var input: String
  /// Other files that are read; a change of theirs makes the job new.
  public var others: [String]
  /// Files that belong to the input, itself included: hashed beside the work, and by size and time known as unchanged.
  public var parts: [String]
  public var output: String
  /// What the task is told.
  public var request: Data

  public init(input: String, others: [String] = [], parts: [String] = [], output: String, request: Data) {
    self.input = input
    self.others = others
    self.parts = parts.isEmpty ? [input] : parts
    self.output = output
    self.request = request
  }
}

/// How a batch is done.
public struct BatchOptions: Sendable {
  /// Name of the task that does each job.
  public var task: String
  /// What this process can do where there is no worker command.
  public var tasks: [WorkerTask]
  /// The command that starts a worker; nil: this process does the work.
  public var worker: [String]?
  public var jobs: Int
  /// Bytes of memory that all workers together may use; nil: half of the machine's.
  public var memory: Int?
  /// Whether an output that is there and that the journal does not know may be replaced.
  public var overwrites = true
  /// Path of the journal.
  public var journal: String
  /// What the output depends on beside input and request: versions.
  public var version: String

  public init(
    task: String, tasks: [WorkerTask], worker: [String]? = nil, jobs: Int = 1, journal: String,
    version: String = Engram.version
  ) {
    self.task = task
    self.tasks = tasks
    self.worker = worker
    self.jobs = jobs
    self.journal = journal
    self.version = version
  }
}

/// What came of a batch.
public struct BatchOutcome: Sendable {
  public var done = 0
  public var skipped = 0
  public var failures: [Failure] = []
  /// What each job done in this call answered, by input.
  public var answers: [String: Data] = [:]
  public var cancelled = false

  /// The exit status of a batch: 0 all done, 1 all failed, 3 partly done.
  public var exitStatus: Int32 {
    if failures.isEmpty && !cancelled { return 0 }
    return done + skipped == 0 && !cancelled ? 1 : 3
  }
}

/// Does one task for many files: each output appears by rename, a failure costs one file, and the same command goes on
/// where it was stopped.
///
/// - Throws: `Problems` when two jobs have one output, before anything is done; `Problem` when the journal or a folder
///   cannot be written.
public func runBatch(
  _ jobs: [BatchJob], _ options: BatchOptions, progress: (Progress) -> Void = { _ in }
) throws -> BatchOutcome {
  try refuseSharedOutputs(jobs)
  for folder in Set(jobs.map { folder(of: $0.output) } + [folder(of: options.journal)]).sorted() {
    try makeFolder(folder)
    try sweepPartialFiles(in: folder)
  }
  var journal = try BatchJournal(options.journal)
  var outcome = BatchOutcome()
  var state = Progress(total: jobs.count)
  var work: [(job: Job, batch: BatchJob, stamps: [FileStamp?], asked: String)] = []
  for batch in jobs {
    let asked: String
    let stamps: [FileStamp?]
    do {
      asked = try options.asked(batch)
      stamps = try batch.parts.map { try FileStamp($0) }
      if try journal.isDone(batch, asked: asked) {
        outcome.skipped += 1
        continue
      }
      if !options.overwrites { try journal.refuseStranger(batch.output) }
    } catch {
      outcome.failures.append(Failure(error, name: batch.input))
      continue
    }
    var job = Job(
      name: batch.input, task: options.task, request: batch.request, inputs: batch.parts,
      output: batch.output)
    job.bytes = stamps.reduce(0) { $0 + ($1?.size ?? 0) }
    work.append((job, batch, stamps, asked))
  }
  if !options.overwrites {
    // What is begun is known by its name from now on, so that a kill between an output and its line leaves no stranger.
    for item in work where journal.lines[item.batch.output] == nil {
      try journal.add(JournalLine(begun: item.batch, asked: item.asked))
    }
  }
  state.skipped = outcome.skipped
  state.failed = outcome.failures.count
  state.totalBytes = work.reduce(0) { $0 + $1.job.bytes }
  let ended = try perform(
    work.map(\.job), tasks: options.tasks, worker: options.worker, count: options.jobs,
    memory: options.memory, start: state,
    progress: progress
  ) { job, result in
    guard let item = work.first(where: { $0.job.output == job.output }) else { return }
    var line = JournalLine(
      input: item.batch.input,
      parts: zip(item.batch.parts, item.stamps).map {
        JournalLine.Part(path: $0, size: $1?.size ?? 0, modified: $1?.modified ?? 0)
      }, output: item.batch.output, asked: item.asked, ended: Date().formatted(.iso8601))
    switch result {
    case .success(let done):
      outcome.done += 1
      outcome.answers[job.name] = done.answer
      for (place, hash) in zip(line.parts.indices, done.inputHashes) { line.parts[place].sha256 = hash }
      line.outputHash = done.outputHash
      line.seconds = done.seconds
    case .failure(let failure):
      outcome.failures.append(failure)
      line.failed = failure.problem
      line.fix = failure.fix
    }
    try journal.add(line)
  }
  outcome.cancelled = !ended
  for folder in Set(jobs.map { folder(of: $0.output) }).sorted() { try sweepPartialFiles(in: folder) }
  return outcome
}

extension BatchOptions {
  /// What is asked for one file, as a hash.
  fileprivate func asked(_ job: BatchJob) throws -> String {
    let others = try job.others.map(sha256(ofFile:))
    return try sha256(Array(([task, version] + others).joined(separator: "\n").utf8) + job.request)
  }
}

private func refuseSharedOutputs(_ jobs: [BatchJob]) throws {
  let groups = Dictionary(grouping: jobs) { URL(fileURLWithPath: $0.output).standardized.path }
  let shared = groups.values.filter { $0.count > 1 }.sorted { $0[0].input < $1[0].input }
  guard shared.isEmpty else {
    throw Problems(
      shared.map { group in
        Problem(
          "\(group.map(\.input).joined(separator: " and ")) would both be written to \(group[0].output)",
          fix: "rename one of them, or write them to different folders")
      })
  }
}

private func folder(of path: String) -> String {
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
}
