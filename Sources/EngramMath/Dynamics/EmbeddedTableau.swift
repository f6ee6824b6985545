/// Coefficients of an explicit Runge-Kutta pair whose last stage is the first of the next step.
struct EmbeddedTableau: Sendable {
  /// Order of the propagated solution plus one over which the error scales; the step changes by its root.
  let errorOrder: Double
  /// Times of the stages after the first.
  let times: [Double]
  /// Weights of the earlier slopes in each stage after the first; the last row is the solution.
  let stages: [[Double]]
  /// Weights of all slopes in the difference between the two solutions.
  let error: [Double]

  /// Bogacki & Shampine (1989) Appl. Math. Lett. 2, 321: order 3 with an estimate of order 2.
  static let bogackiShampine = EmbeddedTableau(
    errorOrder: 3, times: [1 / 2.0, 3 / 4.0, 1],
    stages: [[1 / 2.0], [0, 3 / 4.0], [2 / 9.0, 1 / 3.0, 4 / 9.0]],
    error: [2 / 9.0 - 7 / 24.0, 1 / 3.0 - 1 / 4.0, 4 / 9.0 - 1 / 3.0, -1 / 8.0])

  /// Dormand & Prince (1980) J. Comput. Appl. Math. 6, 19: order 5 with an estimate of order 4.
  static let dormandPrince = EmbeddedTableau(
    errorOrder: 5, times: [1 / 5.0, 3 / 10.0, 4 / 5.0, 8 / 9.0, 1, 1],
    stages: [
      [1 / 5.0],
      [3 / 40.0, 9 / 40.0],
      [44 / 45.0, -56 / 15.0, 32 / 9.0],
      [19372 / 6561.0, -25360 / 2187.0, 64448 / 6561.0, -212 / 729.0],
      [9017 / 3168.0, -355 / 33.0, 46732 / 5247.0, 49 / 176.0, -5103 / 18656.0],
      [35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0],
    ],
    error: [
      35 / 384.0 - 5179 / 57600.0, 0, 500 / 1113.0 - 7571 / 16695.0, 125 / 192.0 - 393 / 640.0,
      -2187 / 6784.0 + 92097 / 339200.0, 11 / 84.0 - 187 / 2100.0, -1 / 40.0,
    ])
}
