/// The gradients of `output` by each of `variables`.
///
/// - Parameters:
///   - output: A scalar, unless `seed` gives the weight of each of its elements.
///   - seed: Shape of `output`; what is differentiated is the sum of their products.
///   - differentiable: Whether the gradients shall keep their history, to be differentiated again.
/// - Returns: One gradient for each variable, in its shape; zero where `output` does not depend on it.
/// - Complexity: A small multiple of the forward computation; no recursion, so that chains may be long.
public func gradients<Element: Real>(
  of output: Variable<Element>, by variables: [Variable<Element>], seed: Tensor<Element>? = nil,
  differentiable: Bool = false
) -> [Variable<Element>] {
  precondition(seed != nil || output.value.count == 1, "a gradient of shape \(output.shape) needs a seed")
  precondition(seed == nil || seed?.shape == output.shape, "the seed's shape must be \(output.shape)")
  let order = DependencyOrder(from: output, to: variables)
  let sums = GradientSums<Element>(count: order.nodes.count, isDifferentiable: differentiable)
  var results = [Variable<Element>?](repeating: nil, count: variables.count)
  if let slot = order.slot(of: output) {
    sums.add(slot, Variable(seed ?? Tensor(repeating: 1, shape: output.shape)))
  }
  for slot in order.nodes.indices.reversed() {
    let node = order.nodes[slot]
    guard let gradient = sums.take(slot) else { continue }
    if let wanted = order.wanted[ObjectIdentifier(node)] { for i in wanted { results[i] = gradient } }
    guard let pullback = node.pullback else { continue }
    pullback(Pullback(node, gradient, slots: order.inputSlots[slot], sums: sums))
  }
  return variables.indices.map { i in
    results[i] ?? Variable(Tensor<Element>.zeros(variables[i].shape))
  }
}

/// The product of the second derivatives of a scalar with a direction: the gradient of gradient · direction.
///
/// - Parameters:
///   - output: A scalar.
///   - direction: One tensor for each variable, in its shape.
/// - Returns: One product for each variable, in its shape.
public func hessianVectorProduct<Element: Real>(
  of output: Variable<Element>, by variables: [Variable<Element>], direction: [Tensor<Element>]
) -> [Tensor<Element>] {
  precondition(variables.count == direction.count, "\(variables.count) variables need as many directions")
  let first = gradients(of: output, by: variables, differentiable: true)
  let along = zip(first, direction).map { ($0 * Variable($1)).sum() }
  guard let total = along.dropFirst().reduce(along.first, { sum, part in sum.map { $0 + part } }) else {
    return []
  }
  return gradients(of: total, by: variables).map(\.value)
}

/// The nodes through which an output depends on some variables, inputs before results.
private struct DependencyOrder<Element: Real> {
  private(set) var nodes: [Variable<Element>] = []
  /// For each node the slot of each input, -1 where no gradient is wanted.
  private(set) var inputSlots: [[Int]] = []
  /// Positions of each wanted variable among `variables`.
  let wanted: [ObjectIdentifier: [Int]]
  private var slots: [ObjectIdentifier: Int] = [:]

  init(from output: Variable<Element>, to variables: [Variable<Element>]) {
    wanted = Dictionary(grouping: variables.indices) { ObjectIdentifier(variables[$0]) }
    // Depth first with a stack of our own: a network over time is deeper than the thread's.
    var stack = [(node: output, next: 0)]
    while let (node, next) = stack.last {
      if next < node.inputs.count {
        stack[stack.count - 1].next += 1
        let input = node.inputs[next]
        if input.needsGradient, slots[ObjectIdentifier(input)] == nil { stack.append((input, 0)) }
      } else {
        stack.removeLast()
        if slots[ObjectIdentifier(node)] == nil { close(node) }
      }
    }
  }

  private mutating func close(_ node: Variable<Element>) {
    let inputs = node.inputs.map { max(-1, slots[ObjectIdentifier($0)] ?? -1) }
    let isUseful = wanted[ObjectIdentifier(node)] != nil || inputs.contains { $0 >= 0 }
    slots[ObjectIdentifier(node)] = isUseful ? nodes.count : -1
    guard isUseful else { return }
    nodes.append(node)
    inputSlots.append(inputs)
  }

  func slot(of node: Variable<Element>) -> Int? {
    slots[ObjectIdentifier(node)].flatMap { $0 >= 0 ? $0 : nil }
  }
}
