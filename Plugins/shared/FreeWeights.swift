import EngramKit

/// The entries of some weight blocks that may change, as one vector: what a spectrum or a stability matrix is taken over.
struct FreeWeights: Sendable {
  /// Names of the blocks, in the model's order.
  let names: [String]
  /// Shape of each block.
  let shapes: [[Int]]
  /// Whether the diagonals of square blocks are left out.
  let leavesOutDiagonal: Bool
  /// Place of each free entry: block and element.
  private let places: [(block: Int, element: Int)]

  /// How the diagonal of square blocks is taken.
  enum Diagonal: String, CaseIterable, Sendable {
    /// Left out where the model pins it to zero.
    case model
    case masked
    case free
  }

  var count: Int { places.count }

  /// - Parameters:
  ///   - list: Names of blocks with commas; empty takes every trained block.
  /// - Throws: `Problem` when a block is missing or not trained.
  init(_ list: String, _ diagonal: Diagonal, of weights: Weights, _ model: any Trains) throws {
    let trained = weights.blocks.filter(\.trained)
    let wanted = list.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
    for name in wanted where !trained.contains(where: { $0.name == name }) {
      throw Problem(
        "the model trains no block '\(name)'",
        fix: "name some of " + trained.map(\.name).joined(separator: ", "))
    }
    let blocks = trained.filter { wanted.isEmpty || wanted.contains($0.name) }
    names = blocks.map(\.name)
    shapes = blocks.map(\.values.shape)
    var places: [(block: Int, element: Int)] = []
    var leavesOut = false
    for (place, block) in blocks.enumerated() {
      let shape = block.values.shape
      let isSquare = shape.count == 2 && shape[0] == shape[1]
      let isPinned =
        isSquare && (diagonal == .masked || (diagonal == .model && Self.pins(block, model, weights)))
      leavesOut = leavesOut || isPinned
      for element in 0..<shape.reduce(1, *) where !(isPinned && element % (shape[1] + 1) == 0) {
        places.append((place, element))
      }
    }
    self.places = places
    leavesOutDiagonal = leavesOut
    guard !places.isEmpty else {
      throw Problem("the blocks \(names.joined(separator: ", ")) have no free entry")
    }
  }

  /// Whether the model's constraint sets autapses of the block to zero: it is tried on ones.
  private static func pins(_ block: Weights.Block, _ model: any Trains, _ weights: Weights) -> Bool {
    var tried = weights
    var ones = block.values.double
    for i in 0..<ones.rows { ones[i, i] = 1 }
    tried[block.name] = Weights.Block(block.name, ones)
    model.constrain(&tried)
    guard let after = tried[block.name]?.values.double else { return false }
    return (0..<after.rows).allSatisfy { after[$0, $0] == 0 }
  }

  /// The free entries of `weights`, which may lack blocks (zero).
  func vector(_ weights: Weights) -> [Double] {
    let values = names.map { weights[$0]?.values.double.elements }
    return places.map { values[$0.block]?[$0.element] ?? 0 }
  }

  /// Weights with these free entries, zero elsewhere.
  func weights(_ vector: [Double]) -> Weights {
    var values = shapes.map { Matrix(repeating: 0, shape: $0) }
    for (place, number) in zip(places, vector) { values[place.block][place.element] = number }
    return Weights(zip(names, values).map { Weights.Block($0, $1) })
  }

  /// A vector in the shape of its block where there is one, else flat.
  func shaped(_ vector: [Double]) -> Tensor<Double> {
    guard names.count == 1, let block = weights(vector).blocks.first else {
      return Tensor(vector, shape: [vector.count])
    }
    return block.values.double
  }
}
