/// How far the activity of each presynaptic unit has reached each cell type through each type that it contacts: the
/// state, of C² N numbers a trial, by which ModProp runs forward in time.
///
/// For postsynaptic type b, n(t) = leak n(t-1) + hop (A e(t-1) 1_b + A D n(t-1)) with A [post, pre] the mean weights between
/// types, D their sizes and e the presynaptic trace. Source: Liu et al. (2022) arXiv:2206.01338, in the author's code's form.
public struct ModulatoryTraces<Element: Real>: Sendable {
  /// n [contacted type, reached type, trial, pre].
  public private(set) var values: Tensor<Element>
  private let step: [Element]
  private let drives: [[Element]]
  private let types: Int

  /// - Parameters:
  ///   - means: A [post type, pre type].
  ///   - sizes: Units of each type.
  ///   - hop: The factor of one crossing of the recurrent weights: mu times gain.
  public init(trials: Int, pre: Int, means: Matrix, sizes: [Int], leak: Double, hop: Double) {
    types = sizes.count
    values = Tensor.zeros([types, types, trials, pre])
    var step: [Element] = []
    for a in 0..<types {
      for c in 0..<types {
        step.append(Element((a == c ? leak : 0) + hop * means[a, c] * Double(sizes[c])))
      }
    }
    self.step = step
    drives = sizes.indices.map { b in sizes.indices.map { a in Element(hop * means[a, b]) } }
  }

  /// The traces one step later; `eligibility` is still that of the step before, [trial, pre].
  public mutating func advance(_ eligibility: Tensor<Element>) {
    let (count, types) = (eligibility.count, types)
    values.elements.withUnsafeMutableBufferPointer { n in
      guard let n = n.baseAddress else { return }
      parallelFor(chunks: types) { b in
        Kernel.modulate(n + b * types * count, step, drives[b], eligibility.elements, types, count)
      }
    }
  }

  /// sums [contacted type, pre] += the traces times the credit [reached type, trial] of each type reached.
  public func collect(_ credit: Tensor<Element>, to sums: inout Tensor<Element>) {
    let (rows, pre) = (types * values.shape[2], values.shape[3])
    guard pre > 0, rows > 0 else { return }
    values.elements.withUnsafeBufferPointer { n in
      sums.elements.withUnsafeMutableBufferPointer { sum in
        guard let n = n.baseAddress, let sum = sum.baseAddress else { return }
        for b in 0..<types {
          Element.gemv(true, rows, pre, 1, n + b * rows * pre, credit.elements, 1, sum + b * pre)
        }
      }
    }
  }
}
