/// A tensor in a computation that can be differentiated: its value, and how it came about.
///
/// Operations on variables are carried out at once and remembered while an input needs a gradient (reverse mode).
/// Gradients are themselves made of these operations, so a gradient can be differentiated again. A variable belongs to
/// one thread; threads share tensors and make variables of their own.
public final class Variable<Element: Real> {
  public let value: Tensor<Element>
  /// Whether gradients can flow to or through this variable.
  public let needsGradient: Bool
  /// What it was made from; empty for a leaf.
  private(set) var inputs: [Variable]
  let pullback: ((Pullback<Element>) -> Void)?

  /// A leaf: data, or with `needsGradient` a quantity to differentiate by.
  public init(_ value: Tensor<Element>, needsGradient: Bool = false) {
    self.value = value
    self.needsGradient = needsGradient
    inputs = []
    pullback = nil
  }

  /// The result of an operation on `inputs`.
  ///
  /// - Parameter pullback: Hands each input its part of the gradient. It must take inputs and output from its argument,
  ///   never from outside, and use differentiable operations only; then the operation can be differentiated twice.
  public init(
    _ value: Tensor<Element>, from inputs: [Variable], _ pullback: @escaping (Pullback<Element>) -> Void
  ) {
    self.value = value
    needsGradient = inputs.contains { $0.needsGradient }
    self.inputs = needsGradient ? inputs : []
    self.pullback = needsGradient ? pullback : nil
  }

  /// A long chain would be freed by recursion and overflow the stack; unlink what this node alone holds, one by one.
  deinit {
    guard !inputs.isEmpty else { return }
    var doomed = inputs
    inputs = []
    while var node = doomed.popLast() {
      if isKnownUniquelyReferenced(&node) {
        doomed.append(contentsOf: node.inputs)
        node.inputs = []
      }
    }
  }

  /// Length of each axis.
  public var shape: [Int] { value.shape }
  /// The one element of a scalar.
  public var scalar: Element {
    precondition(value.count == 1, "shape \(shape) is no scalar")
    return value.elements[0]
  }

  /// The same value without its history.
  public func detached() -> Variable { Variable(value) }

  /// A scalar constant.
  public static func constant(_ value: Element) -> Variable { Variable(Tensor([value], shape: [])) }
}

extension Tensor where Element: Real {
  /// A tensor whose elements `fill` writes, all of them.
  init(shape: [Int], fill: (UnsafeMutablePointer<Element>) -> Void) {
    let count = shape.reduce(1, *)
    self.init(
      [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
        if let start = buffer.baseAddress, count > 0 { fill(start) }
        initialised = count
      }, shape: shape)
  }
}
