extension ReluNetwork {
  /// The product of the Hessian of a loss with a direction: the derivative of the gradient along it (R-operator).
  ///
  /// Everything with a tilde is a derivative along the direction V: z~_t = h_t u~_t with u~_t = decay of its leak + gain (V z_t-1 +
  /// W z~_t-1 + Vin x_t); adjoints likewise, with L~_t = Woutᵀ error~_t + Voutᵀ error_t and gain (Wᵀ lambda~_t+1 + Vᵀ lambda_t+1).
  /// Then HV = gain Σ (lambda~_t ⊗ z_t-1 + lambda_t ⊗ z~_t-1), and so on for the other blocks.
  /// - Parameters:
  ///   - gradient: Of the same pass and errors.
  ///   - errorTangent: Derivative of the errors when the outputs [step, trial, output] change by its argument: the Hessian of
  ///     the loss by the outputs times it.
  /// - Complexity: About two backpropagations.
  public func curvature(
    _ pass: Pass, _ weights: ReluWeights<Element>, errors: Tensor<Element>, _ gradient: Gradient,
    along direction: ReluWeights<Element>, errorTangent: (Tensor<Element>) throws -> Tensor<Element>
  ) rethrows -> ReluWeights<Element> {
    let (steps, trials, units, _, outputs) = pass.size
    let block = trials * units
    let rates = tangentRates(pass, weights, direction)
    var y: [Element] = zeroElements(steps * trials * outputs)
    Kernel.repeatRow(direction.bias.elements, steps * trials, outputs, &y)
    let (later, laterTangent) = (Array(pass.rates.elements[block...]), Array(rates[block...]))
    Self.product(
      steps * trials, outputs, units, 1, laterTangent, weights.output.elements, true, 1, &y)
    Self.product(steps * trials, outputs, units, 1, later, direction.output.elements, true, 1, &y)
    let tangent = try errorTangent(Tensor(y, shape: pass.outputs.shape))

    var lambda: [Element] = zeroElements(steps * block)
    Self.product(
      steps * trials, units, outputs, 1, tangent.elements, weights.output.elements, false, 0, &lambda)
    Self.product(
      steps * trials, units, outputs, 1, errors.elements, direction.output.elements, false, 1, &lambda)
    let adjoints = gradient.adjoints.elements
    Self.product(
      (steps - 1) * trials, units, units, gain, Array(adjoints[block...]), direction.recurrent.elements,
      false,
      1, &lambda)
    carryBack(&lambda, pass, weights)

    var result = weights.zeroed
    outer(lambda, pass.rates.elements, gain, into: &result.recurrent)
    outer(adjoints, rates, gain, into: &result.recurrent)
    outer(lambda, pass.input.elements, gain, into: &result.input)
    outer(tangent.elements, later, 1, into: &result.output)
    outer(errors.elements, laterTangent, 1, into: &result.output)
    result.bias = Self.columnSums(tangent, outputs)
    return result
  }

  /// z~_0 = 0 to z~_T; as many elements as the pass has rates.
  private func tangentRates(
    _ pass: Pass, _ weights: ReluWeights<Element>, _ direction: ReluWeights<Element>
  ) -> [Element] {
    let (steps, trials, units, channels, _) = pass.size
    let block = trials * units
    var u: [Element] = zeroElements(steps * block)
    Self.product(
      steps * trials, units, channels, gain, pass.input.elements, direction.input.elements, true, 0, &u)
    Self.product(
      steps * trials, units, units, gain, pass.rates.elements, direction.recurrent.elements, true, 1, &u)
    var z: [Element] = zeroElements((steps + 1) * block)
    u.withUnsafeMutableBufferPointer { u in
      z.withUnsafeMutableBufferPointer { z in
        pass.slopes.elements.withUnsafeBufferPointer { h in
          guard let u = u.baseAddress, let z = z.baseAddress, let h = h.baseAddress, block > 0 else { return }
          for t in 0..<steps {
            let (now, before) = (u + t * block, z + t * block)
            if t > 0 {
              Self.product(trials, units, units, gain, before, weights.recurrent.elements, true, 1, now)
              if decay != 0 { Kernel.addScaled(decay, before, now, block) }
            }
            (before + block).update(from: now, count: block)
            Kernel.gate(before + block, h + t * block, block)
          }
        }
      }
    }
    return z
  }
}
