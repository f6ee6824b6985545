import Glibc

/// A Morris-Lecar neuron: a calcium spike that a slow potassium current ends.
///
/// C dV/dt = I - gCa m(V) (V - ECa) - gK w (V - EK) - gL (V - EL), dw/dt = (w_inf(V) - w) / tau_w(V), in mV, ms,
/// uA/cm2, mS/cm2, uF/cm2. Source: Morris & Lecar (1981) Biophys. J. 35, 193; constants of the presets: Rinzel &
/// Ermentrout (1998) in Methods in Neuronal Modeling, ch. 7.
public struct MorrisLecarCell: Sendable, Equatable {
  public var capacitance = 20.0
  public var calcium = 4.0
  public var calciumReversal = 120.0
  public var potassium = 8.0
  public var potassiumReversal = -84.0
  public var leak = 2.0
  public var leakReversal = -60.0
  /// V1 and V2: where calcium channels are half open, and over which range they open.
  public var activationMiddle = -1.2
  public var activationWidth = 18.0
  /// V3, V4 and phi: the same for potassium channels, and their rate at V3, 1/ms.
  public var recoveryMiddle = 12.0
  public var recoveryWidth = 17.0
  public var recoveryRate = 2 / 30.0

  /// Named sets of constants.
  public enum Preset: String, Sendable, CaseIterable {
    /// Firing begins at 0 Hz, by a saddle-node on an invariant circle.
    case snic
    /// Firing begins at a finite rate, by a subcritical Hopf bifurcation.
    case hopf
    /// The `snic` set with C = 1 and EL = -55 mV: a much stiffer membrane.
    case fastMembrane = "fast-membrane"
  }

  public init(_ preset: Preset = .snic) {
    switch preset {
    case .snic: break
    case .hopf: (recoveryMiddle, recoveryWidth, recoveryRate) = (2, 30, 0.04)
    case .fastMembrane: (capacitance, leakReversal) = (1, -55)
    }
  }

  /// Open fraction of the calcium channels at `v` mV.
  public func activation(_ v: Double) -> Double { (1 + tanh((v - activationMiddle) / activationWidth)) / 2 }
  /// Open fraction to which the potassium channels tend at `v` mV.
  public func recovery(_ v: Double) -> Double { (1 + tanh((v - recoveryMiddle) / recoveryWidth)) / 2 }
  /// Time constant of the potassium channels at `v` mV, ms.
  public func recoveryTime(_ v: Double) -> Double {
    1 / (recoveryRate * cosh((v - recoveryMiddle) / (2 * recoveryWidth)))
  }

  /// The slopes of V (mV/ms) and w (1/ms) under `current`.
  public func slopes(_ v: Double, _ w: Double, current: Double) -> (v: Double, w: Double) {
    let ionic =
      calcium * activation(v) * (v - calciumReversal) + potassium * w * (v - potassiumReversal)
      + leak * (v - leakReversal)
    return ((current - ionic) / capacitance, (recovery(v) - w) / recoveryTime(v))
  }

  /// Derivatives of both slopes by V and w; shape [2, 2].
  public func jacobian(_ v: Double, _ w: Double) -> Matrix {
    let (m, target, time) = (activation(v), recovery(v), recoveryTime(v))
    let mSlope = 2 * m * (1 - m) / activationWidth
    let targetSlope = 2 * target * (1 - target) / recoveryWidth
    let angle = (v - recoveryMiddle) / (2 * recoveryWidth)
    let conductance = calcium * m + potassium * w + leak + calcium * mSlope * (v - calciumReversal)
    return Matrix(
      [
        -conductance / capacitance, -potassium * (v - potassiumReversal) / capacitance,
        targetSlope / time + (target - w) * tanh(angle) / (2 * recoveryWidth * time), -1 / time,
      ], shape: [2, 2])
  }

  /// The current that holds the cell at `v` mV with its gates settled.
  public func steadyCurrent(_ v: Double) -> Double {
    calcium * activation(v) * (v - calciumReversal) + potassium * recovery(v) * (v - potassiumReversal)
      + leak * (v - leakReversal)
  }

  /// One semi-implicit step of `dt` ms: first w, then V with the new w, each by the trapezoidal rule of its linear part.
  ///
  /// First order in `dt`; the denominators are positive whatever the step.
  public func step(_ v: inout Double, _ w: inout Double, current: Double, dt: Double) {
    let (m, time) = (activation(v), recoveryTime(v))
    w = (recovery(v) * dt + (time - dt / 2) * w) / (time + dt / 2)
    let g = (calcium * m + potassium * w + leak) / capacitance
    let e =
      (calcium * m * calciumReversal + potassium * w * potassiumReversal + leak * leakReversal + current)
      / capacitance
    v = (v * (1 - dt * g / 2) + dt * e) / (1 + dt * g / 2)
  }
}
