import EngramMath

/// Robertson's reactions to 1e5 with the toolkit's stiff stepper.
enum Robertson {
  static let exact = [0.0178659211421, 7.27475146845e-8, 0.982134006110]

  static func slope(_ time: Double, _ y: [Double], _ slope: inout [Double]) {
    let (slow, fast, square) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
    (slope[0], slope[1], slope[2]) = (fast - slow, slow - fast - square, square)
  }

  static func jacobian(_ time: Double, _ y: [Double], _ matrix: inout Matrix) {
    matrix.elements[0] = -0.04
    matrix.elements[1] = 1e4 * y[2]
    matrix.elements[2] = 1e4 * y[1]
    matrix.elements[3] = 0.04
    matrix.elements[4] = -1e4 * y[2] - 6e7 * y[1]
    matrix.elements[5] = -1e4 * y[1]
    matrix.elements[7] = 6e7 * y[1]
  }

  /// The largest relative error at the end.
  static func run(_ tolerance: Double) throws -> Double {
    var stepper = AdaptiveStepper(
      .rosenbrock, size: 3, relativeTolerance: tolerance, absoluteTolerance: tolerance * 1e-8)
    var y = [1.0, 0, 0]
    try stepper.advance(&y, from: 0, to: 1e5, jacobian: jacobian, slope)
    return zip(y, exact).map { abs($0 / $1 - 1) }.max() ?? .infinity
  }

  /// Seconds of one run (best of 20 times 50 runs), the largest relative error and the tolerance.
  static func bench() throws -> String {
    var tolerance = 1e-3
    // The loosest tolerance that keeps the error below 1e-6.
    while try run(tolerance) >= 1e-6, tolerance > 1e-12 { tolerance /= 10.0.squareRoot() }
    let seconds = try fastest(20) { for _ in 0..<50 { _ = try run(tolerance) } } / 50
    return "{\"seconds\": \(seconds), \"error\": \(try run(tolerance)), \"rtol\": \(tolerance)}"
  }
}
