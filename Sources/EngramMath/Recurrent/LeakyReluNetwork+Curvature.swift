/// The derivative of a network's activity along a direction of its weights.
public struct LeakyReluTangent<Element: Real>: Sendable {
  /// Derivative of z [time + 1, trial, unit].
  let rates: [Element]
  /// Derivative of y [step, trial, output] at the steps asked for.
  public let outputs: Tensor<Element>
}

extension LeakyReluNetwork {
  /// The derivative of the activity when the weights move along `direction`.
  ///
  /// Source of this and `curvature`: Pearlmutter (1994) "Fast exact multiplication by the Hessian", Neural Comput. 6, 147.
  public func tangent(
    _ activity: LeakyReluActivity<Element>, along direction: LeakyReluNetwork, _ range: Range<Int>
  ) -> LeakyReluTangent<Element> {
    let (steps, trials, n) = (activity.steps, activity.trials, units)
    let block = trials * n
    let rest: [Element] = zeroElements(block)
    var rates: [Element] = zeroElements((steps + 1) * block)
    // The potentials' tangents, only two steps of which are ever needed, overwrite each other step by step.
    var potentials = Tensor<Element>(shape: [steps, trials, n]) {
      drive(activity.input.elements, direction.input, into: $0, steps: steps, trials: trials)
    }.elements
    potentials.withUnsafeMutableBufferPointer { v in
      rates.withUnsafeMutableBufferPointer { moved in
        activity.rates.elements.withUnsafeBufferPointer { z in
          guard let v = v.baseAddress, let moved = moved.baseAddress, let z = z.baseAddress else { return }
          forEachChunk(trials) { first, count in
            for t in 0..<steps {
              let place = t * block + first * n
              if t > 0 {
                Element.gemm(
                  false, true, count, n, n, gain, z + place, n, direction.recurrent.elements, n, 1, v + place,
                  n)
                Element.gemm(
                  false, true, count, n, n, gain, moved + place, n, recurrent.elements, n, 1, v + place, n)
                Kernel.leakAndGate(
                  v + place, v + place - block, z + place + block, moved + place + block, leak, count * n)
              } else {
                Kernel.leakAndGate(
                  v + place, rest, z + place + block, moved + place + block, leak, count * n)
              }
            }
          }
        }
      }
    }
    let start = (range.lowerBound + 1) * block
    let rows = range.count * trials
    let outputs = Tensor<Element>(shape: [range.count, trials, outputs]) { y in
      Kernel.repeatRow(direction.bias, rows, self.outputs, y)
      for (rates, weights) in [(rates, output), (activity.rates.elements, direction.output)] {
        rates.withUnsafeBufferPointer { z in
          guard let z = z.baseAddress else { return }
          Element.gemm(
            false, true, rows, self.outputs, n, 1, z + start, n, weights.elements, n, 1, y, self.outputs)
        }
      }
    }
    return LeakyReluTangent(rates: rates, outputs: outputs)
  }

  /// The Hessian of the loss times `direction`, where the rectifiers' kinks count as if they did not curve.
  ///
  /// - Parameters:
  ///   - activity: Of `run`; its potentials are overwritten.
  ///   - tangent: Of `tangent`, along the same direction and for the same steps.
  ///   - errors: Derivative of the loss by the output at the steps of `range`.
  ///   - turned: The derivative of `errors` along the tangent's outputs.
  public func curvature(
    _ activity: inout LeakyReluActivity<Element>, _ tangent: LeakyReluTangent<Element>,
    along direction: LeakyReluNetwork, errors: Tensor<Element>, turned: Tensor<Element>, _ range: Range<Int>
  ) -> LeakyReluNetwork {
    let (trials, n, end) = (activity.trials, units, range.upperBound)
    propagate(&activity, errors, range)
    let credit = activity.potentials.elements
    let moved = Tensor<Element>(shape: activity.potentials.shape) { moved in
      feedback(turned.elements, output, into: moved, range, trials: trials)
      feedback(errors.elements, direction.output, into: moved, range, trials: trials, adding: true)
      credit.withUnsafeBufferPointer { credit in
        activity.rates.elements.withUnsafeBufferPointer { z in
          guard let credit = credit.baseAddress, let z = z.baseAddress else { return }
          forEachChunk(trials) { first, count in
            for t in (0..<end).reversed() {
              let place = (t * trials + first) * n
              let (now, later) = (moved + place, moved + place + trials * n)
              let active = z + place + trials * n
              if t + 1 == end {
                Kernel.gateByRate(now, active, count * n)
              } else {
                Element.gemm(
                  false, false, count, n, n, gain, later, n, recurrent.elements, n,
                  range.contains(t) ? 1 : 0, now, n)
                Element.gemm(
                  false, false, count, n, n, gain, credit + place + trials * n, n,
                  direction.recurrent.elements, n, 1, now, n)
                Kernel.gateAndLeak(now, active, later, leak, count * n)
              }
            }
          }
        }
      }
    }
    var result = zeros
    result.addGradient(moved.elements, activity.rates.elements, activity.input.elements, gain, end * trials)
    addOuter(credit, tangent.rates, gain, end * trials, n, n, to: &result.recurrent.elements)
    result.addReadout(turned.elements, activity, range)
    result.addReadout(errors.elements, activity, range, rates: tangent.rates)
    return result
  }
}
