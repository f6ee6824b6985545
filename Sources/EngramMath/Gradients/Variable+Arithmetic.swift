extension Variable {
  /// The elementwise sum, shapes broadcast as NumPy does.
  public static func + (a: Variable, b: Variable) -> Variable {
    Variable(Kernel.combine(.add, a.value, b.value), from: [a, b]) { pull in
      pull.add(0, pull.gradient.summed(to: pull.input(0).shape))
      pull.add(1, pull.gradient.summed(to: pull.input(1).shape))
    }
  }

  /// The elementwise difference, shapes broadcast as NumPy does.
  public static func - (a: Variable, b: Variable) -> Variable {
    Variable(Kernel.combine(.subtract, a.value, b.value), from: [a, b]) { pull in
      pull.add(0, pull.gradient.summed(to: pull.input(0).shape))
      pull.add(1, (-pull.gradient).summed(to: pull.input(1).shape))
    }
  }

  /// The elementwise product, shapes broadcast as NumPy does.
  public static func * (a: Variable, b: Variable) -> Variable {
    Variable(Kernel.combine(.multiply, a.value, b.value), from: [a, b]) { pull in
      pull.add(0, (pull.gradient * pull.input(1)).summed(to: pull.input(0).shape))
      pull.add(1, (pull.gradient * pull.input(0)).summed(to: pull.input(1).shape))
    }
  }

  /// The elementwise quotient, shapes broadcast as NumPy does.
  public static func / (a: Variable, b: Variable) -> Variable {
    Variable(Kernel.combine(.divide, a.value, b.value), from: [a, b]) { pull in
      let part = pull.gradient / pull.input(1)
      pull.add(0, part.summed(to: pull.input(0).shape))
      pull.add(1, (-(part * pull.output)).summed(to: pull.input(1).shape))
    }
  }

  /// factor x + offset.
  public func scaled(by factor: Element, plus offset: Element = 0) -> Variable {
    let result = Tensor<Element>(shape: shape) {
      Kernel.affine(factor, value.elements, offset, $0, value.count)
    }
    return Variable(result, from: [self]) { $0.add(0, $0.gradient.scaled(by: factor)) }
  }

  public static prefix func - (a: Variable) -> Variable { a.scaled(by: -1) }
  public static func * (a: Element, b: Variable) -> Variable { b.scaled(by: a) }
  public static func + (a: Variable, b: Element) -> Variable { a.scaled(by: 1, plus: b) }
  public static func - (a: Variable, b: Element) -> Variable { a.scaled(by: 1, plus: -b) }
  public static func / (a: Variable, b: Element) -> Variable { a.scaled(by: 1 / b) }
  public static func - (a: Element, b: Variable) -> Variable { b.scaled(by: -1, plus: a) }

  /// The sum over all axes along which broadcasting `shape` to this shape would repeat elements.
  public func summed(to shape: [Int]) -> Variable {
    if shape == self.shape { return self }
    return Variable(Kernel.sum(value, to: shape), from: [self]) { pull in
      pull.add(0, pull.gradient.broadcast(to: pull.input(0).shape))
    }
  }

  /// The same elements repeated until they fill `shape`.
  public func broadcast(to shape: [Int]) -> Variable {
    if shape == self.shape { return self }
    let zero = Tensor<Element>.zeros(shape)
    let result = Kernel.combine(.add, value, zero)
    precondition(result.shape == shape, "shape \(self.shape) cannot be repeated to \(shape)")
    return Variable(result, from: [self]) { $0.add(0, $0.gradient.summed(to: $0.input(0).shape)) }
  }
}
