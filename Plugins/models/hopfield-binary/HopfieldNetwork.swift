import EngramKit

/// The weights of a binary network and its asynchronous dynamics.
struct HopfieldNetwork: Sendable {
  let weights: Matrix
  let threshold: [Double]

  /// - Throws: `Problem` when W is not square, not finite, or the thresholds are not one a unit.
  init(_ weights: Matrix, threshold: [Double]?) throws {
    guard weights.rank == 2, weights.rows == weights.columns else {
      throw Problem("a network needs as many rows as columns, this connectivity has shape \(weights.shape)")
    }
    guard weights.elements.allSatisfy(\.isFinite) else {
      throw Problem(
        "the connectivity holds a weight that is not finite", fix: "replace NaN and infinite weights")
    }
    let threshold = threshold ?? Array(repeating: 0, count: weights.rows)
    guard threshold.count == weights.rows else {
      throw Problem("\(threshold.count) thresholds for \(weights.rows) units")
    }
    self.weights = weights
    self.threshold = threshold
  }

  var size: Int { weights.rows }

  /// A pattern as a state.
  ///
  /// - Throws: `Problem` when its length is not the number of units, or a value is neither -1 nor 1.
  func checked(_ pattern: ArraySlice<Double>, name: String) throws -> [Double] {
    guard pattern.count == size else {
      throw Problem("\(name) has \(pattern.count) units, the network \(size)")
    }
    guard let wrong = pattern.first(where: { $0 != 1 && $0 != -1 }) else { return Array(pattern) }
    throw Problem(
      "\(name) holds \(shortest(wrong)); states are -1 or 1",
      fix: "map 0/1 units to 2V - 1, grey values by a threshold")
  }

  /// E = -sWs/2 - threshold*s, dimensionless.
  func energy(_ state: [Double]) -> Double {
    (0..<size).reduce(0) { $0 - state[$1] * (field($1, state) + threshold[$1]) / 2 }
  }

  /// One sweep over all units; a unit with field 0 keeps its state.
  ///
  /// - Parameter flipped: Gets the change of energy by each flip of an asynchronous sweep.
  /// - Returns: How many updates flipped their unit, and how many met a field of 0.
  func sweep(
    _ state: inout [Double], _ order: HopfieldBinary.Order, _ random: inout RandomStream,
    flipped: ((Double) -> Void)? = nil
  ) -> (flips: Int, ties: Int) {
    var (flips, ties) = (0, 0)
    if order == .synchronous {
      let before = state
      for i in 0..<size { ties += align(i, &state, field(i, before)) ? 0 : 1 }
      return (zip(before, state).count { $0 != $1 }, ties)
    }
    let sites: [Int] =
      switch order {
      case .sequential, .synchronous: Array(0..<size)
      case .permutation: (0..<size).shuffled(using: &random)
      case .random: (0..<size).map { _ in Int.random(in: 0..<size, using: &random) }
      }
    for i in sites {
      let before = state[i]
      ties += align(i, &state, field(i, state)) ? 0 : 1
      guard state[i] != before else { continue }
      flips += 1
      flipped?(energyChange(i, state))
    }
    return (flips, ties)
  }

  /// Field at unit `i`: sum over j of W[i, j] s[j], plus the threshold.
  private func field(_ i: Int, _ state: [Double]) -> Double {
    zip(weights.row(i), state).reduce(threshold[i]) { $0 + $1.0 * $1.1 }
  }

  /// What the flip of unit `i` into `state` has added to the energy, whatever the weights' symmetry.
  private func energyChange(_ i: Int, _ state: [Double]) -> Double {
    let others = (0..<size).reduce(0.0) { $0 + (weights[i, $1] + weights[$1, i]) / 2 * state[$1] }
    // The self-connection adds the same before and after.
    return -2 * state[i] * (others - weights[i, i] * state[i] + threshold[i])
  }

  /// Aligns unit `i` with its field; false for a tie, which leaves it.
  private func align(_ i: Int, _ state: inout [Double], _ field: Double) -> Bool {
    if field != 0 { state[i] = field > 0 ? 1 : -1 }
    return field != 0
  }
}
