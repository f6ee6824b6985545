import Glibc

/// A trajectory of a network's stiff equations by singly diagonally implicit Runge-Kutta steps, and the exact way back.
///
/// Stage i solves k_i = f(y + h sum_j a_ij k_j). L-stable, order 4 with an estimate of order 3: Hairer & Wanner (1996) Solving
/// Ordinary Differential Equations II, table IV.6.5. Unlike a Rosenbrock step, its derivative needs no second derivatives of f.
public struct ImplicitTrajectory: Sendable {
  /// States at each of the times; each of as many elements as there are variables.
  public private(set) var points: [[Double]]
  private var steps: [Step] = []

  private struct Step: Sendable {
    var size: Double
    var stages: [[Double]]
    /// The point that this step ends at, if any.
    var point: Int?
  }

  private static let gamma = 0.25
  private static let a: [[Double]] = [
    [], [1 / 2.0], [17 / 50.0, -1 / 25.0], [371 / 1360.0, -137 / 2720.0, 15 / 544.0],
    [25 / 24.0, -49 / 48.0, 125 / 16.0, -85 / 12.0],
  ]
  private static let b = [25 / 24.0, -49 / 48.0, 125 / 16.0, -85 / 12.0, 1 / 4.0]
  /// b less the weights of order 3.
  private static let difference = [-3 / 16.0, -27 / 32.0, 25 / 32.0, 0, 1 / 4.0]

  /// Advances `start` through `times`, the first of which is that of `start`.
  ///
  /// - Throws: `MathError.notConverged` naming time, variable, step and what to try.
  public init(
    _ network: SlopeNetwork, from start: [Double], times: [Double], relativeTolerance: Double,
    absoluteTolerance: Double, stepLimit: Int = 20_000
  ) throws(MathError) {
    points = [start]
    var (y, size) = (start, 0.0)
    var tried = 0
    for point in 1..<max(1, times.count) {
      var time = times[point - 1]
      if size == 0 { size = (times[point] - time) * 1e-2 }
      while time < times[point] {
        let remaining = times[point] - time
        let isLast = size >= remaining
        let h = min(size, remaining)
        tried += 1
        var (error, worst) = (Double.infinity, 0)
        let attempt = try Self.attempt(network, y, h, relativeTolerance, absoluteTolerance)
        if let attempt {
          error = 0
          for i in y.indices {
            let scale = absoluteTolerance + relativeTolerance * max(abs(y[i]), abs(attempt.end[i]))
            let own = abs(attempt.error[i]) / scale
            if !(own <= error) { (error, worst) = (own, i) }
          }
        }
        guard tried < stepLimit, h > 16 * time.ulp, error.isFinite || h > 1e-12 * times[point] else {
          throw .notConverged(
            "stopped at time \(time) after \(tried) steps, the last of \(h): the error of variable \(worst) is \(error) "
              + "times its tolerance; loosen the tolerance, or lower the rate of the training that made these weights"
          )
        }
        if let attempt, error <= 1 {
          time = isLast ? times[point] : time + h
          y = attempt.end
          steps.append(Step(size: h, stages: attempt.stages, point: isLast ? point : nil))
        }
        let growth = error.isFinite ? min(5, max(0.2, 0.9 * Glibc.pow(max(error, 1e-10), -0.25))) : 0.25
        size = isLast && error <= 1 ? max(size, growth * h) : growth * h
      }
      points.append(y)
    }
  }

  /// The stages' states, the end and its estimated error; nil when Newton's iteration does not settle.
  private static func attempt(
    _ network: SlopeNetwork, _ y: [Double], _ h: Double, _ relative: Double, _ absolute: Double
  ) throws(MathError) -> (stages: [[Double]], end: [Double], error: [Double])? {
    let n = y.count
    var slopes: [[Double]] = []
    var stages: [[Double]] = []
    let factors: LUFactors
    do {
      factors = try LUFactors(system(try network.jacobian(y), h))
    } catch {
      return nil  // Singular or not finite: the step is too long, as when Newton's iteration does not settle.
    }
    for row in a {
      var base = y
      for (weight, k) in zip(row, slopes) { for i in 0..<n { base[i] += h * weight * k[i] } }
      var k = slopes.last ?? Array(repeating: 0, count: n)
      var state = base
      var settled = false
      // Newton with the matrix of the step's begin; to rounding, so that the way back is that of an exact solution.
      for _ in 0..<25 {
        for i in 0..<n { state[i] = base[i] + h * gamma * k[i] }
        let f = try network.value(Matrix(state, shape: [1, n])).elements
        let move = try factors.solve((0..<n).map { f[$0] - k[$0] })
        var largest = 0.0
        for i in 0..<n {
          k[i] += move[i]
          largest = max(largest, h * abs(move[i]) / (absolute + relative * abs(y[i])))
        }
        guard largest.isFinite else { return nil }
        settled = largest < 1e-6
        if settled { break }
      }
      guard settled else { return nil }
      for i in 0..<n { state[i] = base[i] + h * gamma * k[i] }
      slopes.append(k)
      stages.append(state)
    }
    var (end, error) = (y, [Double](repeating: 0, count: n))
    for (s, k) in slopes.enumerated() {
      for i in 0..<n {
        end[i] += h * b[s] * k[i]
        error[i] += h * difference[s] * k[i]
      }
    }
    return (stages, end, error)
  }

  /// 1 - h gamma J.
  private static func system(_ jacobian: Matrix, _ h: Double) -> Matrix {
    var matrix = jacobian.map { -h * gamma * $0 }
    for i in 0..<matrix.rows { matrix[i, i] += 1 }
    return matrix
  }

  /// Adds the gradient of a loss to `slopes`, given its derivatives by each point; step sizes count as constants.
  public func goBack(_ network: SlopeNetwork, _ seeds: [[Double]], into slopes: inout SlopeNetwork.Slopes)
    throws(MathError)
  {
    let n = points[0].count
    var back = [Double](repeating: 0, count: n)
    for step in steps.reversed() {
      if let point = step.point { for i in 0..<n { back[i] += seeds[point][i] } }
      // With Y_i the stages' states: Ybar_i = J_i' kbar_i, kbar_i = h (b_i back + sum_{j > i} a_ji Ybar_j + gamma Ybar_i).
      var stageSlopes = [[Double]](repeating: [], count: step.stages.count)
      var total = back
      for s in step.stages.indices.reversed() {
        var seed = back.map { step.size * Self.b[s] * $0 }
        for later in s + 1..<step.stages.count {
          for i in 0..<n { seed[i] += step.size * Self.a[later][s] * stageSlopes[later][i] }
        }
        let jacobian = try network.jacobian(step.stages[s])
        let right = try multiply(jacobian, seed, transposed: true)
        let own = try LUFactors(Self.system(jacobian, step.size)).solve(right, transposed: true)
        for i in 0..<n {
          seed[i] += step.size * Self.gamma * own[i]
          total[i] += own[i]
        }
        stageSlopes[s] = own
        _ = try network.pullback(
          Matrix(step.stages[s], shape: [1, n]), Matrix(seed, shape: [1, n]), into: &slopes)
      }
      back = total
    }
  }
}
