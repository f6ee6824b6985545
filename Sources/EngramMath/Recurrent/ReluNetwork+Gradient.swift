extension ReluNetwork {
  /// The exact gradient of a loss, and the adjoints it is made of.
  public struct Gradient: Sendable {
    public let weights: ReluWeights<Element>
    /// Derivative of the loss by u_t; [step, trial, unit].
    public let adjoints: Tensor<Element>
  }

  /// Backpropagation through time.
  ///
  /// lambda_t = h_t (L_t + gain Wᵀ lambda_t+1 + decay lambda_t+1), L_t = Woutᵀ error_t.
  /// - Parameter errors: Derivative of the loss by y_t; [step, trial, output].
  public func gradient(_ pass: Pass, _ weights: ReluWeights<Element>, errors: Tensor<Element>) -> Gradient {
    let (steps, trials, units, _, outputs) = pass.size
    precondition(errors.shape == pass.outputs.shape, "errors of shape \(errors.shape)")
    var lambda: [Element] = zeroElements(steps * trials * units)
    Self.product(
      steps * trials, units, outputs, 1, errors.elements, weights.output.elements, false, 0, &lambda)
    carryBack(&lambda, pass, weights)
    let adjoints = Tensor(lambda, shape: pass.slopes.shape)
    var result = weights.zeroed
    outer(adjoints.elements, pass.rates.elements, gain, into: &result.recurrent)
    outer(adjoints.elements, pass.input.elements, gain, into: &result.input)
    outer(errors.elements, Array(pass.rates.elements[(trials * units)...]), 1, into: &result.output)
    result.bias = Self.columnSums(errors, outputs)
    return Gradient(weights: result, adjoints: adjoints)
  }

  /// Turns what reaches each step from outside into adjoints, from the last step to the first.
  func carryBack(_ lambda: inout [Element], _ pass: Pass, _ weights: ReluWeights<Element>) {
    let (steps, trials, units, _, _) = pass.size
    let block = trials * units
    lambda.withUnsafeMutableBufferPointer { lambda in
      pass.slopes.elements.withUnsafeBufferPointer { h in
        guard let lambda = lambda.baseAddress, let h = h.baseAddress, block > 0 else { return }
        for t in (0..<steps).reversed() {
          let (now, after) = (lambda + t * block, lambda + (t + 1) * block)
          if t < steps - 1 {
            Self.product(trials, units, units, gain, after, weights.recurrent.elements, false, 1, now)
            if decay != 0 { Kernel.addScaled(decay, after, now, block) }
          }
          Kernel.gate(now, h + t * block, block)
        }
      }
    }
  }

  /// Adds alpha Σ post ⊗ pre over all rows; the first rows of `pre` are taken, as many as `post` has.
  public func outer(_ post: [Element], _ pre: [Element], _ alpha: Element, into sum: inout Tensor<Element>) {
    let (m, n) = (sum.rows, sum.columns)
    guard m > 0, n > 0, !post.isEmpty else { return }
    Element.gemm(true, false, m, n, post.count / m, alpha, post, m, pre, n, 1, &sum.elements, n)
  }

  /// Sums over all rows of `columns` numbers; shape [columns].
  public static func columnSums(_ x: Tensor<Element>, _ columns: Int) -> Tensor<Element> {
    var sums = Tensor<Element>.zeros([columns])
    guard columns > 0 else { return sums }
    Kernel.addRows(x.elements, x.count / columns, columns, &sums.elements)
    return sums
  }
}

extension Kernel {
  /// y *= h.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func gate<Element: Real>(
    _ y: UnsafeMutablePointer<Element>, _ h: UnsafePointer<Element>, _ count: Int
  ) {
    for i in 0..<count { y[i] *= h[i] }
  }
}
