import Glibc

/// The forward pass of some trials with states kept here and there, and the way back.
final class MorrisLecarAdjoint {
  private typealias L = SIMD8<Double>
  private let population: MorrisLecarPopulation
  private let block: MorrisLecarBlock<L>
  /// Weights as stored, [post, pre].
  private let recurrent: LaneArray<SIMD8<Double>>?
  /// Steps between kept states.
  private let segment: Int
  private var kept: [Kept] = []
  let result: BlockResult<Double>
  /// Gradient by the input weights [neuron, channel] and the recurrent ones [neuron, neuron].
  let inputSlope, recurrentSlope: LaneArray<SIMD8<Double>>

  private struct Kept {
    var v, w, s: LaneArray<SIMD8<Double>>
    var noise: [RandomStream]
  }

  init(
    _ population: MorrisLecarPopulation, _ member: MorrisLecarPopulation.Member<Double>,
    _ trials: MorrisLecarPopulation.Trials<Double>, _ rows: Range<Int>
  ) {
    self.population = population
    block = MorrisLecarBlock(population, member, trials, rows)
    recurrent = member.recurrent.map { LaneArray($0.elements) }
    segment = max(1, Int(Double(block.steps).squareRoot().rounded()))
    inputSlope = LaneArray(member.input.count)
    recurrentSlope = LaneArray(member.recurrent?.count ?? 0)
    for step in 0..<block.steps {
      if step.isMultiple(of: segment) { kept.append(Self.keep(block)) }
      block.advance(step)
    }
    result = block.result
  }

  private static func keep(_ block: MorrisLecarBlock<L>) -> Kept {
    let size = block.rows * block.neurons
    let copy = Kept(v: LaneArray(size), w: LaneArray(size), s: LaneArray(size), noise: block.noise)
    copy.v.copy(from: block.v)
    copy.w.copy(from: block.w)
    copy.s.copy(from: block.s)
    return copy
  }

  /// Carries the derivatives by mean output [row, neuron] and by openness [row] back to the weights.
  func goBack(_ outputSeed: [Double], _ opennessSeed: [Double]) {
    let seed = LaneArray<L>(outputSeed.map { $0 / Double(max(1, min(population.window, block.steps))) })
    let share = 1 / Double(max(1, population.sampleCount(block.steps)) * block.neurons)
    let slopes = Slopes(block.rows * block.neurons)
    var states: [Kept] = []
    for (number, begin) in kept.enumerated().reversed() {
      let steps = number * segment..<min(block.steps, (number + 1) * segment)
      states = replay(begin, steps, reusing: states)
      for step in steps.reversed() {
        let (before, after) = (states[step - steps.lowerBound], states[step - steps.lowerBound + 1])
        if step >= block.steps - population.window {
          for k in 0..<seed.count { slopes.s.lanes[k] += seed.lanes[k] }
        }
        if population.samples(after: step) {
          addOpenness(after.v, opennessSeed.map { share * $0 }, to: slopes.v)
        }
        back(before, after, slopes)
        spread(before, slopes, step)
      }
    }
  }

  /// Derivatives by the state and the output, by z, and by the input's share of z since the input changed.
  private struct Slopes {
    let v, w, s, z, drive: LaneArray<SIMD8<Double>>

    init(_ size: Int) {
      (v, w, s) = (LaneArray(size), LaneArray(size), LaneArray(size))
      (z, drive) = (LaneArray(size), LaneArray(size))
    }
  }

  /// The states before each of `steps`, and after the last.
  private func replay(_ begin: Kept, _ steps: Range<Int>, reusing: [Kept]) -> [Kept] {
    block.v.copy(from: begin.v)
    block.w.copy(from: begin.w)
    block.s.copy(from: begin.s)
    block.noise = begin.noise
    block.read(steps.lowerBound / population.stepsPerInput)
    var states = reusing
    while states.count <= steps.count { states.append(Self.keep(block)) }
    for (place, step) in zip(0..., steps.lowerBound..<steps.upperBound + 1) {
      states[place].v.copy(from: block.v)
      states[place].w.copy(from: block.w)
      states[place].s.copy(from: block.s)
      if step < steps.upperBound { block.move(step) }
    }
    return states
  }

  private func back(_ before: Kept, _ after: Kept, _ slopes: Slopes) {
    let kernel = block.kernel
    for k in 0..<slopes.v.count {
      var v = slopes.v.lanes[k] + slopes.s.lanes[k] * kernel.outputDerivative(after.s.lanes[k])
      var w = slopes.w.lanes[k]
      slopes.z.lanes[k] = kernel.stepBack(
        before.v.lanes[k], before.w.lanes[k], after.v.lanes[k], after.w.lanes[k], &v, &w)
      (slopes.v.lanes[k], slopes.w.lanes[k]) = (v, w)
      slopes.drive.lanes[k] += slopes.z.lanes[k]
    }
  }

  /// From z to the outputs before and to the weights.
  private func spread(_ before: Kept, _ slopes: Slopes, _ step: Int) {
    let (rows, n, channels) = (block.rows, block.neurons, block.channels)
    if let recurrent {
      Double.gemm(
        false, false, rows, n, n, 1, slopes.z.elements, n, recurrent.elements, n, 0, slopes.s.elements, n)
      Double.gemm(
        true, false, n, n, rows, 1, slopes.z.elements, n, before.s.elements, n, 1, recurrentSlope.elements, n)
    } else {
      slopes.s.clear()
    }
    guard step.isMultiple(of: population.stepsPerInput) else { return }
    let x = block.x.elements + step / population.stepsPerInput * channels
    Double.gemm(
      true, false, n, channels, rows, 1, slopes.drive.elements, n, x, block.words * channels, 1,
      inputSlope.elements, channels)
    slopes.drive.clear()
  }

  private func addOpenness(_ v: LaneArray<L>, _ seed: [Double], to slope: LaneArray<L>) {
    let (gain, threshold) = (population.opennessGain, population.opennessThreshold)
    for (row, factor) in seed.enumerated() {
      for i in row * block.neurons..<(row + 1) * block.neurons {
        let open = 1 / (1 + exp(-gain * (v.elements[i] - threshold)))
        slope.elements[i] += factor * gain * open * (1 - open)
      }
    }
  }
}
