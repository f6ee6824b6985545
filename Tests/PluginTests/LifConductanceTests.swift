import EngramKit
import EngramPlugins
import Foundation
import Testing

/// What a neuron of the specification differs in from the defaults, and how two numbers differ.
enum LifCase {
  typealias Changes = [String: Value]

  static let driven: Changes = ["excitatory_rate": .real(4.5)]
  static let excitationOnly: Changes = [
    "inhibitory_rate": .real(0), "excitatory_charge": .real(8), "excitatory_rate": .real(0.5),
  ]

  static func relative(_ a: Double?, _ b: Double) -> Double { abs((a ?? .nan) - b) / abs(b) }
}

/// What `lif-conductance-rate` says with `changes` to its defaults.
private func theory(_ changes: LifCase.Changes) throws -> [String: Double] {
  let analysis = try #require(try Entry(LifConductanceRate.self).make(changes).measures)
  let sink = MemorySink()
  var outputs = Outputs(sink)
  var random = RandomStream(seed: 1)
  try analysis.analyse(Inputs(), nil, into: &outputs, &random)
  return sink.values.keys.reduce(into: [:]) { $0[$1] = sink.numbers($1)?.elements.first }
}

@Suite("Rates of conductance-driven neurons: theory")
struct LifConductanceTheoryTests {
  struct Case: Sendable, CustomStringConvertible {
    let name: String
    let changes: [String: Value]
    let f0, dTh, dR, f1, eta0, eta1: Double
    var description: String { name }
  }

  /// Section 6 of the specification: Simpson with 40,001 points.
  static let cases = [
    Case(
      name: "P1", changes: [:], f0: 14.464375, dTh: 1.870166, dR: 0.029074, f1: 5.843209, eta0: 11.464487,
      eta1: 3.627646),
    Case(
      name: "P2", changes: LifCase.driven, f0: 58.161398, dTh: 1.959271, dR: 0.031579, f1: 34.421496,
      eta0: 56.704722,
      eta1: 31.958292),
    Case(
      name: "P3", changes: LifCase.driven.merging(["refractory_period": .real(0)]) { $1 }, f0: 65.817471,
      dTh: 1.959271,
      dR: 1.724159, f1: 38.471220, eta0: 63.958184, eta1: 35.407816),
    Case(
      name: "P4", changes: ["excitatory_rate": .real(8)], f0: 205.116682, dTh: 2.243439, dR: 0.039279,
      f1: 167.600173,
      eta0: 206.181820, eta1: 168.569073),
    Case(
      name: "P5", changes: LifCase.excitationOnly, f0: 18.668705, dTh: 0.826101, dR: 0.018157, f1: 14.362572,
      eta0: 19.276442, eta1: 15.184304),
    Case(
      name: "P6", changes: LifCase.driven.merging(["inhibitory_decay": .real(1.5)]) { $1 }, f0: 58.161398,
      dTh: 2.529408,
      dR: 0.288935, f1: 29.027056, eta0: 56.704722, eta1: 26.313639),
  ]

  @Test("the formulas give the reference values", arguments: cases)
  func reference(_ expected: Case) throws {
    let rates = try theory(expected.changes)
    #expect(LifCase.relative(rates["rate/F0"], expected.f0) < 1e-6)
    #expect(LifCase.relative(rates["rate/F1"], expected.f1) < 1e-6)
    #expect(LifCase.relative(rates["rate/ETA0"], expected.eta0) < 1e-6)
    #expect(LifCase.relative(rates["rate/ETA1"], expected.eta1) < 1e-6)
    #expect(LifCase.relative(rates["rate/d_th"], expected.dTh) < 1e-6)
    #expect(LifCase.relative(rates["rate/d_r"], expected.dR) < 1e-4)
  }

  @Test("voltage without spikes is Pearson IV: mean and variance (P7)")
  func moments() throws {
    let rates = try theory([:])
    #expect(LifCase.relative(rates["rate/mean"], -57.84398078) < 1e-8)
    #expect(LifCase.relative(rates["rate/variance"], 12.15188534) < 1e-8)
  }

  @Test("far reversal potentials leave a current-driven neuron: both formulas agree (P8)")
  func currentLimit() throws {
    let rates = try theory([
      "excitatory_reversal": .real(1e5), "inhibitory_reversal": .real(-1e5),
      "excitatory_charge": .real(240e-5),
      "inhibitory_charge": .real(200e-5),
    ])
    let (f0, eta0) = (try #require(rates["rate/F0"]), try #require(rates["rate/ETA0"]))
    #expect(LifCase.relative(f0, eta0) < 1e-5)
    #expect(LifCase.relative(f0, 38.07294) < 1e-5)
  }

  @Test("scaling all conductances, or shifting all potentials, changes no rate (P10)")
  func invariances() throws {
    let rates = try theory([:])
    let scaled = try theory([
      "capacitance": .real(500), "leak_conductance": .real(25), "excitatory_charge": .real(8),
      "inhibitory_charge": .real(20),
    ])
    let shifted = try theory([
      "leak_reversal": .real(-60), "excitatory_reversal": .real(10), "inhibitory_reversal": .real(-70),
      "threshold": .real(-40), "reset": .real(-50),
    ])
    for name in ["rate/F0", "rate/F1", "rate/ETA0", "rate/ETA1"] {
      #expect(LifCase.relative(scaled[name], try #require(rates[name])) < 1e-9)
      #expect(LifCase.relative(shifted[name], try #require(rates[name])) < 1e-9)
    }
  }

  @Test("F1 approaches F0 as the square root of the decay time (P11)")
  func smallDecay() throws {
    let limit = try #require(try theory(LifCase.driven)["rate/F0"])
    func gap(_ decay: Double) throws -> Double {
      let changes = LifCase.driven.merging([
        "excitatory_decay": .real(decay), "inhibitory_decay": .real(decay),
      ]) {
        $1
      }
      return limit - (try #require(try theory(changes)["rate/F1"]))
    }
    #expect(LifCase.relative(limit - (try gap(0.1)), 46.581) < 1e-4)
    #expect(LifCase.relative(limit - (try gap(2)), 18.187) < 1e-4)
    let ratio = try gap(4e-5) / gap(1e-5)
    #expect(abs(ratio - 2) < 0.01)
  }
}
