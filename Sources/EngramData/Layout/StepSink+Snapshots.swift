import EngramKit

extension StepSink {
  /// Adds a snapshot of every weight block of a training to `/engram/weights/<step>.<block>`, in the block's precision.
  ///
  /// - Parameters:
  ///   - update: The number of updates made; stored as `step`.
  ///   - time: Time in ms, for rules that run along with a simulation; all snapshots of a step have one or none has.
  /// - Throws: `Problem` when a block has another shape than before.
  public func snapshot(_ weights: Weights, at update: Int, time: Double? = nil) throws {
    for (position, block) in weights.blocks.enumerated() {
      let name = "\(record.id).\(block.name.replacing("/", with: "."))"
      let path = "/engram/weights/\(name)"
      if histories[name] == nil { histories[name] = try startHistory(block, path, position) }
      let values = block.values.double
      try histories[name]?.append(Tensor(values.elements, shape: [1] + values.shape))
      try append(Int64(update), to: "\(path)/step")
      if let time { try append(time, to: "\(path)/time_ms") }
    }
  }

  private func startHistory(_ block: Weights.Block, _ path: String, _ position: Int) throws -> GrowingDataset
  {
    let element: H5Element = if case .float32 = block.values { .float32 } else { .float64 }
    let made = try GrowingDataset(
      writer.h5, "\(path)/values", row: block.values.shape, stored: element, isCompressed: true)
    try made.dataset.attributes.set("units", block.unit)
    let attributes = try writer.h5.root.group(path).attributes
    try attributes.set("rule", record.plugin)
    try attributes.set("trained", block.trained)
    try attributes.set("position", Int64(position))
    try group.softLink("weights/\(block.name)", to: path)
    return made
  }

  private func append<T: H5Scalar>(_ value: T, to path: String) throws {
    let root = try writer.h5.root
    if try !root.exists(path) {
      try root.write(path, [value], maxShape: [nil], storage: H5Storage(chunk: [1024]))
      return
    }
    var dataset = try root.dataset(path)
    try dataset.append([value])
  }
}

/// The snapshots of a training, read one at a time.
public struct WeightSnapshots: Sendable {
  /// Number of updates made at each snapshot.
  public let updates: [Int]
  private let blocks: [(name: String, group: H5Group, values: H5Dataset)]

  /// The snapshots that step `step` wrote.
  ///
  /// - Throws: `Problem` when it wrote none, or its blocks differ in number of snapshots.
  public init(_ file: EngramFile, step: String) throws {
    let path = "/engram/results/\(step)/weights"
    guard try file.h5.root.kind(of: path) == .group else {
      throw Problem("step '\(step)' kept no weights", at: file.path)
    }
    let group = try file.h5.root.group(path)
    let named = try group.names().map { name in
      let block = try group.group(name)
      return (place: try block.attributes.int("position") ?? 0, (name, block, try block.dataset("values")))
    }
    // In the model's order, which need not be that of the names.
    blocks = named.sorted { $0.place < $1.place }.map(\.1)
    let all = try blocks.map { try $0.group.dataset("step").read(Int.self) }
    guard let first = all.first, all.allSatisfy({ $0 == first }),
      blocks.allSatisfy({ $0.values.shape.first == first.count })
    else { throw Problem("the weight blocks have different numbers of snapshots", at: group.place) }
    updates = first
  }

  /// The weights of snapshot `index`, in the precision they were trained in.
  public func weights(_ index: Int) throws -> Weights {
    guard updates.indices.contains(index) else {
      throw Problem("there is no snapshot \(index) among \(updates.count)")
    }
    return Weights(
      try blocks.map { name, group, values in
        let shape = Array(values.shape.dropFirst())
        let rows = index..<index + 1
        let numbers: Numbers =
          values.type == .float(bytes: 4)
          ? .float32(Tensor(try values.read(Float.self, rows: rows), shape: shape))
          : .float64(Tensor(try values.read(Double.self, rows: rows), shape: shape))
        var block = Weights.Block(name, numbers)
        block.trained = try group.attributes.string("trained") != "FALSE"
        block.unit = try values.attributes.string("units") ?? "1"
        return block
      })
  }
}
