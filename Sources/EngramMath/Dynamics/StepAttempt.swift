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
  }

  mutating func open(_ y: [Double], _ time: Double, _ f: Slope) throws { try f(time, y, &slopes[0]) }

  mutating func run(
    _ y: [Double], _ time: Double, _ dt: Double,
    _ jacobian: ((Double, [Double], inout Matrix) throws -> Void)?,
    _ f: Slope
  ) throws {
    guard let tableau else { return try rosenbrock(y, time, dt, jacobian, f) }
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
    _ y: [Double], _ time: Double, _ dt: Double,
    _ jacobian: ((Double, [Double], inout Matrix) throws -> Void)?,
    _ f: Slope
  ) throws {
    let size = y.count
    let failure = withoutActuallyEscaping(f) { f in
      let system = StiffSystem(size: size, f: f, jacobian: jacobian)
      let status = engram_boost_rosenbrock4(
        { context, t, x, slope in
          guard let context, let x, let slope else { return }
          Unmanaged<StiffSystem>.fromOpaque(context).takeUnretainedValue().writeSlope(t, x, slope)
        },
        { context, t, x, jacobian, inTime in
          guard let context, let x, let jacobian, let inTime else { return }
          Unmanaged<StiffSystem>.fromOpaque(context).takeUnretainedValue().writeJacobian(
            t, x, jacobian, inTime)
        }, Unmanaged.passUnretained(system).toOpaque(), Int32(size), time, dt, y, &next, &error)
      precondition(status == 0, "no memory for a step of \(size) variables")
      return withExtendedLifetime(system) { system.failure }
    }
    if let failure { throw failure }
  }
}

/// A system seen by Boost through C callbacks; the first error is kept and thrown after the step.
private final class StiffSystem {
  private let size: Int
  private let f: Slope
  private let jacobian: ((Double, [Double], inout Matrix) throws -> Void)?
  private(set) var failure: (any Error)?

  init(size: Int, f: @escaping Slope, jacobian: ((Double, [Double], inout Matrix) throws -> Void)?) {
    (self.size, self.f, self.jacobian) = (size, f, jacobian)
  }

  private func slope(_ t: Double, _ x: [Double]) -> [Double] {
    var result = [Double](repeating: .nan, count: size)
    guard failure == nil else { return result }
    do { try f(t, x, &result) } catch { failure = error }
    return result
  }

  func writeSlope(_ t: Double, _ x: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>) {
    let values = slope(t, Array(UnsafeBufferPointer(start: x, count: size)))
    for i in 0..<size { out[i] = values[i] }
  }

  func writeJacobian(
    _ t: Double, _ x: UnsafePointer<Double>, _ out: UnsafeMutablePointer<Double>,
    _ inTime: UnsafeMutablePointer<Double>
  ) {
    var y = Array(UnsafeBufferPointer(start: x, count: size))
    let base = slope(t, y)
    // The optimal forward difference moves by the root of the relative precision.
    let root = Double.ulpOfOne.squareRoot()
    let later = max(t.magnitude, 1e-3) * root
    for (i, value) in slope(t + later, y).enumerated() { inTime[i] = (value - base[i]) / later }
    if let jacobian {
      var matrix = Matrix(repeating: 0, shape: [size, size])
      do { try jacobian(t, y, &matrix) } catch { failure = failure ?? error }
      for i in 0..<size * size { out[i] = matrix.elements[i] }
      return
    }
    for j in 0..<size {
      let kept = y[j]
      y[j] = kept + root * max(kept.magnitude, 1e-5)
      let moved = slope(t, y)
      for i in 0..<size { out[i * size + j] = (moved[i] - base[i]) / (y[j] - kept) }
      y[j] = kept
    }
  }
}
