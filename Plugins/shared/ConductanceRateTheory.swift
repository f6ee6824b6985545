import EngramKit

/// Stationary firing rates of a `ConductanceNeuron`, in Hz, by several approximations.
///
/// The voltage is a diffusion with drift A(V) = A0 - A1 V and noise B(V) = sum D_k (V - E_k)^2 / C^2 (Stratonovich),
/// D_k = q_k^2 R_k / 2. Derivation: Fokker-Planck equation with multiplicative noise, as in `README.md` of lif-conductance-rate.
struct ConductanceRateTheory {
  let neuron: ConductanceNeuron
  /// Drift coefficients, mV/ms and 1/ms.
  let a0, a1: Double
  /// Excitatory and inhibitory channel: reversal mV, decay ms, mean conductance nS, intensity nS^2 ms.
  private let channels: [(reversal: Double, decay: Double, mean: Double, intensity: Double)]

  init(_ neuron: ConductanceNeuron) {
    self.neuron = neuron
    let c = neuron.capacitance
    channels = [
      (neuron.excitatoryReversal, neuron.excitatoryDecay, neuron.excitatoryCharge, neuron.excitatoryRate),
      (neuron.inhibitoryReversal, neuron.inhibitoryDecay, neuron.inhibitoryCharge, neuron.inhibitoryRate),
    ].map { ($0.0, $0.1, $0.2 * $0.3, $0.2 * $0.2 * $0.3 / 2) }
    let effective = channels.map { $0.mean - $0.intensity / c }
    a1 = (neuron.leak + effective.reduce(0, +)) / c
    a0 =
      (neuron.leak * neuron.leakReversal + neuron.current
        + zip(effective, channels).reduce(0) { $0 + $1.0 * $1.1.reversal }) / c
  }

  /// Coefficients of B(V) = b2 V^2 - 2 b1 V + b0.
  var noise: (b0: Double, b1: Double, b2: Double) {
    let c2 = neuron.capacitance * neuron.capacitance
    return channels.reduce((0, 0, 0)) {
      let d = $1.intensity / c2
      return ($0.0 + d * $1.reversal * $1.reversal, $0.1 + d * $1.reversal, $0.2 + d)
    }
  }

  /// Voltage std of change per root time at `voltage` for channel `k`: sqrt(D/tau) (E - V) / C, mV/ms.
  private func velocity(_ k: Int, _ voltage: Double) -> Double {
    let channel = channels[k]
    return (channel.intensity / channel.decay).squareRoot() * (channel.reversal - voltage)
      / neuron.capacitance
  }

  private func diffusion(_ voltage: Double) -> Double {
    let c2 = neuron.capacitance * neuron.capacitance
    return channels.reduce(0) { $0 + $1.intensity * ($1.reversal - voltage) * ($1.reversal - voltage) / c2 }
  }

  /// ln S(V), whose derivative is A/B, up to a constant.
  private func logScale(_ voltage: Double) -> Double {
    let (_, b1, b2) = noise
    let c2 = neuron.capacitance * neuron.capacitance
    let log = -a1 / (2 * b2) * EngramMath.log(diffusion(voltage))
    let slope = channels.reduce(0) { $0 + $1.intensity * (voltage - $1.reversal) / c2 }
    // b0 b2 - b1^2, without its cancellation.
    let product = channels[0].intensity * channels[1].intensity
    let delta = product.squareRoot() * abs(channels[0].reversal - channels[1].reversal) / c2
    let rest = a0 - a1 * b1 / b2
    return delta > 0 ? log + rest / delta * atan(slope / delta) : log - rest / slope
  }

  /// Relative error to ask of integrals of S: ln S is a difference of terms that may be 1e8 times as large.
  private var tolerance: Double {
    let (_, b1, b2) = noise
    let delta =
      (channels[0].intensity * channels[1].intensity).squareRoot()
      * abs(channels[0].reversal - channels[1].reversal) / (neuron.capacitance * neuron.capacitance)
    return max(1e-11, 1e-14 * (a1 / (2 * b2) + (delta > 0 ? abs(a0 - a1 * b1 / b2) / delta : 0)))
  }

