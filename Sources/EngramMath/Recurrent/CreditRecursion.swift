/// How far credit reaches in `CreditRecursion`.
public enum CreditForm: Sendable { case local, oneHop, uniform, uniformBehindSynapse, exact }

/// Credit that runs backward in time through a recurrent rate network, exact or cut short.
///
/// With g = slope times feedback, hop = gain times the product with the feedback weights, the credit x of a step is, from
/// that of the next:
/// `local` g + leak x'; `oneHop` slope (feedback + hop g') + leak x'; `uniform` g + leak x' + mu hop x';
/// `uniformBehindSynapse` slope (feedback + hop X') + leak x' with X = g + leak X' + mu hop X';
/// `exact` slope (feedback + hop x') + leak x'. Source: Liu et al. (2022) arXiv:2206.01338 and the author's code.
public struct CreditRecursion<Element: Real>: Sendable {
  private let form: CreditForm
  private let leak: Element
  private let gain: Element
  private let mu: Element
  private let weights: Tensor<Element>
  /// Credit of the step after [trial, unit].
  public private(set) var credit: Tensor<Element>
  /// What went through the recurrent weights in the step after: g or X; nil where the credit itself did.
  private var carried: Tensor<Element>

  /// - Parameter weights: Feedback weights [post, pre]; needed by all forms but `local`.
  public init(
    _ form: CreditForm, trials: Int, weights: Tensor<Element>, leak: Element, gain: Element, mu: Element
  ) {
    (self.form, self.weights, self.leak, self.gain, self.mu) = (form, weights, leak, gain, mu)
    credit = Tensor.zeros([trials, weights.rows])
    carried = credit
  }

  /// One step back, with slopes and, where the step has an error, feedback; both [trial, unit].
  public mutating func back(slopes: Tensor<Element>, feedback: Tensor<Element>?) {
    let count = credit.count
    switch form {
    case .local:
      decayCredit(addingProductOf: slopes, feedback)
    case .oneHop, .exact:
      var arrived = hop(form == .exact ? credit : carried)
      if let feedback { Kernel.decay(1, &arrived.elements, 1, feedback.elements, count) }
      Kernel.keepAndAddProduct(leak, arrived.elements, slopes.elements, &credit.elements, count)
      if form == .oneHop {
        carried = feedback.map { hadamard(slopes, $0) } ?? Tensor.zeros(credit.shape)
      }
    case .uniform:
      let arrived = hop(credit)
      decayCredit(addingProductOf: slopes, feedback)
      Kernel.decay(1, &credit.elements, mu, arrived.elements, count)
    case .uniformBehindSynapse:
      var arrived = hop(carried)
      Kernel.decay(leak, &carried.elements, mu, arrived.elements, count)
      if let feedback {
        Kernel.keepAndAddProduct(1, slopes.elements, feedback.elements, &carried.elements, count)
        Kernel.decay(1, &arrived.elements, 1, feedback.elements, count)
      }
      Kernel.keepAndAddProduct(leak, arrived.elements, slopes.elements, &credit.elements, count)
    }
  }

  /// gain weights' x, for each trial.
  private func hop(_ x: Tensor<Element>) -> Tensor<Element> {
    let n = weights.rows
    return Tensor(shape: x.shape) {
      Element.gemm(false, false, x.rows, n, n, gain, x.elements, n, weights.elements, n, 0, $0, n)
    }
  }

  private mutating func decayCredit(addingProductOf slopes: Tensor<Element>, _ feedback: Tensor<Element>?) {
    if let feedback {
      Kernel.keepAndAddProduct(leak, slopes.elements, feedback.elements, &credit.elements, credit.count)
    } else {
      Kernel.decay(leak, &credit.elements, 0, slopes.elements, credit.count)
    }
  }
}
