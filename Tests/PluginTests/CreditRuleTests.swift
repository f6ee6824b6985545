import EngramKit
import EngramPlugins
import Foundation
import Testing

/// The rules on Network S: section 6 of the ModProp specification.
@Suite("rules of temporal credit assignment on Network S")
struct CreditRuleTests {
  struct Reference: CustomTestStringConvertible, Sendable {
    var rule: String
    var set: [String: Value]
    var norm: Double
    var cosine: Double
    var ratio: Double
    var inputNorm: Double?
    var testDescription: String { "\(rule) \(set)" }
  }

  static let references = [
    Reference(
      rule: "bptt", set: [:], norm: 0.0490976432, cosine: 1, ratio: 1, inputNorm: 0.0658249126),
    Reference(
      rule: "three-factor", set: [:], norm: 0.0437954522, cosine: 0.9349925487, ratio: 0.8340201027,
      inputNorm: 0.0727298958),
    Reference(
      rule: "mdgl", set: ["feedback": .text("cell")], norm: 0.0442635086, cosine: 0.9725690904,
      ratio: 0.8768103206, inputNorm: 0.0704324433),
    Reference(
      rule: "modprop", set: ["feedback": .text("cell"), "form": .text("adjoint")], norm: 0.0452071807,
      cosine: 0.9631523428, ratio: 0.8868328317, inputNorm: 0.0709096847),
    Reference(
      rule: "modprop", set: ["feedback": .text("cell"), "form": .text("exact-trace")], norm: 0.0496440178,
      cosine: 0.9996134304, ratio: 1.0107374546, inputNorm: 0.0694542256),
    Reference(
      rule: "modprop", set: ["feedback": .text("type")], norm: 0.0464121375, cosine: 0.9501084173,
      ratio: 0.8981401064),
  ]

  private func norm(_ x: [Double]) -> Double { zip(x, x).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot() }

