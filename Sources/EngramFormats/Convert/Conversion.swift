import EngramData
import EngramKit
import Foundation

/// What is asked of one conversion.
public struct ConversionRequest: Sendable, Codable, Equatable {
  public var input: String
  /// Every file that belongs to the input, itself included.
  public var parts: [String]
  /// The source's format; nil: told from its content.
  public var from: FileFormat?
  public var to: FileFormat
  public var output: String
  public var options: ConversionOptions
  /// Whether losing anything is a failure.
  public var isStrict: Bool
  /// Bytes of memory for sorting; the result does not depend on it, and neither does what is asked.
  public var memory = 1 << 30

  private enum CodingKeys: String, CodingKey { case input, parts, from, to, output, options, isStrict }

  public init(
    _ input: String, parts: [String]? = nil, from: FileFormat? = nil, to: FileFormat, output: String,
    options: ConversionOptions = ConversionOptions(), isStrict: Bool = false
  ) {
    self.input = input
    self.parts = parts ?? [input]
    self.from = from
    self.to = to
    self.output = output
    self.options = options
    self.isStrict = isStrict
  }
}

/// What came of a conversion.
public struct ConversionOutcome: Sendable, Codable, Equatable {
  public var format: FileFormat
  /// What spoke for the format.
  public var because: String
  /// What is in the result: one entry for each object.
  public var kept: [String] = []
  public var assumptions: [String] = []
  public var dropped: [String] = []
}

/// Converts one input.
///
/// - Parameters:
///   - hash: SHA-256 of a part; asked for when the output is nearly done.
///   - isDry: Whether to stop before anything is written: what would be written is described, what a writer finds out
///     while it writes is not.
/// - Throws: `Problem` or `Problems`; nothing is left at `output`.
public func convert(
  _ request: ConversionRequest, isDry: Bool = false, hash: @escaping (String) throws -> String,
  progress: @escaping (Double, String) -> Void = { _, _ in }
) throws -> ConversionOutcome {
  let detection = try source(request.input, from: request.from)
  guard let reader = FormatCatalogue.reader(detection.format) else {
    throw Problem(
      "is \(detection.format.title) (\(detection.because)), which is no format to convert from",
      at: request.input,
      fix: "the formats are " + FormatCatalogue.readers.map { $0.format.rawValue }.joined(separator: ", "))
  }
  let writer = try FormatCatalogue.writer(request.to)
  var contents = try reader.contents(of: request.input, request.options)
  guard !contents.kinds.isEmpty else {
    throw Problem(
      "nothing to convert: no neurons, connections, spikes, traces, tables or arrays", at: request.input,
      fix: "`engram inspect \(request.input)` shows what is in it")
  }
  try contents.guardNeurons(at: request.input)
  let (version, earlier) = (contents.sourceVersion, contents.provenance)
  let job = ConversionJob(
    options: request.options, memory: request.memory,
    facts: { try facts(request, detection, version, hash) }, earlier: earlier, progress: progress)
  contents.assumptions.forEach(job.assume)
  contents.dropped.forEach(job.drop)
  leaveOut(&contents, type(of: writer).holds, request.to, job)
  guard !contents.kinds.isEmpty else {
    throw Problem(
      "nothing to convert: \(request.to.title) holds none of what is in it", at: request.input,
      fix: "convert to a format that does, such as engram")
  }
  try refuseLoss(job, request)
  if !isDry { try write(contents, writer, request, job) }
  return ConversionOutcome(
    format: detection.format, because: detection.because, kept: contents.summary,
    assumptions: job.assumptions, dropped: job.dropped)
}

/// Writes beside the output's name and renames, so that a failure leaves nothing.
private func write(
  _ contents: Contents, _ writer: any FormatWriter, _ request: ConversionRequest, _ job: ConversionJob
) throws {
  let partial = partialName(request.output)
  do {
    try writer.write(contents, to: partial, job)
    try refuseLoss(job, request)
    try replace(request.output, by: partial)
  } catch {
    remove(partial)
    throw error
  }
}

private func refuseLoss(_ job: ConversionJob, _ request: ConversionRequest) throws {
  guard request.isStrict, let first = job.dropped.first else { return }
  let more = job.dropped.count > 1 ? " and \(job.dropped.count - 1) more" : ""
  throw Problem(
    "would lose \(first)\(more)", at: request.input,
    fix: "convert to engram, which holds all, or leave --strict out")
}

/// Takes out what the target cannot hold, and says so.
private func leaveOut(
  _ contents: inout Contents, _ holds: Set<ContentKind>, _ target: FileFormat, _ job: ConversionJob
) {
  func none(_ kind: ContentKind, _ names: [String]) -> Bool {
    guard !holds.contains(kind) else { return false }
    for name in names { job.drop("\(kind.title) \(name): \(target.title) has no place for them") }
    return true
  }
  if !holds.contains(.edges), !holds.contains(.matrix) {
    _ = none(.edges, contents.edges.map(\.name))
    contents.edges = []
  } else {
    for place in contents.edges.indices {
      let name = contents.edges[place].name
      if contents.edges[place].form == .edges, !holds.contains(.edges) {
        job.assume("connections \(name) became a matrix")
        contents.edges[place].form = .sparse
      } else if contents.edges[place].form != .edges, !holds.contains(.matrix) {
        job.assume("matrix \(name) became connections, one for each element")
        contents.edges[place].form = .edges
      }
    }
  }
  if none(.nodes, contents.nodes.map(\.name)) { contents.nodes = [] }
  if none(.spikes, contents.spikes.map(\.name)) { contents.spikes = [] }
  if none(.traces, contents.traces.map(\.name)) { contents.traces = [] }
  if none(.tables, contents.tables.map(\.name)) { contents.tables = [] }
  if none(.arrays, contents.arrays.map(\.name)) { contents.arrays = [] }
}

private func facts(
  _ request: ConversionRequest, _ detection: Detection, _ version: String, _ hash: (String) throws -> String
) throws -> [String: JSON] {
  let inputs = try request.parts.map { path -> JSON in
    ["file": .text((path as NSString).lastPathComponent), "sha256": .text(try hash(path))]
  }
  return [
    "verb": "convert", "engram": .text(Engram.version),
    "source_format": .text(detection.format.rawValue), "source_version": .text(version),
    "target_format": .text(request.to.rawValue), "parameters": .object(request.options.given),
    "inputs": .list(inputs),
  ]
}

extension Contents {
  /// One entry for each object: kind, name, size.
  var summary: [String] {
    nodes.map { "neurons \($0.name): \($0.count)" }
      + edges.map { edges in
        let size = edges.count.map { ": \($0)" } ?? ""
        return edges.form == .edges
          ? "connections \(edges.name)\(size)"
          : "matrix \(edges.name): \(edges.targetCount) × \(edges.sourceCount)"
      }
      + spikes.map { "spikes \($0.name): \($0.count.map { "\($0) of " } ?? "")\($0.unitCount) neurons" }
      + traces.map { "trace \($0.name): \($0.frames) × \($0.ids.count)" }
      + tables.map { "table \($0.name): \($0.count) rows" }
      + arrays.map { "array \($0.name): \($0.shape.map(String.init).joined(separator: " × "))" }
      + texts.map { "text \($0.name)" }
  }
}
