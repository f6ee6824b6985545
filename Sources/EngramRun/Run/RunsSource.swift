import EngramData
import EngramKit

/// The inputs of a step over all runs: what each run wrote gains a leading axis `run`.
///
/// Runs are read when asked for; all of a dataset is in memory then.
struct RunsSource: DatasetSource {
  private enum Origin: Sendable {
    /// Each run's dataset.
    case runs(String, String, Dataset)
    /// A file, or a step over all runs.
    case stored(LayoutSource)
    case swept(SweptSeries)
  }

  private let origins: [String: Origin]
  private let results: RunResults

  init(_ planned: PlannedStep, _ results: RunResults, _ writer: EngramWriter) throws {
    self.results = results
    var origins: [String: Origin] = [:]
    for dataset in planned.description.reads {
      switch planned.reads[dataset.name] {
      case nil: continue
      case .sweep(let key): origins[dataset.name] = .swept(try SweptSeries(key, results.plan))
      case .file(let path, let object):
        let file = try EngramFile(reading: resolvedPath(path, in: results.experiment.folder))
        let place = object.map { Binding.Place.object(file, $0) } ?? .anywhere(file)
        origins[dataset.name] = .stored(try LayoutSource([dataset], [dataset.name: place]))
      case .step(let id, let name):
        if results.plan.step(id)?.step.overRuns == true {
          let place = Binding.Place.step(try EngramFile(writer.h5), id, name: name)
          origins[dataset.name] = .stored(try LayoutSource([dataset], [dataset.name: place]))
        } else {
          var one = dataset
          if one.axes.first == "run" { one.axes.removeFirst() }
          origins[dataset.name] = .runs(id, name, one)
        }
      }
    }
    self.origins = origins
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
    case .swept, .runs: try numbers(name, rows: nil).shape
    }
  }

  func unit(_ name: String) throws -> String {
    switch try origin(name) {
    case .stored(let source): try source.unit(name)
    case .swept(let series): series.unit.symbol
    case .runs(let step, let written, let dataset):
      try each(step, written, dataset) { try $0.unit(name) }.first ?? "1"
    }
  }

  func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double> {
    let all: Tensor<Double>
    switch try origin(name) {
    case .stored(let source): return try source.numbers(name, rows: rows)
    case .swept(let series):
      guard case .numbers(let values) = series.values else { throw Problem("'\(name)' is swept over words") }
      all = values
    case .runs(let step, let written, let dataset):
      let parts = try each(step, written, dataset) { try $0.numbers(name, rows: nil) }
      guard let first = parts.first, parts.allSatisfy({ $0.shape == first.shape }) else {
        throw Problem(
          "\(step)/\(written) has another shape in another run, so runs cannot be put together",
          fix: "compare a summary that has the same shape in each run")
      }
      all = Tensor(parts.flatMap(\.elements), shape: [parts.count] + first.shape)
    }
    guard let rows else { return all }
    let length = all.rowLength
    return Tensor(
      Array(all.elements[rows.lowerBound * length..<rows.upperBound * length]),
      shape: [rows.count] + all.shape.dropFirst())
  }

  func connectivity(_ name: String) throws -> Connectivity {
    guard case .stored(let source) = try origin(name) else { throw single(name, "connectivity") }
    return try source.connectivity(name)
  }

  func labels(_ name: String) throws -> [String] {
    switch try origin(name) {
    case .stored(let source): return try source.labels(name)
    case .swept(let series):
      guard case .labels(let words) = series.values else { throw Problem("'\(name)' is swept over numbers") }
      return words
    case .runs(let step, let written, let dataset):
      return try each(step, written, dataset) { try $0.labels(name) }.flatMap { $0 }
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
