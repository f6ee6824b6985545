import EngramMath

/// Numbers without pattern but fixed, for algebraic identities.
func sample(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix {
  var stream = RandomStream(seed: seed)
  return Matrix((0..<rows * columns).map { _ in 2 * stream.uniform() - 1 }, shape: [rows, columns])
}

/// The greatest absolute difference between two arrays of one length.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } : .infinity
}

func distance(_ a: Matrix, _ b: Matrix) -> Double {
  a.shape == b.shape ? distance(a.elements, b.elements) : .infinity
}
