/// How two arrays of different shapes are laid over each other: axes are matched from the last, length 1 repeats.
struct Broadcasting {
  /// The shape that holds both.
  let shape: [Int]
  /// Lengths after neighbouring axes that move alike were joined, at least one.
  private(set) var lengths: [Int] = []
  /// Step of the first and second array along each of `lengths`; 0 repeats.
  private(set) var first: [Int] = []
  private(set) var second: [Int] = []

  init(_ a: [Int], _ b: [Int]) {
    let rank = max(a.count, b.count)
    let (x, y) = (Self.padded(a, rank), Self.padded(b, rank))
    for (p, q) in zip(x, y) where p != q && p != 1 && q != 1 {
      preconditionFailure("shapes \(a) and \(b) cannot be broadcast together")
    }
    shape = zip(x, y).map { $0 == 1 ? $1 : $0 }
    let (steps, others) = (Self.steps(x, shape), Self.steps(y, shape))
    for axis in shape.indices where shape[axis] != 1 {
      if let length = lengths.last, let step = first.last, let other = second.last,
        step == steps[axis] * shape[axis], other == others[axis] * shape[axis]
      {
        let last = lengths.count - 1
        (lengths[last], first[last], second[last]) = (length * shape[axis], steps[axis], others[axis])
      } else {
        lengths.append(shape[axis])
        first.append(steps[axis])
        second.append(others[axis])
      }
    }
    if lengths.isEmpty { (lengths, first, second) = ([1], [1], [1]) }
  }

  private static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    Array(repeating: 1, count: rank - shape.count) + shape
  }

  private static func steps(_ shape: [Int], _ whole: [Int]) -> [Int] {
    var (steps, step) = ([Int](repeating: 0, count: shape.count), 1)
    for axis in shape.indices.reversed() {
      steps[axis] = shape[axis] == 1 && whole[axis] != 1 ? 0 : step
      step *= shape[axis]
    }
    return steps
  }

  /// Calls `body` for each run of elements with its length and the offsets in the whole, the first and the second.
  func forEachRun(_ body: (_ length: Int, _ whole: Int, _ first: Int, _ second: Int) -> Void) {
    let inner = lengths[lengths.count - 1]
    guard !lengths.contains(0) else { return }
    var index = [Int](repeating: 0, count: lengths.count - 1)
    var (whole, a, b) = (0, 0, 0)
    while true {
      body(inner, whole, a, b)
      whole += inner
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        a += first[axis]
        b += second[axis]
        if index[axis] < lengths[axis] { break }
        a -= first[axis] * lengths[axis]
        b -= second[axis] * lengths[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// The four operations between two arrays.
enum Arithmetic { case add, subtract, multiply, divide }

extension Kernel {
  static func combine<Element: Real>(_ operation: Arithmetic, _ a: Tensor<Element>, _ b: Tensor<Element>)
    -> Tensor<Element>
  {
    let plan = Broadcasting(a.shape, b.shape)
    let (stepA, stepB) = (plan.first[plan.first.count - 1], plan.second[plan.second.count - 1])
    return Tensor(shape: plan.shape) { out in
      a.elements.withUnsafeBufferPointer { a in
        b.elements.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          plan.forEachRun { length, whole, first, second in
            run(operation, a + first, stepA, b + second, stepB, out + whole, length)
          }
        }
      }
    }
  }

  /// One run; a step of 0 repeats one element.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private static func run<Element: Real>(
    _ operation: Arithmetic, _ a: UnsafePointer<Element>, _ stepA: Int, _ b: UnsafePointer<Element>,
    _ stepB: Int,
    _ out: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    switch operation {
    case .add: loop(a, stepA, b, stepB, out, count) { $0 + $1 }
    case .subtract: loop(a, stepA, b, stepB, out, count) { $0 - $1 }
    case .multiply: loop(a, stepA, b, stepB, out, count) { $0 * $1 }
    case .divide: loop(a, stepA, b, stepB, out, count) { $0 / $1 }
    }
  }

  @inline(__always)
  private static func loop<Element: Real>(
    _ a: UnsafePointer<Element>, _ stepA: Int, _ b: UnsafePointer<Element>, _ stepB: Int,
    _ out: UnsafeMutablePointer<Element>, _ count: Int, _ operation: (Element, Element) -> Element
  ) {
    if stepA == 0 {
      let x = a[0]
      for i in 0..<count { out[i] = operation(x, b[i]) }
    } else if stepB == 0 {
      let y = b[0]
      for i in 0..<count { out[i] = operation(a[i], y) }
    } else {
      for i in 0..<count { out[i] = operation(a[i], b[i]) }
    }
  }

  /// Sums of `x` over all that broadcasting `shape` to it would repeat, in a fixed order.
  static func sum<Element: Real>(_ x: Tensor<Element>, to shape: [Int]) -> Tensor<Element> {
    let plan = Broadcasting(x.shape, shape)
    precondition(plan.shape == x.shape, "shape \(x.shape) cannot be summed to \(shape)")
    let repeats = plan.second[plan.second.count - 1] == 0
    var result = Tensor<Element>.zeros(shape)
    result.elements.withUnsafeMutableBufferPointer { out in
      x.elements.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let out = out.baseAddress else { return }
        plan.forEachRun { length, whole, _, target in
          if repeats {
            out[target] += sum(x + whole, length)
          } else {
            accumulate(out + target, x + whole, length)
          }
        }
      }
    }
    return result
  }
}
