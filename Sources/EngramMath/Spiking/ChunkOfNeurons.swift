import CSLEEF
import Glibc

/// The neurons `range` of a `ConductancePopulation`, with room for one step's intermediate values.
///
/// The buffers belong to the population and outlive the chunk; only the elements of `range` are touched.
struct ChunkOfNeurons {
  private let range: Range<Int>
  private let voltage: UnsafeMutableBufferPointer<Double>
  private let conductance: UnsafeMutableBufferPointer<Double>
  private let held: UnsafeMutableBufferPointer<Int32>
  private let count: Int
  private let membrane: ConductancePopulation.Membrane
  private let channels: [ConductancePopulation.Channel]
  /// Cumulative probabilities of 0, 1, 2, ... events a step, for Poisson channels.
  private let eventLaws: [[Double]]
  /// What a step leaves of each channel's conductance.
  private let factors: [Double]
  /// Sum of conductances and of conductance times reversal: over the step, at its start and at its end.
  private var total, pull, totalStart, pullStart, totalEnd, pullEnd, decay, noise: [Double]

  init(
    _ range: Range<Int>, _ voltage: UnsafeMutableBufferPointer<Double>,
    _ conductance: UnsafeMutableBufferPointer<Double>, _ held: UnsafeMutableBufferPointer<Int32>,
    _ count: Int,
    _ membrane: ConductancePopulation.Membrane, _ channels: [ConductancePopulation.Channel]
  ) {
    self.range = range
    self.voltage = voltage
    self.conductance = conductance
    self.held = held
    self.count = count
    self.membrane = membrane
    self.channels = channels
    eventLaws = channels.map { channel in
      guard case .poisson(_, let rate) = channel.drive else { return [] }
      return poissonLaw(mean: rate * membrane.dt)
    }
    factors = channels.map { exp(-membrane.dt / $0.decay) }
    let zeros = [Double](repeating: 0, count: range.count)
    (total, pull, totalStart, pullStart) = (zeros, zeros, zeros, zeros)
    (totalEnd, pullEnd, decay, noise) = (zeros, zeros, zeros, zeros)
  }

  /// One step: conductances, then voltages.
  mutating func advance(_ step: Int, _ random: inout RandomStream) {
    let size = range.count
    let ends = membrane.scheme == .heun
    total.withUnsafeMutableBufferPointer { $0.update(repeating: membrane.leak) }
    let pulled = membrane.leak * membrane.leakReversal + membrane.current
    pull.withUnsafeMutableBufferPointer { $0.update(repeating: pulled) }
    if ends { (totalStart, pullStart, totalEnd, pullEnd) = (total, pull, total, pull) }
    for (number, channel) in channels.enumerated() {
      let own = UnsafeMutableBufferPointer(
        rebasing: conductance[number * count + range.lowerBound..<number * count + range.upperBound])
      if ends { for i in 0..<size { add(own[i], channel.reversal, i, &totalStart, &pullStart) } }
      advance(own, channel, factors[number], eventLaws[number], step, &random)
      if ends { for i in 0..<size { add(own[i], channel.reversal, i, &totalEnd, &pullEnd) } }
    }
    switch membrane.scheme {
    case .exponential: exponentialStep()
    case .euler: eulerStep()
    case .heun: heunStep()
    }
  }

  private func add(_ g: Double, _ reversal: Double, _ i: Int, _ total: inout [Double], _ pull: inout [Double])
  {
    total[i] += g
    pull[i] += g * reversal
  }

