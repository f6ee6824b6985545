import EngramData
import EngramKit

/// The inputs of a step over all runs: what each run wrote gains a leading axis `run`.
///
/// Runs are read when asked for; all of a dataset is in memory then.
struct RunsSource: DatasetSource {
  private indirect enum Origin: Sendable {
    /// Each run's dataset.
    case runs(String, String, Dataset)
    /// A file, or a step over all runs.
    case stored(LayoutSource)
    case swept(SweptSeries)
    /// Several, one after another.
    case joined([Origin])
  }

  private let origins: [String: Origin]
  private let results: RunResults

  init(_ planned: PlannedStep, _ results: RunResults, _ writer: EngramWriter) throws {
    self.results = results
    var origins: [String: Origin] = [:]
    for dataset in planned.description.reads {
      origins[dataset.name] = try planned.reads[dataset.name].map {
        try Self.origin($0, dataset, results, writer)
      }
    }
    self.origins = origins
  }

  private static func origin(
    _ source: Source, _ dataset: Dataset, _ results: RunResults, _ writer: EngramWriter
  ) throws -> Origin {
    switch source {
    case .joined(let sources): return .joined(try sources.map { try origin($0, dataset, results, writer) })
    case .sweep(let key): return .swept(try SweptSeries(key, results.plan, results.experiment.runs))
    case .file(let path, let object):
      let file = try EngramFile(reading: resolvedPath(path, in: results.experiment.folder))
      let place = object.map { Binding.Place.object(file, $0) } ?? .anywhere(file)
      return .stored(try LayoutSource([dataset], [dataset.name: place]))
    case .step(let id, let name):
      if results.plan.step(id)?.step.overRuns == true {
        let place = Binding.Place.step(try EngramFile(writer.h5), id, name: name)
        return .stored(try LayoutSource([dataset], [dataset.name: place]))
      }
      var one = dataset
      if one.axes.first == "run" { one.axes.removeFirst() }
      return .runs(id, name, one)
    }
  }

  private func origin(_ name: String) throws -> Origin {
    guard let origin = origins[name] else {
      throw Problem("no dataset '\(name)' was given", fix: "add it to the step's 'read'")
    }
    return origin
  }

  /// The dataset in each run.
  private func each<T>(_ step: String, _ name: String, _ dataset: Dataset, _ body: (LayoutSource) throws -> T)
    throws -> [T]
  {
    try results.experiment.runs.map { run in
      let file = try EngramFile(reading: results.path(run))
      return try body(try LayoutSource([dataset], [dataset.name: .step(file, step, name: name)]))
    }
  }

  func contains(_ name: String) -> Bool { origins[name] != nil }

  func shape(_ name: String) throws -> [Int] {
    switch try origin(name) {
    case .stored(let source): try source.shape(name)
    case .swept, .runs, .joined: try numbers(name, rows: nil).shape
    }
  }

  func unit(_ name: String) throws -> String {
    try unit(of: origin(name), name)
  }

  private func unit(of origin: Origin, _ name: String) throws -> String {
    switch origin {
    case .stored(let source): try source.unit(name)
    case .swept(let series): series.unit.symbol
    case .runs(let step, let written, let dataset):
      try each(step, written, dataset) { try $0.unit(name) }.first ?? "1"
    case .joined(let origins): try origins.first.map { try unit(of: $0, name) } ?? "1"
    }
  }

  func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double> {
    let origin = try origin(name)
    if case .stored(let source) = origin { return try source.numbers(name, rows: rows) }
    let all = try numbers(of: origin, name)
    guard let rows else { return all }
    let length = all.rowLength
    return Tensor(
      Array(all.elements[rows.lowerBound * length..<rows.upperBound * length]),
      shape: [rows.count] + all.shape.dropFirst())
  }

  private func numbers(of origin: Origin, _ name: String) throws -> Tensor<Double> {
    switch origin {
    case .stored(let source): return try source.numbers(name, rows: nil)
    case .swept(let series):
      guard case .numbers(let values) = series.values else { throw Problem("'\(name)' is swept over words") }
      return values
    case .runs(let step, let written, let dataset):
      let runs = try each(step, written, dataset) { try $0.numbers(name, rows: nil) }
      let parts = dataset.kind == .history ? withEqualEnds(runs) : runs
      guard let first = parts.first, parts.allSatisfy({ $0.shape == first.shape }) else {
        throw Problem(
          "\(step)/\(written) has another shape in another run, so runs cannot be put together",
          fix: "compare a summary that has the same shape in each run")
      }
      return Tensor(parts.flatMap(\.elements), shape: [parts.count] + first.shape)
    case .joined(let origins):
      let parts = withEqualEnds(try origins.map { try numbers(of: $0, name) })
      guard let first = parts.first, parts.allSatisfy({ $0.shape.dropFirst() == first.shape.dropFirst() })
      else {
        throw Problem(
          "the datasets listed for '\(name)' have shapes \(parts.map(\.shape)) and cannot be put together",
          fix: "list datasets of one shape")
      }
      return Tensor(
        parts.flatMap(\.elements), shape: [parts.reduce(0) { $0 + $1.rows }] + first.shape.dropFirst())
    }
  }

  /// Histories of trainings of which some stopped early, all as long as the longest: NaN where there was none.
  private func withEqualEnds(_ parts: [Tensor<Double>]) -> [Tensor<Double>] {
    let longest = parts.compactMap(\.shape.last).max() ?? 0
    return parts.map { part in
      guard let length = part.shape.last, length > 0, length < longest else { return part }
      let missing = [Double](repeating: .nan, count: longest - length)
      let rows = (0..<part.count / length).flatMap {
        Array(part.elements[$0 * length..<($0 + 1) * length]) + missing
      }
      return Tensor(rows, shape: part.shape.dropLast() + [longest])
    }
  }

  func connectivity(_ name: String) throws -> Connectivity {
    guard case .stored(let source) = try origin(name) else { throw single(name, "connectivity") }
    return try source.connectivity(name)
  }

  func labels(_ name: String) throws -> [String] {
    try labels(of: origin(name), name)
  }

  private func labels(of origin: Origin, _ name: String) throws -> [String] {
    switch origin {
    case .stored(let source): return try source.labels(name)
    case .swept(let series):
      guard case .labels(let words) = series.values else { throw Problem("'\(name)' is swept over numbers") }
      return words
    case .runs(let step, let written, let dataset):
      return try each(step, written, dataset) { try $0.labels(name) }.flatMap { $0 }
    case .joined(let origins): return try origins.flatMap { try labels(of: $0, name) }
    }
  }

  func spikes(_ name: String) throws -> SpikeTrains {
    guard case .stored(let source) = try origin(name) else { throw single(name, "spikes") }
    return try source.spikes(name)
  }

  func spikeBlocks(_ name: String, of count: Int, _ body: (SpikeTrains) throws -> Void) throws {
    guard case .stored(let source) = try origin(name) else { throw single(name, "spikes") }
    try source.spikeBlocks(name, of: count, body)
  }

  private func single(_ name: String, _ kind: String) -> Problem {
    Problem(
      "'\(name)' is \(kind) of each run; a step over all runs reads numbers or labels",
      fix: "analyse each run in a step of its own, and read its numbers over the runs")
  }
}
