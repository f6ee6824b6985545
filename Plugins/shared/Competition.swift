import EngramKit

/// What the plugins of competitive learning have in common: the bracket's exponent, the sphere and the unlearning.
struct CompetitiveLearning: Sendable {
  var delta = 0.4
  var p = 2.0
  var radius = 1.0

  static let parameters: [Parameter<Self>] = [
    .real("delta", \.delta, unit: .one, in: 0...10, "Strength of unlearning."),
    .real(
      "p", \.p, unit: .one, in: 1...16, "Exponent of the bracket, as in the model; 2 is the dot product."),
    .real("radius", \.radius, unit: .one, in: 1e-9...1e9, "Radius of the sphere that weights approach."),
  ]

  /// R^p, the norm <W, W> on the sphere.
  var sphere: Double { pow(radius, p) }
}

/// The bracket of Krotov and Hopfield's learning rule: <W, v> = sum of |W|^(p-1) sgn(W) v, <W, W> = sum of |W|^p.
enum Competition {
  /// Inputs I = <W, v> of every unit; shape [trial, unit].
  static func inputs(_ weights: Matrix, _ data: Matrix, p: Double) throws -> Matrix {
    try multiply(data, signedPower: p - 1, of: weights)
  }

  /// <W, W> of every unit; 1 on the sphere that learning approaches.
  static func norms(_ weights: Matrix, p: Double) -> [Double] {
    (0..<weights.rows).map { weights.row($0).reduce(0) { $0 + pow(abs($1), p) } }
  }

  /// The units with the largest and the `rank`-th largest of `values`, and whether two share the largest; of equal ones
  /// the later ranks higher.
  static func winners(_ values: ArraySlice<Double>, rank: Int) -> (first: Int, ranked: Int, isTied: Bool) {
    // The best so far, best first; only a value that reaches the last of them moves anything.
    var (units, best) = ([Int](), [Double]())
    for (unit, value) in values.enumerated() {
      if units.count == rank {
        guard !(value < best[rank - 1]) else { continue }
        units.removeLast()
        best.removeLast()
      }
      var place = units.count
      while place > 0, value >= best[place - 1] { place -= 1 }
      units.insert(unit, at: place)
      best.insert(value, at: place)
    }
    return (units[0], units[rank - 1], best.count > 1 && best[0] == best[1])
  }
}
