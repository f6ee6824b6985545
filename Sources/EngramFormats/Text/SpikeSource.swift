import EngramData
import EngramKit

/// Spikes of a format that knows times and ids only, on their way into a conversion.
struct SpikeSource {
  var name: String
  var unit: Unit
  /// What is taken from each id: 1 where the format counts from 1.
  var base: UInt64 = 0
  /// What the file itself says of the observation window, in `unit`.
  var window: Range<Double>?
  /// Number of neurons, silent ones included, where the file says it.
  var neurons: Int?
  /// Time between samples in `unit`, where the file says it.
  var resolution: Double?
  /// All spikes in the file's order.
  let blocks: @Sendable ((SpikeStream.Block) throws -> Void) throws -> Void

  /// Adds them and their neurons; one pass finds the neurons and the end of the recording.
  ///
  /// - Throws: `Problem`: a time that is no number, an id below the first; what reading throws.
  func add(to contents: inout Contents, _ options: ConversionOptions, at place: String) throws {
    var (least, most, largest, count) = (0.0, 0.0, UInt64(0), 0)
    var seen: Set<UInt64> = []
    try blocks { block in
      for time in block.times {
        guard time.isFinite else {
          throw Problem(
            "holds the spike time \(time)", at: place, fix: "remove the spikes without a finite time")
        }
        least = min(least, time)
        most = max(most, time)
      }
      for id in block.ids {
        guard id >= base else {
          throw Problem("holds the id \(id), although ids count from \(base)", at: place)
        }
        largest = max(largest, id - base)
        if seen.count < SpikeSource.mostGathered { seen.insert(id - base) }
      }
      count += block.times.count
    }
    let scale = Unit.millisecond.factor(to: unit) ?? 1
    let observed: Range<Double>
    if let asked = options.window {
      observed = asked.lowerBound * scale..<asked.upperBound * scale
    } else if let window {
      observed = window
    } else {
      observed = least.rounded(.down)..<most.rounded(.down) + 1
      contents.assumptions.append(
        "no observation window is stated: taken as [\(shortest(observed.lowerBound)), "
          + "\(shortest(observed.upperBound))) \(unit.symbol), up to the last spike")
    }
    let (ids, total) = try units(seen, largest, count, options, &contents, place)
    if let ids, contents.nodes(name) == nil { contents.nodes.append(NodeTable(name, count: total, ids: ids)) }
    let (stored, first, selects) = (blocks, base, options.window != nil)
    contents.spikes.append(
      SpikeStream(
        name, unit: unit, window: observed, ids: ids, unitCount: total, count: selects ? nil : count,
        resolution: resolution
      ) { body in
        try stored { block in
          guard selects || first > 0 else { return try body(block) }
          let kept = block.times.indices.filter { !selects || observed.contains(block.times[$0]) }
          try body(.init(times: kept.map { block.times[$0] }, ids: kept.map { block.ids[$0] - first }))
        }
      })
  }

  /// Ids and number of the neurons: all up to the largest id, or where ids lie far apart, those that are named.
  private func units(
    _ seen: Set<UInt64>, _ largest: UInt64, _ spikes: Int, _ options: ConversionOptions,
    _ contents: inout Contents,
    _ place: String
  ) throws -> ([UInt64]?, Int) {
    if let stated = options.neurons ?? neurons {
      guard spikes == 0 || largest < UInt64(stated) else {
        throw Problem("holds the id \(largest + base), but is said to have \(stated) neurons", at: place)
      }
      return (nil, stated)
    }
    guard spikes > 0 else { return (nil, 0) }
    if largest < 16 * UInt64(seen.count) + 1024 {
      contents.assumptions.append(
        "\(name): \(largest + 1) neurons, up to the largest id; --neurons says another number")
      return (nil, Int(largest) + 1)
    }
    guard seen.count < SpikeSource.mostGathered else {
      throw Problem("has ids up to \(largest) and more than \(SpikeSource.mostGathered) of them", at: place)
    }
    contents.assumptions.append(
      "\(name): ids lie far apart, so only the \(seen.count) neurons with spikes are known")
    return (seen.sorted(), seen.count)
  }

  private static let mostGathered = 1 << 24
}

extension ConversionOptions {
  /// The unit of times that the user states.
  ///
  /// - Throws: `Problem` when there is none, or it is no unit of time.
  func requiredTimeUnit(at place: String) throws -> Unit {
    guard let timeUnit else {
      throw ConversionOptions.missing(
        "the file does not say in which unit its times are", option: "time-unit", example: "ms (or s, us)",
        at: place)
    }
    guard let unit = Unit(timeUnit), unit.factor(to: .millisecond) != nil else {
      throw Problem("“\(timeUnit)” is no unit of time", fix: "use s, ms or us")
    }
    return unit
  }
}
