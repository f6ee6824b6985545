/// The presynaptic low-pass that eligibility is made of: e(t) = leak e(t-1) + gain pre(t), from 0.
public struct PresynapticTrace<Element: Real>: Sendable {
  /// e [trial, pre].
  public private(set) var values: Tensor<Element>
  private let leak: Element
  private let gain: Element

  public init(trials: Int, pre: Int, leak: Element, gain: Element) {
    values = Tensor.zeros([trials, pre])
    (self.leak, self.gain) = (leak, gain)
  }

  /// The trace one step later, with presynaptic activity [trial, pre].
  public mutating func advance(_ pre: Tensor<Element>) {
    precondition(pre.shape == values.shape, "activity \(pre.shape) does not fit a trace \(values.shape)")
    Kernel.decay(leak, &values.elements, gain, pre.elements, pre.count)
  }
}

/// sum [post, pre] += factor times the sum over trials of post [trial, post] and pre [trial, pre].
public func addOuter<Element: Real>(
  _ post: Tensor<Element>, _ pre: Tensor<Element>, factor: Element = 1, to sum: inout Tensor<Element>
) {
  precondition(post.rows == pre.rows && sum.shape == [post.columns, pre.columns], "shapes do not fit")
  addOuter(post.elements, pre.elements, factor, post.rows, post.columns, pre.columns, to: &sum.elements)
}

/// sum[i, j] += factor sum over rows of post[row, i] pre[row, j], on several threads by blocks of i.
func addOuter<Element: Real>(
  _ post: [Element], _ pre: [Element], _ factor: Element, _ rows: Int, _ m: Int, _ n: Int,
  to sum: inout [Element]
) {
  guard m > 0, n > 0, rows > 0 else { return }
  post.withUnsafeBufferPointer { post in
    sum.withUnsafeMutableBufferPointer { sum in
      guard let post = post.baseAddress, let sum = sum.baseAddress else { return }
      parallelFor(m, grain: 64) { range in
        let first = range.lowerBound
        Element.gemm(
          true, false, range.count, n, rows, factor, post + first, m, pre, n, 1, sum + first * n, n)
      }
    }
  }
}

/// The product of equal shapes, element by element.
public func hadamard<Element: Real>(_ a: Tensor<Element>, _ b: Tensor<Element>) -> Tensor<Element> {
  precondition(a.shape == b.shape, "shapes \(a.shape) and \(b.shape) differ")
  return Tensor(shape: a.shape) { Kernel.product(a.elements, b.elements, $0, a.count) }
}
