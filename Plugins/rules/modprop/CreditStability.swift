import EngramKit

/// Watches whether credit fades on its way back: the spectral radius of leak + mu gain times the feedback weights.
struct CreditStability: Sendable {
  /// Update, radius and largest stable mu when the radius first reached 1.
  private var found: [Double] = []

  var memory: Weights {
    get { Weights([.init("growth", Tensor(found, shape: [found.count]), trained: false)]) }
    set { found = newValue["growth"]?.values.double.elements ?? [] }
  }

  func notes(_ mu: Double) -> [String] {
    guard found.count == 3 else { return [] }
    let stable = shortest((found[2] * 1e4).rounded(.down) / 1e4)
    return [
      "mu \(shortest(mu)) lets credit grow without end: from update \(Int(found[0])) on the spectral radius of its feedback is "
        + "\(shortest((found[1] * 1e4).rounded() / 1e4)); it stays below 1 for mu up to \(stable)"
    ]
  }

  /// Looks at the weights of an update.
  mutating func look(_ weights: Weights, byType: Bool, mu: Double, update: Int) throws {
    guard found.isEmpty else { return }
    let dynamics = try RateDynamics(weights)
    let recurrent = try weights.double("W")
    let matrix = byType ? try Self.byType(recurrent, CellTypes(weights, units: recurrent.rows)) : recurrent
    let values = try eigenvalues(matrix)
    func radius(_ mu: Double) -> Double {
      values.reduce(dynamics.leak) {
        max($0, hypot(dynamics.leak + mu * dynamics.gain * $1.real, mu * dynamics.gain * $1.imaginary))
      }
    }
    let now = radius(mu)
    guard now >= 1 else { return }
    var (stable, growing) = (0.0, mu)
    for _ in 0..<60 {
      let middle = (stable + growing) / 2
      if radius(middle) < 1 { stable = middle } else { growing = middle }
    }
    found = [Double(update), now, stable]
  }

  /// A D, whose eigenvalues are those of the feedback by type that are not 0.
  private static func byType(_ weights: Matrix, _ types: CellTypes) -> Matrix {
    var result = types.means(weights)
    for a in 0..<types.count { for b in 0..<types.count { result[a, b] *= Double(types.sizes[b]) } }
    return result
  }
}
