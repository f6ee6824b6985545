import EngramKit

/// When the rows of a recorded quantity were taken: the first at `start`, then every `step`, in ms.
public struct Sampling: Sendable, Equatable {
  public var start: Double
  public var step: Double

  public init(start: Double, step: Double) {
    self.start = start
    self.step = step
  }
}

/// A recorded trace (`/report/<name>`): frames in time, one column for each recorded element of a neuron.
public struct ReportPopulation: Sendable {
  public let name: String
  public let group: H5Group
  /// Values; shape [time, element].
  public let data: H5Dataset
  /// Unit of the values; nil: not stated.
  public let units: String?
  /// Which quantity, such as `v`; nil: not stated.
  public let variable: String?
  /// First frame, end (exclusive) and interval in ms; nil where the file states no time.
  public let time: (start: Double, stop: Double, step: Double)?
  /// Name of the dataset of column pointers, `index_pointers` or `index_pointer`; nil when there is none.
  public let pointerName: String?

  init(_ group: H5Group, _ name: String) throws {
    self.group = group
    self.name = name
    data = try group.dataset("data")
    units = try data.attributes.string("units")
    variable = try data.attributes.string("variable")
    pointerName = try ["index_pointers", "index_pointer"].first { try group.exists("mapping/\($0)") }
    guard try group.exists("mapping/time") else {
      time = nil
      return
    }
    let dataset = try group.dataset("mapping/time")
    let values = try dataset.read(Double.self)
    guard values.count == 3 else {
      throw Problem(
        "holds \(values.count) numbers where start, stop and step are expected", at: dataset.place)
    }
    let unit = try dataset.attributes.string("units") ?? "ms"
    guard let factor = unit == "1" ? 1 : Unit(unit)?.factor(to: .millisecond) else {
      throw Problem("is in “\(unit)”, which is no known unit of time", at: dataset.place)
    }
    time = (values[0] * factor, values[1] * factor, values[2] * factor)
  }

  /// Number of frames and of columns.
  public var shape: [Int] { data.shape }

  /// When the frames were taken; nil where the file states no time.
  public var sampling: Sampling? { time.map { Sampling(start: $0.start, step: $0.step) } }

  /// Frames that the stated time implies; nil where none is stated or its step is not positive.
  public var expectedFrames: Int? {
    guard let time, time.step > 0, ((time.stop - time.start) / time.step).magnitude < 1e15 else { return nil }
    return Int(((time.stop - time.start) / time.step).rounded())
  }

  /// Ids of the recorded neurons, each once.
  public func nodeIDs() throws -> [UInt64] {
    try group.exists("mapping/node_ids") ? try group.dataset("mapping/node_ids").read(UInt64.self) : []
  }

  /// The columns of each neuron of `nodeIDs`; one each where the file has no pointers.
  ///
  /// - Throws: `Problem` when the pointers descend or lead beyond the columns.
  public func columns() throws -> [Range<Int>] {
    let count = try nodeIDs().count
    guard let pointerName else { return (0..<count).map { $0..<$0 + 1 } }
    let dataset = try group.dataset("mapping/\(pointerName)")
    var pointers = try dataset.read(Int.self)
    // The specification's text leaves out the end that every writer stores.
    if pointers.count == count { pointers.append(data.shape.last ?? 0) }
    let ascends = zip(pointers, pointers.dropFirst()).allSatisfy { $0 <= $1 }
    guard pointers.count == count + 1, ascends, pointers.first ?? 0 >= 0,
      pointers.last ?? 0 <= data.shape.last ?? 0
    else {
      throw Problem(
        "does not divide \(data.shape.last ?? 0) columns among \(count) neurons", at: dataset.place)
    }
    return zip(pointers, pointers.dropFirst()).map { $0..<$1 }
  }
}
