import EngramKit
import EngramPlugins
import Foundation
import Testing

@Suite("The exact gradient of Morris-Lecar networks")
struct MorrisLecarGradientTests {
  private typealias Member = MorrisLecarPopulation.Member<Double>

  private func trained(_ set: [String: Value]) throws -> any Trains {
    let registry = try Registry(catalogue)
    let entry = try registry.entry("morris-lecar-network")
    return try #require(try entry.make(try registry.accept(set, for: "morris-lecar-network")).trains)
  }

  private func gradient(_ model: any Trains, _ batch: Batch, _ weights: Weights) throws -> (Double, Weights) {
    var random = RandomStream(seed: 21)
    let trial = try model.trial(batch, at: weights, Request([.loss, .gradient]), &random) { _ in }
    return (try #require(trial.loss), try #require(trial.gradient))
  }

  @Test(
    "agrees with central differences, block by block", arguments: ["cross-entropy", "activity", "openness"],
    [0, 0.1])
  func differences(loss: String, noise: Double) throws {
    let model = try trained([
      "neurons": .integer(5), "loss": .text(loss), "precision": .text("float64"), "step": .real(0.2),
      "steps_per_input": .integer(20), "window": .integer(30), "noise": .real(noise),
      "input_mean": .real(0.5),
    ])
    var random = RandomStream(seed: 11)
    let batch = Batch(
      input: Tensor(random.uniforms(3 * 6 * 4), shape: [3, 6, 4]),
      target: loss == "cross-entropy" ? .labels([0, 1, 1]) : .none)
    let shape = TrialShape(steps: 6, inputs: 4, outputs: 2, classes: loss == "cross-entropy")
    let weights = try model.weights(Inputs(), for: shape, &random)
    let (base, exact) = try gradient(model, batch, weights)
    let stream = RandomStream(seed: 21)
    #expect(abs(try model.losses(batch, at: [weights], stream)[0] - base) < 1e-12)
    for block in exact.blocks {
      var largest = 0.0
      for i in 0..<block.values.double.count {
        func moved(_ h: Double) throws -> Weights {
          var (copy, values) = (weights, try weights.double(block.name))
          values[i] += h
          copy[block.name]?.values = .float64(values)
          return copy
        }
        let h = loss == "openness" ? 1e-8 : 1e-6
        let sides = try model.losses(batch, at: [try moved(h), try moved(-h)], stream)
        largest = max(largest, abs((sides[0] - sides[1]) / (2 * h) - block.values.double[i]))
      }
      let scale = block.values.double.elements.map(abs).max() ?? 0
      // The loss carries 1e-16 of rounding, over 2 h; a steep openness has a third derivative of its own.
      #expect(
        largest < (loss == "openness" ? 1e-4 : 1e-6) * scale + 1e-8, "\(block.name): \(largest) of \(scale)")
    }
  }

