import EngramKit

/// Norm of W minus its transpose, over the norm of W; infinite for a matrix that is not square.
func symmetryDefect(_ weights: Matrix) -> Double {
  guard weights.rank == 2, weights.rows == weights.columns, weights.rows > 0 else { return .infinity }
  var (difference, norm) = (0.0, 0.0)
  for i in 0..<weights.rows {
    for j in 0..<weights.columns {
      let odd = weights[i, j] - weights[j, i]
      difference += odd * odd
      norm += weights[i, j] * weights[i, j]
    }
  }
  return norm > 0 ? (difference / norm).squareRoot() : 0
}

/// Why the energy of a network with `weights` need not fall; nil where it must.
func missingGuarantee(_ weights: Matrix, selfConnections: Bool = true) -> String? {
  let defect = symmetryDefect(weights)
  if defect >= 1e-12 { return "no Lyapunov guarantee: W is not symmetric (defect \(shortest(defect)))" }
  let least = (0..<weights.rows).map { weights[$0, $0] }.min() ?? 0
  return selfConnections && least < 0
    ? "no Lyapunov guarantee: a self-connection is negative (\(shortest(least)))" : nil
}

/// What became of `count` updates at which a unit's field was 0; nil where there was none.
func tiesMet(_ count: Int) -> String? {
  count > 0 ? "ties: at \(count) updates so far the field was 0, which keeps the unit's state" : nil
}
