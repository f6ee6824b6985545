/// A recurrent population of Morris-Lecar neurons with graded, instantaneous synapses, run on many trials at once.
///
/// I = a (z + z0) + b with z = W_in x + W_rec s + noise and s = 1 / (1 + exp(-(V - Vt) / Kp)) of the step before; weights
/// are `[post, pre]`. Source: Hazelden et al. (2023) arXiv:2311.10869.
public struct MorrisLecarPopulation: Sendable, Equatable {
  public var cell = MorrisLecarCell()
  /// Length of a step, ms.
  public var dt = 0.1
  /// a and b: uA/cm2 for one unit of z, and at z = -z0.
  public var currentScale = 36.75
  public var currentOffset = 39.9
  /// z0, dimensionless.
  public var bias = 0.1
  /// Vt and Kp of the synaptic output, mV.
  public var outputThreshold = -3.0
  public var outputSlope = 8.0
  /// Standard deviation of the normal number added to z in each step.
  public var noise = 0.0
  /// Steps for which each input is held.
  public var stepsPerInput = 40
  /// Steps at the end over which the output is averaged.
  public var window = 100
  /// The openness of a neuron: the mean over samples, every `sampleSteps` steps, of 1 / (1 + exp(-gain (V - threshold))).
  /// 0 steps: it is not wanted.
  public var sampleSteps = 0
  public var opennessThreshold = 20.0
  public var opennessGain = 100.0

  public init() {}

  /// One set of weights: input [neuron, channel], recurrent [neuron, neuron] or none.
  public struct Member<Element: Real>: Sendable {
    public var input: Tensor<Element>
    public var recurrent: Tensor<Element>?

    public init(input: Tensor<Element>, recurrent: Tensor<Element>?) {
      self.input = input
      self.recurrent = recurrent
    }
  }

  /// What every member gets: inputs [trial, word, channel], start voltages [trial, neuron] in mV, the gates' start value,
  /// and a stream from whose substreams each trial's noise comes.
  public struct Trials<Element: Real>: Sendable {
    public var input: Tensor<Element>
    public var voltage: Tensor<Element>
    public var gate: Element
    public var random: RandomStream

    public init(
      input: Tensor<Element>, voltage: Tensor<Element>, gate: Element = 0.014173, random: RandomStream
    ) {
      self.input = input
      self.voltage = voltage
      self.gate = gate
      self.random = random
    }

    /// Number of trials.
    public var count: Int { input.rows }
  }

  /// What a member did: mean output over the window [trial, neuron], and the mean openness of each trial's neurons.
  public struct Response<Element: Real>: Sendable {
    public var output: Tensor<Element>
    public var openness: [Double]

    public init(output: Tensor<Element>, openness: [Double]) {
      self.output = output
      self.openness = openness
    }
  }

  /// Number of steps of a trial.
  public func steps<Element: Real>(_ trials: Trials<Element>) -> Int { trials.input.shape[1] * stepsPerInput }

  /// Whether the openness is sampled after step `step`, and how often in `steps` steps.
  func samples(after step: Int) -> Bool { sampleSteps > 0 && (step + 1) % sampleSteps == 0 }
  func sampleCount(_ steps: Int) -> Int { sampleSteps > 0 ? steps / sampleSteps : 0 }

  /// Runs `trials` with the weights of each member, on several threads; the result does not depend on their number.
  ///
  /// - Throws: `MathError.shape` naming what does not fit together.
  /// - Complexity: O(members · trials · steps · neurons²) time; memory does not depend on the steps.
  public func respond(_ members: [Member<Float>], _ trials: Trials<Float>) throws(MathError)
    -> [Response<Float>]
  {
    try run(SIMD16<Float>.self, members, trials)
  }

  /// The same in double precision.
  public func respond(_ members: [Member<Double>], _ trials: Trials<Double>) throws(MathError)
    -> [Response<Double>]
  {
    try run(SIMD8<Double>.self, members, trials)
  }

  private func run<L: Lanes>(_ type: L.Type, _ members: [Member<L.Scalar>], _ trials: Trials<L.Scalar>)
    throws(MathError) -> [Response<L.Scalar>]
  {
    for member in members { try check(member, trials) }
    let (count, neurons, steps) = (trials.count, trials.voltage.columns, steps(trials))
    let blocks = Self.blocks(of: count, members: members.count)
    var results = [BlockResult<L.Scalar>?](repeating: nil, count: members.count * blocks.count)
    results.withUnsafeMutableBufferPointer { results in
      parallelFor(chunks: results.count) { chunk in
        let rows = blocks[chunk % blocks.count]
        let block = MorrisLecarBlock<L>(self, members[chunk / blocks.count], trials, rows)
        for step in 0..<steps { block.advance(step) }
        results[chunk] = block.result
      }
    }
    return members.indices.map { member in
      let own = results[member * blocks.count..<(member + 1) * blocks.count].compactMap { $0 }
      return Response(
        output: Tensor(own.flatMap(\.output), shape: [count, neurons]), openness: own.flatMap(\.openness))
    }
  }

  /// Trials that are run together. Large blocks feed the matrix product; a single member is cut finer, so that it has
  /// work for several threads. The cut depends on the work alone.
  static func blocks(of trials: Int, members: Int) -> [Range<Int>] {
    let size = members > 3 ? 64 : 16
    let number = max(1, (trials + size - 1) / size)
    return (0..<number).map { $0 * trials / number..<($0 + 1) * trials / number }
  }

  func check<Element: Real>(_ member: Member<Element>, _ trials: Trials<Element>) throws(MathError) {
    let neurons = member.input.rows
    guard trials.input.rank == 3, member.input.rank == 2, member.input.columns == trials.input.shape[2] else {
      throw .shape(
        "inputs of shape \(trials.input.shape) [trial, word, channel] do not fit weights of shape \(member.input.shape)"
      )
    }
    guard trials.voltage.shape == [trials.count, neurons],
      member.recurrent.map({ $0.shape == [neurons, neurons] }) ?? true
    else {
      throw .shape(
        "start voltages \(trials.voltage.shape) and recurrent weights \(member.recurrent?.shape ?? []) do not fit "
          + "\(trials.count) trials of \(neurons) neurons")
    }
  }
}
