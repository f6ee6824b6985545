import EngramKit
import Foundation

/// How many files are analysed.
public struct AnalyzeOptions: Sendable {
  /// Folder of the results, `FILE.ANALYSIS.h5` for each input, and of `analyze.jsonl`.
  public var output: String
  public var jobs: Int
  /// The command that starts a worker; nil: this process does the work.
  public var worker: [String]?

  public init(output: String, jobs: Int = 1, worker: [String]? = nil) {
    self.output = output
    self.jobs = jobs
    self.worker = worker
  }

  /// Where the results of an analysis of a file are.
  public func path(of file: String, _ analysis: String) -> String {
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return "\(output)/\(name).\(analysis).h5"
  }
}

/// Analyses many files: `FOLDER/FILE.ANALYSIS.h5` for each, with a journal by which the same command goes on.
///
/// - Throws: `Problems` when the request is wrong or two files have one name; what `runBatch` throws.
public func analyzeFiles(
  _ files: [String], _ request: AnalysisRequest, registry: Registry, options: AnalyzeOptions,
  progress: (Progress) -> Void = { _ in }
) throws -> BatchOutcome {
  let (entry, _) = try checked(request, registry)
  let others = request.read.values.sorted().compactMap { text -> String? in
    if case .file(let path, _) = Reference(text) { path } else { nil }
  }
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  let jobs = try files.map { file in
    let output = options.path(of: file, request.analysis)
    let order = AnalysisOrder(request: request, file: file, output: output)
    return BatchJob(input: file, others: others, output: output, request: try encoder.encode(order))
  }
  return try runBatch(
    jobs,
    BatchOptions(
      task: "analyze", tasks: [analysisTask(registry: registry)], worker: options.worker, jobs: options.jobs,
      journal: options.output + "/analyze.jsonl",
      version: try entry.version), progress: progress
  )
}

extension Entry {
  /// What results depend on beside input and request: versions, and the bytes of a plugin from outside.
  fileprivate var version: String {
    get throws {
      ([Engram.version, description.name, description.version] + [try seal()].compactMap { $0 })
        .joined(separator: " ")
    }
  }
}
