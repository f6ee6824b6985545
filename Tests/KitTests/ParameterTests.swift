import EngramKit
import Testing

/// A plugin with a parameter of each kind.
private struct Example: Rule {
  enum Order: String, CaseIterable, Sendable { case sequential, random }

  static let name = "example"
  static let summary = "An example."
  static let reference = "None"
  static let parameters: [Parameter<Self>] = [
    .real("tau", \.tau, unit: .millisecond, in: 1...100, "A time."),
    .reals("loads", \.loads, unit: .one, in: 0...1, "Loads."),
    .integer("count", \.count, in: 1...10, "A number."),
    .flag("clip", \.clip, "Yes or no."),
    .choice("order", \.order, "An order."),
  ]

  var tau = 20.0
  var loads = [0.1]
  var count = 3
  var clip = false
  var order = Order.sequential
  var needs: Evidence { clip ? [.loss, .gradient] : .traces }

  func estimate(at weights: Weights, _ trials: Trials, _ random: inout RandomStream) throws -> Weights {
    Weights([.init("tau", Tensor([tau], shape: [1])), .init("count", Tensor([Double(count)], shape: [1]))])
  }
  func apply(_ estimate: Weights, to weights: inout Weights, _ clock: Clock) throws {}
}

@Suite("Parameters and registry")
struct ParameterTests {
  private let registry: Registry

  init() throws { registry = try Registry([Entry(Example.self)]) }

  private func accepted(_ values: [String: Value]) throws -> [String: Value] {
    try registry.accept(values, for: "example")
  }

  private func message(_ values: [String: Value]) -> String {
    do { return "accepted: \(try accepted(values))" } catch { return "\(error)" }
  }

  @Test("numbers are widened and converted to the declared unit")
  func conversion() throws {
    #expect(try accepted(["tau": .integer(7)]) == ["tau": .real(7)])
    #expect(try accepted(["tau": .text("0.05 s")]) == ["tau": .real(50)])
    #expect(try accepted(["count": .real(4)]) == ["count": .integer(4)])
    #expect(try accepted(["loads": .real(0.5)]) == ["loads": .reals([0.5])])
  }

  @Test("mistakes name value, range, unit and the nearest word")
  func mistakes() {
    #expect(message(["tau": .real(500)]).contains("is 500 ms, outside its range 1...100"))
    #expect(message(["tau": .real(.nan)]).contains("outside its range"))
    #expect(message(["tau": .text("5 mV")]).contains("measures something else"))
    #expect(message(["tau": .text("5 parsec")]).contains("unknown unit 'parsec'"))
    #expect(message(["count": .real(2.5)]).contains("takes a whole number, not 2.5"))
    #expect(message(["order": .text("randon")]).contains("did you mean 'random'?"))
    #expect(message(["tua": .real(2)]).contains("did you mean 'tau'?"))
    #expect(message(["clip": .integer(1)]).contains("takes true or false"))
  }

  @Test("all mistakes are told at once")
  func together() {
    let problems = #expect(throws: Problems.self) { try accepted(["tua": .real(2), "count": .integer(0)]) }
    #expect(problems?.list.count == 2)
  }

  @Test("an instance has what was accepted, and defaults elsewhere")
  func instance() throws {
    let entry = try registry.entry("example")
    let made = try #require(try entry.make(["tau": .real(9), "clip": .flag(true)]).learns)
    #expect(made.needs == [.loss, .gradient])
    #expect(entry.description.needs == ["traces"])
    #expect(entry.description.kind == .rule && entry.description.roles == [.learns])
    #expect(
      entry.description.parameters.map(\.standard) == [
        .real(20), .reals([0.1]), .integer(3), .flag(false), .text("sequential"),
      ])
  }

  @Test("a name taken is refused, naming both origins")
  func taken() throws {
    var registry = registry
    let error = #expect(throws: Problem.self) { try registry.add(Entry(Example.self, origin: "other.so")) }
    #expect(error?.what == "the name 'example' of other.so is taken by built in")
  }

  @Test(
    "the nearest name is found within a third of its length",
    arguments: [("chian", "chain"), ("analyse", "analyze"), ("zzz", nil), ("chains", "chain")])
  func nearest(word: String, expected: String?) {
    #expect(nearestName(to: word, among: ["chain", "analyze", "convergent"]) == expected)
  }
}
