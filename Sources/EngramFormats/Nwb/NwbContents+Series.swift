import EngramData
import EngramKit
import Foundation

extension NwbContents {
  /// A `TimeSeries` of any kind: `data [time]` or `[time, column]`, value = data · conversion · channel + offset.
  mutating func series(_ group: H5Group, _ name: String) throws {
    guard options.objects.isEmpty || options.objects.contains(name) else { return }
    let data = try group.dataset("data")
    guard data.type.isNumeric, !data.isNull, data.shape.count == 1 || data.shape.count == 2 else {
      contents.dropped.append("\(group.path): data of \(data.type.words) and shape \(data.shape) is no trace")
      return
    }
    let width = data.shape.count == 2 ? data.shape[1] : 1
    let scale = try Scale(group, data, width)
    let own =
      contents.traces.map(\.name).contains(name)
      ? group.path.split(separator: "/").joined(separator: "_") : name
    let columns = try columns(group, width)
    var trace = TraceStream(
      own, population: columns.population, ids: columns.ids, elements: columns.elements, unit: scale.unit,
      variable: columns.variable, frames: data.shape[0], times: try times(group, data.shape[0]),
      stored: scale.isPlain ? data.type.element ?? .float64 : .float64
    ) { range in scale.apply(try data.read(Double.self, rows: range), width) }
    trace.labels = columns.labels
    contents.traces.append(trace)
  }

  private func times(_ group: H5Group, _ frames: Int) throws -> TraceStream.Times {
    if try group.kind(of: "starting_time") == .dataset {
      let start = try group.dataset("starting_time")
      guard let rate = try start.attributes.double("rate") ?? options.sampleRate, rate > 0 else {
        throw ConversionOptions.missing(
          "has no rate above 0", option: "sample-rate", example: "30000", at: start.place)
      }
      return .regular(Sampling(start: try start.readScalar(Double.self) * 1000, step: 1000 / rate))
    }
    let stamps = try group.dataset("timestamps")
    guard stamps.shape == [frames] else {
      throw Problem("has \(stamps.count) times for \(frames) frames", at: stamps.place)
    }
    return .stamped { try stamps.read(Double.self, rows: $0).map { $0 * 1000 } }
  }

  /// Whose the columns are: what Engram wrote in the comments, electrodes, or numbers.
  private func columns(
    _ group: H5Group, _ width: Int
  ) throws -> (population: String?, ids: [UInt64], elements: [UInt32]?, variable: String?, labels: [String]?)
  {
    if let text = try group.attributes.contains("comments") ? group.attributes.string("comments") : nil,
      text.hasPrefix("{"), let known = try NwbColumns(text), known.ids.count == width
    {
      return (known.population, known.ids, known.elements, known.variable, known.labels)
    }
    let plain = (0..<UInt64(width)).map { $0 }
    guard try group.kind(of: "electrodes") == .dataset else { return (nil, plain, nil, nil, nil) }
    let rows = try group.dataset("electrodes").read(Int.self)
    guard rows.count == width, try root.exists("general/extracellular_ephys/electrodes/id") else {
      return (nil, plain, nil, nil, nil)
    }
    let ids = try root.dataset("general/extracellular_ephys/electrodes/id").read(Int64.self)
    guard rows.allSatisfy({ ids.indices.contains($0) && ids[$0] >= 0 }) else {
      throw Problem(
        "refers to a row that the \(ids.count) electrodes lack", at: "\(group.place)/electrodes",
        fix: "`engram check` tells more")
    }
    return ("electrodes", rows.map { UInt64(ids[$0]) }, nil, nil, nil)
  }

  /// How stored numbers become values of a unit.
  private struct Scale: Sendable {
    var factors: [Double] = [1]
    var offset = 0.0
    var unit: String?

    var isPlain: Bool { offset == 0 && factors == [1] }

    init(_ group: H5Group, _ data: H5Dataset, _ width: Int) throws {
      let attributes = data.attributes
      let conversion = try attributes.contains("conversion") ? attributes.double("conversion") ?? 1 : 1
      offset = try attributes.contains("offset") ? attributes.double("offset") ?? 0 : 0
      unit = try attributes.contains("unit") ? attributes.string("unit") : nil
      if unit == "unknown" || unit == "n/a" { unit = nil }
      var factor = conversion
      // A power of ten is a prefix: the numbers stay as they are.
      if offset == 0, let symbol = unit.flatMap({ Scale.symbols[$0] }),
        let prefix = Scale.prefixes[conversion]
      {
        (unit, factor) = (prefix + symbol, 1)
      }
      factors = [factor]
      if try group.kind(of: "channel_conversion") == .dataset {
        let channels = try group.dataset("channel_conversion").read(Double.self)
        guard channels.count == width else {
          throw Problem(
            "has \(channels.count) factors for \(width) channels", at: "\(group.place)/channel_conversion")
        }
        factors = channels.map { $0 * factor }
      }
    }

    func apply(_ values: [Double], _ width: Int) -> [Double] {
      if isPlain { return values }
      if factors.count == 1 { return values.map { $0 * factors[0] + offset } }
      return values.indices.map { values[$0] * factors[$0 % width] + offset }
    }

    static let symbols = ["volts": "V", "amperes": "A", "siemens": "S", "V": "V", "A": "A", "S": "S"]
    static let prefixes: [Double: String] = [
      1: "", 1e-3: "m", 1e-6: "u", 1e-9: "n", 1e-12: "p",
    ]
  }
}

/// What NWB has no place for about a trace of neurons: kept as JSON in the comments of the series.
struct NwbColumns {
  var population: String
  var ids: [UInt64]
  var elements: [UInt32]?
  var variable: String?
  var labels: [String]?

  init(_ trace: TraceStream) {
    population = trace.population
    ids = trace.ids
    elements = trace.elements
    variable = trace.variable
    labels = trace.labels
  }

  /// Nil where the text is JSON of another kind.
  init?(_ text: String) throws {
    let object: Any
    do { object = try JSONSerialization.jsonObject(with: Data(text.utf8)) } catch { return nil }
    guard let known = object as? [String: Any], let population = known["population"] as? String,
      let ids = known["ids"] as? [NSNumber]
    else { return nil }
    self.population = population
    self.ids = ids.map(\.uint64Value)
    elements = (known["elements"] as? [NSNumber])?.map(\.uint32Value)
    variable = known["variable"] as? String
    labels = known["labels"] as? [String]
  }

  var text: String {
    var object: [String: JSON] = [
      "population": .text(population), "ids": .list(ids.map { .integer(Int(truncatingIfNeeded: $0)) }),
    ]
    if let elements { object["elements"] = .list(elements.map { .integer(Int($0)) }) }
    if let variable { object["variable"] = .text(variable) }
    if let labels { object["labels"] = JSON(labels) }
    return JSON.object(object).description
  }
}
