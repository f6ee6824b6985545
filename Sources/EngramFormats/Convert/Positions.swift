import EngramKit

/// How the ids of a population become positions, 0..<count.
public struct Positions: Sendable {
  public let count: Int
  /// nil: an id is its position.
  private let map: [UInt64: UInt32]?
  private let ids: [UInt64]?
  private let population: String

  /// - Parameter ids: The id of each neuron; nil: its position.
  public init(_ population: String, count: Int, ids: [UInt64]?) throws {
    guard count < Int(UInt32.max) else {
      throw Problem("population \(population) has \(count) neurons, more than \(UInt32.max - 1)")
    }
    self.population = population
    self.count = count
    self.ids = ids
    map = try ids.map { ids in
      try Dictionary(ids.enumerated().map { ($1, UInt32($0)) }) { first, second in
        throw Problem("neurons \(first) and \(second) of \(population) have the same id \(ids[Int(first)])")
      }
    }
  }

  /// The position of a neuron.
  ///
  /// - Throws: `Problem` when no neuron has the id.
  public func position(_ id: UInt64) throws -> UInt32 {
    guard let map else {
      guard id < UInt64(count) else { throw unknown(id) }
      return UInt32(truncatingIfNeeded: id)
    }
    guard let position = map[id] else { throw unknown(id) }
    return position
  }

  /// The positions of many.
  public func positions(_ ids: [UInt64]) throws -> [UInt32] {
    if map == nil {
      var largest: UInt64 = 0
      let positions = ids.map { id in
        largest = max(largest, id)
        return UInt32(truncatingIfNeeded: id)
      }
      guard ids.isEmpty || largest < UInt64(count) else { throw unknown(largest) }
      return positions
    }
    return try ids.map(position)
  }

  /// The ids at positions.
  public func ids(_ positions: [UInt32]) -> [UInt64] {
    guard let ids else { return positions.map { UInt64($0) } }
    return positions.map { ids[Int($0)] }
  }

  /// Largest id and one more, as far as there is one more; 0 without neurons.
  public var idLimit: UInt64 {
    guard let ids else { return UInt64(count) }
    return ids.max().map { $0 == .max ? .max : $0 + 1 } ?? 0
  }

  private func unknown(_ id: UInt64) -> Problem {
    Problem(
      "neuron id \(id) is none of the \(count) of population \(population)",
      fix: "`engram check` lists every such id; supply the nodes that belong to the file")
  }
}
