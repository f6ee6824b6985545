import EngramData
import EngramKit
import Foundation

/// One analysis, as `engram analyze` asks for it.
public struct AnalysisRequest: Sendable, Codable, Equatable {
  /// Name of the analysis; also the step under which its results stand.
  public var analysis: String
  /// Values for parameters, as given; text may carry a unit.
  public var set: [String: Value]
  /// Object of the file for a dataset: a path, a name, `-` for none, or `file:PATH#OBJECT` in another file.
  public var read: [String: String]
  public var seed: UInt64
  /// What files are told that do not say it themselves.
  public var reading: ReadingOptions

  public init(
    analysis: String, set: [String: Value] = [:], read: [String: String] = [:], seed: UInt64 = 1,
    reading: ReadingOptions = ReadingOptions()
  ) {
    self.analysis = analysis
    self.set = set
    self.read = read
    self.seed = seed
    self.reading = reading
  }
}

/// What an analysis gave for one file.
public struct AnalysisResult: Sendable {
  /// Every dataset that it wrote, in the order of its declaration.
  public var values: [(dataset: Dataset, value: Stored)]
  /// Where each input was read from: the dataset's name and the object in the file.
  public var inputs: [(dataset: String, object: String)]
  /// Every parameter, defaults included.
  public var parameters: [String: Value]
  public var notes: [String]
}

/// A value as the command line gives it: a number, `true`, a list in brackets, or text.
public func parseValue(_ text: String) throws -> Value {
  let node = try parseYaml(text, file: "value")
  guard let value = Value(node) else {
    throw Problem("'\(text)' is no value", fix: "write a number, a word, or a list such as [1, 2, 3]")
  }
  return value
}

/// Proves an analysis request as far as it concerns no file.
///
/// - Throws: `Problems`: an unknown analysis, parameters that it does not have or take, one that needs a model.
func checked(_ request: AnalysisRequest, _ registry: Registry) throws -> (
  entry: Entry, values: [String: Value]
) {
  let entry = try registry.entry(request.analysis)
  guard entry.description.kind == .analysis else {
    throw Problem(
      "\(request.analysis) is \(entry.description.kind.inWords), not an analysis",
      fix: "`engram list --kind analysis` shows the analyses")
  }
  guard entry.description.needs.isEmpty else {
    throw Problem(
      "\(request.analysis) probes a model (\(entry.description.needs.joined(separator: ", "))), not a file",
      fix: "use it in a step of an experiment, with `on`")
  }
  return (entry, try registry.accept(request.set, for: request.analysis))
}

/// Analyses one file, in this process; nothing is written.
///
/// - Throws: `Problems` where nothing in the file fits, or several objects do; what the analysis throws.
public func analyze(
  _ path: String, _ request: AnalysisRequest, registry: Registry,
  progress: (Double, String) -> Void = { _, _ in }
) throws -> AnalysisResult {
  let sink = ProgressSink()
  let (entry, values) = try checked(request, registry)
  let source = try withoutActuallyEscaping(progress) { progress in
    sink.onProgress = progress
    defer { sink.onProgress = { _, _ in } }
    return try analyse(path, request, entry, values, into: sink)
  }
  return AnalysisResult(
    values: entry.description.writes.compactMap { dataset in
      sink.memory.values[dataset.name].map { (dataset, $0) }
    },
    inputs: source.bindings.map { ($0.declared.name, $0.object.path) },
    parameters: entry.description.standards.merging(values) { _, set in set },
    notes: source.notes + sink.memory.notes)
}

/// Binds the request to the file and runs the analysis.
private func analyse(
  _ path: String, _ request: AnalysisRequest, _ entry: Entry, _ values: [String: Value],
  into sink: any DatasetSink
) throws -> LayoutSource {
  let source = try source(path, request, entry.description)
  try measure(path, request, try entry.make(values), source, into: sink)
  return source
}

