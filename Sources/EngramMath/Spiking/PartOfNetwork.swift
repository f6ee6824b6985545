import CSLEEF
import Glibc

/// The neurons `range` of a `SpikingNetwork` during some steps.
///
/// The buffers belong to the network and outlive this value; only what belongs to `range` is touched.
struct PartOfNetwork {
  /// Factors of one step, the same for all neurons.
  struct Laws: Sendable {
    let neuron: SpikingNetwork.Neuron
    let dt: Double
    let refractorySteps: Int32
    /// Decay of voltage, of excitatory and inhibitory input over a step.
    let membrane, excitatory, inhibitory: Double
    /// Voltage that a current at the step's start leaves at its end, mV for each pA.
    let fromExcitatory, fromInhibitory, fromConstant: Double
    /// Cumulative probabilities of 0, 1, 2, ... external events in a step.
    let events: [Double]

    init(_ neuron: SpikingNetwork.Neuron, _ dt: Double) {
      self.neuron = neuron
      self.dt = dt
      let tau = neuron.capacitance / neuron.leak
      refractorySteps = Int32((neuron.refractory / dt).rounded())
      membrane = exp(-dt / tau)
      excitatory = exp(-dt / neuron.decay.excitatory)
      inhibitory = exp(-dt / neuron.decay.inhibitory)
      fromConstant = (1 - membrane) / neuron.leak
      // V' = -V/tau + I/C with I' = -I/s: (e^{-dt/s} - e^{-dt/tau}) / (C (1/tau - 1/s)), dt e^{-dt/tau} / C for s = tau.
      func response(_ s: Double) -> Double {
        let difference = 1 / tau - 1 / s
        guard abs(difference * dt) > 1e-7 else { return dt * exp(-dt / tau) / neuron.capacitance }
        return exp(-dt / tau) * expm1(difference * dt) / (neuron.capacitance * difference)
      }
      fromExcitatory = response(neuron.decay.excitatory)
      fromInhibitory = response(neuron.decay.inhibitory)
      events = neuron.external.rate > 0 ? poissonLaw(mean: neuron.external.rate * dt) : []
    }
  }

  private let range: Range<Int>
  private let count: Int
  private let voltage: UnsafeMutableBufferPointer<Double>
  private let input: UnsafeMutableBufferPointer<Double>
  private let held: UnsafeMutableBufferPointer<Int32>
  private let laws: Laws
  private var decay: [Double]

  init(
    _ range: Range<Int>, _ count: Int, _ voltage: UnsafeMutableBufferPointer<Double>,
    _ input: UnsafeMutableBufferPointer<Double>, _ held: UnsafeMutableBufferPointer<Int32>, _ laws: Laws
  ) {
    self.range = range
    self.count = count
    self.voltage = voltage
    self.input = input
    self.held = held
    self.laws = laws
    decay = Array(repeating: 0, count: range.count)
  }

  /// One step: voltages from the inputs at its start, then the inputs, then what arrives at its end (and is cleared).
  mutating func advance(_ due: UnsafeMutableBufferPointer<Double>, _ random: inout RandomStream) {
    let excitatory = UnsafeMutableBufferPointer(rebasing: input[range])
    let inhibitory = UnsafeMutableBufferPointer(
      rebasing: input[count + range.lowerBound..<count + range.upperBound])
    let v = UnsafeMutableBufferPointer(rebasing: voltage[range])
    let hold = UnsafeMutableBufferPointer(rebasing: held[range])
    switch laws.neuron.synapse {
    case .current: currentStep(v, hold, excitatory, inhibitory)
    case .conductance: conductanceStep(v, hold, excitatory, inhibitory)
    case .delta: deltaStep(v, hold)
    }
    arrive(due, &random, v, hold, excitatory, inhibitory)
  }

  private func currentStep(
    _ v: UnsafeMutableBufferPointer<Double>, _ hold: UnsafeMutableBufferPointer<Int32>,
    _ excitatory: UnsafeMutableBufferPointer<Double>, _ inhibitory: UnsafeMutableBufferPointer<Double>
  ) {
    let (rest, constant) = (laws.neuron.leakReversal, laws.neuron.current * laws.fromConstant)
    for i in 0..<v.count {
      let moved =
        rest + (v[i] - rest) * laws.membrane + excitatory[i] * laws.fromExcitatory
        + inhibitory[i] * laws.fromInhibitory + constant
      v[i] = hold[i] > 0 ? v[i] : moved
    }
  }

