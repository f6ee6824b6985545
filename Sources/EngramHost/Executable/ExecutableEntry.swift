import EngramKit

/// The registry's entry of an executable: nothing is started before it works.
func executableEntry(_ manifest: Manifest) -> Entry {
  let seal = Seal(manifest.folder)
  return Entry(
    manifest.description, seal: { try seal.hash() },
    make: { values in
      let request = ExecutableRequest(manifest: manifest, values: values)
      switch manifest.description.kind {
      case .analysis: return Instance(measures: ExecutableAnalysis(request: request))
      case .model: return Instance(simulates: ExecutableModel(request: request))
      case .rule: return Instance(learns: ExecutableRule(request: request))
      }
    })
}

/// What every first request says.
struct ExecutableRequest: Sendable {
  let manifest: Manifest
  let values: [String: Value]

  /// Version of the protocol of `docs/executable-plugins.md`.
  static let protocolVersion = 1

  /// The first request of a process: what to do, all parameters, and a seed below 2^53.
  func first(_ doing: String, _ random: inout RandomStream, _ fields: [String: JSON]) -> JSON {
    let standard = Dictionary(manifest.description.parameters.map { ($0.name, $0.standard) }) { first, _ in
      first
    }
    let parameters = standard.merging(values) { _, given in given }.mapValues { JSON($0) }
    let common: [String: JSON] = [
      "engram": .text(Engram.version), "protocol": .integer(Self.protocolVersion),
      "plugin": .text(manifest.description.name), "do": .text(doing), "parameters": .object(parameters),
      "seed": .integer(Int(random.next() >> 11)),
      "writes": .object(
        Dictionary(
          manifest.description.writes.map {
            ($0.name, ["unit": .text($0.unit), "axes": JSON($0.axes), "kind": .text($0.kind.rawValue)])
          }
        ) { first, _ in first }),
    ]
    return .object(common.merging(fields) { _, own in own })
  }

  /// Passes progress and notes on.
  func tell(_ message: JSON, _ outputs: Outputs) -> JSON? {
    if let note = message["note"]?.asText { outputs.note(note) }
    if let fraction = message["progress"]?.asReal {
      outputs.progress(min(1, max(0, fraction)), message["activity"]?.asText ?? "")
    }
    return nil
  }
}

/// An analysis done by an executable: started for each file, ended when it has answered.
struct ExecutableAnalysis: Measures {
  let request: ExecutableRequest

  func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let process = try PluginProcess(request.manifest)
    let axes = try WriteExchange.inputs(
      inputs, request.manifest.description.reads, to: process.folder.file("inputs.h5"))
    let sink = outputs
    try process.request(
      request.first("analyse", &random, ["inputs": "inputs.h5", "outputs": "outputs.h5"])
    ) { request.tell($0, sink) }
    process.end(patience: 1)
    var reading = ReadExchange(manifest: request.manifest, axes: axes)
    for (dataset, value) in try reading.results(in: process.folder.file("outputs.h5"), complete: true) {
      try outputs.put(dataset.name, value)
    }
  }
}

extension Outputs {
  /// A whole dataset of any kind.
  func put(_ name: String, _ value: Stored) throws {
    switch value {
    case .numbers(let values): try put(name, values)
    case .labels(let words): try put(name, labels: words)
    case .connectivity(let weights): try put(name, weights)
    case .spikes(let trains): try put(name, trains)
    }
  }
}