private func measure(
  _ path: String, _ request: AnalysisRequest, _ instance: Instance, _ source: LayoutSource,
  into sink: any DatasetSink
) throws {
  var outputs = Outputs(sink)
  var random = RandomStream(seed: request.seed, step: streamNumber(request.analysis))
  do {
    try instance.measures?.analyse(Inputs(source), nil, into: &outputs, &random)
  } catch {
    throw problem(error, at: path)
  }
}

private func source(_ path: String, _ request: AnalysisRequest, _ description: Description) throws
  -> LayoutSource
{
  let file = try EngramFile(reading: path, options: request.reading)
  var places: [String: Binding.Place] = [:]
  for (name, text) in request.read {
    switch Reference(text) {
    case .file(let other, let object):
      let other = try EngramFile(reading: other, options: request.reading)
      places[name] = object.map { .object(other, $0) } ?? .anywhere(other)
    default: places[name] = text == "-" ? Binding.Place.none : .object(file, text)
    }
  }
  return try LayoutSource(description.reads, places, in: file)
}

/// The task `analyze`: one analysis of one file into one result file.
public func analysisTask(registry: Registry) -> WorkerTask {
  WorkerTask("analyze") { data, hashes, report in
    let order = try JSONDecoder().decode(AnalysisOrder.self, from: data)
    let (entry, values) = try checked(order.request, registry)
    let source = try source(order.file, order.request, entry.description)
    let parameters = entry.description.standards.merging(values) { _, set in set }
    let passed = entry.description.reads.first { $0.unit == "any" && source.contains($0.name) }
    let record = StepRecord(
      id: order.request.analysis, plugin: order.request.analysis, version: entry.description.version,
      form: entry.description.form, pluginHash: try entry.seal(), parameters: parameters,
      seed: order.request.seed, figures: entry.description.figures,
      writes: entry.description.writes, passedUnit: try passed.map { try source.unit($0.name) } ?? "1")
    defer { RunLog.addPlugins(besides: order.output) }
    try withoutActuallyEscaping(report) { report in
      try EngramWriter.write(order.output, title: entry.description.summary) { writer in
        let sink = try writer.step(record)
        sink.onProgress = report
        defer { sink.onProgress = { _, _ in } }
        try measure(order.file, order.request, try entry.make(values), source, into: sink)
        source.notes.forEach(sink.note)
        let inputs = try source.bindings.map { binding in
          StepRecord.Input(
            dataset: binding.declared.name, file: lastPart(binding.object.file.path),
            object: binding.object.path, sha256: try hashes.sha256(of: binding.object.file.path))
        }
        try sink.finish(inputs: inputs)
        var line: [String: JSON] = [
          "verb": "analyze", "engram": .text(Engram.version), "plugin": .text(record.plugin),
          "version": .text(record.version), "parameters": .object(parameters.mapValues { JSON($0) }),
          "seed": .text(String(record.seed)), "inputs": .list(inputs.map(\.json)),
        ]
        if order.request.reading != ReadingOptions() { line["reading"] = order.request.reading.json }
        if let hash = record.pluginHash { line["sha256"] = .text(hash) }
        writer.record(.object(line))
      }
    }
    return try JSONEncoder().encode(source.notes)
  }
}

/// What the worker that analyses one file is told.
struct AnalysisOrder: Codable, Sendable {
  var request: AnalysisRequest
  var file: String
  var output: String
}

/// Results in memory, with progress passed on.
private final class ProgressSink: DatasetSink {
  let memory = MemorySink()
  var onProgress: (Double, String) -> Void = { _, _ in }

  func put(_ name: String, _ value: Stored) { memory.put(name, value) }
  func append(_ name: String, _ rows: Tensor<Double>) throws { try memory.append(name, rows) }
  func append(_ name: String, _ trains: SpikeTrains) throws { try memory.append(name, trains) }
  func note(_ sentence: String) { memory.note(sentence) }
  func progress(_ fraction: Double, _ activity: String) { onProgress(fraction, activity) }
}

extension Description {
  /// Every parameter's default.
  var standards: [String: Value] {
    Dictionary(parameters.map { ($0.name, $0.standard) }) { first, _ in first }
  }
}

func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
