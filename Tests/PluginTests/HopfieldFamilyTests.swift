import EngramKit
import Foundation
import Testing

@Suite("Continuous, dense and modern Hopfield networks")
struct HopfieldFamilyTests {
  @Test(
    "two mutually exciting units settle where V = tanh(gain V) (C3)",
    arguments: [
      (1.5, 0.858559636640, -0.153592225175), (2, 0.957504024077, -0.326523887427),
      (5, 0.999909121715, -0.722759295587),
    ])
  func twoUnits(gain: Double, activation: Double, energy: Double) throws {
    let inputs: [String: Stored] = [
      "connectivity": .numbers(Matrix([0, 1, 1, 0], shape: [2, 2])),
      "cue": .numbers(Matrix([0.5, 0.2], shape: [1, 2])),
    ]
    let sink = try recorded(
      "hopfield-continuous", ["gain": .real(gain)], inputs, steps: 8000, dt: 0.01, every: 100)
    let (states, energies) = (try #require(sink.numbers("state")), try #require(sink.numbers("energy")))
    #expect(agree(Array(states.row(80)), [activation, activation], within: 1e-10))
    #expect(agree([energies[80, 0]], [energy], within: 1e-10))
    let audit = try analyse("lyapunov-audit", ["energy": .numbers(energies)], ["tolerance": .real(1e-9)])
    #expect(try audit.values("audit/verdict") == [1])
  }

  @Test("weights that are not symmetric, and fields of 0, are said")
  func caveats() throws {
    let turning = try recorded(
      "hopfield-continuous", [:],
      [
        "connectivity": .numbers(Matrix([0, 1, -1, 0], shape: [2, 2])),
        "cue": .numbers(Matrix([0.5, 0.2], shape: [1, 2])),
      ], steps: 10, dt: 0.01, every: 10)
    #expect(turning.notes.count == 1)
    #expect(turning.notes[0].hasPrefix("no Lyapunov guarantee: W is not symmetric (defect 2)"))
    // For (1, 1) and (1, -1) the quadratic fields of both units cancel.
    let tied = try recorded(
      "dense-associative-memory", ["power": .integer(2), "energy": .text("power")],
      [
        "patterns": .numbers(Matrix([1, 1, 1, -1], shape: [2, 2])),
        "cue": .numbers(Matrix([1, 1], shape: [1, 2])),
      ], steps: 1)
    #expect(tied.notes == ["ties: at 2 updates so far the field was 0, which keeps the unit's state"])
  }

  /// Patterns and cue of case C2.
  private func caseTwo() -> (patterns: Matrix, cue: Matrix) {
    var patterns = Matrix(repeating: -1, shape: [4, 40])
    for m in 0..<4 {
      for i in 0..<40 {
        let k = Double(m + 1)
        if sin(1.3 * k * Double((i + 1) * (i + 1)) + 0.3 * k) >= 0 { patterns[m, i] = 1 }
      }
    }
    var cue = Matrix(Array(patterns.row(0)), shape: [1, 40])
    for bit in [0, 3, 7, 12, 25, 31] { cue[0, bit] *= -1 }
    return (patterns, cue)
  }

  @Test(
    "dense fields of the damaged cue (C7)",
    arguments: [(2, [96.0, -128, -128, 100]), (3, [4896.0, -4528, -4528, 4904])])
  func denseFields(power: Int, expected: [Double]) throws {
    let (patterns, cue) = caseTwo()
    let three = Matrix(Array(patterns.elements.prefix(120)), shape: [3, 40])
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(power)],
      ["patterns": .numbers(three), "cue": .numbers(cue)], steps: 0)
    #expect(Array(try sink.values("field").prefix(4)) == expected)
  }

  @Test("the unrectified quadratic field is 4 N times the Hebbian one (C7)")
  func quadraticIsHebbian() throws {
    let (patterns, cue) = caseTwo()
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(2), "energy": .text("power")],
      ["patterns": .numbers(patterns), "cue": .numbers(cue)], steps: 0)
    let overlaps = try multiply(patterns, Array(cue.row(0)))
    for (i, field) in try sink.values("field").enumerated() {
      let hebbian = (0..<4).reduce(0.0) { $0 + patterns[$1, i] * overlaps[$1] } - 4 * cue[0, i]
      #expect(field == 4 * hebbian)
    }
  }

  @Test(
    "steep energies fall, and n = 3 keeps two patterns a unit where n = 2 keeps none", arguments: [2, 3, 4])
  func denseCapacity(power: Int) throws {
    var random = RandomStream(seed: 8)
    let patterns = Matrix((0..<20_000).map { _ in random.sign() }, shape: [200, 100])
    let cues = Matrix(Array(patterns.elements.prefix(2000)), shape: [20, 100])
    let sink = try recorded(
      "dense-associative-memory", ["power": .integer(power)],
      ["patterns": .numbers(patterns), "cue": .numbers(cues)],
      steps: 3)
    let states = try #require(sink.numbers("state"))
    let kept = (0..<20).count { cue in
      Array(cues.row(cue)) == Array(states.row(3)[(states.row(3).startIndex + cue * 100)...].prefix(100))
    }
    #expect(power == 2 ? kept == 0 : kept == 20)
    let audit = try analyse("lyapunov-audit", ["energy": .numbers(try #require(sink.numbers("energy")))])
    #expect(try audit.values("audit/verdict") == [1])
  }

  @Test("modern network: states and energies (C8)")
  func modern() throws {
    let inputs: [String: Stored] = [
      "patterns": .numbers(fixture(3, 4, 2.1)),
      "cue": .numbers(Matrix([0.2, -0.1, 0.4, 0.3], shape: [1, 4])),
    ]
    let sharp = try recorded("modern-hopfield", ["beta": .real(8)], inputs, steps: 5)
    let states = try #require(sharp.numbers("state"))
    #expect(agree(Array(states.row(5)), [-0.88345317, 0.01681737, 0.89869798, 0.79847867], within: 1e-8))
    #expect(
      agree(
        Array(try sharp.values("energy").prefix(5)),
        [1.69261942, 0.85784407, 0.85560998, 0.85560998, 0.85560998],
        within: 1e-8))
    let soft = try recorded("modern-hopfield", ["beta": .real(1)], inputs, steps: 5)
    #expect(
      agree(
        Array(try #require(soft.numbers("state")).row(5)), [-0.85255434, 0.37087515, 0.1156763, 0.67617448],
        within: 1e-8))
    #expect(
      agree(
        Array(try soft.values("energy").prefix(5)),
        [1.9043232, 1.35601255, 1.3366105, 1.31788808, 1.29403287], within: 1e-8))
  }
}
