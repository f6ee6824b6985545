/// A network at one step of one batch, without a memory of the steps before.
public struct LeakyReluState<Element: Real>: Sendable {
  /// v [trial, unit].
  public fileprivate(set) var potentials: Tensor<Element>
  /// z of the step before [trial, unit].
  public fileprivate(set) var before: Tensor<Element>
  /// z [trial, unit].
  public fileprivate(set) var rates: Tensor<Element>
  /// h: 1 where z is positive, else 0 [trial, unit].
  public fileprivate(set) var slopes: Tensor<Element>
}

extension LeakyReluNetwork {
  /// The rest before a trial.
  public func rest(trials: Int) -> LeakyReluState<Element> {
    let zero = Tensor<Element>.zeros([trials, units])
    return LeakyReluState(potentials: zero, before: zero, rates: zero, slopes: zero)
  }

  /// One step with input `x` [trial, channel]; arrays that nobody else holds are used again.
  public func advance(_ state: inout LeakyReluState<Element>, _ x: Tensor<Element>) {
    let n = units
    swap(&state.before, &state.rates)
    state.potentials.elements.withUnsafeMutableBufferPointer { v in
      state.rates.elements.withUnsafeMutableBufferPointer { z in
        state.slopes.elements.withUnsafeMutableBufferPointer { h in
          state.before.elements.withUnsafeBufferPointer { before in
            x.elements.withUnsafeBufferPointer { x in
              guard let v = v.baseAddress, let z = z.baseAddress, let h = h.baseAddress,
                let before = before.baseAddress, let x = x.baseAddress
              else { return }
              forEachChunk(state.before.rows) { first, count in
                let (place, size) = (first * n, count * n)
                Element.gemm(
                  false, true, count, n, n, gain, before + place, n, recurrent.elements, n, leak, v + place, n
                )
                Element.gemm(
                  false, true, count, n, channels, gain, x + first * channels, channels, input.elements,
                  channels, 1, v + place, n)
                Kernel.rectify(v + place, z + place, threshold, size)
                Kernel.rectifierSlope(z + place, h + place, size)
              }
            }
          }
        }
      }
    }
  }

  /// y = Wout z + b [trial, output].
  public func output(_ state: LeakyReluState<Element>) -> Tensor<Element> {
    let trials = state.rates.rows
    return Tensor(shape: [trials, outputs]) { y in
      Kernel.repeatRow(bias, trials, outputs, y)
      Element.gemm(
        false, true, trials, outputs, units, 1, state.rates.elements, units, output.elements, units, 1, y,
        outputs)
    }
  }
}

extension LeakyReluNetwork {
  /// Wout' errors [trial, unit] of errors [trial, output].
  public func feedback(_ errors: Tensor<Element>) -> Tensor<Element> {
    Tensor(shape: [errors.rows, units]) {
      Element.gemm(
        false, false, errors.rows, units, outputs, 1, errors.elements, outputs, output.elements, units, 0, $0,
        units)
    }
  }

  /// Zeros, to which `addReadout` adds.
  public func readoutGradient() -> LeakyReluNetwork { zeros }

  /// The gradient of the read-out alone, which is local; the other blocks are 0.
  public func readoutGradient(
    _ activity: LeakyReluActivity<Element>, errors: Tensor<Element>, _ range: Range<Int>
  ) -> LeakyReluNetwork {
    var result = zeros
    result.addReadout(errors.elements, activity, range)
    return result
  }

  /// Adds what errors [trial, output] of the step of `state` say about the read-out.
  public func addReadout(
    _ errors: Tensor<Element>, _ state: LeakyReluState<Element>, to gradient: inout LeakyReluNetwork
  ) {
    addOuter(errors, state.rates, to: &gradient.output)
    Kernel.addRows(errors.elements, errors.rows, outputs, &gradient.bias)
  }
}
