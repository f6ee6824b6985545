/// The semi-implicit step of Morris-Lecar neurons side by side, and its exact derivative.
///
/// Both gates of V come from one exponential e = exp((V - V3) / 2 V4): w_inf = e^4 / (1 + e^4) and
/// tau_w = 2 e / phi (1 + e^2). Fractions are brought to one denominator, which leaves three divisions a step.
struct MorrisLecarKernel<L: Lanes>: Sendable {
  private let activationSlope, activationShift, recoverySlope, recoveryShift: L.Scalar
  /// Half a step times the recovery rate, and half a step times each conductance over the capacitance.
  private let halfRate, halfCalcium, halfPotassium, halfLeak: L.Scalar
  /// A step times each conductance and reversal over the capacitance; `base` holds leak, bias and offset.
  private let pullCalcium, pullPotassium, base, pullInput: L.Scalar
  private let outputSlope, outputShift: L.Scalar
  /// e^6 must stay finite.
  private let recoveryLimit: L.Scalar = L.greatestExponent / 6

  init(_ population: MorrisLecarPopulation) {
    let cell = population.cell
    let half = population.dt / 2 / cell.capacitance
    func scalar(_ x: Double) -> L.Scalar { L.Scalar(x) }
    activationSlope = scalar(-2 / cell.activationWidth)
    activationShift = scalar(2 * cell.activationMiddle / cell.activationWidth)
    recoverySlope = scalar(0.5 / cell.recoveryWidth)
    recoveryShift = scalar(-0.5 * cell.recoveryMiddle / cell.recoveryWidth)
    halfRate = scalar(population.dt / 2 * cell.recoveryRate)
    halfCalcium = scalar(half * cell.calcium)
    halfPotassium = scalar(half * cell.potassium)
    halfLeak = scalar(half * cell.leak)
    pullCalcium = scalar(2 * half * cell.calcium * cell.calciumReversal)
    pullPotassium = scalar(2 * half * cell.potassium * cell.potassiumReversal)
    base = scalar(
      2 * half
        * (cell.leak * cell.leakReversal + population.currentScale * population.bias
          + population.currentOffset)
    )
    pullInput = scalar(2 * half * population.currentScale)
    outputSlope = scalar(-1 / population.outputSlope)
    outputShift = scalar(population.outputThreshold / population.outputSlope)
  }

  /// Advances `v` and `w` under the input `z`; returns the new synaptic output.
  @inline(__always)
  func step(_ v: inout L, _ w: inout L, _ z: L) -> L {
    let a = L.exponential((v * activationSlope + activationShift).limited(L.greatestExponent))
    let e = L.exponential((v * recoverySlope + recoveryShift).limited(recoveryLimit))
    let square = e * e
    let fourth = square * square
    let q = (square + 1) * halfRate
    let d = fourth + 1
    let double = e + e
    w = ((double - q) * d * w + (q + q) * fourth) / ((double + q) * d)
    let one = a + 1
    let g = one * (w * halfPotassium + halfLeak) + halfCalcium
    let pull = one * (w * pullPotassium + (z * pullInput + base)) + pullCalcium
    v = (v * (one - g) + pull) / (one + g)
    return output(v)
  }

  /// The synaptic output 1 / (1 + exp(-(V - Vt) / Kp)).
  @inline(__always)
  func output(_ v: L) -> L {
    L(repeating: 1) / (L.exponential((v * outputSlope + outputShift).limited(L.greatestExponent)) + 1)
  }

  /// One step backward: from the loss's derivatives by the state after the step to those by the state before it.
  ///
  /// - Parameters:
  ///   - v, w: The state before the step; `next`, `nextW`: after it.
  ///   - vSlope, wSlope: Derivatives by the state after, replaced by those by the state before.
  /// - Returns: The derivative by the input z.
  @inline(__always)
  func stepBack(_ v: L, _ w: L, _ next: L, _ nextW: L, _ vSlope: inout L, _ wSlope: inout L) -> L {
    let a = L.exponential((v * activationSlope + activationShift).limited(L.greatestExponent))
    let e = L.exponential((v * recoverySlope + recoveryShift).limited(recoveryLimit))
    let square = e * e
    let fourth = square * square
    let m = L(repeating: 1) / (a + 1)
    let target = fourth / (fourth + 1)
    let q = (square + 1) * halfRate
    let double = e + e
    let inverse = L(repeating: 1) / (double + q)
    let share = (double - q) * inverse  // (tau - dt/2) / (tau + dt/2)

    let g = m * halfCalcium + nextW * halfPotassium + halfLeak
    let weight = vSlope / (g + 1)
    let gSlope = -weight * (v + next)
    // Through m and the new w: conductance and pull.
    let mSlope = gSlope * halfCalcium + weight * pullCalcium
    let total = wSlope + gSlope * halfPotassium + weight * pullPotassium
    // m' = 2 m (1 - m) / V2, w_inf' = 2 w_inf (1 - w_inf) / V4, tau' = -tau (e^2 - 1) / (e^2 + 1) / 2 V4.
    let targetSlope = target * (L(repeating: 1) - target) * (q + q) * inverse * (recoverySlope * 4)
    let timeSlope = (w - nextW) * double * inverse * ((square - 1) / (square + 1)) * (-recoverySlope)
    vSlope =
      weight * (L(repeating: 1) - g) - mSlope * m * (L(repeating: 1) - m) * activationSlope
      + total * (targetSlope + timeSlope)
    wSlope = total * share
    return weight * pullInput
  }

  /// The derivative of the output by V, given the output.
  @inline(__always)
  func outputDerivative(_ s: L) -> L { s * (s - 1) * outputSlope }
}