  /// Advances one channel and adds its mean conductance over the step.
  private mutating func advance(
    _ own: UnsafeMutableBufferPointer<Double>, _ channel: ConductancePopulation.Channel, _ factor: Double,
    _ law: [Double], _ step: Int, _ random: inout RandomStream
  ) {
    let size = range.count
    let reversal = channel.reversal
    switch channel.drive {
    case .gaussian(let mean, let sd):
      noise.withUnsafeMutableBufferPointer { random.fillNormals($0) }
      let spread = sd * (-expm1(-2 * membrane.dt / channel.decay)).squareRoot()
      noise.withUnsafeBufferPointer { noise in
        total.withUnsafeMutableBufferPointer { total in
          pull.withUnsafeMutableBufferPointer { pull in
            for i in 0..<size {
              let next = mean + (own[i] - mean) * factor + spread * noise[i]
              let average = 0.5 * (own[i] + next)
              own[i] = next
              total[i] += average
              pull[i] += average * reversal
            }
          }
        }
      }
    case .poisson(let jump, _):
      let draws = random.uniforms(size)
      let average = channel.decay / membrane.dt * -expm1(-membrane.dt / channel.decay)
      for i in 0..<size {
        total[i] += own[i] * average
        pull[i] += own[i] * average * reversal
        var events = 0
        while events < law.count, draws[i] > law[events] { events += 1 }
        own[i] = own[i] * factor + jump * Double(events)
      }
    case .stored(let values):
      let now = values[min(step, values.count - 1)]
      let next = values[min(step + 1, values.count - 1)]
      for i in 0..<size {
        total[i] += 0.5 * (now + next)
        pull[i] += 0.5 * (now + next) * reversal
        own[i] = next
      }
    }
  }

  /// V' = V_inf + (V - V_inf) exp(-dt G / C), exact for conductances constant over the step.
  private mutating func exponentialStep() {
    let size = range.count
    let scale = -membrane.dt / membrane.capacitance
    decay.withUnsafeMutableBufferPointer { decay in
      total.withUnsafeBufferPointer { total in
        pull.withUnsafeBufferPointer { pull in
          guard let exponents = decay.baseAddress else { return }
          // From the chunk's own start: an index that is added up could overflow, and keeps the loop from vectors.
          let voltage = UnsafeMutableBufferPointer(rebasing: voltage[range])
          let held = UnsafeMutableBufferPointer(rebasing: held[range])
          for i in 0..<size { decay[i] = scale * total[i] }
          engram_sleef_exp_double(exponents, exponents, size)
          for i in 0..<size {
            let now = voltage[i]
            // Gaussian conductances may sum to nearly zero, where V_inf has no value but the step has.
            let g = total[i]
            let target = pull[i] / g
            let moved = abs(g) < 1e-9 ? now - scale * pull[i] : target + (now - target) * decay[i]
            voltage[i] = held[i] > 0 ? now : moved
          }
        }
      }
    }
  }

  private func eulerStep() {
    for i in range.indices where held[i] <= 0 {
      let k = i - range.lowerBound
      voltage[i] += membrane.dt / membrane.capacitance * (pull[k] - total[k] * voltage[i])
    }
  }

  private func heunStep() {
    let h = membrane.dt / membrane.capacitance
    for i in range.indices where held[i] <= 0 {
      let k = i - range.lowerBound
      let slope = pullStart[k] - totalStart[k] * voltage[i]
      let guess = voltage[i] + h * slope
      voltage[i] += 0.5 * h * (slope + pullEnd[k] - totalEnd[k] * guess)
    }
  }

  /// Resets the neurons at or above threshold, counts the refractory steps down, and notes the spikes.
  func collect(_ step: Int, into spikes: inout [(neuron: Int, step: Int)]) {
    for i in range {
      if held[i] > 0 {
        held[i] -= 1
      } else if voltage[i] >= membrane.threshold {
        voltage[i] = membrane.reset
        held[i] = Int32(membrane.refractorySteps)
        spikes.append((i, step))
      }
    }
  }
}

/// Cumulative Poisson probabilities of 0, 1, 2, ... events, until they round to 1.
func poissonLaw(mean: Double) -> [Double] {
  var (term, sum, law) = (exp(-mean), 0.0, [Double]())
  for k in 1...10_000 where sum < 1 - 1e-16 {
    sum += term
    law.append(sum)
    term *= mean / Double(k)
    if term < 1e-300 && Double(k) > mean { break }
  }
  return law
}
