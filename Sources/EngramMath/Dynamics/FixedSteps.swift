import Glibc

/// The slopes of a system of equations: writes dy/dt at `time` and `y` into `slope`, which has as many elements.
public typealias Slope = (_ time: Double, _ y: [Double], _ slope: inout [Double]) throws -> Void

/// Writes every derivative of the slopes by the variables, slope by row, into `matrix`, which holds those of before.
public typealias SlopeJacobian = (_ time: Double, _ y: [Double], _ matrix: inout Matrix) throws -> Void

/// The explicit Euler step y + dt f(t, y), of first order.
public struct EulerStepper: Sendable {
  private var slope: [Double]

  /// A stepper for `size` variables.
  public init(size: Int) { slope = [Double](repeating: 0, count: size) }

  /// Advances `y` from `time` by `dt`.
  public mutating func step(_ y: inout [Double], time: Double, dt: Double, _ f: Slope) rethrows {
    try f(time, y, &slope)
    for i in y.indices { y[i] += dt * slope[i] }
  }
}

/// The classical Runge-Kutta step of fourth order.
public struct RungeKuttaStepper: Sendable {
  private var slopes: [[Double]]
  private var stage: [Double]

  /// A stepper for `size` variables.
  public init(size: Int) {
    slopes = Array(repeating: [Double](repeating: 0, count: size), count: 4)
    stage = [Double](repeating: 0, count: size)
  }

  /// Advances `y` from `time` by `dt`.
  public mutating func step(_ y: inout [Double], time: Double, dt: Double, _ f: Slope) rethrows {
    try f(time, y, &slopes[0])
    for (k, part) in [0.5, 0.5, 1].enumerated() {
      for i in y.indices { stage[i] = y[i] + part * dt * slopes[k][i] }
      try f(time + part * dt, stage, &slopes[k + 1])
    }
    for i in y.indices {
      y[i] += dt / 6 * (slopes[0][i] + 2 * (slopes[1][i] + slopes[2][i]) + slopes[3][i])
    }
  }
}

/// The Euler-Maruyama step y + f dt + g sqrt(dt) xi of dy = f dt + g dB with noise that does not depend on y.
///
/// Strong order 1 for such noise. One normal number is drawn for each variable, in order.
public struct EulerMaruyamaStepper: Sendable {
  private var slope: [Double]

  /// A stepper for `size` variables.
  public init(size: Int) { slope = [Double](repeating: 0, count: size) }

  /// Advances `y` from `time` by `dt`.
  ///
  /// - Parameter noise: g for each variable, in units of y over the root of time.
  public mutating func step(
    _ y: inout [Double], time: Double, dt: Double, noise: [Double], _ random: inout RandomStream, _ f: Slope
  ) rethrows {
    try f(time, y, &slope)
    let kicks: [Double] = random.normals(y.count)
    let root = dt.squareRoot()
    for i in y.indices { y[i] += dt * slope[i] + root * noise[i] * kicks[i] }
  }
}

/// The exact step of tau dy/dt = target - y with a constant target: exponential Euler.
///
/// - Parameter elapsed: dt over the time constant, dimensionless.
public func exponentialEuler(_ y: inout [Double], towards target: [Double], elapsed: Double) {
  // -expm1 keeps its digits where dt is much shorter than the time constant.
  let part = -expm1(-elapsed)
  for i in y.indices { y[i] += part * (target[i] - y[i]) }
}
