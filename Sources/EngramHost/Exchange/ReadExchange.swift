import EngramData
import EngramKit

/// Reads what an executable wrote, and accepts nothing that it did not declare so: names, kinds, axes, units, numbers.
struct ReadExchange {
  let manifest: Manifest
  /// Length of each axis known so far; grows with what is read.
  var axes: [String: Int]

  private var name: String { manifest.description.name }

  /// Every dataset in the file `path`, in the order of declaration.
  ///
  /// - Parameter complete: Whether all that are not optional must be there.
  /// - Throws: `Problem` that names the dataset and what the manifest says of it.
  mutating func results(in path: String, complete: Bool) throws -> [(Dataset, Stored)] {
    let file: H5File
    do { file = try H5File(reading: path) } catch {
      throw wrong("wrote no HDF5 file \(lastPart(path)) that can be read (\(problem(error, at: "").what))")
    }
    let root = try file.root
    let declared = manifest.description.writes
    try refuseUndeclared(root, "", Set(declared.map(\.name)))
    var results: [(Dataset, Stored)] = []
    for dataset in declared {
      guard try root.exists(dataset.name) else {
        if complete, !dataset.optional { throw wrong("did not write '\(dataset.name)', which it declares") }
        continue
      }
      do {
        results.append((dataset, try read(dataset, root)))
      } catch let known as Problem where known.place?.hasPrefix(path) == true {
        // The private folder is gone when the sentence is read.
        throw wrong("wrote '\(dataset.name)' in a form that cannot be read: \(known.what)")
      }
    }
    return results
  }

  private func wrong(_ what: String, fix: String? = nil) -> Problem {
    Problem(
      "\(name) \(what)", at: manifest.file, fix: fix ?? "mend the plugin, or what its manifest declares")
  }

  private func refuseUndeclared(_ group: H5Group, _ prefix: String, _ names: Set<String>) throws {
    for link in try group.names() {
      let path = prefix + link
      if names.contains(path) { continue }
      if names.contains(where: { $0.hasPrefix(path + "/") }), try group.kind(of: link) == .group {
        try refuseUndeclared(try group.group(link), path + "/", names)
        continue
      }
      throw wrong(
        "wrote '\(path)', which it does not declare",
        fix: "it declares " + names.sorted().joined(separator: ", "))
    }
  }

  private mutating func read(_ dataset: Dataset, _ root: H5Group) throws -> Stored {
    let isGroup = try root.kind(of: dataset.name) == .group
    switch (dataset.kind, isGroup) {
    case (.labels, false):
      let words = try root.dataset(dataset.name).readStrings()
      try bind(dataset, [words.count])
      return .labels(words)
    case (.spikes, true):
      let trains = try spikes(dataset, try root.group(dataset.name))
      try bind(dataset, [dataset.axes == ["spike"] ? trains.count : trains.unitCount])
      return .spikes(trains)
    case (.connectivity, true):
      let matrix = try sparse(dataset, try root.group(dataset.name))
      try bind(dataset, [matrix.rows, matrix.columns])
      return .connectivity(.sparse(matrix))
    case (.connectivity, false):
      let values = try numbers(dataset, try root.dataset(dataset.name))
      try bind(dataset, values.shape)
      return .connectivity(.dense(values))
    case (.array, false), (.trace, false), (.rate, false), (.history, false), (.weights, false):
      let values = try numbers(dataset, try root.dataset(dataset.name))
      try bind(dataset, values.shape)
      return .numbers(values)
    default:
      throw wrong(
        "wrote '\(dataset.name)' as a \(isGroup ? "group" : "dataset"), which is not \(dataset.kind.rawValue)"
      )
    }
  }

  /// Compares a shape with the declared axes: their number, fixed lengths, and lengths known by name.
  private mutating func bind(_ dataset: Dataset, _ shape: [Int]) throws {
    guard shape.count == dataset.axes.count else {
      throw wrong(
        "wrote '\(dataset.name)' with shape \(shape), but declares axes [\(dataset.axes.joined(separator: ", "))]"
      )
    }
    let free = manifest.executable?.grows.contains(dataset.name) == true ? dataset.axes.first : nil
    for (axis, length) in zip(dataset.axes, shape) where axis != free {
      let wanted = Int(axis) ?? axes[axis] ?? length
      guard wanted == length else {
        throw wrong(
          "wrote '\(dataset.name)' with shape \(shape), but its axis '\(axis)' has length \(wanted)")
      }
      if Int(axis) == nil { axes[axis] = length }
    }
  }

  /// The factor from the unit that an object states to the declared one.
  private func factor(_ dataset: Dataset, _ object: any H5Object) throws -> Double {
    guard dataset.unit != "any" else { return 1 }
    guard let stated = try object.attributes.string("units") else {
      if dataset.unit == "1" { return 1 }
      throw wrong("wrote '\(dataset.name)' without a unit", fix: "set its attribute units to \(dataset.unit)")
    }
    guard let from = Unit(stated), let to = Unit(dataset.unit), let factor = from.factor(to: to) else {
      throw wrong("wrote '\(dataset.name)' in \(stated), but declares \(dataset.unit)")
    }
    return factor
  }

