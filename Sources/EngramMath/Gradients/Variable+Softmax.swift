extension Variable {
  /// exp(x) over its sum along the last axis; minus infinity gives 0.
  public func softmax() -> Variable {
    Variable(Kernel.softmax(value, logarithm: false), from: [self]) { pull in
      let weighted = pull.gradient * pull.output
      pull.add(0, weighted - pull.output * weighted.sum(over: [-1], keepingAxes: true))
    }
  }

  /// The logarithm of `softmax`, without its rounding.
  public func logSoftmax() -> Variable {
    Variable(Kernel.softmax(value, logarithm: true), from: [self]) { pull in
      let total = pull.gradient.sum(over: [-1], keepingAxes: true)
      pull.add(0, pull.gradient - pull.output.applying(.exponential) * total)
    }
  }

  /// The mean over rows of minus the log probability of each row's label: softmax cross-entropy.
  ///
  /// - Parameter labels: One class for each row of this matrix [row, class].
  public func crossEntropy(_ labels: [Int]) -> Variable {
    precondition(
      shape.count == 2 && shape[0] == labels.count, "\(labels.count) labels do not fit shape \(shape)")
    precondition(
      labels.allSatisfy { $0 >= 0 && $0 < shape[1] }, "a label lies outside the \(shape[1]) classes")
    let places = labels.enumerated().map { $0.offset * shape[1] + $0.element }
    let chosen = logSoftmax().elements(at: places, shape: [labels.count])
    return chosen.mean().scaled(by: -1)
  }

  /// (x - mean) / sqrt(variance + `epsilon`) over the last axis; then `scale` and `shift`, of that axis' length.
  public func layerNormalised(scale: Variable? = nil, shift: Variable? = nil, epsilon: Element = 1e-5)
    -> Variable
  {
    let centred = self - mean(over: [-1], keepingAxes: true)
    let spread = centred.applying(.square).mean(over: [-1], keepingAxes: true)
    var result = centred * spread.scaled(by: 1, plus: epsilon).applying(.power(-0.5))
    if let scale { result = result * scale }
    if let shift { result = result + shift }
    return result
  }

  /// This where `mask` is true, `filler` elsewhere, to which no gradient flows; the mask broadcasts.
  public func masked(_ mask: Tensor<Bool>, filler: Element = 0) -> Variable {
    let plan = Broadcasting(shape, mask.shape)
    precondition(plan.shape == shape, "a mask of shape \(mask.shape) does not fit shape \(shape)")
    let keep = Variable(Kernel.combine(.add, mask.map { $0 ? 1 : 0 }, Tensor.zeros(shape)))
    // Products would turn a masked infinity into NaN: choose instead.
    let result = Tensor<Element>(shape: shape) { out in
      for i in 0..<value.count { out[i] = keep.value.elements[i] != 0 ? value.elements[i] : filler }
    }
    return Variable(result, from: [self]) { $0.add(0, $0.gradient.masked(keep.value.map { $0 != 0 })) }
  }
}

extension Kernel {
  /// Softmax or its logarithm along the last axis, each row less its maximum so that nothing overflows.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func softmax<Element: Real>(_ x: Tensor<Element>, logarithm: Bool) -> Tensor<Element> {
    let length = x.shape.last ?? 1
    guard length > 0 else { return x }
    return Tensor(shape: x.shape) { out in
      x.elements.withUnsafeBufferPointer { x in
        withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { total in
          for row in 0..<x.count / length {
            let y = out + row * length
            var greatest = -Element.infinity
            for i in 0..<length { greatest = max(greatest, x[row * length + i]) }
            // A row of minus infinities has no finite maximum to subtract.
            let shift = greatest == -.infinity ? 0 : greatest
            for i in 0..<length { y[i] = x[row * length + i] - shift }
            if logarithm {
              withUnsafeTemporaryAllocation(of: Element.self, capacity: length) { powers in
                guard let powers = powers.baseAddress else { return }
                Element.apply(.exponential, y, powers, length)
                total[0] = sum(powers, length)
              }
              Element.apply(.logarithm, &total[0], &total[0], 1)
              for i in 0..<length { y[i] -= total[0] }
            } else {
              Element.apply(.exponential, y, y, length)
              let scale = 1 / sum(y, length)
              for i in 0..<length { y[i] *= scale }
            }
          }
        }
      }
    }
  }
}
