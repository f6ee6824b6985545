/// Trajectories of a network's equations by classical Runge-Kutta steps between data points, and the exact way back.
public struct RungeKuttaTrajectory: Sendable {
  /// Steps between two points.
  public let substeps: Int
  /// States at each point; shape of each [row, variable].
  public private(set) var points: [Matrix]
  private let times: [Double]

  /// Advances the rows of `start` through `times`, the first of which is that of `start`.
  public init(_ network: SlopeNetwork, from start: Matrix, times: [Double], substeps: Int = 1)
    throws(MathError)
  {
    (self.substeps, self.times) = (max(1, substeps), times)
    points = [start]
    var y = start
    for interval in 1..<max(1, times.count) {
      for _ in 0..<self.substeps { y = try Self.stages(network, y, step(interval)).end }
      points.append(y)
    }
  }

  private func step(_ interval: Int) -> Double {
    (times[interval] - times[interval - 1]) / Double(substeps)
  }

  /// Adds the gradient of a loss to `slopes`, given its derivatives by each point [row, variable].
  public func goBack(_ network: SlopeNetwork, _ seeds: [Matrix], into slopes: inout SlopeNetwork.Slopes)
    throws(MathError)
  {
    var back = Matrix(repeating: 0, shape: points[0].shape)
    for interval in (1..<max(1, times.count)).reversed() {
      add(1, seeds[interval], to: &back)
      let h = step(interval)
      var starts = [points[interval - 1]]
      while starts.count < substeps {
        starts.append(try Self.stages(network, starts[starts.count - 1], h).end)
      }
      for start in starts.reversed() {
        let states = try Self.stages(network, start, h).states
        // k_i = f(Y_i), Y_2 = y + h/2 k_1, Y_3 = y + h/2 k_2, Y_4 = y + h k_3, end = y + h/6 (k_1 + 2 k_2 + 2 k_3 + k_4).
        var total = back
        var next: Matrix?
        for (i, share) in [1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0].enumerated().reversed() {
          var seed = back.map { $0 * h * share }
          if let next { add(h * (i == 2 ? 1 : 0.5), next, to: &seed) }
          let slope = try network.pullback(states[i], seed, into: &slopes)
          add(1, slope, to: &total)
          next = slope
        }
        back = total
      }
    }
  }

  private static func stages(_ network: SlopeNetwork, _ y: Matrix, _ h: Double) throws(MathError) -> (
    states: [Matrix], end: Matrix
  ) {
    var states = [y]
    var end = y
    for (i, share) in [1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0].enumerated() {
      let k = try network.value(states[i])
      add(h * share, k, to: &end)
      guard i < 3 else { break }
      var state = y
      add(h * (i == 2 ? 1 : 0.5), k, to: &state)
      states.append(state)
    }
    return (states, end)
  }

  private func add(_ factor: Double, _ x: Matrix, to sum: inout Matrix) { Self.add(factor, x, to: &sum) }
  private static func add(_ factor: Double, _ x: Matrix, to sum: inout Matrix) {
    for i in 0..<sum.count { sum[i] += factor * x[i] }
  }
}
