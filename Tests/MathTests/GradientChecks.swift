import EngramMath

/// A function of several tensors to one scalar, written with variables.
typealias ScalarFunction = ([Variable<Double>]) -> Variable<Double>

/// The greatest difference between the tape's gradient and central differences.
func gradientError(_ inputs: [Matrix], _ f: ScalarFunction) -> Double {
  let variables = inputs.map { Variable($0, needsGradient: true) }
  let found = gradients(of: f(variables), by: variables)
  var worst = 0.0
  for k in inputs.indices {
    for i in inputs[k].elements.indices {
      func value(_ step: Double) -> Double {
        var moved = inputs
        moved[k][i] += step
        return f(moved.map { Variable($0) }).scalar
      }
      let expected = (value(1e-5) - value(-1e-5)) / 2e-5
      worst = max(worst, (found[k].value[i] - expected).magnitude / max(1, expected.magnitude))
    }
  }
  return worst
}

/// The greatest difference between a Hessian-vector product and central differences of the gradient.
func hessianError(_ inputs: [Matrix], _ f: ScalarFunction) -> Double {
  var random = RandomStream(seed: 99)
  let direction = inputs.map { (x: Matrix) -> Matrix in random.normalTensor(shape: x.shape) }
  let variables = inputs.map { Variable($0, needsGradient: true) }
  let found = hessianVectorProduct(of: f(variables), by: variables, direction: direction)
  func gradient(_ step: Double) -> [Matrix] {
    let moved = zip(inputs, direction).map { x, d in
      Variable(
        Matrix(zip(x.elements, d.elements).map { $0 + step * $1 }, shape: x.shape), needsGradient: true)
    }
    return gradients(of: f(moved), by: moved).map(\.value)
  }
  let (above, below) = (gradient(1e-5), gradient(-1e-5))
  var worst = 0.0
  for k in inputs.indices {
    for i in inputs[k].elements.indices {
      let expected = (above[k][i] - below[k][i]) / 2e-5
      worst = max(worst, (found[k][i] - expected).magnitude / max(1, expected.magnitude))
    }
  }
  return worst
}

/// A scalar that weighs each element of `x` differently and not linearly, so that second derivatives show.
func weighed(_ x: Variable<Double>) -> Variable<Double> {
  let weights = (0..<x.value.count).map { 0.3 + 0.1 * Double($0 % 7) }
  return (Variable(Tensor(weights, shape: x.shape)) * x * x).sum() + x.sum()
}
