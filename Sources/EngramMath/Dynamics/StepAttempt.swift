import CBoost
import Glibc

/// Work space for trying one step, and its result.
struct StepAttempt {
  /// The state after the step.
  var next: [Double]
  /// Estimated error of each variable.
  private(set) var error: [Double]
  private let tableau: EmbeddedTableau?
  private var slopes: [[Double]]
  private let stiff: StiffSystem?

  /// The slopes at the beginning of the step.
  var slope: [Double] { slopes[0] }
  var errorOrder: Double { tableau?.errorOrder ?? 4 }

  init(_ method: AdaptiveMethod, size: Int) throws {
    switch method {
    case .bogackiShampine: tableau = .bogackiShampine
    case .dormandPrince: tableau = .dormandPrince
    case .rosenbrock: tableau = nil
    }
    next = [Double](repeating: 0, count: size)
    error = next
    slopes = Array(repeating: next, count: (tableau?.stages.count ?? 0) + 1)
    stiff = tableau == nil ? try StiffSystem(size: size) : nil
  }

  mutating func open(_ y: [Double], _ time: Double, _ f: Slope) throws { try f(time, y, &slopes[0]) }

  mutating func run(
    _ y: [Double], _ time: Double, _ dt: Double, _ jacobian: SlopeJacobian?, _ f: Slope
  ) throws {
    if let stiff { return try rosenbrock(stiff, y, time, dt, jacobian, f) }
    guard let tableau else { return }
    for (k, weights) in tableau.stages.enumerated() {
      for i in y.indices {
        var sum = 0.0
        for (j, weight) in weights.enumerated() { sum += weight * slopes[j][i] }
        next[i] = y[i] + dt * sum
      }
      try f(time + tableau.times[k] * dt, next, &slopes[k + 1])
    }
    for i in y.indices {
      var sum = 0.0
      for (j, weight) in tableau.error.enumerated() { sum += weight * slopes[j][i] }
      error[i] = dt * sum
    }
  }

  /// The last stage stands at the new state: its slopes open the next step.
  mutating func accept() { if tableau != nil { slopes.swapAt(0, slopes.count - 1) } }

  private mutating func rosenbrock(
    _ stiff: StiffSystem, _ y: [Double], _ time: Double, _ dt: Double, _ jacobian: SlopeJacobian?, _ f: Slope
  ) throws {
    try withoutActuallyEscaping(f) { f in
      stiff.begin(f, jacobian)
      defer { stiff.end() }
      let status = engram_boost_rosenbrock4(
        stiff.stepper,
        { context, t, x, slope in
          guard let context, let x, let slope else { return }
          Unmanaged<StiffSystem>.fromOpaque(context).takeUnretainedValue().writeSlope(t, x, slope)
        },
        { context, t, x, jacobian, inTime in
          guard let context, let x, let jacobian, let inTime else { return }
          Unmanaged<StiffSystem>.fromOpaque(context).takeUnretainedValue().writeJacobian(
            t, x, jacobian, inTime)
        }, Unmanaged.passUnretained(stiff).toOpaque(), time, dt, y, &next, &error)
      precondition(status == 0, "no memory for a step of \(y.count) variables")
      if let failure = stiff.failure { throw failure }
    }
  }
}

/// A system seen by Boost through C callbacks; the first error is kept and thrown after the step.
private final class StiffSystem {
  let stepper: OpaquePointer
  private let size: Int
  private var f: Slope?
  private var jacobian: SlopeJacobian?
  private(set) var failure: (any Error)?
  // Work space: a step makes nothing anew.
  private var y: [Double]
  private var slope: [Double]
  private var moved: [Double]
  private var matrix: Matrix

  init(size: Int) throws(MathError) {
    guard let stepper = engram_boost_stepper_new(Int32(size)) else {
      throw .shape("no memory for the steps of \(size) variables")
    }
    self.stepper = stepper
    self.size = size
    y = [Double](repeating: 0, count: size)
    (slope, moved) = (y, y)
    matrix = Matrix(repeating: 0, shape: [size, size])
  }

  deinit { engram_boost_stepper_free(stepper) }

  func begin(_ f: @escaping Slope, _ jacobian: SlopeJacobian?) {
    (self.f, self.jacobian, failure) = (f, jacobian, nil)
  }

  func end() { (f, jacobian) = (nil, nil) }

  private func take(_ x: UnsafePointer<Double>) { for i in 0..<size { y[i] = x[i] } }

  /// The slopes at `y`; NaN after a failure.
  private func find(_ t: Double, _ slope: inout [Double]) {
    guard failure == nil, let f else {
      for i in 0..<size { slope[i] = .nan }
      return
    }
    do { try f(t, y, &slope) } catch { failure = error }
  }

  func writeSlope(_ t: Double, _ x: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>) {
    take(x)
    find(t, &slope)
    for i in 0..<size { out[i] = slope[i] }
  }

  func writeJacobian(
    _ t: Double, _ x: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>,
    _ inTime: UnsafeMutablePointer<Double>
  ) {
    take(x)
    find(t, &slope)
    // The optimal forward difference moves by the root of the relative precision.
    let root = Double.ulpOfOne.squareRoot()
    let later = max(t.magnitude, 1e-3) * root
    find(t + later, &moved)
    for i in 0..<size { inTime[i] = (moved[i] - slope[i]) / later }
    if let jacobian {
      do { try jacobian(t, y, &matrix) } catch { failure = failure ?? error }
      for i in 0..<size * size { out[i] = matrix.elements[i] }
      return
    }
    for j in 0..<size {
      let kept = y[j]
      y[j] = kept + root * max(kept.magnitude, 1e-5)
      find(t, &moved)
      for i in 0..<size { out[i * size + j] = (moved[i] - slope[i]) / (y[j] - kept) }
      y[j] = kept
    }
  }
}