  /// Mean first-passage time from `start` to `end`, ms; infinite where it exceeds what a double holds.
  func passageTime(from start: Double, to end: Double) throws -> Double {
    let (_, b1, b2) = noise
    guard b2 > 0 else { return deterministicTime(from: start, to: end) }
    var low = min(start, a0 / a1) - 60
    let single = channels.count { $0.intensity > 0 } == 1
    if single, b1 / b2 < end { low = max(low, b1 / b2) }
    let tolerance = tolerance
    let inner = { (voltage: Double) throws -> Double in
      let here = logScale(voltage)
      return try integrate(from: low, to: voltage, tolerance: tolerance) {
        let b = diffusion($0)
        return b > 0 ? exp(logScale($0) - here) / b : 0
      }.value
    }
    return try integrate(from: start, to: end, tolerance: 10 * tolerance) { try inner($0) }.value
  }

  private func deterministicTime(from start: Double, to end: Double) -> Double {
    let rest = a0 / a1
    return rest > end ? log((rest - start) / (rest - end)) / a1 : .infinity
  }

  private func rate(_ passage: Double) -> Double { 1000 / (neuron.refractoryPeriod + passage) }

  /// F0: the limit of vanishing decay times at fixed intensity.
  func whiteNoise() throws -> Double { rate(try passageTime(from: neuron.reset, to: neuron.threshold)) }

  /// Shifts of threshold and reset of order sqrt(tau), mV: |zeta(1/2)| times velocity times decay time.
  var shifts: (threshold: Double, reset: Double) {
    let z = 1.460_354_508_809_586_8
    let at = channels.indices.map { velocity($0, neuron.threshold) }
    let norm = at.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm > 0 else { return (0, 0) }
    let threshold = zip(channels, at).reduce(0) { $0 + $1.0.decay * $1.1 * $1.1 }
    let reset = channels.indices.reduce(0) {
      let decay = channels[$1].decay
      return $0 + decay * at[$1] * velocity($1, neuron.reset) * exp(-neuron.refractoryPeriod / decay)
    }
    return (z * threshold / norm, z * reset / norm)
  }

  /// F1: F0 between shifted reset and threshold; not valid where they have crossed.
  func corrected() throws -> (rate: Double, valid: Bool) {
    let (threshold, reset) = shifts
    let (start, end) = (neuron.reset + reset, neuron.threshold + threshold)
    guard start < end else { return (1000 / neuron.refractoryPeriod, false) }
    return (rate(try passageTime(from: start, to: end)), true)
  }

  /// ETA: additive noise with the effective time constant; with `shifted`, between shifted reset and threshold.
  func additive(shifted: Bool) throws -> Double {
    let total = neuron.leak + channels.reduce(0) { $0 + $1.mean }
    let pull =
      neuron.leak * neuron.leakReversal + neuron.current + channels.reduce(0) { $0 + $1.mean * $1.reversal }
    let (mean, tau) = (pull / total, neuron.capacitance / total)
    let power = channels.reduce(0) { $0 + $1.intensity * ($1.reversal - mean) * ($1.reversal - mean) }
    let sd = (2 * tau * power).squareRoot() / neuron.capacitance
    let moved = shifted ? shifts : (0, 0)
    let (start, end) = (neuron.reset + moved.1, neuron.threshold + moved.0)
    guard sd > 0 else { return rate(mean > end ? tau * log((mean - start) / (mean - end)) : .infinity) }
    let integral = try integrate(from: (start - mean) / sd, to: (end - mean) / sd, tolerance: 1e-11) {
      scaledComplementaryErrorFunction(-$0)
    }.value
    return rate(tau * Double.pi.squareRoot() * integral)
  }

  /// The slower decay time over the effective membrane time; the expansion wants it small.
  var slowness: Double {
    let total = neuron.leak + channels.reduce(0) { $0 + $1.mean }
    return max(channels[0].decay, channels[1].decay) * total / neuron.capacitance
  }

  /// Mean (mV) and variance (mV^2) of the voltage without spikes; the variance is infinite where A1 <= b2.
  var moments: (mean: Double, variance: Double) {
    let mean = a0 / a1
    let b2 = noise.b2
    return (mean, a1 > b2 ? diffusion(mean) / (a1 - b2) : .infinity)
  }
}
