/// Where a plugin's datasets come from: a file, an earlier step, or memory.
///
/// Every method takes the logical name that the plugin declared and gives numbers in the declared unit.
public protocol DatasetSource: Sendable {
  /// Whether the dataset is there (an optional one may be absent).
  func contains(_ name: String) -> Bool
  /// Length of each axis, slowest first.
  func shape(_ name: String) throws -> [Int]
  /// The symbol of the unit in which the numbers are given.
  func unit(_ name: String) throws -> String
  /// Numbers of any shape; only the rows of `rows` (first axis) where it is given.
  func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double>
  /// Weights `[post, pre]`, as they are stored.
  func connectivity(_ name: String) throws -> Connectivity
  /// One word for each element.
  func labels(_ name: String) throws -> [String]
  /// All spikes.
  func spikes(_ name: String) throws -> SpikeTrains
  /// Spikes in blocks of whole units, about `count` spikes each, in the order of the units.
  func spikeBlocks(_ name: String, of count: Int, _ body: (SpikeTrains) throws -> Void) throws
  /// Where the numbers lie as they are given, float64 and in the unit given; nil where reading changes them.
  func place(_ name: String) throws -> StoredPlace?
}

/// An object of an HDF5 file that another process may read in place of a copy.
public struct StoredPlace: Sendable, Equatable {
  public var file: String
  public var object: String

  public init(file: String, object: String) {
    self.file = file
    self.object = object
  }
}

extension DatasetSource {
  public func place(_ name: String) throws -> StoredPlace? { nil }
}

/// The datasets that a plugin declared in `reads`, read when asked for.
public struct Inputs: Sendable {
  private let source: any DatasetSource

  /// Inputs from any source.
  public init(_ source: any DatasetSource) { self.source = source }

  /// Inputs from memory, for tests and for plugins without inputs.
  public init(_ values: [String: Stored] = [:]) { self.source = MemorySource(values: values) }

  /// Whether an optional dataset was given.
  public func contains(_ name: String) -> Bool { source.contains(name) }
  /// Length of each axis of `name`.
  public func shape(_ name: String) throws -> [Int] { try source.shape(name) }
  /// Symbol of the unit in which `name` is given.
  public func unit(_ name: String) throws -> String { try source.unit(name) }
  /// Numbers of any shape, float64, row-major.
  public func tensor(_ name: String) throws -> Tensor<Double> { try source.numbers(name, rows: nil) }
  /// Weights `[post, pre]`, dense or sparse as stored.
  public func connectivity(_ name: String) throws -> Connectivity { try source.connectivity(name) }
  /// One word for each element.
  public func labels(_ name: String) throws -> [String] { try source.labels(name) }
  /// Where the numbers of `name` lie as they are given; nil where reading changes them.
  public func place(_ name: String) throws -> StoredPlace? { try source.place(name) }
  /// All spikes of all units.
  public func spikes(_ name: String) throws -> SpikeTrains { try source.spikes(name) }

  /// A single number.
  ///
  /// - Throws: `Problem` when the dataset holds more than one.
  public func scalar(_ name: String) throws -> Double {
    let values = try tensor(name)
    guard values.count == 1 else {
      throw Problem("\(name) should be one number, but has shape \(values.shape)")
    }
    return values[0]
  }

  /// A list of numbers, whatever the shape.
  public func vector(_ name: String) throws -> [Double] { try tensor(name).elements }

  /// Numbers with two axes.
  ///
  /// - Throws: `Problem` when the dataset has another rank.
  public func matrix(_ name: String) throws -> Matrix {
    let values = try tensor(name)
    guard values.rank == 2 else { throw Problem("\(name) should be a matrix, but has shape \(values.shape)") }
    return values
  }

  /// A dataset larger than memory, `count` rows at a time, in order; `body` gets the rows and their range.
  public func slabs(_ name: String, of count: Int, _ body: (Tensor<Double>, Range<Int>) throws -> Void) throws
  {
    let rows = try shape(name).first ?? 1
    for first in stride(from: 0, to: rows, by: max(1, count)) {
      let range = first..<min(rows, first + max(1, count))
      try body(try source.numbers(name, rows: range), range)
    }
  }

  /// Spikes in blocks of whole units, about `count` spikes each, in the order of the units.
  public func spikeBlocks(_ name: String, of count: Int = 1 << 20, _ body: (SpikeTrains) throws -> Void)
    throws
  {
    try source.spikeBlocks(name, of: count, body)
  }
}

/// A dataset in memory.
public enum Stored: Sendable, Equatable {
  case numbers(Tensor<Double>)
  case connectivity(Connectivity)
  case labels([String])
  case spikes(SpikeTrains)
}

/// Datasets in memory, as tests and generators give them.
struct MemorySource: DatasetSource {
  let values: [String: Stored]

  func contains(_ name: String) -> Bool { values[name] != nil }

  func shape(_ name: String) throws -> [Int] {
    switch try value(name) {
    case .numbers(let tensor): tensor.shape
    case .connectivity(let weights): [weights.rows, weights.columns]
    case .labels(let words): [words.count]
    case .spikes(let trains): [trains.count]
    }
  }

  func unit(_ name: String) throws -> String { "1" }

  func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double> {
    guard case .numbers(let tensor) = try value(name) else { throw mismatch(name, "numbers") }
    guard let rows else { return tensor }
    let length = tensor.rowLength
    return Tensor(
      Array(tensor.elements[rows.lowerBound * length..<rows.upperBound * length]),
      shape: [rows.count] + tensor.shape.dropFirst())
  }

  func connectivity(_ name: String) throws -> Connectivity {
    switch try value(name) {
    case .connectivity(let weights): return weights
    case .numbers(let tensor) where tensor.rank == 2: return .dense(tensor)
    default: throw mismatch(name, "a connectivity matrix")
    }
  }

  func labels(_ name: String) throws -> [String] {
    guard case .labels(let words) = try value(name) else { throw mismatch(name, "labels") }
    return words
  }

  func spikes(_ name: String) throws -> SpikeTrains {
    guard case .spikes(let trains) = try value(name) else { throw mismatch(name, "spike trains") }
    return trains
  }

  func spikeBlocks(_ name: String, of count: Int, _ body: (SpikeTrains) throws -> Void) throws {
    try body(try spikes(name))
  }

  private func value(_ name: String) throws -> Stored {
    guard let value = values[name] else {
      throw Problem(
        "no dataset '\(name)' was given",
        fix: "give one of that name; there are: " + values.keys.sorted().joined(separator: ", "))
    }
    return value
  }

  private func mismatch(_ name: String, _ wanted: String) -> Problem {
    Problem("dataset '\(name)' is not \(wanted)")
  }
}
