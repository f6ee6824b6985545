extension LeakyReluNetwork {
  /// The exact gradient, by backpropagation through time: credit(t) = h (L + gain W' credit(t+1)) + leak credit(t+1) with
  /// L = Wout' error, h = 1 where z is positive; dW = gain sum of credit(t) z(t-1)'.
  ///
  /// - Parameters:
  ///   - activity: Of `run`; its potentials are overwritten by the credit, which spares as much memory again.
  ///   - errors: Derivative of the loss by the output [step, trial, output] at the steps of `range`.
  /// - Returns: The derivatives by the blocks, in their places.
  public func gradient(
    _ activity: inout LeakyReluActivity<Element>, errors: Tensor<Element>, _ range: Range<Int>
  ) -> LeakyReluNetwork {
    propagate(&activity, errors, range)
    var result = zeros
    result.addGradient(
      activity.potentials.elements, activity.rates.elements, activity.input.elements, gain,
      range.upperBound * activity.trials)
    result.addReadout(errors.elements, activity, range)
    return result
  }

  /// Overwrites the potentials by the credit of each step before the end of `range`.
  func propagate(
    _ activity: inout LeakyReluActivity<Element>, _ errors: Tensor<Element>, _ range: Range<Int>
  ) {
    let (trials, n, end) = (activity.trials, units, range.upperBound)
    let shape = activity.potentials.shape
    var credit = activity.potentials.elements
    activity.potentials = Tensor([], shape: [0])
    credit.withUnsafeMutableBufferPointer { buffer in
      guard let credit = buffer.baseAddress else { return }
      feedback(errors.elements, output, into: credit, range, trials: trials)
      activity.rates.elements.withUnsafeBufferPointer { z in
        guard let z = z.baseAddress else { return }
        forEachChunk(trials) { first, count in
          for t in (0..<end).reversed() {
            let place = (t * trials + first) * n
            let (now, later) = (credit + place, credit + place + trials * n)
            let active = z + place + trials * n
            if t + 1 == end {
              Kernel.gateByRate(now, active, count * n)
            } else {
              Element.gemm(
                false, false, count, n, n, gain, later, n, recurrent.elements, n, range.contains(t) ? 1 : 0,
                now, n)
              Kernel.gateAndLeak(now, active, later, leak, count * n)
            }
          }
        }
      }
    }
    activity.potentials = Tensor(credit, shape: shape)
  }

  /// credit = error weights at the steps of `range`.
  func feedback(
    _ errors: [Element], _ weights: Tensor<Element>, into credit: UnsafeMutablePointer<Element>,
    _ range: Range<Int>, trials: Int, adding: Bool = false
  ) {
    Element.gemm(
      false, false, range.count * trials, units, outputs, 1, errors, outputs, weights.elements, units,
      adding ? 1 : 0, credit + range.lowerBound * trials * units, units)
  }

  /// All blocks zero, with the same constants: where a gradient starts.
  var zeros: LeakyReluNetwork {
    var result = self
    result.recurrent = Tensor.zeros(recurrent.shape)
    result.input = Tensor.zeros(input.shape)
    result.output = Tensor.zeros(output.shape)
    result.bias = zeroElements(bias.count)
    return result
  }

  /// Adds factor post' pre over `rows` rows to the recurrent block, and factor post' x to the input block.
  mutating func addGradient(
    _ post: [Element], _ pre: [Element], _ x: [Element], _ factor: Element, _ rows: Int
  ) {
    let n = units
    addOuter(post, pre, factor, rows, n, n, to: &recurrent.elements)
    addOuter(post, x, factor, rows, n, channels, to: &input.elements)
  }

  /// Adds error' rates to the output block, and the sum of errors to the biases.
  mutating func addReadout(
    _ errors: [Element], _ activity: LeakyReluActivity<Element>, _ range: Range<Int>, rates: [Element]? = nil
  ) {
    let rows = range.count * activity.trials
    let (n, outputs) = (units, outputs)
    (rates ?? activity.rates.elements).withUnsafeBufferPointer { z in
      output.elements.withUnsafeMutableBufferPointer { sum in
        guard let z = z.baseAddress, let sum = sum.baseAddress else { return }
        Element.gemm(
          true, false, outputs, n, rows, 1, errors, outputs, z + (range.lowerBound + 1) * activity.trials * n,
          n, 1, sum, n)
      }
    }
    if rates == nil { Kernel.addRows(errors, rows, outputs, &bias) }
  }
}
