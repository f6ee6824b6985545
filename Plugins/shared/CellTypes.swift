import EngramKit

/// The cell types of a network's units, and the mean weights between them.
struct CellTypes: Sendable {
  /// Type of each unit.
  let codes: [Int]
  /// Units of each type.
  let sizes: [Int]

  /// The types that the weights carry in their blocks `type/NAME`, in that order; one type of all where there are none.
  ///
  /// - Throws: `Problem` when a unit has no type or several.
  init(_ weights: Weights, units: Int) throws {
    let masks = weights.blocks.filter { $0.name.hasPrefix("type/") }.map(\.values.double.elements)
    guard !masks.isEmpty else {
      (codes, sizes) = (Array(repeating: 0, count: units), [units])
      return
    }
    codes = try (0..<units).map { unit in
      let own = masks.indices.filter { masks[$0].count == units && masks[$0][unit] != 0 }
      guard own.count == 1 else { throw Problem("unit \(unit) has \(own.count) cell types, not one") }
      return own[0]
    }
    sizes = codes.reduce(into: [Int](repeating: 0, count: masks.count)) { $0[$1] += 1 }
  }

  /// Every unit a type of its own.
  init(each units: Int) {
    codes = Array(0..<units)
    sizes = Array(repeating: 1, count: units)
  }

  var count: Int { sizes.count }

  /// Means of the blocks of `weights` [post, pre] between types [post type, pre type]; absent autapses count as 0.
  func means(_ weights: Matrix) -> Matrix {
    var sums = Matrix(repeating: 0, shape: [count, count])
    for (post, a) in codes.enumerated() {
      for (pre, b) in codes.enumerated() { sums[a, b] += weights[post, pre] }
    }
    for a in sizes.indices {
      for b in sizes.indices { sums[a, b] /= Double(max(1, sizes[a] * sizes[b])) }
    }
    return sums
  }

  /// A value for each pair of types as a value for each pair of units.
  func spread(_ means: Matrix) -> Matrix {
    Matrix(codes.flatMap { a in codes.map { b in means[a, b] } }, shape: [codes.count, codes.count])
  }

  /// Sums over the units of each type, for each trial: [trial, unit] to [type, trial].
  func sums<Element: Real>(_ x: Tensor<Element>) -> Tensor<Element> {
    var result = Tensor<Element>(repeating: 0, shape: [count, x.rows])
    for trial in 0..<x.rows {
      for (unit, type) in codes.enumerated() { result[type, trial] += x[trial, unit] }
    }
    return result
  }
}

/// Whose weights carry credit back.
enum FeedbackWeights: String, CaseIterable, Sendable {
  /// The weights of each pair of cells: the transpose of the forward weights.
  case cell
  /// The mean weights between cell types.
  case type
  /// The initial weights, shuffled once within each pair of cell types.
  case random
}

/// Feedback through recurrent weights: the choice, and the shuffled weights where they are random.
struct RecurrentFeedback: Sendable {
  private var shuffled: Matrix?

  /// The shuffled weights, for checkpoints.
  var memory: Weights {
    get { shuffled.map { Weights([.init("feedback", $0, trained: false)]) } ?? Weights() }
    set { shuffled = newValue["feedback"]?.values.double }
  }

  /// The feedback weights [post, pre] now.
  mutating func weights(
    _ choice: FeedbackWeights, _ recurrent: Matrix, _ types: CellTypes, _ random: inout RandomStream
  ) -> Matrix {
    switch choice {
    case .cell: return recurrent
    case .type: return types.spread(types.means(recurrent))
    case .random:
      if let shuffled { return shuffled }
      var result = recurrent
      let members = types.sizes.indices.map { type in types.codes.indices.filter { types.codes[$0] == type } }
      for posts in members {
        for pres in members {
          // Autapses, which there are not, take no part.
          let places = posts.flatMap { post in pres.filter { $0 != post }.map { (post, $0) } }
          var values = places.map { recurrent[$0.0, $0.1] }
          random.shuffle(&values)
          for (place, value) in zip(places, values) { result[place.0, place.1] = value }
        }
      }
      shuffled = result
      return result
    }
  }
}
