import EngramData
import EngramFormats
import EngramKit
import Foundation

/// How many files are converted, and to where.
public struct ConvertOptions: Sendable {
  public var to: FileFormat
  /// The sources' format; nil: told from each one's content.
  public var from: FileFormat?
  /// Folder of the results and of `convert.jsonl`.
  public var output: String
  public var conversion = ConversionOptions()
  public var isStrict = false
  public var jobs = 1
  /// Bytes of memory that all jobs share; nil: half of the machine's.
  public var memory: Int?
  public var overwrites = false
  /// The command that starts a worker; nil: this process does the work.
  public var worker: [String]?

  public init(to: FileFormat, output: String) {
    self.to = to
    self.output = output
  }
}

/// What came of a batch of conversions.
public struct ConvertBatch: Sendable {
  public var batch: BatchOutcome
  /// What became of each input converted in this call.
  public var outcomes: [(input: String, output: String, outcome: ConversionOutcome)]
  public var journal: String
}

/// Converts many files, each in a worker process; the same command goes on where it was stopped.
///
/// - Throws: `Problems` when two inputs have one output or an output would replace an input, before anything is done.
public func convertFiles(
  _ inputs: [ConvertInput], _ options: ConvertOptions, progress: (Progress) -> Void = { _ in }
) throws -> ConvertBatch {
  let requests = try conversions(inputs, options)
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  let jobs = try requests.map { request in
    BatchJob(
      input: request.input, parts: request.parts, output: request.output, request: try encoder.encode(request)
    )
  }
  let journal = options.output + "/convert.jsonl"
  var batch = BatchOptions(
    task: "convert", tasks: [conversionTask()], worker: options.worker, jobs: options.jobs, journal: journal)
  batch.memory = options.memory
  batch.overwrites = options.overwrites
  let outcome = try runBatch(jobs, batch, progress: progress)
  let outcomes = try requests.compactMap { request in
    try outcome.answers[request.input].map {
      (request.input, request.output, try JSONDecoder().decode(ConversionOutcome.self, from: $0))
    }
  }
  return ConvertBatch(batch: outcome, outcomes: outcomes, journal: journal)
}

/// Describes what would be converted, each input looked at in a worker process; nothing is written.
public func planConversions(
  _ inputs: [ConvertInput], _ options: ConvertOptions, progress: (Progress) -> Void = { _ in }
) throws -> (outcomes: [(input: String, output: String, outcome: ConversionOutcome)], failures: [Failure]) {
  let requests = try conversions(inputs, options)
  let jobs = try requests.map {
    Job(name: $0.input, task: "plan-conversion", request: try JSONEncoder().encode($0))
  }
  var (answers, failures) = ([String: ConversionOutcome](), [Failure]())
  try perform(
    jobs, tasks: [conversionTask(isDry: true)], worker: options.worker, count: options.jobs,
    memory: options.memory, start: Progress(total: jobs.count), progress: progress
  ) { job, result in
    switch result {
    case .success(let done):
      answers[job.name] = try JSONDecoder().decode(ConversionOutcome.self, from: done.answer)
    case .failure(let failure): failures.append(failure)
    }
  }
  let outcomes = requests.compactMap { request in
    answers[request.input].map { (request.input, request.output, $0) }
  }
  return (outcomes, failures)
}

/// The tasks `convert` and, where nothing is to be written, `plan-conversion`.
public func conversionTask(isDry: Bool = false) -> WorkerTask {
  WorkerTask(isDry ? "plan-conversion" : "convert") { data, hashes, report in
    var request = try JSONDecoder().decode(ConversionRequest.self, from: data)
    request.memory = WorkerMemory.bytes / 2
    H5File.setMemoryLimit(WorkerMemory.bytes / 2)
    let outcome = try withoutActuallyEscaping(report) { report in
      try convert(request, isDry: isDry, hash: hashes.sha256(of:), progress: report)
    }
    return try JSONEncoder().encode(outcome)
  }
}

/// One request for each input, none of whose outputs is an input or another's output.
private func conversions(_ inputs: [ConvertInput], _ options: ConvertOptions) throws -> [ConversionRequest] {
  let writer = try FormatCatalogue.writer(options.to)
  let requests = inputs.map { input in
    ConversionRequest(
      input.path, parts: input.parts, from: options.from, to: options.to,
      output: "\(options.output)/\(input.folder)\(writer.name(input.stem))", options: options.conversion,
      isStrict: options.isStrict)
  }
  func real(_ path: String) -> String { URL(fileURLWithPath: path).standardized.path }
  let read = Set(inputs.flatMap(\.parts).map(real))
  let own = requests.filter { read.contains(real($0.output)) }
  guard own.isEmpty else {
    throw Problems(
      own.map {
        Problem(
          "would be written over the input \($0.output)", at: $0.input, fix: "give another folder with --out")
      })
  }
  return requests
}
