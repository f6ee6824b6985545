/// What an operation gets to hand its gradient back to its inputs.
public struct Pullback<Element: Real> {
  /// The gradient of the differentiated scalar by the operation's output.
  public let gradient: Variable<Element>
  private let node: Variable<Element>
  private let slots: [Int]
  private let sums: GradientSums<Element>

  init(_ node: Variable<Element>, _ gradient: Variable<Element>, slots: [Int], sums: GradientSums<Element>) {
    (self.node, self.gradient, self.slots, self.sums) = (node, gradient, slots, sums)
  }

  /// Whether the gradient itself shall be differentiable.
  public var isDifferentiable: Bool { sums.isDifferentiable }
  /// Whether the gradient by input `i` is wanted.
  public func wants(_ i: Int) -> Bool { slots[i] >= 0 }
  /// Input `i`, without history unless the gradient shall be differentiable.
  public func input(_ i: Int) -> Variable<Element> {
    isDifferentiable ? node.inputs[i] : node.inputs[i].detached()
  }
  /// The operation's output, likewise.
  public var output: Variable<Element> { isDifferentiable ? node : node.detached() }

  /// Adds a part, of input `i`'s shape, to the gradient by input `i`.
  public func add(_ i: Int, _ part: @autoclosure () -> Variable<Element>) {
    if wants(i) { sums.add(slots[i], part()) }
  }

  /// Adds op(`a`) op(`b`), accumulated by the matrix product itself.
  func addProduct(
    _ i: Int, _ a: Variable<Element>, _ b: Variable<Element>, transposeA: Bool, transposeB: Bool
  ) {
    guard wants(i) else { return }
    sums.addProduct(slots[i], a, b, transposeA: transposeA, transposeB: transposeB)
  }

  /// Adds a part that covers the rows of input `i`, first axis, from `row` on; all others get nothing.
  func addRows(_ i: Int, _ part: Variable<Element>, at row: Int) {
    if wants(i) { sums.addRows(slots[i], part, at: row, shape: node.inputs[i].shape) }
  }
}

/// The gradients under way, one sum for each node of the graph.
final class GradientSums<Element: Real> {
  let isDifferentiable: Bool
  /// Plain sums, accumulated in place.
  private var plain: [Tensor<Element>?]
  /// Differentiable sums.
  private var graph: [Variable<Element>?]
  /// Differentiable parts for some rows, put together when the sum is taken.
  private var pieces: [Int: (shape: [Int], parts: [(row: Int, part: Variable<Element>)])] = [:]

  init(count: Int, isDifferentiable: Bool) {
    self.isDifferentiable = isDifferentiable
    plain = Array(repeating: nil, count: isDifferentiable ? 0 : count)
    graph = Array(repeating: nil, count: isDifferentiable ? count : 0)
  }

  func add(_ slot: Int, _ part: Variable<Element>) {
    if isDifferentiable {
      graph[slot] = graph[slot].map { $0 + part } ?? part
    } else if plain[slot] == nil {
      plain[slot] = part.value
    } else {
      precondition(plain[slot]?.shape == part.shape, "a gradient of shape \(part.shape) does not fit")
      plain[slot]?.elements.withUnsafeMutableBufferPointer { sum in
        if let start = sum.baseAddress { Kernel.accumulate(start, part.value.elements, sum.count) }
      }
    }
  }

  func addProduct(
    _ slot: Int, _ a: Variable<Element>, _ b: Variable<Element>, transposeA: Bool, transposeB: Bool
  ) {
    guard !isDifferentiable, plain[slot] != nil else {
      return add(slot, multiply(a, b, transposeA: transposeA, transposeB: transposeB))
    }
    let m = transposeA ? a.value.columns : a.value.rows
    let k = transposeA ? a.value.rows : a.value.columns
    let n = transposeB ? b.value.rows : b.value.columns
    guard m > 0, n > 0, k > 0 else { return }
    plain[slot]?.elements.withUnsafeMutableBufferPointer { sum in
      guard let start = sum.baseAddress else { return }
      Element.gemm(
        transposeA, transposeB, m, n, k, 1, a.value.elements, a.value.columns, b.value.elements,
        b.value.columns, 1,
        start, n)
    }
  }

  func addRows(_ slot: Int, _ part: Variable<Element>, at row: Int, shape: [Int]) {
    if isDifferentiable {
      pieces[slot, default: (shape, [])].parts.append((row, part))
      return
    }
    if plain[slot] == nil { plain[slot] = Tensor.zeros(shape) }
    let offset = row * shape.dropFirst().reduce(1, *)
    plain[slot]?.elements.withUnsafeMutableBufferPointer { sum in
      if let start = sum.baseAddress {
        Kernel.accumulate(start + offset, part.value.elements, part.value.count)
      }
    }
  }

  /// The finished sum, which is then forgotten; nil when nothing was added.
  func take(_ slot: Int) -> Variable<Element>? {
    guard isDifferentiable else {
      let sum = plain[slot]
      plain[slot] = nil
      return sum.map { Variable($0) }
    }
    if let (shape, parts) = pieces.removeValue(forKey: slot) { add(slot, placed(parts, shape: shape)) }
    let sum = graph[slot]
    graph[slot] = nil
    return sum
  }
}
