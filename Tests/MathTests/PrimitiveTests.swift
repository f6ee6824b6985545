import EngramMath
import Testing

/// One primitive with the tensors it is checked on.
struct Primitive: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let shapes: [[Int]]
  let positive: Bool
  let apply: @Sendable ([Variable<Double>]) -> Variable<Double>

  init(
    _ name: String, _ shapes: [[Int]], positive: Bool = false,
    _ apply: @escaping @Sendable ([Variable<Double>]) -> Variable<Double>
  ) {
    (testDescription, self.shapes, self.positive, self.apply) = (name, shapes, positive, apply)
  }

  /// Numbers away from 0, where some slopes jump.
  var inputs: [Matrix] {
    shapes.enumerated().map { k, shape in
      var random = RandomStream(seed: 7, substream: k)
      return Matrix(
        (0..<shape.reduce(1, *)).map { _ in (positive ? 1 : random.sign()) * (0.2 + random.uniform()) },
        shape: shape)
    }
  }
}

@Suite("Primitives of the gradient tape")
struct PrimitiveTests {
  static let arithmetic: [Primitive] = [
    Primitive("add", [[3, 4], [3, 4]]) { $0[0] + $0[1] },
    Primitive("add a row", [[3, 4], [4]]) { $0[0] + $0[1] },
    Primitive("subtract a column", [[3, 4], [3, 1]]) { $0[0] - $0[1] },
    Primitive("multiply outer", [[3, 1], [1, 4]]) { $0[0] * $0[1] },
    Primitive("multiply in three axes", [[2, 1, 3], [4, 1]]) { $0[0] * $0[1] },
    Primitive("multiply by a scalar", [[2, 3], []]) { $0[0] * $0[1] },
    Primitive("divide", [[3, 4], [4]]) { $0[0] / $0[1] },
    Primitive("divide a scalar", [[], [2, 3]]) { $0[0] / $0[1] },
    Primitive("multiply by itself", [[5]]) { $0[0] * $0[0] * $0[0] },
    Primitive("scale", [[3, 4]]) { $0[0].scaled(by: -2.5, plus: 3) },
    Primitive("sum over axes", [[2, 3, 4]]) { $0[0].sum(over: [0, 2]) },
    Primitive("mean over the last", [[2, 3, 4]]) { $0[0].mean(over: [-1], keepingAxes: true) },
    Primitive("mean over the first", [[5, 2]]) { $0[0].mean(over: [0]) },
    Primitive("variance", [[5, 3]]) { $0[0].variance(over: [0]) },
    Primitive("broadcast", [[3, 1]]) { $0[0].broadcast(to: [2, 3, 4]) },
  ]

  static let matrices: [Primitive] =
    [false, true].flatMap { ta in
      [false, true].flatMap { tb -> [Primitive] in
        let (a, b) = (ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5])
        return [
          Primitive("multiply \(ta) \(tb)", [a, b]) {
            multiply($0[0], $0[1], transposeA: ta, transposeB: tb)
          },
          Primitive("multiply and add \(ta) \(tb)", [a, b, [3, 5]]) {
            multiply($0[0], $0[1], adding: $0[2], transposeA: ta, transposeB: tb)
          },
          Primitive("multiply batched \(ta) \(tb)", [[2] + a, [2] + b]) {
            multiplyBatched($0[0], $0[1], transposeA: ta, transposeB: tb)
          },
        ]
      }
    } + [Primitive("multiply twice by one matrix", [[3, 3]]) { multiply($0[0], multiply($0[0], $0[0])) }]

  static let functions: [Primitive] =
    [
      Nonlinearity.identity, .relu, .leakyRelu(0.1), .tanh, .sigmoid, .softplus, .exponential, .square,
      .absolute, .erf,
      .sine, .cosine, .gelu,
    ].flatMap { function in
      [
        Primitive("\(function)", [[3, 5]]) { $0[0].applying(function) },
        Primitive("leaky step with \(function)", [[3, 5], [3, 5]]) {
          $0[0].leakyStep(drive: $0[1], leak: 0.3, function)
        },
      ]
    }
    + [Nonlinearity.logarithm, .power(-1), .power(-0.5), .power(0.5), .power(1), .power(2.7)].map {
      function in
      Primitive("\(function)", [[3, 5]], positive: true) { $0[0].applying(function) }
    }

  static let shapes: [Primitive] = [
    Primitive("reshape", [[3, 4]]) { $0[0].reshaped([2, 6]) },
    Primitive("transpose", [[3, 4]]) { $0[0].transposed() },
    Primitive("permute", [[2, 3, 4]]) { $0[0].permuted([2, 0, 1]) },
    Primitive("rows", [[5, 2]]) { $0[0].rows(1..<3) * $0[0].rows(2..<4) },
    Primitive("row", [[3, 2]]) { $0[0].row(1) },
    Primitive("slice", [[2, 5, 3]]) { $0[0].slice(1..<4, axis: 1) },
    Primitive("gather", [[4, 3]]) { $0[0].gathered([2, 0, 2]) },
    Primitive("scatter", [[3, 2]]) { $0[0].scattered([1, 3, 1], rows: 4) },
    Primitive("elements", [[2, 3]]) { $0[0].elements(at: [5, 0, 5, 1], shape: [2, 2]) },
    Primitive("concatenate", [[2, 3], [1, 3]]) { concatenate([$0[0], $0[1], $0[0]]) },
    Primitive("stack", [[2, 3], [2, 3]]) { stack([$0[0], $0[1]]) },
    Primitive("softmax", [[3, 4]]) { $0[0].softmax() },
    Primitive("log softmax", [[3, 4]]) { $0[0].logSoftmax() },
    Primitive("cross-entropy", [[3, 4]]) { $0[0].crossEntropy([2, 0, 3]) },
    Primitive("layer normalisation", [[3, 4], [4], [4]]) {
      $0[0].layerNormalised(scale: $0[1], shift: $0[2])
    },
    Primitive("mask", [[2, 3]]) { $0[0].masked(Tensor([true, false, true], shape: [3]), filler: 4) },
    Primitive("masked softmax", [[2, 2]]) {
      $0[0].masked(Tensor([true, true, false, true], shape: [2, 2]), filler: -.infinity).softmax()
    },
  ]

  @Test("first derivatives equal central differences", arguments: arithmetic + matrices + functions + shapes)
  func first(primitive: Primitive) {
    #expect(gradientError(primitive.inputs) { weighed(primitive.apply($0)) } < 1e-8)
  }

  @Test(
    "second derivatives equal central differences of the first",
    arguments: arithmetic + matrices + functions + shapes)
  func second(primitive: Primitive) {
    #expect(hessianError(primitive.inputs) { weighed(primitive.apply($0)) } < 1e-7)
  }

  @Test(
    "a gradient that can be differentiated equals the plain one",
    arguments: arithmetic + matrices + functions + shapes)
  func differentiableGradient(primitive: Primitive) {
    let variables = primitive.inputs.map { Variable($0, needsGradient: true) }
    let output = weighed(primitive.apply(variables))
    let plain = gradients(of: output, by: variables)
    let differentiable = gradients(of: output, by: variables, differentiable: true)
    for (a, b) in zip(plain, differentiable) {
      #expect(distance(a.value, b.value) < 1e-13 * max(1, a.value.elements.map(\.magnitude).max() ?? 0))
    }
  }
}