  @Test("norm, cosine and projection on the exact gradient (case 3)", arguments: references)
  func table(reference: Reference) throws {
    let network = NetworkS()
    let exact = try network.estimate("bptt").double("W").elements
    let estimate = try network.estimate(reference.rule, reference.set)
    let found = try estimate.double("W").elements
    let product = zip(found, exact).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(norm(found) - reference.norm) < 1e-8)
    #expect(abs(product / norm(found) / norm(exact) - reference.cosine) < 1e-8)
    #expect(abs(product / norm(exact) / norm(exact) - reference.ratio) < 1e-8)
    if let wanted = reference.inputNorm {
      #expect(abs(norm(try estimate.double("Win").elements) - wanted) < 1e-8)
    }
    // The read-out's gradient is exact whatever the rule.
    let whole = try network.estimate("bptt")
    for name in ["Wout", "b"] {
      #expect(agree(try estimate.double(name).elements, try whole.double(name).elements, within: 1e-15))
    }
  }

  @Test(
    "single entries dW[0][3], dW[2][0], dW[4][0] (case 4)",
    arguments: [
      ("bptt", "", [-0.0248558131, 0.032820422, 0.0016992652]),
      ("three-factor", "", [-0.0077146834, 0.0338423045, 0]),
      ("mdgl", "cell", [-0.0133059161, 0.032926902, 0]),
      ("modprop", "cell", [-0.012062246, 0.0338625265, 0.0026027315]),
      ("modprop", "type", [-0.0105342189, 0.0351247571, 0.0012824526]),
    ])
  func entries(rule: String, feedback: String, expected: [Double]) throws {
    let set: [String: Value] = feedback.isEmpty ? [:] : ["feedback": .text(feedback)]
    let found = try NetworkS().estimate(rule, set).double("W")
    #expect(agree([found[0, 3], found[2, 0], found[4, 0]], expected, within: 1e-8))
  }

  @Test("running forward in time equals running backward (case 5)", arguments: ["cell", "type", "random"])
  func onlineIsAdjoint(feedback: String) throws {
    let network = NetworkS()
    for rule in ["modprop", "mdgl"] {
      let online = try network.estimate(rule, ["feedback": .text(feedback), "form": .text("online")])
      let adjoint = try network.estimate(rule, ["feedback": .text(feedback), "form": .text("adjoint")])
      #expect(try online.distance(adjoint) < 1e-14, "\(rule)")
    }
    for rule in ["three-factor", "rflo"] {
      let online = try network.estimate(rule, ["form": .text("online")])
      #expect(try online.distance(network.estimate(rule, ["form": .text("adjoint")])) < 1e-15, "\(rule)")
    }
  }

  @Test("filter taps (case 5)")
  func taps() throws {
    let network = NetworkS()
    func taps(_ count: Int) throws -> Matrix {
      try network.estimate("modprop", ["form": .text("taps"), "taps": .integer(count)]).double("W")
    }
    #expect(abs(norm(try taps(1).elements) - 0.0462111436) < 1e-8)
    #expect(abs(norm(try taps(5).elements) - 0.0461650289) < 1e-8)
    #expect(abs(try taps(5)[4, 0] + 3.411e-7) < 1e-10)
  }

  @Test("random feedback (case 6)")
  func rflo() throws {
    let b = NetworkS.table(2, 5) { k, j in 0.2 * sin(1 + Double(j) + 3 * Double(k)) }
    let found = try NetworkS().estimate("rflo", inputs: Inputs(["B": .numbers(b)])).double("W").elements
    #expect(abs(norm(found) - 0.0172483030) < 1e-8)
    // With the read-out's own weights it is three-factor learning.
    let same = try NetworkS().estimate("rflo", inputs: Inputs(["B": .numbers(NetworkS().output)]))
    #expect(try same.distance(NetworkS().estimate("three-factor")) < 1e-16)
  }

  @Test("limits: no hops, all units active, no leak (case 7)", arguments: ["online", "adjoint"])
  func limits(form: String) throws {
    var network = NetworkS()
    let still = try network.estimate("modprop", ["mu": .real(0), "form": .text(form)])
    #expect(try still.distance(network.estimate("three-factor")) < 1e-15)

    network.recurrent = network.recurrent.map(abs)
    network.input = network.input.map(abs)
    network.stimulus = network.stimulus.map { abs($0) + 1 }
    let whole = try network.estimate(
      "modprop", ["mu": .real(1), "feedback": .text("cell"), "form": .text(form)])
    #expect(try whole.distance(network.estimate("bptt")) < 1e-12)

    network = NetworkS()
    network.set["tau"] = .real(1e-3)
    let traces = try network.estimate("modprop", ["form": .text("exact-trace")])
    let taps = try network.estimate("modprop", ["form": .text("taps"), "taps": .integer(7)])
    #expect(try traces.distance(taps) < 1e-12)
  }

  @Test("float32 weights give float32 estimates, equal to their digits", arguments: references.map(\.rule))
  func single(rule: String) throws {
    var network = NetworkS()
    let double = try network.estimate(rule)
    network.set["precision"] = .text("single")
    let single = try network.estimate(rule)
    guard case .float32? = single["W"]?.values else { throw Problem("not float32") }
    #expect(try single.distance(double) < 1e-7)
  }

  @Test("credit that grows is noted, with the largest stable mu")
  func stability() throws {
    let registry = try Registry(catalogue)
    let network = NetworkS()
    var rule = try #require(
      try registry.entry("modprop").make(try registry.accept(["mu": .real(3)], for: "modprop")).learns)
    let weights = try network.weights()
    var random = RandomStream(seed: 2)
    let trials = Trials(
      batch: network.batch, clock: Clock(update: 0, updates: 1), model: try network.model(),
      noise: RandomStream(seed: 3))
    _ = try rule.estimate(at: weights, trials, &random)
    // A D of Network S is [[-0.6, 1.7], [-1.0666667, 1]]; 0.8 + 0.2 mu times its eigenvalues, 0.2 ± 1.08781i.
    let (real, imaginary) = (0.2, (1.7 * 1.0666666667 - 0.64).squareRoot())
    func radius(_ mu: Double) -> Double { hypot(0.8 + 0.2 * mu * real, 0.2 * mu * imaginary) }
    let note = try #require(rule.notes.first)
    #expect(note.contains("is \((radius(3) * 1e4).rounded() / 1e4);"))
    let words = note.split(separator: " ")
    let stable = try #require(Double(words.last ?? ""))
    #expect(radius(stable) < 1 && radius(stable + 1e-4) >= 1)
  }

  @Test("a model without dynamics or slopes is refused in a sentence")
  func refusals() throws {
    let network = NetworkS()
    var weights = try network.weights()
    weights["dynamics"] = nil
    let registry = try Registry(catalogue)
    var rule = try #require(
      try registry.entry("three-factor").make(try registry.accept([:], for: "three-factor")).learns)
    var random = RandomStream(seed: 2)
    let trials = Trials(
      batch: network.batch, clock: Clock(update: 0, updates: 1), model: try network.model(),
      noise: RandomStream(seed: 3))
    #expect(throws: Problem.self) { try rule.estimate(at: weights, trials, &random) }
  }
}

/// The generator of section 4.1 of the specification.
@Suite("delayed-xor")
struct DelayedXorTests {
  @Test("cues and labels without noise (case 8)")
  func cues() throws {
    let registry = try Registry(catalogue)
    let task = try #require(
      try registry.entry("delayed-xor").make(try registry.accept(["noise": .real(0)], for: "delayed-xor"))
        .poses)
    var random = RandomStream(seed: 4)
    let source = try task.trials(Inputs(), &random)
    #expect(source.shape == TrialShape(steps: 900, inputs: 2, outputs: 2, classes: true))
    let batch = try source.batch(Array(0..<32), .train, &random)
    guard case .labels(let labels) = batch.target else { throw Problem("no labels") }
    var seen: Set<[Bool]> = []
    for trial in 0..<32 {
      let first = (0..<100).map { batch.input[trial, $0, 0] }
      let second = (800..<900).map { batch.input[trial, $0, 1] }
      let bits = [first, second].map { ($0.max() ?? 0) > 1 }
      seen.insert(bits)
      #expect(labels[trial] == (bits[0] == bits[1] ? 1 : 0))
      for (cue, bit) in zip([first, second], bits) {
        #expect(abs((cue.max() ?? 0) - (bit ? 2.019592 : 0.02)) < 1e-6)
        #expect(abs(cue[0] - (bit ? 0.2906706 : 0.02)) < 1e-7)
      }
      #expect(
        (100..<800).allSatisfy { batch.input[trial, $0, 0] == 0.02 && batch.input[trial, $0, 1] == 0.02 })
    }
    #expect(seen.count == 4)
  }
}
