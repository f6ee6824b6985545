import EngramData
import EngramKit
import Foundation

/// Figures for what no plugin declared a figure of, by the kind of the stored object alone.
struct AutomaticFigures {
  private(set) var figures: [Figure] = []
  /// Datasets that the figures need beside the stored ones.
  private(set) var made: [String: (value: Stored, unit: String)] = [:]
  private(set) var notes: [String] = []
  private let source: LayoutSource
  private let objects: [StoredObject]

  /// Numbers that are read at once at most: 160 MB.
  private static let most = 20_000_000

  /// - Parameters:
  ///   - objects: What is stored, by the names that `source` knows.
  ///   - drawn: Names of datasets that have a figure already.
  init(_ objects: [StoredObject], _ source: LayoutSource, drawn: Set<String>) throws {
    self.objects = objects
    self.source = source
    let open = objects.filter { !drawn.contains($0.name) }
    try learning(open.filter { $0.kind == .history && $0.shape.count == 1 })
    for object in open {
      guard object.shape.reduce(1, { $0 * max($1, 1) }) <= Self.most || object.kind == .connectivity else {
        notes.append("\(object.name) is too large for a figure of its own.")
        continue
      }
      switch object.kind {
      case .connectivity: try connectivity(object)
      case .spikes: try spikes(object)
      case .trace where object.shape.count == 2, .rate where object.shape.count == 2: try recording(object)
      default: break
      }
    }
  }

  /// One figure for each metric: in each update, and in each validation.
  private mutating func learning(_ histories: [StoredObject]) throws {
    var metrics: [String] = []
    for object in histories {
      let metric = object.name.split(separator: "/").last.map(String.init) ?? object.name
      if !metrics.contains(metric) { metrics.append(metric) }
    }
    for metric in metrics {
      var layers: [Layer] = []
      var values: [Double] = []
      for object in histories where object.name.split(separator: "/").last.map(String.init) == metric {
        let section = object.name.split(separator: "/").dropLast().joined(separator: "/")
        let place = "\(section)/update"
        let label = section == "history" ? "training" : section.isEmpty ? metric : section
        layers.append(.line(x: source.contains(place) ? place : "index", y: object.name, label: label))
        values += try source.numbers(object.name, rows: nil).elements.filter(\.isFinite)
      }
      let spread = (values.max() ?? 0) / max(values.min() ?? 0, 1e-300)
      figures.append(
        Figure(
          "\(slug(metric))-curve", "Learning curve: \(words(metric).lowercased())", x: .init("Update"),
          y: .init(words(metric), logarithmic: (values.min() ?? 0) > 0 && spread > 30), layers,
          caption: "\(words(metric)) over the updates of the training."))
    }
  }

  private mutating func connectivity(_ object: StoredObject) throws {
    guard object.shape.count == 2, object.shape[0] > 0, object.shape[1] > 0 else { return }
    let labels = objects.first {
      $0.kind == .labels && $0.shape == [object.shape[0]] && object.shape[0] == object.shape[1]
        && $0.population == object.population
    }
    let ordered = labels == nil ? "" : ", ordered by \(words(labels?.name ?? "").lowercased())"
    let name = words(object.name)
    figures.append(
      Figure(
        "\(slug(object.name))-matrix", "Connectivity: \(name.lowercased())", x: .init("Presynaptic neuron"),
        y: .init("Postsynaptic neuron"), [.image(object.name, label: "Weight", labels: labels?.name)],
        caption: "Weight from each column's neuron to each row's\(ordered)."))
    guard object.shape[0] * object.shape[1] >= 64 else { return }
    let weights = try source.connectivity(object.name)
    figures.append(
      Figure(
        "\(slug(object.name))-weights", "Weights: \(name.lowercased())", x: .init("Weight"),
        y: .init("Connections", logarithmic: Self.isSkewed(weights)),
        [.histogram(object.name, label: "connections")],
        caption: "How often each weight other than zero occurs."))
    let degrees = Self.degrees(weights)
    made["\(object.name):in"] = (Self.numbers(degrees.incoming), "1")
    made["\(object.name):out"] = (Self.numbers(degrees.outgoing), "1")
    figures.append(
      Figure(
        "\(slug(object.name))-degrees", "Degrees: \(name.lowercased())", x: .init("Partners"),
        y: .init("Neurons"),
        [
          .histogram("\(object.name):in", label: "in-degree"),
          .histogram("\(object.name):out", label: "out-degree"),
        ], caption: "How many neurons have how many presynaptic (in) and postsynaptic (out) partners."))
  }

