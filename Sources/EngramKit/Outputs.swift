/// Takes what a plugin writes: a file's step group, or memory.
public protocol DatasetSink: AnyObject {
  /// A whole dataset.
  func put(_ name: String, _ value: Stored) throws
  /// Further rows (first axis) of a dataset that grows.
  func append(_ name: String, _ rows: Tensor<Double>) throws
  /// The spikes of the next stretch of time, of the same units; its window begins where the last one ended.
  func append(_ name: String, _ trains: SpikeTrains) throws
  /// A sentence that belongs beside the results: why a number is NaN, what was assumed.
  func note(_ sentence: String)
  /// How much of the work is done, 0...1, and what is being done.
  func progress(_ fraction: Double, _ activity: String)
}

/// The datasets that a plugin declared in `writes`, in the declared units.
public struct Outputs {
  private let sink: any DatasetSink

  /// Outputs into any sink.
  public init(_ sink: any DatasetSink) { self.sink = sink }

  /// Numbers of any shape, row-major.
  public func put(_ name: String, _ values: Tensor<Double>) throws { try sink.put(name, .numbers(values)) }
  /// A list of numbers; shape [n].
  public func put(_ name: String, _ values: [Double]) throws {
    try sink.put(name, .numbers(Tensor(values, shape: [values.count])))
  }
  /// One number.
  public func put(_ name: String, _ value: Double) throws {
    try sink.put(name, .numbers(Tensor([value], shape: [])))
  }
  /// One word for each element.
  public func put(_ name: String, labels: [String]) throws { try sink.put(name, .labels(labels)) }
  /// Weights `[post, pre]`.
  public func put(_ name: String, _ weights: Connectivity) throws {
    try sink.put(name, .connectivity(weights))
  }
  /// Spikes with their observation window.
  public func put(_ name: String, _ trains: SpikeTrains) throws { try sink.put(name, .spikes(trains)) }
  /// Further rows (first axis) of a dataset that grows: traces, rates, histories.
  public func append(_ name: String, _ rows: Tensor<Double>) throws { try sink.append(name, rows) }
  /// The spikes since the last call, of the same units; the window begins where the last one ended.
  public func append(_ name: String, _ trains: SpikeTrains) throws { try sink.append(name, trains) }
  /// A sentence that belongs beside the results, such as why a number is NaN.
  public func note(_ sentence: String) { sink.note(sentence) }
  /// How much of the work is done, 0...1, for the progress line.
  public func progress(_ fraction: Double, _ activity: String = "") { sink.progress(fraction, activity) }
}

/// Outputs kept in memory, for tests and for steps whose results feed the next one.
public final class MemorySink: DatasetSink {
  /// What was put, by logical name.
  public private(set) var values: [String: Stored] = [:]
  /// The notes, in order.
  public private(set) var notes: [String] = []

  public init() {}

  public func put(_ name: String, _ value: Stored) { values[name] = value }

  public func append(_ name: String, _ rows: Tensor<Double>) throws {
    guard let known = values[name] else { return put(name, .numbers(rows)) }
    guard case .numbers(let earlier) = known, earlier.shape.dropFirst() == rows.shape.dropFirst() else {
      throw Problem("rows of shape \(rows.shape) cannot be appended to '\(name)'")
    }
    values[name] = .numbers(
      Tensor(earlier.elements + rows.elements, shape: [earlier.rows + rows.rows] + earlier.shape.dropFirst()))
  }

  public func append(_ name: String, _ trains: SpikeTrains) throws {
    guard let known = values[name] else { return put(name, .spikes(trains)) }
    guard case .spikes(let earlier) = known else { throw Problem("'\(name)' holds no spikes to append to") }
    values[name] = .spikes(try earlier.followed(by: trains))
  }

  public func note(_ sentence: String) { notes.append(sentence) }

  public func progress(_ fraction: Double, _ activity: String) {}

  /// The numbers put under `name`, or nil.
  public func numbers(_ name: String) -> Tensor<Double>? {
    if case .numbers(let tensor)? = values[name] { tensor } else { nil }
  }
}
