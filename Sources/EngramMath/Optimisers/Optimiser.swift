/// How a gradient becomes a change of the parameters.
public enum OptimiserMethod: Sendable, Equatable {
  /// Down the gradient, or with momentum down velocity = momentum velocity + gradient.
  case descent(momentum: Double = 0)
  /// Kingma & Ba (2015); with `amsgrad` the second moment is the greatest so far, before its bias is corrected (PyTorch).
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, amsgrad: Bool = false)
  /// The gradient over the root of its running mean square.
  case rmsProp(alpha: Double = 0.99, epsilon: Double = 1e-8)
}

/// How parameters are pulled towards zero.
public enum WeightDecay: Sendable, Equatable {
  case none
  /// This times the parameter is added to the gradient (L2).
  case gradient(Double)
  /// The parameter shrinks by rate times this, beside the gradient's step (AdamW).
  case decoupled(Double)
}

/// An optimiser of one flat array of parameters: a value that holds all that a checkpoint must keep.
public struct Optimiser<Element: Real>: Sendable {
  public let method: OptimiserMethod
  public let decay: WeightDecay
  /// Updates made so far.
  public private(set) var updates: Int
  /// Running moments: velocity; or first, second (and greatest second) moment; or mean square. Each has one element for
  /// each parameter; empty before the first update.
  public private(set) var moments: [[Element]]

  /// A fresh optimiser, or with `updates` and `moments` one that goes on from a checkpoint.
  public init(
    _ method: OptimiserMethod, decay: WeightDecay = .none, updates: Int = 0, moments: [[Element]] = []
  ) {
    (self.method, self.decay, self.updates, self.moments) = (method, decay, updates, moments)
  }

  /// Changes `parameters` by one update.
  ///
  /// - Parameters:
  ///   - gradient: Uphill gradient; one element for each parameter.
  ///   - rate: Learning rate of this update.
  /// - Throws: `MathError.shape` when the lengths differ from each other or from earlier updates.
  public mutating func update(_ parameters: inout [Element], gradient: [Element], rate: Double)
    throws(MathError)
  {
    guard parameters.count == gradient.count, moments.allSatisfy({ $0.count == gradient.count }) else {
      throw .shape(
        "\(gradient.count) gradients and \(moments.first?.count ?? 0) moments for \(parameters.count) parameters"
      )
    }
    if moments.isEmpty {
      moments = Array(repeating: zeroElements(gradient.count) as [Element], count: momentCount)
    }
    updates += 1
    var slope = gradient
    switch decay {
    case .none: break
    case .gradient(let strength):
      Kernel.blend(1, gradient, Element(strength), parameters, &slope, slope.count)
    case .decoupled(let strength):
      Kernel.shrink(&parameters, Element(rate * strength), slope.count)
    }
    apply(slope, to: &parameters, rate)
  }

  private var momentCount: Int {
    switch method {
    case .descent(let momentum): momentum == 0 ? 0 : 1
    case .adam(_, _, _, let amsgrad): amsgrad ? 3 : 2
    case .rmsProp: 1
    }
  }

  private mutating func apply(_ slope: [Element], to parameters: inout [Element], _ rate: Double) {
    let count = slope.count
    switch method {
    case .descent(let momentum):
      if momentum == 0 {
        Kernel.move(&parameters, slope, Element(rate), count)
      } else {
        Kernel.blend(Element(momentum), moments[0], 1, slope, &moments[0], count)
        Kernel.move(&parameters, moments[0], Element(rate), count)
      }
    case .adam(let beta1, let beta2, let epsilon, let amsgrad):
      let (first, second) = (1 - power(beta1, updates), 1 - power(beta2, updates))
      Kernel.blend(Element(beta1), moments[0], Element(1 - beta1), slope, &moments[0], count)
      Kernel.meanSquare(&moments[1], slope, Element(beta2), count)
      if amsgrad { Kernel.raise(&moments[2], moments[1], count) }
      Kernel.moveScaled(
        &parameters, moments[0], moments[amsgrad ? 2 : 1], Element(rate / first),
        Element(1 / second.squareRoot()),
        Element(epsilon), count)
    case .rmsProp(let alpha, let epsilon):
      Kernel.meanSquare(&moments[0], slope, Element(alpha), count)
      Kernel.moveScaled(&parameters, slope, moments[0], Element(rate), 1, Element(epsilon), count)
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
