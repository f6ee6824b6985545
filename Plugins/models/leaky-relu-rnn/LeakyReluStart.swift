import EngramKit

/// The weights that a leaky rectified network starts from: read, or drawn.
struct LeakyReluStart {
  private let model: LeakyReluRnn
  private let shape: TrialShape
  private let units: Int
  private let stored: [String: Matrix]
  private let bias: [Double]
  private let types: Populations
  /// 1, -1, or 0 without Dale's law.
  private let signs: [Double]

  /// - Throws: `Problem` when what is read does not fit together or to the task.
  init(_ model: LeakyReluRnn, _ inputs: Inputs, _ shape: TrialShape) throws {
    (self.model, self.shape) = (model, shape)
    var stored: [String: Matrix] = [:]
    for name in ["W", "Win", "Wout"] where inputs.contains(name) {
      stored[name] = try inputs.connectivity(name).dense()
    }
    let units = stored["W"]?.rows ?? stored["Win"]?.rows ?? stored["Wout"]?.columns ?? model.units
    let wanted = ["W": [units, units], "Win": [units, shape.inputs], "Wout": [shape.outputs, units]]
    for (name, values) in stored.sorted(by: { $0.key < $1.key }) where wanted[name] != values.shape {
      throw Problem(
        "\(name) has shape \(values.shape), but \(units) units on a task of \(shape.inputs) channels and "
          + "\(shape.outputs) outputs need \(wanted[name] ?? [])",
        fix: "read weights of one network, or choose the task that it was made for")
    }
    bias = inputs.contains("b") ? try inputs.vector("b") : Array(repeating: 0, count: shape.outputs)
    guard bias.count == shape.outputs else {
      throw Problem("b has \(bias.count) biases, the task \(shape.outputs) outputs")
    }
    (self.units, self.stored) = (units, stored)
    signs = try Self.signs(model, inputs, stored["W"], units)
    if inputs.contains("types") {
      types = try inputs.populations(neurons: units)
    } else if signs.contains(0) {
      types = Populations(one: units)
    } else {
      types = Populations(signs.map { $0 < 0 ? "I" : "E" })
    }
  }

  private static func signs(_ model: LeakyReluRnn, _ inputs: Inputs, _ weights: Matrix?, _ units: Int) throws
    -> [Double]
  {
    guard model.dale else { return Array(repeating: 0, count: units) }
    if inputs.contains("sign") {
      let signs = try inputs.vector("sign")
      guard signs.count == units, signs.allSatisfy({ abs($0) == 1 }) else {
        throw Problem("sign should be 1 or -1 for each of \(units) units")
      }
      return signs
    }
    guard let weights else {
      // The authors' code counts one excitatory unit more than the share, and puts inhibitory units first.
      let inhibitory = max(0, units - Int(model.excitatory * Double(units)) - 1)
      return (0..<units).map { $0 < inhibitory ? -1 : 1 }
    }
    return try (0..<units).map { pre in
      let column = (0..<units).map { weights[$0, pre] }
      guard column.contains(where: { $0 < 0 }) else { return 1 }
      guard !column.contains(where: { $0 > 0 }) else {
        throw Problem(
          "unit \(pre) excites some units and inhibits others, against Dale's law",
          fix: "read `sign`, or set `dale: false`")
      }
      return -1
    }
  }

  func weights(_ random: inout RandomStream) throws -> Weights {
    let (n, channels, outputs) = (units, shape.inputs, shape.outputs)
    func normal(_ rows: Int, _ columns: Int, variance: Double) -> Matrix {
      random.normalTensor(shape: [rows, columns], sd: variance.squareRoot())
    }
    let input = normal(n, channels, variance: 2 / Double(max(1, channels)))
    let recurrent: Matrix
    let output: Matrix
    if model.dale {
      recurrent = try balanced(&random)
      let square = try balanced(&random)
      output = Matrix(
        (0..<outputs * n).map { square[$0 / n % n, $0 % n] }, shape: [outputs, n])
    } else {
      recurrent = normal(n, n, variance: 2 / Double(n))
      let bound = (6 / Double(n + outputs)).squareRoot()
      output = Matrix(random.uniforms(outputs * n).map { bound * (2 * $0 - 1) }, shape: [outputs, n])
    }
    var result = Weights(
      [
        ("W", stored["W"] ?? recurrent), ("Win", stored["Win"] ?? input), ("Wout", stored["Wout"] ?? output),
        ("b", Tensor(bias, shape: [outputs])),
      ].map { name, values in
        model.precision == .single
          ? .init(name, values.map { Float($0) }) : Weights.Block(name, values)
      })
    // Below float32's normal numbers a leak would only slow the processor.
    let leak = exp(-model.dt / model.tau)
    let constants = [leak < 1e-30 ? 0 : leak, 1 - leak, model.threshold, model.autapses ? 1 : 0]
    result.blocks += [
      .init("dynamics", Tensor(constants, shape: [4]), trained: false),
      .init("sign", Tensor(signs, shape: [n]), trained: false),
    ]
    for (code, name) in types.names.enumerated() {
      let mask = types.codes.map { $0 == Int32(code) ? 1.0 : 0 }
      result.blocks.append(.init("type/\(name)", Tensor(mask, shape: [n]), trained: false))
    }
    model.constrain(&result)
    return result
  }

  /// Signed half-normal weights [post, pre] whose sum over the inputs of each unit is 0, scaled to spectral radius 1.
  private func balanced(_ random: inout RandomStream) throws -> Matrix {
    let n = units
    var w: Matrix = random.normalTensor(shape: [n, n])
    for post in 0..<n { for pre in 0..<n { w[post, pre] = signs[pre] * abs(w[post, pre]) } }
    let places = (0..<n).filter { signs[$0] > 0 }
    let (excitatory, inhibitory) = (Double(places.count), Double(n - places.count))
    guard excitatory > 0, inhibitory > 0 else {
      throw Problem(
        "\(places.count) of \(n) units are excitatory, so that inputs cannot be balanced",
        fix: "choose more units, another share of excitatory units, or `dale: false`")
    }
    let total = w.elements.reduce(0) { $0 + max(0, $1) }
    let ratio = total / w.elements.reduce(0) { $0 + max(0, -$1) }
    for i in w.elements.indices where w[i] < 0 { w[i] *= ratio }
    for post in 0..<n {
      let excess = w.row(post).reduce(0, +)
      for pre in 0..<n {
        if excess < 0, signs[pre] > 0 { w[post, pre] -= excess / excitatory }
        if excess > 0, signs[pre] < 0 { w[post, pre] -= excess / inhibitory }
      }
    }
    let radius = try eigenvalues(w).reduce(0) { max($0, $1.magnitude) }
    return w.map { $0 / radius }
  }
}
