import EngramKit
import EngramPlugins
import Foundation
import Testing

/// The model on Network S: section 6 of the ModProp specification, whose numbers are from NumPy in float64.
@Suite("leaky-relu-rnn on Network S")
struct LeakyReluTests {
  @Test("potentials, outputs, activity and loss (case 1)")
  func forward() throws {
    let network = NetworkS()
    let sink = MemorySink()
    var (outputs, random) = (Outputs(sink), RandomStream(seed: 1))
    try network.model().evaluate(network.batch, at: network.weights(), into: &outputs, &random)
    let y = try sink.values("output/y")
    #expect(
      agree(
        Array(y.suffix(4)), [0.0084000967, 0.1006208407, -0.0083119358, 0.0833761285], within: 1e-8))
    let v = try sink.values("state/v")
    #expect(
      agree(
        Array(v.suffix(10).prefix(5)),
        [0.3985630348, -0.7715129078, 0.0539311758, 0.3187010058, -0.7796266398], within: 1e-8))
    let z = try sink.values("state/z")
    #expect(Double(z.count { $0 > 0 }) / Double(z.count) == 0.4625)
    #expect(agree(try sink.values("loss"), [0.6943369387], within: 1e-8))
  }

  @Test("the gradient is that of central differences (case 9), in float32 to its digits")
  func gradient() throws {
    var network = NetworkS()
    network.set["autapses"] = .flag(true)
    let weights = try network.weights()
    let exact = try network.estimate("bptt")
    for name in ["W", "Win", "Wout", "b"] {
      let values = try weights.double(name)
      let found = try exact.double(name)
      for i in values.elements.indices {
        func moved(_ step: Double) throws -> Double {
          var (other, block) = (weights, values)
          block[i] += step
          other[name] = .init(name, block)
          return try network.loss(other)
        }
        let expected = (try moved(1e-6) - moved(-1e-6)) / 2e-6
        #expect(abs(found[i] - expected) < 1e-8, "\(name)[\(i)]")
      }
    }
    network.set["precision"] = .text("single")
    #expect(try exact.distance(network.estimate("bptt")) < 1e-7)
  }

  @Test("the Hessian is symmetric, with the eigenvalues of the reference", arguments: [true, false])
  func hessian(autapses: Bool) throws {
    var network = NetworkS()
    network.set["autapses"] = .flag(autapses)
    let (model, weights) = (try network.model(), try network.weights())
    var hessian = Matrix(repeating: 0, shape: [25, 25])
    for column in 0..<25 {
      var direction = Matrix(repeating: 0, shape: [5, 5])
      direction[column] = 1
      var random = RandomStream(seed: 1)
      let request = Request(.curvature, direction: Weights([.init("W", direction)]))
      let product = try #require(
        try model.trial(network.batch, at: weights, request, &random) { _ in }.gradient)
      let values = try product.double("W")
      for row in 0..<25 { hessian[row, column] = values[row] }
    }
    for i in 0..<25 { for j in 0..<25 { #expect(abs(hessian[i, j] - hessian[j, i]) < 1e-15) } }
    let values = try eigenvalues(hessian).map(\.real).sorted()
    if autapses {
      #expect(
        agree(
          Array(values.suffix(4).reversed()), [0.0442071502448, 0.0207467719, 0.0062317843, 0.0037534291],
          within: 1e-8))
      #expect(agree(Array(values.prefix(3)), [-0.0308659282, -0.0223546919, -0.0043396658], within: 1e-8))
      #expect(abs(values.reduce(0, +) - 0.0174976076) < 1e-8)
    } else {
      #expect(
        agree(Array(values.suffix(3).reversed()), [0.0255114117, 0.0197217600, 0.0044047300], within: 1e-7))
      #expect(agree(Array(values.prefix(2)), [-0.0191021400, -0.0134297100], within: 1e-7))
    }
  }

  @Test("the Hessian of all blocks is the derivative of their gradient")
  func wholeHessian() throws {
    let network = NetworkS()
    let (model, weights) = (try network.model(), try network.weights())
    let direction = try weights.combined(with: weights) { a, _ in cos(40 * a) }
    func gradient(_ step: Double) throws -> Weights {
      var random = RandomStream(seed: 1)
      var moved = try weights.combined(with: direction) { $0 + step * $1 }
      model.constrain(&moved)
      return try #require(
        try model.trial(network.batch, at: moved, Request(.gradient), &random) { _ in }.gradient)
    }
    let expected = try gradient(1e-6).combined(with: gradient(-1e-6)) { ($0 - $1) / 2e-6 }
    var random = RandomStream(seed: 1)
    let found = try #require(
      try model.trial(network.batch, at: weights, Request(.curvature, direction: direction), &random) { _ in }
        .gradient)
    #expect(try found.distance(expected) < 1e-8)
  }

  @Test("Dale's law and no autapses hold at the start and after any update")
  func dale() throws {
    let registry = try Registry(catalogue)
    let name = "leaky-relu-rnn"
    let model = try #require(try registry.entry(name).make(try registry.accept([:], for: name)).trains)
    var random = RandomStream(seed: 5)
    var weights = try model.weights(
      Inputs(), for: TrialShape(steps: 9, inputs: 2, outputs: 2, classes: true), &random)
    let signs = try weights.double("sign").elements
    #expect(signs.count { $0 < 0 } == 23 && signs.prefix(23).allSatisfy { $0 < 0 })
    func holds() throws -> Bool {
      try ["W", "Wout"].allSatisfy { name in
        let w = try weights.double(name)
        return (0..<w.rows).allSatisfy { post in
          (0..<120).allSatisfy { w[post, $0] * signs[$0] >= 0 && (name != "W" || w[$0, $0] == 0) }
        }
      }
    }
    #expect(try holds())
    weights = try weights.combined(with: weights) { w, _ in w + 0.05 }
    #expect(try !holds())
    model.constrain(&weights)
    #expect(try holds())
  }

  @Test("with its autapses, a network starts balanced and with spectral radius 1")
  func balanced() throws {
    var network = NetworkS()
    network.set = ["autapses": .flag(true), "precision": .text("double"), "units": .integer(40)]
    var random = RandomStream(seed: 5)
    let weights = try network.model().weights(
      Inputs(), for: TrialShape(steps: 9, inputs: 2, outputs: 2, classes: true), &random)
    let w = try weights.double("W")
    #expect((0..<40).allSatisfy { abs(w.row($0).reduce(0, +)) < 1e-12 })
    #expect(abs((try eigenvalues(w).map(\.magnitude).max() ?? 0) - 1) < 1e-9)
  }

  @Test("what does not fit is a sentence")
  func problems() throws {
    let network = NetworkS()
    let (model, weights) = (try network.model(), try network.weights())
    var random = RandomStream(seed: 1)
    func trial(_ batch: Batch) throws {
      _ = try model.trial(batch, at: weights, Request(.loss), &random) { _ in }
    }
    #expect(throws: Problem("trials of 3 channels do not fit a network with 2 inputs")) {
      try trial(Batch(input: Tensor(repeating: 0, shape: [1, 8, 3]), target: .labels([0])))
    }
    #expect(throws: Problem.self) { try trial(Batch(input: network.stimulus, target: .labels([0, 2]))) }
    #expect(throws: Problem.self) { try trial(Batch(input: network.stimulus, target: .labels([0]))) }
    #expect(throws: Problem.self) { try trial(Batch(input: network.stimulus)) }
    let still = TrialShape(steps: nil, inputs: 2, outputs: 2, classes: true)
    #expect(throws: Problem.self) { try model.weights(Inputs(), for: still, &random) }
    let other = TrialShape(steps: 8, inputs: 3, outputs: 2, classes: true)
    #expect(throws: Problem.self) {
      try model.weights(Inputs(["Win": .numbers(network.input)]), for: other, &random)
    }
  }
}