  /// Whether the most frequent weights would hide the rest: half of the numbers in a twentieth of the range.
  private static func isSkewed(_ weights: Connectivity) -> Bool {
    let values =
      switch weights {
      case .dense(let matrix): matrix.elements.filter { $0 != 0 }.sorted()
      case .sparse(let matrix): matrix.values.filter { $0 != 0 }.sorted()
      }
    guard let low = values.first, let high = values.last, high > low else { return false }
    let middle = values[values.count * 3 / 4] - values[values.count / 4]
    return middle < 0.05 * (high - low)
  }

  private static func degrees(_ weights: Connectivity) -> (incoming: [Double], outgoing: [Double]) {
    var incoming = [Double](repeating: 0, count: weights.rows)
    var outgoing = [Double](repeating: 0, count: weights.columns)
    func add(_ post: Int, _ pre: Int, _ weight: Double) {
      guard weight != 0 else { return }
      incoming[post] += 1
      outgoing[pre] += 1
    }
    switch weights {
    case .dense(let matrix):
      for i in 0..<matrix.rows { for j in 0..<matrix.columns { add(i, j, matrix[i, j]) } }
    case .sparse(let matrix):
      for i in 0..<matrix.rows {
        for k in matrix.offsets[i]..<matrix.offsets[i + 1] {
          add(i, Int(matrix.indices[k]), matrix.values[k])
        }
      }
    }
    return (incoming, outgoing)
  }

  private mutating func spikes(_ object: StoredObject) throws {
    let trains = try source.spikes(object.name)
    guard trains.unitCount > 0, trains.duration > 0 else { return }
    let name = words(object.name)
    let time = Figure.Axis("Time", unit: Unit(object.unit ?? "ms") ?? .millisecond)
    figures.append(
      Figure(
        "\(slug(object.name))-raster", "Spikes: \(name.lowercased())", x: time, y: .init("Unit"),
        [.raster(times: object.name, rows: "")], caption: "Each tick is one spike of one unit."))
    // Two hundred bins of a round width: coarse enough to be smooth, fine enough to show a burst.
    let width = Self.round(trains.duration / 200)
    let bins = Int((trains.duration / width).rounded(.up))
    guard bins > 1, trains.count > 0 else { return }
    var counts = [Double](repeating: 0, count: bins)
    for moment in trains.times {
      counts[min(max(Int((moment - trains.start) / width), 0), bins - 1)] += 1
    }
    let seconds = width / 1000 * Double(trains.unitCount)
    made["\(object.name):rate"] = (Self.numbers(counts.map { $0 / seconds }), "Hz")
    made["\(object.name):time"] = (
      Self.numbers(counts.indices.map { trains.start + (Double($0) + 0.5) * width }), object.unit ?? "ms"
    )
    figures.append(
      Figure(
        "\(slug(object.name))-rate", "Population rate: \(name.lowercased())", x: time,
        y: .init("Rate of one unit", unit: .hertz),
        [.line(x: "\(object.name):time", y: "\(object.name):rate", label: "rate")],
        caption: "Mean rate over \(counted(trains.unitCount, "unit")), in bins of \(readable(width)) ms."))
  }

  private mutating func recording(_ object: StoredObject) throws {
    let name = words(object.name)
    guard object.shape[0] > 1, object.shape[1] > 0 else { return }
    let sampling = try object.sampling() ?? Sampling(start: 0, step: 1)
    made["\(object.name):time"] = (
      Self.numbers((0..<object.shape[0]).map { sampling.start + Double($0) * sampling.step }), "ms"
    )
    let shown = min(object.shape[1], 40)
    var y = object.name
    if shown < object.shape[1] {
      let values = try source.numbers(object.name, rows: nil)
      let first = (0..<values.rows).flatMap { values.row($0).prefix(shown) }
      y = "\(object.name):first"
      made[y] = (.numbers(Tensor(first, shape: [values.rows, shown])), object.unit ?? "1")
      notes.append("Of \(object.name) the first \(shown) of \(object.shape[1]) columns are drawn.")
    }
    figures.append(
      Figure(
        "\(slug(object.name))-trace", name, x: .init("Time", unit: .millisecond), y: .init(name),
        [.line(x: "\(object.name):time", y: y, label: object.kind == .rate ? "population" : "unit")],
        caption: "\(name) over time, a curve for each \(object.kind == .rate ? "population" : "unit")."))
  }

  private static func numbers(_ values: [Double]) -> Stored {
    .numbers(Tensor(values, shape: [values.count]))
  }

  /// The nearest of 1, 2 and 5 times a power of ten at or above `rough`.
  private static func round(_ rough: Double) -> Double {
    let magnitude = pow(10, log10(rough).rounded(.down))
    return ([1, 2, 5, 10].first { $0 * magnitude >= rough * (1 - 1e-9) } ?? 10) * magnitude
  }
}