  /// The same step made of the tape's operations.
  @Test("agrees with the gradient tape")
  func tape() throws {
    var network = MorrisLecarPopulation()
    (network.stepsPerInput, network.window) = (10, 25)
    let cell = network.cell
    var random = RandomStream(seed: 12)
    let member = Member(
      input: Matrix(random.uniforms(12), shape: [4, 3]),
      recurrent: random.normalTensor(shape: [4, 4], sd: 0.3))
    let trials = MorrisLecarPopulation.Trials<Double>(
      input: Tensor(random.uniforms(2 * 5 * 3), shape: [2, 5, 3]),
      voltage: random.normalTensor(shape: [2, 4], mean: -20, sd: 5), random: random)
    let wanted = random.normalTensor(shape: [2, 4], sd: 1) as Matrix
    let (response, exact) = try network.gradient(member, trials) { _ in
      .init(output: wanted, openness: [0, 0])
    }

    let input = Variable(member.input.transposed(), needsGradient: true)
    let recurrent = Variable(try #require(member.recurrent).transposed(), needsGradient: true)
    var v = Variable(trials.voltage)
    var w = Variable(Matrix(repeating: trials.gate, shape: [2, 4]))
    var s = Variable(Matrix(repeating: 0, shape: [2, 4]))
    var sum = Variable(Matrix(repeating: 0, shape: [2, 4]))
    let dt = network.dt
    let offset = network.currentScale * network.bias + network.currentOffset
    func half(_ x: Variable<Double>) -> Variable<Double> { x.tanh().scaled(by: 0.5, plus: 0.5) }
    for step in 0..<50 {
      let word = step / 10
      let rows = (0..<2).flatMap { trial in (0..<3).map { trials.input[trial, word, $0] } }
      let z = multiply(Variable(Matrix(rows, shape: [2, 3])), input) + multiply(s, recurrent)
      let current = z.scaled(by: network.currentScale, plus: offset)
      let m = half(
        v.scaled(by: 1 / cell.activationWidth, plus: -cell.activationMiddle / cell.activationWidth))
      let x = v.scaled(by: 1 / cell.recoveryWidth, plus: -cell.recoveryMiddle / cell.recoveryWidth)
      let target = half(x)
      let angle = x.scaled(by: 0.5)
      let cosh = (angle.exponential() + (-angle).exponential()).scaled(by: cell.recoveryRate / 2)
      let time = cosh.applying(.power(-1))
      let later = time.scaled(by: 1, plus: dt / 2)
      w = (target.scaled(by: dt) + time.scaled(by: 1, plus: -dt / 2) * w) / later
      let open = m.scaled(by: cell.calcium) + w.scaled(by: cell.potassium)
      let g = open.scaled(by: dt / 2 / cell.capacitance, plus: dt / 2 * cell.leak / cell.capacitance)
      let calcium = m.scaled(by: cell.calcium * cell.calciumReversal)
      let potassium = w.scaled(by: cell.potassium * cell.potassiumReversal)
      let pull = (calcium + potassium + current).scaled(
        by: dt / cell.capacitance, plus: dt * cell.leak * cell.leakReversal / cell.capacitance)
      v = (v * g.scaled(by: -1, plus: 1) + pull) / g.scaled(by: 1, plus: 1)
      s = v.scaled(by: 1 / network.outputSlope, plus: -network.outputThreshold / network.outputSlope)
        .sigmoid()
      if step >= 25 { sum = sum + s.scaled(by: 1 / 25.0) }
    }
    #expect(agree(sum.value.elements, response.output.elements, within: 1e-12))
    let slopes = gradients(of: (sum * Variable(wanted)).sum(), by: [input, recurrent])
    #expect(agree(slopes[0].value.transposed().elements, exact.input.elements, within: 1e-11))
    #expect(
      agree(slopes[1].value.transposed().elements, try #require(exact.recurrent).elements, within: 1e-11))
  }

  @Test(
    "the gradient grows with the horizon until it explodes (case 9)",
    arguments: [
      (50, 0.0099475621, 9.4895e-4), (100, 0.0601363666, 3.0653e-2), (200, 0.0410877798, 4.2189e-2),
      (500, 0.1590507435, 90.53), (1000, 0, 1e2), (2000, 0, 1e5),
    ])
  func growth(horizon: Int, loss: Double, norm: Double) throws {
    let (steps, n) = (10 * horizon, 16)
    var network = MorrisLecarPopulation()
    (network.bias, network.stepsPerInput) = (0, 1)
    var weights = Matrix(repeating: 0, shape: [n, n])
    // [from j, to i] of the specification is [post i, pre j] here.
    for i in 0..<n { for j in 0..<n where i != j { weights[i, j] = 0.3 * sin(Double(1 + 3 * j + 5 * i)) } }
    let drive = (0..<steps * n).map { place -> Double in
      let (t, i) = (Double(place / n), Double(place % n))
      return 0.1 + 0.05 * sin(i + 2 * .pi * t / 400)
    }
    let voltage = (0..<n).map { -20 + Double($0) }
    let trials = MorrisLecarPopulation.Trials<Double>(
      input: Tensor(drive, shape: [1, steps, n]), voltage: Matrix(voltage, shape: [1, n]),
      random: RandomStream(seed: 1))
    let (response, exact) = try network.gradient(.init(input: .identity(n), recurrent: weights), trials) {
      _ in
      .init(output: Matrix(repeating: 1 / Double(n), shape: [1, n]), openness: [0])
    }
    let found = response.output.elements.reduce(0, +) / Double(n)
    let size = try #require(exact.recurrent).elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    switch horizon {
    case ...200: #expect(abs(found - loss) < 1e-6 && abs(size - norm) < 0.01 * norm, "\(found), \(size)")
    case 500: #expect(abs(found - loss) < 1e-3 && size > norm / 2 && size < norm * 2, "\(found), \(size)")
    default: #expect(size > norm, "\(size)")
    }
  }

  @Test(
    "openness of the turn-off neuron against its weight (case 8)",
    arguments: [
      (0.39, 0.0), (0.40, 0.0140), (0.45, 0.0624), (0.5, 0.0980), (0.6, 0.1340), (0.8, 0.1701), (1, 0.1920),
    ])
  func openness(weight: Double, loss: Double) throws {
    #expect(abs(try turnOff(weight).loss - loss) < 2e-3)
  }

  private func turnOff(_ weight: Double, _ h: Double = 1e-6) throws -> (loss: Double, slope: Double) {
    let model = try trained([
      "neurons": .integer(1), "recurrent": .flag(false), "loss": .text("openness"),
      "current_scale": .real(100),
      "current_offset": .real(0), "bias": .real(0), "start_voltage": .real(-40), "start_spread": .real(0),
      "steps_per_input": .integer(5000), "precision": .text("float64"),
    ])
    let members = [weight, weight + h, weight - h].map {
      Weights([.init("W_in", Matrix([$0], shape: [1, 1]))])
    }
    let batch = Batch(input: Tensor([1], shape: [1, 1, 1]))
    let losses = try model.losses(batch, at: members, RandomStream(seed: 1))
    return (losses[0], (losses[1] - losses[2]) / (2 * h))
  }

  @Test("local slopes of the turn-off loss change sign while it rises (case 8)")
  func steps() throws {
    let slopes = try (0...8).map { try turnOff(0.5 + 0.025 * Double($0)).slope }
    #expect(slopes.contains { $0 > 1e-3 } && slopes.contains { $0 < -1e-3 })
    #expect(slopes.allSatisfy { abs($0) < 10 })
    let mean = (try turnOff(0.7).loss - turnOff(0.5).loss) / 0.2
    #expect(abs(mean - 0.3) < 0.1)
  }

  @Test("losses do not depend on the number of threads, nor on the other members")
  func threads() throws {
    let model = try trained(["neurons": .integer(9), "steps_per_input": .integer(5), "window": .integer(20)])
    var random = RandomStream(seed: 13)
    let batch = Batch(
      input: Tensor(random.uniforms(7 * 8 * 3), shape: [7, 8, 3]), target: .labels([0, 1, 0, 1, 1, 0, 1]))
    let shape = TrialShape(steps: 8, inputs: 3, outputs: 2, classes: true)
    let members = try (0..<5).map { _ in try model.weights(Inputs(), for: shape, &random) }
    let stream = RandomStream(seed: 14)
    let several = try model.losses(batch, at: members, stream)
    let known = WorkerThreads.count
    WorkerThreads.set(1)
    defer { WorkerThreads.set(known) }
    #expect(try model.losses(batch, at: members, stream) == several)
    #expect(try model.losses(batch, at: [members[2]] + members.prefix(4), stream)[0] == several[2])
  }
}
