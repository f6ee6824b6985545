/// A recurrent network of leaky rectified-linear rate units: v(t) = leak v(t-1) + gain (W z(t-1) + Win x(t)),
/// z = max(v - threshold, 0), y = Wout z + b, from v = z = 0.
///
/// Source: Liu et al. (2022) arXiv:2206.01338. Arrays over a batch are time first, [time, trial, unit], so that one matrix
/// product serves all trials of a step.
public struct LeakyReluNetwork<Element: Real>: Sendable {
  /// W [post, pre].
  public var recurrent: Tensor<Element>
  /// Win [unit, channel].
  public var input: Tensor<Element>
  /// Wout [output, unit].
  public var output: Tensor<Element>
  /// b [output].
  public var bias: [Element]
  public var leak: Element
  public var gain: Element
  public var threshold: Element

  /// - Throws: `MathError.shape` when the blocks do not fit together.
  public init(
    recurrent: Tensor<Element>, input: Tensor<Element>, output: Tensor<Element>, bias: [Element],
    leak: Element, gain: Element, threshold: Element = 0
  ) throws(MathError) {
    guard recurrent.rank == 2, recurrent.rows == recurrent.columns, input.rank == 2, output.rank == 2,
      input.rows == recurrent.rows, output.columns == recurrent.rows, bias.count == output.rows
    else {
      throw .shape(
        "recurrent weights \(recurrent.shape), input weights \(input.shape), output weights \(output.shape) and "
          + "\(bias.count) biases are no network: they should be [unit, unit], [unit, channel], [output, unit] and [output]"
      )
    }
    (self.recurrent, self.input, self.output, self.bias) = (recurrent, input, output, bias)
    (self.leak, self.gain, self.threshold) = (leak, gain, threshold)
  }

  public var units: Int { recurrent.rows }
  public var channels: Int { input.columns }
  public var outputs: Int { output.rows }

  /// Trials that one thread takes through all steps: a fixed partition, so that sums do not depend on threads.
  static var trialsOfChunk: Int { 32 }

  /// Runs one batch.
  ///
  /// - Parameter x: Input [time, trial, channel].
  /// - Throws: `MathError.shape` when the input has another number of channels, or no axes of time and trials.
  public func run(_ x: Tensor<Element>) throws(MathError) -> LeakyReluActivity<Element> {
    guard x.rank == 3, x.shape[2] == channels else {
      throw .shape("input of shape \(x.shape) does not fit a network of \(channels) input channels")
    }
    let (steps, trials, n) = (x.shape[0], x.shape[1], units)
    let block = trials * n
    let rest: [Element] = zeroElements(block)
    var potentials = [Element]()
    let rates = Tensor<Element>(shape: [steps + 1, trials, n]) { z in
      potentials =
        Tensor<Element>(shape: [steps, trials, n]) { v in
          z.update(from: rest, count: block)
          drive(x.elements, input, into: v, steps: steps, trials: trials)
          forEachChunk(trials) { first, count in
            for t in 0..<steps {
              let place = t * block + first * n
              if t > 0 {
                Element.gemm(
                  false, true, count, n, n, gain, z + place, n, recurrent.elements, n, 1, v + place, n)
                Kernel.leakAndRectify(
                  v + place, v + place - block, z + place + block, leak, threshold, count * n)
              } else {
                Kernel.leakAndRectify(v + place, rest, z + place + block, leak, threshold, count * n)
              }
            }
          }
        }.elements
    }
    return LeakyReluActivity(
      input: x, potentials: Tensor(potentials, shape: [steps, trials, n]), rates: rates)
  }

  /// v = gain x weights', over all steps at once.
  func drive(
    _ x: [Element], _ weights: Tensor<Element>, into v: UnsafeMutablePointer<Element>, steps: Int, trials: Int
  ) {
    guard channels > 0 else { return v.update(repeating: 0, count: steps * trials * units) }
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return }
      parallelFor(steps, grain: 64) { range in
        let first = range.lowerBound * trials
        Element.gemm(
          false, true, range.count * trials, units, channels, gain, x + first * channels, channels,
          weights.elements, channels, 0, v + first * units, units)
      }
    }
  }

  func forEachChunk(_ trials: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    parallelFor(trials, grain: Self.trialsOfChunk) { body($0.lowerBound, $0.count) }
  }

  /// y = rates Wout' + b at the steps of `range`; shape [step, trial, output].
  public func outputs(_ activity: LeakyReluActivity<Element>, _ range: Range<Int>) -> Tensor<Element> {
    let (trials, n) = (activity.trials, units)
    return Tensor(shape: [range.count, trials, outputs]) { y in
      Kernel.repeatRow(bias, range.count * trials, outputs, y)
      activity.rates.elements.withUnsafeBufferPointer { z in
        guard let z = z.baseAddress else { return }
        Element.gemm(
          false, true, range.count * trials, outputs, n, 1, z + (range.lowerBound + 1) * trials * n, n,
          output.elements, n, 1, y, outputs)
      }
    }
  }
}

/// What a network did in one batch.
public struct LeakyReluActivity<Element: Real>: Sendable {
  /// x [time, trial, channel].
  public let input: Tensor<Element>
  /// v [time, trial, unit].
  public internal(set) var potentials: Tensor<Element>
  /// z [time + 1, trial, unit]; the first step is the rest before the trial.
  public let rates: Tensor<Element>

  public var steps: Int { input.shape[0] }
  public var trials: Int { input.shape[1] }
}
