import EngramKit

/// The bracket of Krotov and Hopfield's learning rule: <W, v> = sum of |W|^(p-1) sgn(W) v, <W, W> = sum of |W|^p.
enum Competition {
  /// Inputs I = <W, v> of every unit; shape [trial, unit].
  static func inputs(_ weights: Matrix, _ data: Matrix, p: Double) throws -> Matrix {
    let bracket = p == 2 ? weights : weights.map { $0 < 0 ? -pow(-$0, p - 1) : pow($0, p - 1) }
    return try multiply(data, bracket, transposeB: true)
  }

  /// <W, W> of every unit; 1 on the sphere that learning approaches.
  static func norms(_ weights: Matrix, p: Double) -> [Double] {
    (0..<weights.rows).map { weights.row($0).reduce(0) { $0 + pow(abs($1), p) } }
  }

  /// The units with the largest and the `rank`-th largest of `values`; of equal ones the later ranks higher.
  static func winners(_ values: ArraySlice<Double>, rank: Int) -> (first: Int, ranked: Int) {
    if rank == 2 {
      var (first, second) = (-1, -1)
      for (i, value) in values.enumerated() {
        if first < 0 || value >= values[values.startIndex + first] {
          (first, second) = (i, first)
        } else if second < 0 || value >= values[values.startIndex + second] {
          second = i
        }
      }
      return (first, second)
    }
    let order = values.indices.sorted { (values[$0], $0) > (values[$1], $1) }
    return (order[0] - values.startIndex, order[rank - 1] - values.startIndex)
  }
}
