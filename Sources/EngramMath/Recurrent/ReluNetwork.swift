/// The weights of a rectified network, or their gradient, or a direction among them.
public struct ReluWeights<Element: Real>: Sendable, Equatable {
  /// [post, pre].
  public var recurrent: Tensor<Element>
  /// [unit, channel].
  public var input: Tensor<Element>
  /// [output, unit].
  public var output: Tensor<Element>
  /// [output].
  public var bias: Tensor<Element>

  public init(
    recurrent: Tensor<Element>, input: Tensor<Element>, output: Tensor<Element>, bias: Tensor<Element>
  ) {
    (self.recurrent, self.input, self.output, self.bias) = (recurrent, input, output, bias)
  }

  /// Zeros in the same shapes.
  public var zeroed: ReluWeights {
    func zero(_ x: Tensor<Element>) -> Tensor<Element> { Tensor.zeros(x.shape) }
    return ReluWeights(recurrent: zero(recurrent), input: zero(input), output: zero(output), bias: zero(bias))
  }
}

/// A recurrent network of rectified units whose leak lies inside the rectification, with a linear read-out, from rest:
/// z_t = max(u_t, 0) with u_t = decay z_t-1 + gain (W z_t-1 + Win x_t), y_t = Wout z_t + b.
///
/// `LeakyReluNetwork` has the leak outside. Gradient and the product of the Hessian with a direction are written out; rectification has no second derivative, so both are exact off the threshold. Arrays are [step, trial, …], so that all
/// that does not depend on the step before is one matrix product over all steps.
public struct ReluNetwork<Element: Real>: Sendable {
  public var decay: Element
  public var gain: Element

  public init(decay: Element, gain: Element) { (self.decay, self.gain) = (decay, gain) }

  /// What a forward pass leaves.
  public struct Pass: Sendable {
    /// [step, trial, channel].
    public let input: Tensor<Element>
    /// z_0 = 0 to z_T; [step + 1, trial, unit].
    public let rates: Tensor<Element>
    /// 1 where a unit is above threshold, else 0; [step, trial, unit].
    public let slopes: Tensor<Element>
    /// y_1 to y_T; [step, trial, output].
    public let outputs: Tensor<Element>

    /// Numbers of steps, trials, units, channels and outputs.
    var size: (steps: Int, trials: Int, units: Int, channels: Int, outputs: Int) {
      (input.shape[0], input.shape[1], slopes.shape[2], input.shape[2], outputs.shape[2])
    }
  }

  /// Runs the network.
  ///
  /// - Parameter input: [step, trial, channel]; at least one step.
  /// - Throws: `MathError.shape` when weights and input do not fit together.
  public func run(_ input: Tensor<Element>, _ weights: ReluWeights<Element>) throws(MathError) -> Pass {
    guard input.rank == 3, input.shape[0] > 0 else {
      throw .shape("the input should be [step, trial, channel] with at least one step, not \(input.shape)")
    }
    let (steps, trials, channels) = (input.shape[0], input.shape[1], input.shape[2])
    let units = weights.recurrent.rows
    let outputs = weights.output.rows
    guard weights.recurrent.shape == [units, units], weights.input.shape == [units, channels],
      weights.output.shape == [outputs, units], weights.bias.shape == [outputs]
    else {
      throw .shape(
        "W \(weights.recurrent.shape), Win \(weights.input.shape), Wout \(weights.output.shape) and b "
          + "\(weights.bias.shape) do not fit together and to \(channels) input channels")
    }
    let block = trials * units
    var u: [Element] = zeroElements(steps * block)
    var z: [Element] = zeroElements((steps + 1) * block)
    var h: [Element] = zeroElements(steps * block)
    Self.product(steps * trials, units, channels, gain, input.elements, weights.input.elements, true, 0, &u)
    u.withUnsafeMutableBufferPointer { u in
      z.withUnsafeMutableBufferPointer { z in
        h.withUnsafeMutableBufferPointer { h in
          guard let u = u.baseAddress, let z = z.baseAddress, let h = h.baseAddress, block > 0 else { return }
          for t in 0..<steps {
            let (now, before) = (u + t * block, z + t * block)
            if t > 0 {
              Element.gemm(
                false, true, trials, units, units, gain, before, units, weights.recurrent.elements, units, 1,
                now, units)
              if decay != 0 {
                Kernel.addScaled(decay, before, now, block)
              }
            }
            Kernel.rectifyAndGate(now, before + block, h + t * block, block)
          }
        }
      }
    }
    let flat = z
    var y: [Element] = zeroElements(steps * trials * outputs)
    Kernel.repeatRow(weights.bias.elements, steps * trials, outputs, &y)
    flat.withUnsafeBufferPointer { flat in
      guard let flat = flat.baseAddress, block > 0, outputs > 0 else { return }
      Element.gemm(
        false, true, steps * trials, outputs, units, 1, flat + block, units, weights.output.elements, units,
        1, &y, outputs)
    }
    return Pass(
      input: input, rates: Tensor(z, shape: [steps + 1, trials, units]),
      slopes: Tensor(h, shape: [steps, trials, units]), outputs: Tensor(y, shape: [steps, trials, outputs]))
  }

  /// C = alpha A op(B) + beta C for row-major A [m, k]; B is [n, k] when `transposed`, else [k, n].
  static func product(
    _ m: Int, _ n: Int, _ k: Int, _ alpha: Element, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>,
    _ transposed: Bool, _ beta: Element, _ c: UnsafeMutablePointer<Element>
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    Element.gemm(false, transposed, m, n, k, alpha, a, k, b, transposed ? k : n, beta, c, n)
  }
}

extension Kernel {
  /// y += a x.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func addScaled<Element: Real>(
    _ a: Element, _ x: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] += a * x[i] }
  }

  /// z = max(u, 0), slope = 1 where u is positive, else 0; NaN stays NaN.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func rectifyAndGate<Element: Real>(
    _ u: UnsafePointer<Element>, _ z: UnsafeMutablePointer<Element>, _ slope: UnsafeMutablePointer<Element>,
    _ count: Int
  ) {
    for i in 0..<count {
      z[i] = u[i] > 0 ? u[i] : u[i] <= 0 ? 0 : u[i]
      slope[i] = u[i] > 0 ? 1 : 0
    }
  }
}
