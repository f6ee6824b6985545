import EngramMath

/// A network over time by the gradient tape, and by its adjoint written out, beside its matrix products alone: float32,
/// 200 units, 200 steps, 64 trials, 4 channels; h = (1 - a) h + a relu(h W + u Win + b), loss at the last step.
struct Tape: Sendable {
  static let (units, steps, trials, channels, outputs) = (200, 200, 64, 4, 2)
  static let leak: Float = 0.2

  let recurrent, input, readout, bias, drive: Tensor<Float>
  let rectified: LeakyReluNetwork<Float>

  init() throws {
    var random = RandomStream(seed: 1)
    let (n, root) = (Self.units, Float(Self.units).squareRoot())
    recurrent = random.normalTensor(shape: [n, n], sd: 1 / root)
    input = random.normalTensor(shape: [Self.channels, n], sd: 0.5)
    readout = random.normalTensor(shape: [n, Self.outputs], sd: 1 / root)
    bias = random.normalTensor(shape: [n], sd: 0.1)
    drive = random.normalTensor(shape: [Self.steps * Self.trials, Self.channels])
    rectified = try LeakyReluNetwork(
      recurrent: recurrent.transposed(), input: input.transposed(), output: readout.transposed(),
      bias: [Float](repeating: 0, count: Self.outputs), leak: 1 - Self.leak, gain: Self.leak)
  }

  /// Milliseconds of a gradient by each way on one thread, and on two with half of the trials each.
  static func bench() throws -> String {
    let network = try Tape()
    let found = [1, 2].map { threads in
      WorkerThreads.set(threads)
      let size = trials / threads
      let halves = (0..<threads).map { network.part($0 * size..<($0 + 1) * size) }
      let bound = 1e3 * fastest(12) { parallelFor(chunks: threads) { _ in network.products(size) } }
      let tape =
        1e3 * fastest(12) { parallelFor(chunks: threads) { network.gradientByTape(halves[$0], size) } }
      let adjoint = 1e3 * fastest(12) { parallelFor(chunks: threads) { network.gradient(halves[$0], size) } }
      return "{\"threads\": \(threads), \"bound\": \(bound), \"tape\": \(tape), \"adjoint\": \(adjoint)}"
    }
    return "[\(found.joined(separator: ", "))]"
  }

  /// The input of some trials [step × trial, channel].
  func part(_ range: Range<Int>) -> Tensor<Float> {
    let rows = (0..<Self.steps).flatMap { t in
      range.flatMap { drive.row(t * Self.trials + $0) }
    }
    return Tensor(rows, shape: [Self.steps * range.count, Self.channels])
  }

  /// The three products of each step alone, on arrays that stay in the cache: rates forward, credit back, weights' gradient.
  func products(_ size: Int) {
    let n = Self.units
    let rates = [Float](repeating: 0.5, count: size * n)
    var credit = rates
    var sum = [Float](repeating: 0, count: n * n)
    for _ in 0..<Self.steps {
      Float.gemm(false, false, size, n, n, 1, rates, n, recurrent.elements, n, 0, &credit, n)
    }
    for _ in 0..<Self.steps {
      Float.gemm(false, true, size, n, n, 1, rates, n, recurrent.elements, n, 0, &credit, n)
      Float.gemm(true, false, n, n, size, 1, rates, n, rates, n, 1, &sum, n)
    }
  }

  /// All gradients by the tape.
  func gradientByTape(_ drive: Tensor<Float>, _ size: Int) {
    let weights = [recurrent, input, bias, readout].map { Variable($0, needsGradient: true) }
    let push = multiply(Variable(drive), weights[1]) + weights[2]
    var h = Variable(Tensor<Float>(repeating: 0, shape: [size, Self.units]))
    for t in 0..<Self.steps {
      let z = multiply(h, weights[0], adding: push.rows(t * size..<(t + 1) * size))
      h = h.leakyStep(drive: z, leak: Self.leak, .relu)
    }
    let loss = (multiply(h, weights[3]) - 1).applying(.square).mean()
    _ = gradients(of: loss, by: weights)
  }

  /// The gradient of a network of rectified units with the leak outside, as `leaky-relu-rnn` has it.
  func gradient(_ drive: Tensor<Float>, _ size: Int) {
    let x = drive.reshaped([Self.steps, size, Self.channels])
    guard var activity = try? rectified.run(x) else { preconditionFailure("shapes do not fit") }
    let last = Self.steps - 1..<Self.steps
    let y = rectified.outputs(activity, last)
    let errors = y.map { 2 * ($0 - 1) / Float(y.count) }
    _ = rectified.gradient(&activity, errors: errors, last)
  }
}
