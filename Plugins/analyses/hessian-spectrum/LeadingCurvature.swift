import EngramKit

/// Leading eigenvalues of a symmetric operator on the free weights, by one of the methods of `hessian-spectrum`.
struct LeadingCurvature: Sendable {
  /// Descending; with `power` the one of largest magnitude alone.
  private(set) var largest: [Double] = []
  /// Ascending.
  private(set) var smallest: [Double] = []
  /// Norm of H v - lambda v of each of `largest`.
  private(set) var residuals: [Double] = []
  /// Every eigenvalue, ascending (dense).
  private(set) var all: [Double] = []
  /// The eigenvalue of largest magnitude, and its vector.
  private(set) var leading = 0.0
  private(set) var vector: [Double] = []
  private(set) var products = 0
  private(set) var isConverged = true
  private(set) var isMixed = false

  init(
    _ wanted: HessianSpectrum, _ free: FreeWeights, start: [Double], apply: ([Double]) throws -> [Double]
  ) throws {
    // Below this size all eigenvalues cost less than an iteration, and a Krylov space would be the whole space.
    let isSmall =
      wanted.method == .lanczos && free.count <= max(60, 4 * (wanted.pairs + wanted.negativePairs))
    switch wanted.method {
    case .power: try power(wanted, start, apply)
    case .lanczos where !isSmall: try lanczos(wanted, free.count, start, apply)
    case .lanczos, .dense: try dense(wanted, free.count, apply)
    }
  }

  private mutating func power(
    _ wanted: HessianSpectrum, _ start: [Double], _ apply: ([Double]) throws -> [Double]
  ) throws {
    let result = try powerIteration(
      start: start, tolerance: wanted.tolerance, limit: wanted.limit, apply: apply)
    // The published number is the magnitude; its sign is that of the Rayleigh quotient.
    leading = result.rayleigh < 0 ? -result.magnitude : result.magnitude
    (vector, products) = (result.vector, result.iterations)
    (isConverged, isMixed) = (result.isConverged, result.isConverged && result.isMixed)
    largest = [leading]
    residuals = [try residual(leading, vector, apply)]
  }

  private mutating func dense(
    _ wanted: HessianSpectrum, _ count: Int, _ apply: ([Double]) throws -> [Double]
  ) throws {
    guard count <= 20_000 else {
      throw Problem(
        "every eigenvalue of \(count) weights needs \(count) products and a matrix of \(count) rows",
        fix: "use `method: lanczos`, or vary a smaller block")
    }
    var matrix = Matrix(repeating: 0, shape: [count, count])
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      let product = try apply(unit)
      for row in 0..<count { matrix[row, column] = product[row] }
    }
    products = count
    // Rounding alone makes it asymmetric.
    for i in 0..<count {
      for j in 0..<i {
        let middle = (matrix[i, j] + matrix[j, i]) / 2
        (matrix[i, j], matrix[j, i]) = (middle, middle)
      }
    }
    let eigen = try symmetricEigen(matrix)
    all = eigen.values
    largest = Array(all.reversed().prefix(wanted.pairs))
    smallest = Array(all.prefix(wanted.negativePairs))
    let place = (all.last ?? 0).magnitude >= (all.first ?? 0).magnitude ? count - 1 : 0
    leading = all[place]
    vector = (0..<count).map { eigen.vectors[$0, place] }
    residuals = try largest.indices.map { index in
      try residual(largest[index], (0..<count).map { eigen.vectors[$0, count - 1 - index] }, apply)
    }
    isMixed = Self.mixed(all.first, all.last)
  }

  private mutating func lanczos(
    _ wanted: HessianSpectrum, _ count: Int, _ start: [Double], _ apply: ([Double]) throws -> [Double]
  ) throws {
    // The zero operator would give the iteration nothing to start from.
    guard try apply(start).contains(where: { $0 != 0 }) else {
      products = 1
      largest = Array(repeating: 0, count: wanted.pairs)
      smallest = Array(repeating: 0, count: wanted.negativePairs)
      residuals = largest
      vector = Array(repeating: 0, count: count)
      return
    }
    let top = try ends(wanted, .largestReal, wanted.pairs, count, apply)
    largest = top.values.map(\.real).sorted(by: >)
    residuals = try zip(top.values, top.vectors).map { try residual($0.real, $1.map(\.real), apply) }
    isConverged = top.isComplete
    products = top.products + 1 + residuals.count
    var candidates = Array(zip(top.values.map(\.real), top.vectors))
    if wanted.negativePairs > 0 {
      let bottom = try ends(wanted, .smallestReal, wanted.negativePairs, count, apply)
      smallest = bottom.values.map(\.real).sorted()
      isConverged = isConverged && bottom.isComplete
      products += bottom.products
      candidates += zip(bottom.values.map(\.real), bottom.vectors)
      isMixed = Self.mixed(smallest.first, largest.first)
    }
    guard let best = candidates.max(by: { $0.0.magnitude < $1.0.magnitude }) else {
      (leading, vector) = (.nan, Array(repeating: .nan, count: count))
      return
    }
    (leading, vector) = (best.0, best.1.map(\.real))
  }

  private func ends(
    _ wanted: HessianSpectrum, _ target: EigenTarget, _ pairs: Int, _ count: Int,
    _ apply: ([Double]) throws -> [Double]
  ) throws -> LeadingEigen {
    let options = ArnoldiOptions(
      subspace: min(count, max(20, 2 * pairs + 10)), tolerance: wanted.tolerance, restarts: wanted.limit,
      vectors: true)
    return try leadingSymmetricEigenvalues(
      size: count, count: pairs, target: target, options: options, product: apply)
  }

  private func residual(_ value: Double, _ vector: [Double], _ apply: ([Double]) throws -> [Double]) throws
    -> Double
  {
    zip(try apply(vector), vector).reduce(0) { sum, pair in
      let difference = pair.0 - value * pair.1
      return sum + difference * difference
    }.squareRoot()
  }

  private static func mixed(_ low: Double?, _ high: Double?) -> Bool {
    guard let low, let high, low < 0, high > 0 else { return false }
    return (low + high).magnitude < 1e-3 * max(-low, high)
  }
}
