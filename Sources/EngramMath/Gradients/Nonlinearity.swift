/// An elementwise function with a known slope.
public enum Nonlinearity: Sendable, Equatable {
  case identity, relu, tanh, sigmoid, softplus, exponential, logarithm, square, absolute, erf, sine, cosine
  /// x where positive, otherwise the slope times x.
  case leakyRelu(Double)
  /// x times the normal distribution function, exactly.
  case gelu
  /// x to this power; x must be positive unless the power is whole.
  case power(Double)
}

extension Variable {
  /// Each element passed through `function`.
  public func applying(_ function: Nonlinearity) -> Variable {
    if function == .identity { return self }
    let result = Tensor<Element>(shape: shape) { Kernel.apply(function, value.elements, $0, value.count) }
    return Variable(result, from: [self]) { pull in
      if pull.isDifferentiable {
        pull.add(0, pull.gradient * slope(of: function, at: pull.input(0), giving: pull.output))
      } else {
        pull.add(
          0,
          Variable(
            plainSlope(function, pull.input(0).value, pull.output.value, times: pull.gradient.value, 1)))
      }
    }
  }

  public func relu() -> Variable { applying(.relu) }
  public func tanh() -> Variable { applying(.tanh) }
  public func sigmoid() -> Variable { applying(.sigmoid) }
  public func exponential() -> Variable { applying(.exponential) }
  public func logarithm() -> Variable { applying(.logarithm) }

  /// (1 - leak) x + leak f(`drive`): one Euler step of a leaky unit with state x.
  public func leakyStep(drive: Variable, leak: Element, _ function: Nonlinearity) -> Variable {
    precondition(shape == drive.shape, "a state of shape \(shape) has no drive of shape \(drive.shape)")
    let result = Tensor<Element>(shape: shape) { out in
      if function == .relu {
        Kernel.blendRectified(1 - leak, value.elements, leak, drive.value.elements, out, value.count)
      } else {
        Kernel.apply(function, drive.value.elements, out, value.count)
        Kernel.blend(1 - leak, value.elements, leak, out, out, value.count)
      }
    }
    return Variable(result, from: [self, drive]) { pull in
      pull.add(0, pull.gradient.scaled(by: 1 - leak))
      guard pull.wants(1) else { return }
      let drive = pull.input(1)
      if pull.isDifferentiable {
        let output = drive.applying(function)
        pull.add(1, pull.gradient.scaled(by: leak) * slope(of: function, at: drive, giving: output))
      } else {
        // The output of f is not kept; these functions alone need it for their slope.
        let isNeeded = function == .tanh || function == .sigmoid || function == .exponential
        let output = isNeeded ? drive.applying(function).value : drive.value
        pull.add(1, Variable(plainSlope(function, drive.value, output, times: pull.gradient.value, leak)))
      }
    }
  }
}

/// factor g f'(x), without history.
private func plainSlope<Element: Real>(
  _ function: Nonlinearity, _ x: Tensor<Element>, _ y: Tensor<Element>, times g: Tensor<Element>,
  _ factor: Element
) -> Tensor<Element> {
  Tensor(shape: x.shape) { out in
    if function == .relu { return Kernel.rectified(factor, g.elements, by: x.elements, out, x.count) }
    Kernel.slope(function, x.elements, y.elements, out, x.count)
    Kernel.product(out, g.elements, out, x.count)
    if factor != 1 { Kernel.affine(factor, out, 0, out, x.count) }
  }
}

/// f'(x) where y = f(x), made of differentiable operations. Where the slope is constant by parts, it is a constant.
private func slope<Element: Real>(
  of function: Nonlinearity, at x: Variable<Element>, giving y: Variable<Element>
) -> Variable<Element> {
  switch function {
  case .identity, .relu, .leakyRelu, .absolute:
    Variable(
      Tensor(shape: x.shape) { Kernel.slope(function, x.value.elements, y.value.elements, $0, x.value.count) }
    )
  case .tanh: 1 - y.applying(.square)
  case .sigmoid: y - y.applying(.square)
  case .softplus: x.applying(.sigmoid)
  case .exponential: y
  case .logarithm: x.applying(.power(-1))
  case .square: x.scaled(by: 2)
  case .erf:
    x.applying(.square).scaled(by: -1).applying(.exponential).scaled(by: Element(2 / Double.pi.squareRoot()))
  case .sine: x.applying(.cosine)
  case .cosine: -x.applying(.sine)
  case .gelu:
    x.scaled(by: Element(0.5.squareRoot())).applying(.erf).scaled(by: 0.5, plus: 0.5)
      + x
      * x.applying(.square).scaled(by: -0.5).applying(.exponential).scaled(
        by: Element(1 / (2 * Double.pi).squareRoot()))
  case .power(let p):
    p == 1 ? Variable(Tensor(repeating: 1, shape: x.shape)) : x.applying(.power(p - 1)).scaled(by: Element(p))
  }
}
