import EngramMath
import Foundation
import Testing

@Suite("Steppers")
struct DynamicsTests {
  /// dy/dt = (y³) A of the spiral benchmark, A = [[-0.1, 2], [-2, -0.1]].
  let spiral: Slope = { _, y, slope in
    let (a, b) = (y[0] * y[0] * y[0], y[1] * y[1] * y[1])
    slope = [-0.1 * a - 2 * b, 2 * a - 0.1 * b]
  }
  /// The spiral's published values from (2, 0), by DOP853 at 1e-12.
  let known = [
    (1.0, [0.709261743251, -1.504108457840]), (5, [-0.263012835467, 0.930245944255]),
    (10, [0.472366224083, 0.660727258524]), (25, [-0.443623486698, 0.279440641621]),
  ]
  let robertson: Slope = { _, y, slope in
    let (slow, fast, fastest) = (0.04 * y[0], 1e4 * y[1] * y[2], 3e7 * y[1] * y[1])
    slope = [fast - slow, slow - fast - fastest, fastest]
  }

  @Test("the error of fixed steps falls with their order", arguments: [(1, 2.0), (4, 16)])
  func order(order: Int, ratio: Double) throws {
    func error(_ count: Int) -> Double {
      var y = [1.0, 0]
      let dt = 2 / Double(count)
      var (euler, rungeKutta) = (EulerStepper(size: 2), RungeKuttaStepper(size: 2))
      for k in 0..<count {
        let f: (Double, [Double], inout [Double]) -> Void = { t, y, slope in slope = [y[1] + 0 * t, -y[0]] }
        if order == 1 {
          euler.step(&y, time: Double(k) * dt, dt: dt, f)
        } else {
          rungeKutta.step(&y, time: Double(k) * dt, dt: dt, f)
        }
      }
      return hypot(y[0] - cos(2.0), y[1] + sin(2.0))
    }
    #expect((error(100) / error(200) / ratio - 1).magnitude < 0.05)
  }

  @Test("adaptive methods reach the spiral's published values", arguments: AdaptiveMethod.allCases)
  func adaptive(method: AdaptiveMethod) throws {
    var stepper = AdaptiveStepper(method, size: 2, relativeTolerance: 1e-10, absoluteTolerance: 1e-10)
    var (y, time) = ([2.0, 0], 0.0)
    for (next, expected) in known {
      try stepper.advance(&y, from: time, to: next, spiral)
      time = next
      #expect(distance(y, expected) < 1e-7, "\(method) at \(next)")
    }
    #expect(stepper.accepted > 100 && stepper.rejected < stepper.accepted)
    try stepper.advance(&y, from: 25, to: 10, spiral)
    #expect(distance(y, known[2].1) < 1e-6)
  }

  @Test("Rosenbrock steps solve Robertson's stiff problem to its published values", arguments: [true, false])
  func stiff(hasJacobian: Bool) throws {
    let jacobian: (Double, [Double], inout Matrix) -> Void = { _, y, j in
      j = Matrix(
        [-0.04, 1e4 * y[2], 1e4 * y[1], 0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1], 0, 6e7 * y[1], 0],
        shape: [3, 3])
    }
    var stepper = AdaptiveStepper(
      .rosenbrock, relativeTolerance: 1e-8, absoluteTolerance: [1e-10, 1e-14, 1e-10],
      names: ["y1", "y2", "y3"])
    var (y, time) = ([1.0, 0, 0], 0.0)
    for (next, expected) in [
      (0.4, [0.985172113861, 3.38639537897e-5, 0.0147940221852]),
      (40, [0.715827068719, 9.18553476456e-6, 0.284163745746]),
      (1e3, [0.336874530661, 2.01370231826e-6, 0.663123455637]),
      (1e5, [0.0178659211421, 7.27475146845e-8, 0.982134006110]),
    ] {
      try stepper.advance(&y, from: time, to: next, jacobian: hasJacobian ? jacobian : nil, robertson)
      time = next
      for i in 0..<3 { #expect((y[i] / expected[i] - 1).magnitude < 1e-6) }
      #expect((y.reduce(0, +) - 1).magnitude < 1e-9)
    }
    #expect(stepper.accepted < 3000)
  }

  @Test("a failure names time, variable and step, and the stiff method")
  func failure() throws {
    var explicit = AdaptiveStepper(
      .bogackiShampine, relativeTolerance: 1e-6, absoluteTolerance: [1e-9, 1e-9, 1e-9],
      names: ["y1", "y2", "y3"])
    explicit.stepLimit = 1000
    let error = #expect(throws: MathError.self) {
      var y = [1.0, 0, 0]
      try explicit.advance(&y, from: 0, to: 1e5, robertson)
    }
    let text = error?.description ?? ""
    #expect(text.contains("stopped at time") && text.contains("variable y2") && text.contains("rosenbrock"))
    var pole = AdaptiveStepper(.dormandPrince, size: 1)
    #expect(throws: MathError.self) {
      var y = [1.0]
      try pole.advance(&y, from: 0, to: 2) { _, y, slope in slope[0] = y[0] * y[0] }
    }
    #expect(throws: MathError.undefined("mine")) {
      var y = [1.0]
      var stepper = AdaptiveStepper(.rosenbrock, size: 1)
      try stepper.advance(&y, from: 0, to: 2) { _, _, _ in throw MathError.undefined("mine") }
    }
  }

  @Test(
    "the Ornstein-Uhlenbeck process under Euler-Maruyama has variance 1 / (1 - dt/2)", arguments: [0.1, 0.01])
  func noise(dt: Double) throws {
    let size = 20_000
    var random = RandomStream(seed: 6)
    var stepper = EulerMaruyamaStepper(size: size)
    var y = random.normals(size)
    let noise = [Double](repeating: 2.0.squareRoot(), count: size)
    for k in 0..<Int(3 / dt) {
      stepper.step(&y, time: Double(k) * dt, dt: dt, noise: noise, &random) { _, y, slope in
        for i in y.indices { slope[i] = -y[i] }
      }
    }
    let expected = 1 / (1 - dt / 2)
    // The standard error of a variance of n normal numbers is sqrt(2/n).
    #expect((try variance(y, .sample) / expected - 1).magnitude < 4 * (2 / Double(size)).squareRoot())
  }

  @Test("exponential Euler is exact for a constant target, whatever the step")
  func exponential() {
    var (once, often) = ([1.0, -2], [1.0, -2])
    exponentialEuler(&once, towards: [3, 0], elapsed: 2)
    for _ in 0..<1000 { exponentialEuler(&often, towards: [3, 0], elapsed: 0.002) }
    #expect(distance(once, often) < 1e-13 && (once[1] + 2 * exp(-2.0)).magnitude < 1e-15)
  }
}
