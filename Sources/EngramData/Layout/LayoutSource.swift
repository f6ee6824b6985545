import EngramKit
import Synchronization

/// A plugin's datasets, read from one file or several.
///
/// Numbers arrive in the declared units. What had to be assumed about a file is collected in `notes`.
public final class LayoutSource: DatasetSource {
  /// Which object each dataset is read from, in the order of declaration; optional ones that are absent are not in it.
  public let bindings: [Binding]
  private let assumed = Mutex<[String]>([])

  /// Binds every dataset.
  ///
  /// - Parameters:
  ///   - reads: What the plugin declared.
  ///   - places: Where the user wants a dataset from, by its name.
  ///   - file: Where the others are looked for; nil: nowhere.
  /// - Throws: `Problems`, all at once: nothing fits, several fit, a wrong unit, axes that disagree, an unknown name.
  public init(_ reads: [Dataset], _ places: [String: Binding.Place] = [:], in file: EngramFile? = nil) throws
  {
    let matching = Matching(reads, places, in: file)
    guard matching.problems.isEmpty else { throw Problems(matching.problems) }
    bindings = matching.bindings
    for binding in bindings where binding.object.unit == nil && binding.declared.kind != .labels {
      if binding.declared.unit != "any", binding.declared.unit != "1" {
        note("\(binding.object.path) states no unit: taken as \(binding.declared.unit)")
      }
    }
  }

  /// What was assumed or changed on the way in so far, in order, each once.
  public var notes: [String] { assumed.withLock { $0 } }

  private func note(_ sentence: String) {
    assumed.withLock { if !$0.contains(sentence) { $0.append(sentence) } }
  }

  /// The object that `name` is read from.
  public func object(_ name: String) throws -> StoredObject { try binding(name).object }

  private func binding(_ name: String) throws -> Binding {
    guard let binding = bindings.first(where: { $0.declared.name == name }) else {
      throw Problem(
        "no dataset '\(name)' was given",
        fix: "there are " + bindings.map(\.declared.name).joined(separator: ", "))
    }
    return binding
  }

  /// Factor from the stored to the declared unit.
  private func factor(_ binding: Binding, from stored: String?) throws -> Double {
    guard binding.declared.unit != "any", let stored else { return 1 }
    guard let from = Unit(stored), let to = Unit(binding.declared.unit), let factor = from.factor(to: to)
    else {
      throw Problem("is in \(stored), but \(binding.declared.unit) is wanted", at: binding.object.place)
    }
    return factor
  }

  public func contains(_ name: String) -> Bool { bindings.contains { $0.declared.name == name } }

  public func shape(_ name: String) throws -> [Int] {
    let object = try object(name)
    guard object.shape.contains(-1) else { return object.shape }
    return [try object.spikePopulation().trains(object.file.options).trains.unitCount]
  }

  public func unit(_ name: String) throws -> String {
    let binding = try binding(name)
    return binding.declared.unit == "any" ? binding.object.unit ?? "1" : binding.declared.unit
  }

  public func numbers(_ name: String, rows: Range<Int>?) throws -> Tensor<Double> {
    let binding = try binding(name)
    var values = try binding.object.numbers(rows: rows)
    let factor = try factor(binding, from: binding.object.unit)
    if factor != 1 { for place in values.elements.indices { values.elements[place] *= factor } }
    return values
  }

  public func place(_ name: String) throws -> StoredPlace? {
    let object = try object(name)
    // A file that is still being written cannot be opened by others.
    guard case .dataset(let dataset) = object.content, dataset.type == .float(bytes: 8), !dataset.isNull,
      dataset.file.size != nil, object.unit == (try unit(name))
    else { return nil }
    return StoredPlace(file: dataset.file.path, object: dataset.path)
  }

  public func connectivity(_ name: String) throws -> Connectivity {
    let binding = try binding(name)
    let (weights, unit, notes) = try binding.object.connectivity()
    notes.forEach(note)
    let factor = try factor(binding, from: unit)
    return factor == 1 ? weights : weights.scaled(by: factor)
  }

  public func labels(_ name: String) throws -> [String] { try object(name).labels() }

  public func spikes(_ name: String) throws -> SpikeTrains {
    let object = try object(name)
    let (trains, notes) = try object.spikePopulation().trains(object.file.options)
    notes.forEach(note)
    return trains
  }

  public func spikeBlocks(_ name: String, of count: Int, _ body: (SpikeTrains) throws -> Void) throws {
    let object = try object(name)
    try object.spikePopulation().trainBlocks(object.file.options, of: count, body).forEach(note)
  }
}

extension Connectivity {
  /// Every weight times `factor`.
  func scaled(by factor: Double) -> Connectivity {
    switch self {
    case .dense(let matrix): return .dense(matrix.map { $0 * factor })
    case .sparse(var matrix):
      for place in matrix.values.indices { matrix.values[place] *= factor }
      return .sparse(matrix)
    }
  }
}

extension LayoutSource {
  /// Unit of outputs that pass their input's unit on: that of the first dataset taken in any unit, `1` where there is
  /// none.
  public var passedUnit: String {
    bindings.first { $0.declared.unit == "any" && $0.declared.kind != .labels }?.object.unit ?? "1"
  }
}
