import Glibc

/// How an adaptive stepper advances a system.
public enum AdaptiveMethod: String, Sendable, CaseIterable {
  /// Explicit, orders 3 and 2: cheap at loose tolerances.
  case bogackiShampine = "bogacki-shampine"
  /// Explicit, orders 5 and 4: for smooth systems.
  case dormandPrince = "dormand-prince"
  /// Linearly implicit, orders 4 and 3 (Boost.odeint's rosenbrock4): for stiff systems; O(*n*³) a step.
  case rosenbrock
}

/// Integrates a system of equations with step sizes that keep the estimated error below a tolerance.
public struct AdaptiveStepper: Sendable {
  public let method: AdaptiveMethod
  /// Error allowed in one step, relative to each variable's magnitude.
  public let relativeTolerance: Double
  /// Error allowed in one step whatever the magnitude, for each variable.
  public let absoluteTolerance: [Double]
  /// Names of the variables for messages; numbers where there are none.
  public let names: [String]
  /// Steps allowed in one call of `advance`.
  public var stepLimit = 1_000_000
  /// The step to try next; nil before the first.
  public private(set) var step: Double?
  public private(set) var accepted = 0
  public private(set) var rejected = 0

  /// A stepper for as many variables as `absoluteTolerance` has elements.
  public init(
    _ method: AdaptiveMethod, relativeTolerance: Double, absoluteTolerance: [Double], names: [String] = []
  ) {
    self.method = method
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.names = names
  }

  /// A stepper for `size` variables with one absolute tolerance.
  public init(
    _ method: AdaptiveMethod, size: Int, relativeTolerance: Double = 1e-6, absoluteTolerance: Double = 1e-9
  ) {
    self.init(
      method, relativeTolerance: relativeTolerance,
      absoluteTolerance: [Double](repeating: absoluteTolerance, count: size))
  }

  /// Advances `y` from `start` to exactly `end`.
  ///
  /// - Parameters:
  ///   - jacobian: Writes df_i/dy_j (shape [n, n]) for the implicit method; nil takes forward differences.
  ///   - f: The slopes.
  /// - Throws: What the closures throw; `MathError.notConverged` naming time, variable and step when the step becomes
  ///   too small or too many are needed, `.notFinite` when the state is not finite.
  public mutating func advance(
    _ y: inout [Double], from start: Double, to end: Double,
    jacobian: SlopeJacobian? = nil, _ f: Slope
  ) throws {
    guard y.count == absoluteTolerance.count else {
      throw MathError.shape("\(y.count) variables, but tolerances for \(absoluteTolerance.count)")
    }
    let forward = end >= start ? 1.0 : -1.0
    var time = start
    var attempt = try StepAttempt(method, size: y.count)
    try attempt.open(y, time, f)
    if let bad = y.indices.first(where: { !y[$0].isFinite || !attempt.slope[$0].isFinite }) {
      throw MathError.notFinite("variable \(name(bad)) or its slope is not finite at time \(time)")
    }
    var size = step ?? firstStep(y, attempt.slope, span: (end - start).magnitude)
    var steps = 0
    while (end - time) * forward > 0 {
      let remaining = (end - time).magnitude
      let isLast = size >= remaining
      let dt = forward * min(size, remaining)
      try attempt.run(y, time, dt, jacobian, f)
      let (error, worst) = errorNorm(y, attempt)
      guard size > 16 * time.magnitude.ulp, steps < stepLimit else {
        throw failure(time, size, worst, error, steps)
      }
      steps += 1
      if error <= 1 {
        time = isLast ? end : time + dt
        swap(&y, &attempt.next)
        attempt.accept()
        accepted += 1
      } else {
        rejected += 1
      }
      let wanted = 0.9 * pow(max(error, 1e-10), -1 / attempt.errorOrder)
      let growth = error.isFinite ? min(5, max(0.2, wanted)) : 0.1
      // A last step cut short says nothing against the step before it.
      size = error <= 1 && isLast ? max(size, growth * dt.magnitude) : growth * dt.magnitude
    }
    step = size
  }

  private func name(_ i: Int) -> String { names.indices.contains(i) ? names[i] : "\(i)" }

  /// Greatest error over its tolerance, and the variable it belongs to.
  private func errorNorm(_ y: [Double], _ attempt: borrowing StepAttempt) -> (Double, Int) {
    var (greatest, worst) = (0.0, 0)
    for i in y.indices {
      let scale = absoluteTolerance[i] + relativeTolerance * max(y[i].magnitude, attempt.next[i].magnitude)
      let error = attempt.error[i].magnitude / scale
      if !(error <= greatest) || !attempt.next[i].isFinite {
        (greatest, worst) = (attempt.next[i].isFinite && error.isFinite ? error : .infinity, i)
        if greatest == .infinity { break }
      }
    }
    return (greatest, worst)
  }

  /// A hundredth of the time in which the fastest variable would move by its own size (Hairer, Nørsett & Wanner II.4).
  private func firstStep(_ y: [Double], _ slope: [Double], span: Double) -> Double {
    let fastest = y.indices.reduce(0.0) {
      let scale = absoluteTolerance[$1] + relativeTolerance * y[$1].magnitude
      return max($0, slope[$1].magnitude / max(y[$1].magnitude, scale))
    }
    return fastest > 0 ? min(span, 0.01 / fastest) : span * 1e-3
  }

  private func failure(_ time: Double, _ size: Double, _ worst: Int, _ error: Double, _ steps: Int)
    -> MathError
  {
    let advice = method == .rosenbrock ? "" : "; if the system is stiff, use the method rosenbrock"
    if error == .infinity {
      return .notFinite(
        "variable \(name(worst)) is not finite after a step of \(size) at time \(time)\(advice)")
    }
    return .notConverged(
      "stopped at time \(time) after \(steps) steps, the last of \(size): the error of variable \(name(worst)) is "
        + "\(error) times its tolerance\(advice)")
  }
}
