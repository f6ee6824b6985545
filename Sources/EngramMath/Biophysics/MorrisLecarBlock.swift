import Glibc

/// What a block of trials left.
struct BlockResult<Element: Real>: Sendable {
  var output: [Element]
  var openness: [Double]
}

/// Some trials of one member of a population, advanced together.
///
/// The buffers hold rows · neurons elements; all of it stays in the processor's second cache.
final class MorrisLecarBlock<L: Lanes> {
  typealias Element = L.Scalar

  let population: MorrisLecarPopulation
  let kernel: MorrisLecarKernel<L>
  let rows, neurons, channels, words, steps: Int
  /// Voltage, gate and output at this moment; shape [row, neuron].
  let v, w, s: LaneArray<L>
  /// What comes from the input, and all of z; shape [row, neuron].
  private let drive, z: LaneArray<L>
  /// Weights as [pre, post], for products with rows of activity.
  private let input: LaneArray<L>
  private let recurrent: LaneArray<L>?
  private let sum: LaneArray<L>
  private var openness: [Double]
  /// One stream for each trial, so that noise does not depend on the cut into blocks.
  var noise: [RandomStream]
  /// Inputs of these rows; shape [row, word, channel].
  let x: LaneArray<L>

  init(
    _ population: MorrisLecarPopulation, _ member: MorrisLecarPopulation.Member<Element>,
    _ trials: MorrisLecarPopulation.Trials<Element>, _ range: Range<Int>
  ) {
    self.population = population
    kernel = MorrisLecarKernel(population)
    (rows, neurons) = (range.count, member.input.rows)
    (words, channels) = (trials.input.shape[1], trials.input.shape[2])
    steps = words * population.stepsPerInput
    let size = rows * neurons
    v = LaneArray(Array(trials.voltage.elements[range.lowerBound * neurons..<range.upperBound * neurons]))
    w = LaneArray(size)
    w.lanes.update(repeating: L(repeating: trials.gate), count: w.count)
    (s, drive, z, sum) = (LaneArray(size), LaneArray(size), LaneArray(size), LaneArray(size))
    input = LaneArray(member.input.transposed().elements)
    recurrent = member.recurrent.map { LaneArray($0.transposed().elements) }
    openness = Array(repeating: 0, count: rows)
    noise = population.noise > 0 ? range.map { trials.random.substream($0) } : []
    let length = words * channels
    x = LaneArray(Array(trials.input.elements[range.lowerBound * length..<range.upperBound * length]))
  }

  /// One step, and what the result needs of it.
  func advance(_ step: Int) {
    move(step)
    if step >= steps - population.window { for k in 0..<sum.count { sum.lanes[k] += s.lanes[k] } }
    if population.samples(after: step) { sample() }
  }

  /// One step of the neurons alone.
  func move(_ step: Int) {
    if step % population.stepsPerInput == 0 { read(step / population.stepsPerInput) }
    if let recurrent {
      Element.gemm(
        false, false, rows, neurons, neurons, 1, s.elements, neurons, recurrent.elements, neurons, 0,
        z.elements, neurons)
    } else if !noise.isEmpty {
      z.clear()
    }
    for row in noise.indices {
      let draws = noise[row].normals(neurons, as: Element.self)
      for i in 0..<neurons { z.elements[row * neurons + i] += Element(population.noise) * draws[i] }
    }
    kernel.advance(v.lanes, w.lanes, s.lanes, z.lanes, drive.lanes, v.count)
  }

  /// The input's share of z for word `word`.
  func read(_ word: Int) {
    Element.gemm(
      false, false, rows, neurons, channels, 1, x.elements + word * channels, words * channels,
      input.elements, neurons, 0, drive.elements, neurons)
  }

  private func sample() {
    let (gain, threshold) = (population.opennessGain, population.opennessThreshold)
    for row in 0..<rows {
      var total = 0.0
      for i in 0..<neurons {
        total += 1 / (1 + exp(-gain * (Double(v.elements[row * neurons + i]) - threshold)))
      }
      openness[row] += total
    }
  }

  var result: BlockResult<Element> {
    let share = 1 / Element(max(1, min(population.window, steps)))
    let samples = Double(max(1, population.sampleCount(steps)) * neurons)
    return BlockResult(
      output: (0..<rows * neurons).map { share * sum.elements[$0] }, openness: openness.map { $0 / samples })
  }
}

extension MorrisLecarKernel {
  /// `count` lanes advanced by one step under the sum of `z` and `drive`.
  @inline(__always)
  func advance(
    _ v: UnsafeMutablePointer<L>, _ w: UnsafeMutablePointer<L>, _ s: UnsafeMutablePointer<L>,
    _ z: UnsafePointer<L>, _ drive: UnsafePointer<L>, _ count: Int
  ) {
    for k in 0..<count { s[k] = step(&v[k], &w[k], z[k] + drive[k]) }
  }
}