  private func numbers(_ dataset: Dataset, _ stored: H5Dataset) throws -> Tensor<Double> {
    var values = try stored.read(Double.self)
    let factor = try factor(dataset, stored)
    if factor != 1 { for place in values.indices { values[place] *= factor } }
    try requireFinite(values, dataset)
    return Tensor(values, shape: stored.shape)
  }

  private func requireFinite(_ values: [Double], _ dataset: Dataset) throws {
    guard manifest.executable?.mayBeNaN.contains(dataset.name) != true,
      let first = values.firstIndex(where: { !$0.isFinite })
    else { return }
    let count = values.count { !$0.isFinite }
    throw wrong(
      "wrote \(values[first]) in '\(dataset.name)' (\(count) of \(values.count) numbers are not finite)",
      fix: "write numbers, or declare \"nan\": true for '\(dataset.name)' where NaN has a meaning")
  }

  private func spikes(_ dataset: Dataset, _ group: H5Group) throws -> SpikeTrains {
    let times = try group.dataset("times").read(Double.self)
    let offsets = try group.dataset("offsets").read(Int64.self).map { Int($0) }
    let ids =
      try group.exists("ids")
      ? try group.dataset("ids").read(UInt64.self) : offsets.dropLast().indices.map { UInt64($0) }
    guard let start = try group.attributes.double("start"), let stop = try group.attributes.double("stop")
    else {
      throw wrong("wrote spikes '\(dataset.name)' without start and stop")
    }
    try requireFinite(times, dataset)
    let ascending = zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
    guard offsets.count == ids.count + 1, offsets.first == 0, offsets.last == times.count, ascending else {
      throw wrong("wrote spikes '\(dataset.name)' whose offsets do not divide its \(times.count) times")
    }
    for unit in ids.indices {
      let train = times[offsets[unit]..<offsets[unit + 1]]
      guard zip(train, train.dropFirst()).allSatisfy({ $0 <= $1 }),
        train.allSatisfy({ $0 >= start && $0 < stop })
      else {
        throw wrong(
          "wrote spikes '\(dataset.name)' that do not ascend within [\(start), \(stop)) in unit \(unit)")
      }
    }
    return SpikeTrains(times: times, offsets: offsets, ids: ids, start: start, stop: stop)
  }

  private func sparse(_ dataset: Dataset, _ group: H5Group) throws -> SparseMatrix {
    let offsets = try group.dataset("row_offsets").read(Int64.self).map { Int($0) }
    let columns = try group.dataset("columns").read(Int32.self)
    var values = try group.dataset("values").read(Double.self)
    guard let shape = try group.attributes.ints("shape"), shape.count == 2, offsets.count == shape[0] + 1,
      offsets.first == 0, offsets.last == values.count, columns.count == values.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      columns.allSatisfy({ $0 >= 0 && Int($0) < shape[1] })
    else { throw wrong("wrote sparse weights '\(dataset.name)' that are not consistent") }
    let factor = try factor(dataset, group)
    if factor != 1 { for place in values.indices { values[place] *= factor } }
    try requireFinite(values, dataset)
    return SparseMatrix(rows: shape[0], columns: shape[1], offsets: offsets, indices: columns, values: values)
  }

  /// The weight blocks in group `name` of a file, each like the block of its name in `template`.
  ///
  /// - Parameter free: Whether blocks may be new and of any shape: a rule's own memory.
  func weights(_ name: String, in root: H5Group, like template: Weights, free: Bool = false) throws
    -> Weights?
  {
    guard try root.exists(name) else { return nil }
    let group = try root.group(name)
    var result: [Weights.Block] = []
    for block in try group.attributes.strings("blocks") ?? template.blocks.map(\.name) {
      guard try group.exists(block) else { continue }
      let stored = try group.dataset(block)
      let values = try stored.read(Double.self)
      guard values.allSatisfy(\.isFinite) else {
        throw wrong("wrote numbers in '\(name)/\(block)' that are not finite")
      }
      guard let known = template[block] else {
        guard free else { throw wrong("wrote '\(name)/\(block)', which is no block of the model") }
        result.append(Weights.Block(block, Tensor(values, shape: stored.shape), trained: false))
        continue
      }
      guard stored.shape == known.values.shape else {
        throw wrong(
          "wrote '\(name)/\(block)' with shape \(stored.shape); the block has \(known.values.shape)")
      }
      var made = known
      let tensor = Tensor(values, shape: stored.shape)
      if case .float32 = known.values {
        made.values = .float32(tensor.map { Float($0) })
      } else {
        made.values = .float64(tensor)
      }
      result.append(made)
    }
    return Weights(result)
  }
}