  private mutating func conductanceStep(
    _ v: UnsafeMutableBufferPointer<Double>, _ hold: UnsafeMutableBufferPointer<Int32>,
    _ excitatory: UnsafeMutableBufferPointer<Double>, _ inhibitory: UnsafeMutableBufferPointer<Double>
  ) {
    let neuron = laws.neuron
    let pull = neuron.leak * neuron.leakReversal + neuron.current
    // Conductances at the middle of the step: second order in dt.
    let (half, halfInhibitory) = (laws.excitatory.squareRoot(), laws.inhibitory.squareRoot())
    let scale = -laws.dt / neuron.capacitance
    decay.withUnsafeMutableBufferPointer { decay in
      guard let exponents = decay.baseAddress else { return }
      for i in 0..<v.count {
        decay[i] = scale * (neuron.leak + half * excitatory[i] - halfInhibitory * inhibitory[i])
      }
      engram_sleef_exp_double(exponents, exponents, v.count)
      for i in 0..<v.count {
        let (e, inhibition) = (half * excitatory[i], -halfInhibitory * inhibitory[i])
        let target =
          (pull + e * neuron.reversal.excitatory + inhibition * neuron.reversal.inhibitory)
          / (neuron.leak + e + inhibition)
        v[i] = hold[i] > 0 ? v[i] : target + (v[i] - target) * decay[i]
      }
    }
  }

  private func deltaStep(_ v: UnsafeMutableBufferPointer<Double>, _ hold: UnsafeMutableBufferPointer<Int32>) {
    let (rest, constant) = (laws.neuron.leakReversal, laws.neuron.current * laws.fromConstant)
    for i in 0..<v.count { v[i] = hold[i] > 0 ? v[i] : rest + (v[i] - rest) * laws.membrane + constant }
  }

  /// What is due at this step, and external events; the step's slot is cleared for later spikes.
  private func arrive(
    _ due: UnsafeMutableBufferPointer<Double>, _ random: inout RandomStream,
    _ v: UnsafeMutableBufferPointer<Double>,
    _ hold: UnsafeMutableBufferPointer<Int32>, _ excitatory: UnsafeMutableBufferPointer<Double>,
    _ inhibitory: UnsafeMutableBufferPointer<Double>
  ) {
    let arriving = UnsafeMutableBufferPointer(rebasing: due[range])
    let hindering = UnsafeMutableBufferPointer(
      rebasing: due[count + range.lowerBound..<count + range.upperBound])
    if !laws.events.isEmpty { addExternal(&random, arriving, hindering) }
    let delta = laws.neuron.synapse == .delta
    for i in 0..<v.count {
      if delta {
        v[i] = hold[i] > 0 ? v[i] : v[i] + arriving[i] + hindering[i]
      } else {
        excitatory[i] = excitatory[i] * laws.excitatory + arriving[i]
        inhibitory[i] = inhibitory[i] * laws.inhibitory + hindering[i]
      }
      (arriving[i], hindering[i]) = (0, 0)
    }
  }

  private func addExternal(
    _ random: inout RandomStream, _ arriving: UnsafeMutableBufferPointer<Double>,
    _ hindering: UnsafeMutableBufferPointer<Double>
  ) {
    let (law, weight) = (laws.events, laws.neuron.external.weight)
    let target = weight < 0 ? hindering : arriving
    let draws = random.uniforms(range.count)
    law.withUnsafeBufferPointer { law in
      for i in 0..<range.count {
        var events = 0
        while events < law.count, draws[i] > law[events] { events += 1 }
        target[i] += weight * Double(events)
      }
    }
  }

  /// Resets the neurons at or above threshold and notes their spikes.
  func collect(_ step: Int, into spikes: inout [(neuron: Int32, step: Int)]) {
    for i in range {
      if held[i] > 0 {
        held[i] -= 1
      } else if voltage[i] >= laws.neuron.threshold {
        voltage[i] = laws.neuron.reset
        held[i] = laws.refractorySteps
        spikes.append((Int32(i), step))
      }
    }
  }
}
