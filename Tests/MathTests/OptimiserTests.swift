import EngramMath
import Testing

@Suite("Optimisers")
struct OptimiserTests {
  /// The parameter after each of `count` updates from `start`.
  private func path(
    _ optimiser: Optimiser<Double>, from start: Double, count: Int, rate: Double, _ slope: (Double) -> Double
  ) throws -> [Double] {
    var (optimiser, x) = (optimiser, [start])
    return try (0..<count).map { _ in
      try optimiser.update(&x, gradient: [slope(x[0])], rate: rate)
      return x[0]
    }
  }

  /// Section 3 of the reservoir-sampler specification.
  @Test("Adam takes the published steps on a parabola")
  func adam() throws {
    let found = try path(Optimiser(.adam()), from: 1, count: 3, rate: 0.1) { 2 * $0 }
    #expect(distance(found, [0.9000000005, 0.800412228692, 0.701586272946]) < 1e-11)
  }

  /// Case 6.10 of the ModProp specification.
  @Test("Adam moves by the rate under a constant gradient", arguments: [false, true])
  func constant(amsgrad: Bool) throws {
    let found = try path(Optimiser(.adam(amsgrad: amsgrad)), from: 0, count: 3, rate: 0.1) { _ in 1 }
    #expect(distance(found, [-0.1, -0.2, -0.3]) < 1e-7)
  }

  @Test("AMSGrad does not forget a great gradient, Adam does")
  func amsgrad() throws {
    func lastStep(_ amsgrad: Bool) throws -> Double {
      var count = 0
      let found = try path(Optimiser(.adam(beta2: 0.9, amsgrad: amsgrad)), from: 0, count: 400, rate: 0.1) {
        _ in
        count += 1
        return count == 1 ? 1000 : 1
      }
      return found[398] - found[399]
    }
    #expect((try lastStep(false) - 0.1).magnitude < 1e-6)
    // The greatest second moment stays (1 - 0.9) 1000².
    #expect((try lastStep(true) - 0.1 / (0.1 * 1e6).squareRoot()).magnitude < 1e-9)
  }

  @Test("momentum approaches 1 / (1 - momentum) times the plain step")
  func momentum() throws {
    let plain = try path(Optimiser(.descent()), from: 0, count: 2, rate: 0.1) { _ in 3 }
    #expect(distance(plain, [-0.3, -0.6]) < 1e-15)
    let heavy = try path(Optimiser(.descent(momentum: 0.9)), from: 0, count: 400, rate: 0.1) { _ in 3 }
    #expect((heavy[398] - heavy[399] - 3).magnitude < 1e-12 && (heavy[1] + 0.3 + 0.57).magnitude < 1e-15)
  }

  @Test("RMSprop's first step is rate / sqrt(1 - alpha), its later ones the rate")
  func rmsProp() throws {
    let found = try path(Optimiser(.rmsProp()), from: 0, count: 3000, rate: 0.1) { _ in 5 }
    // Epsilon, 1e-8, beside the root 0.5 shortens the first step by 2e-8.
    #expect((found[0] + 1).magnitude < 3e-8 && (found[2998] - found[2999] - 0.1).magnitude < 1e-8)
  }

  @Test("decoupled decay shrinks by itself, decay in the gradient goes through the moments")
  func decay() throws {
    let decoupled = try path(Optimiser(.adam(), decay: .decoupled(0.5)), from: 1, count: 3, rate: 0.1) { _ in
      0
    }
    #expect(distance(decoupled, [0.95, 0.9025, 0.857375]) < 1e-15)
    let coupled = try path(Optimiser(.adam(), decay: .gradient(0.5)), from: 1, count: 1, rate: 0.1) { _ in 0 }
    #expect((coupled[0] - 0.9).magnitude < 1e-7)
  }

  @Test(
    "a run goes on from a checkpoint to the same bits",
    arguments: [
      OptimiserMethod.descent(momentum: 0.5), .adam(amsgrad: true), .rmsProp(),
    ])
  func resume(method: OptimiserMethod) throws {
    func run(_ optimiser: inout Optimiser<Float>, _ x: inout [Float]) throws {
      for _ in 0..<5 { try optimiser.update(&x, gradient: x.map { 2 * $0 + 0.1 }, rate: 0.03) }
    }
    var (whole, x) = (Optimiser<Float>(method, decay: .decoupled(0.01)), [Float(1), -2, 3])
    try run(&whole, &x)
    var (resumed, y) = (
      Optimiser(method, decay: .decoupled(0.01), updates: whole.updates, moments: whole.moments), x
    )
    try run(&whole, &x)
    try run(&resumed, &y)
    #expect(x == y && whole.updates == 10)
    #expect(throws: MathError.self) { try resumed.update(&y, gradient: [1], rate: 1) }
  }

  @Test("schedules start at the base rate and end where they say; clipping keeps the direction")
  func schedules() {
    #expect(RateSchedule.steps(every: 300, factor: 0.8).factor(at: 299) == 1)
    #expect((RateSchedule.steps(every: 300, factor: 0.8).factor(at: 600) - 0.64).magnitude < 1e-15)
    #expect(RateSchedule.cosine(updates: 10, least: 0.1).factor(at: 0) == 1)
    #expect((RateSchedule.cosine(updates: 10, least: 0.1).factor(at: 5) - 0.55).magnitude < 1e-15)
    #expect((RateSchedule.cosine(updates: 10, least: 0.1).factor(at: 20) - 0.1).magnitude < 1e-15)
    #expect(
      RateSchedule.warmup(updates: 4).factor(at: 0) == 0.25
        && RateSchedule.warmup(updates: 4).factor(at: 9) == 1)
    #expect((RateSchedule.exponential(factor: 0.5).factor(at: 3) - 0.125).magnitude < 1e-15)
    var gradients = [[3.0, 0], [4]]
    #expect(clip(&gradients, norm: 10) == 5 && gradients == [[3, 0], [4]])
    #expect(clip(&gradients, norm: 1) == 5)
    #expect(distance(gradients.flatMap { $0 }, [0.6, 0, 0.8]) < 1e-15)
  }
}
