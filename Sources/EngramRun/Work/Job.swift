import EngramData
import EngramKit
import Foundation

/// One piece of work that a worker can do alone: a run of an experiment, an analysis or a conversion of one file.
public struct Job: Sendable, Codable, Equatable {
  /// What it is called in progress lines and failure tables.
  public var name: String
  /// Which task does it.
  public var task: String
  /// What the task is told; the task knows its form.
  public var request: Data
  /// Files that it reads; their hashes are part of the result.
  public var inputs: [String]
  /// The file that it writes, by rename; nil where it writes none that is to be hashed.
  public var output: String?
  /// Bytes of its inputs; 0 where nobody counts them.
  var bytes = 0
  /// Threads that a worker process may use for it; results never depend on their number.
  var threads = 1
  /// Bytes of memory that a worker process may use for it; results never depend on them.
  var memory = 1 << 30

  public init(name: String, task: String, request: Data, inputs: [String] = [], output: String? = nil) {
    self.name = name
    self.task = task
    self.request = request
    self.inputs = inputs
    self.output = output
  }
}

/// What a job gave.
public struct JobResult: Sendable, Codable, Equatable {
  /// SHA-256 of each input.
  public var inputHashes: [String]
  public var outputHash: String?
  /// What the task answers; the task knows its form.
  public var answer: Data
  /// How long it took, s.
  public var seconds: Double
}

/// What a worker can do, by name.
public struct WorkerTask: Sendable {
  public let name: String
  /// Does one job; tells how far it is (0...1) and what it does. The hashes of the job's inputs are being computed
  /// beside it: ask for them last.
  public let perform:
    @Sendable (_ request: Data, _ hashes: FileHashes, _ report: (Double, String) -> Void) throws -> Data

  public init(
    _ name: String,
    _ perform:
      @escaping @Sendable (_ request: Data, _ hashes: FileHashes, _ report: (Double, String) -> Void)
      throws -> Data
  ) {
    self.name = name
    self.perform = perform
  }
}

extension Job {
  /// Does the job in this process.
  ///
  /// - Throws: What the task throws, or `Problem` when an input cannot be read.
  func perform(by tasks: [WorkerTask], report: (Double, String) -> Void) throws -> JobResult {
    let start = Date()
    guard let task = tasks.first(where: { $0.name == task }) else {
      throw Problem("this worker knows no task '\(task)'")
    }
    let hashes = FileHashes()
    inputs.forEach(hashes.begin)
    let answer = try task.perform(request, hashes, report)
    return JobResult(
      inputHashes: try inputs.map(hashes.sha256(of:)), outputHash: try output.map(sha256(ofFileOrFolder:)),
      answer: answer,
      seconds: Date().timeIntervalSince(start))
  }
}

extension Failure {
  /// The failure of the piece of work `name`; of several problems the first, and how many more.
  init(_ error: any Error, name: String) {
    let list = (error as? Problems)?.list ?? [EngramKit.problem(error, at: name)]
    let first = list.first ?? Problem("no reason was given")
    let more = list.count > 1 ? " (and \(list.count - 1) more)" : ""
    let place = first.place.map { $0 == name ? "" : "\($0): " } ?? ""
    self.init(name: name, problem: place + first.what + more, fix: first.fix)
  }
}
