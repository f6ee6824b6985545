extension Variable {
  /// The same elements under another shape with as many.
  public func reshaped(_ shape: [Int]) -> Variable {
    if shape == self.shape { return self }
    return Variable(value.reshaped(shape), from: [self]) {
      $0.add(0, $0.gradient.reshaped($0.input(0).shape))
    }
  }

  /// The axes in another order: axis k of the result is axis `order[k]` of this.
  public func permuted(_ order: [Int]) -> Variable {
    precondition(order.sorted() == Array(shape.indices), "\(order) is no order of the axes of shape \(shape)")
    var inverse = order
    for (k, axis) in order.enumerated() { inverse[axis] = k }
    return Variable(Kernel.permute(value, order), from: [self]) { $0.add(0, $0.gradient.permuted(inverse)) }
  }

  /// Rows and columns exchanged; in a batch of matrices those of each.
  public func transposed() -> Variable {
    let rank = shape.count
    return permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
  }

  /// The rows of `range` along the first axis.
  public func rows(_ range: Range<Int>) -> Variable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= value.rows, "shape \(shape) has no rows \(range)")
    let length = value.rowLength
    let part = Array(value.elements[range.lowerBound * length..<range.upperBound * length])
    return Variable(Tensor(part, shape: [range.count] + shape.dropFirst()), from: [self]) { pull in
      pull.addRows(0, pull.gradient, at: range.lowerBound)
    }
  }

  /// Row `i` along the first axis, which the result lacks.
  public func row(_ i: Int) -> Variable { rows(i..<i + 1).reshaped(Array(shape.dropFirst())) }

  /// The part `range` along `axis`.
  public func slice(_ range: Range<Int>, axis: Int) -> Variable {
    if axis == 0 { return rows(range) }
    let order = [axis] + shape.indices.filter { $0 != axis }
    var inverse = order
    for (k, axis) in order.enumerated() { inverse[axis] = k }
    return permuted(order).rows(range).permuted(inverse)
  }

  /// The rows at `indices` of the first axis, repeated where an index is.
  public func gathered(_ indices: [Int]) -> Variable {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < value.rows }, "an index lies outside shape \(shape)")
    let length = value.rowLength
    let result = Tensor<Element>(shape: [indices.count] + shape.dropFirst()) {
      Kernel.gather(value.elements, indices, length, $0)
    }
    return Variable(result, from: [self]) { pull in
      pull.add(0, pull.gradient.scattered(indices, rows: pull.input(0).value.rows))
    }
  }

  /// `rows` rows of zeros to which row k of this is added at `indices[k]`.
  public func scattered(_ indices: [Int], rows: Int) -> Variable {
    precondition(indices.count == value.rows, "\(indices.count) places for \(value.rows) rows")
    let length = value.rowLength
    var result = Tensor<Element>.zeros([rows] + shape.dropFirst())
    result.elements.withUnsafeMutableBufferPointer { out in
      if let start = out.baseAddress { Kernel.scatter(value.elements, indices, length, start) }
    }
    return Variable(result, from: [self]) { $0.add(0, $0.gradient.gathered(indices)) }
  }

  /// The elements at these places in row-major order, as a tensor of `shape`.
  public func elements(at places: [Int], shape: [Int]) -> Variable {
    reshaped([value.count]).gathered(places).reshaped(shape)
  }
}

/// The parts one after another along the first axis; all other axes must agree.
public func concatenate<Element: Real>(_ parts: [Variable<Element>]) -> Variable<Element> {
  guard let first = parts.first else { return Variable(Tensor([], shape: [0])) }
  precondition(
    parts.allSatisfy { $0.shape.dropFirst() == first.shape.dropFirst() }, "parts of different shapes")
  var starts = [0]
  for part in parts { starts.append(starts[starts.count - 1] + part.value.rows) }
  var elements: [Element] = []
  elements.reserveCapacity(starts[parts.count] * first.value.rowLength)
  for part in parts { elements.append(contentsOf: part.value.elements) }
  let shape = [starts[parts.count]] + first.shape.dropFirst()
  return Variable(Tensor(elements, shape: shape), from: parts) { pull in
    for i in 0..<starts.count - 1 { pull.add(i, pull.gradient.rows(starts[i]..<starts[i + 1])) }
  }
}

/// The parts, all of one shape, along a new first axis: the states of a time loop as [time, ...].
public func stack<Element: Real>(_ parts: [Variable<Element>]) -> Variable<Element> {
  concatenate(parts.map { $0.reshaped([1] + $0.shape) })
}

/// Zeros of `shape` to which each part is added at its row.
func placed<Element: Real>(
  _ parts: [(row: Int, part: Variable<Element>)], shape: [Int]
) -> Variable<Element> {
  let length = shape.dropFirst().reduce(1, *)
  var result = Tensor<Element>.zeros(shape)
  result.elements.withUnsafeMutableBufferPointer { out in
    guard let start = out.baseAddress else { return }
    for (row, part) in parts {
      Kernel.accumulate(start + row * length, part.value.elements, part.value.count)
    }
  }
  let ranges = parts.map { $0.row..<$0.row + $0.part.value.rows }
  return Variable(result, from: parts.map(\.part)) { pull in
    for (i, range) in ranges.enumerated() { pull.add(i, pull.gradient.rows(range)) }
  }
}

extension Kernel {
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  static func permute<Element: Real>(_ x: Tensor<Element>, _ order: [Int]) -> Tensor<Element> {
    let shape = order.map { x.shape[$0] }
    var steps = [Int](repeating: 1, count: x.rank)
    for axis in (0..<max(0, x.rank - 1)).reversed() { steps[axis] = steps[axis + 1] * x.shape[axis + 1] }
    let (inner, step) = (shape.last ?? 1, order.last.map { steps[$0] } ?? 1)
    return Tensor(shape: shape) { out in
      x.elements.withUnsafeBufferPointer { x in
        var index = [Int](repeating: 0, count: max(0, shape.count - 1))
        var from = 0
        for place in stride(from: 0, to: x.count, by: inner) {
          for i in 0..<inner { out[place + i] = x[from + i * step] }
          var axis = index.count - 1
          while axis >= 0 {
            index[axis] += 1
            from += steps[order[axis]]
            if index[axis] < shape[axis] { break }
            from -= steps[order[axis]] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}
