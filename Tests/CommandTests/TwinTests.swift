import EngramHost
import EngramKit
import EngramPlugins
import Foundation
import Testing

/// Each example gives the numbers of its built-in twin to 1e-12: the twin's numbers become cases of the example.
@Suite("Examples of plugins agree with their built-in twins", .serialized)
struct TwinTests {
  /// One kind: the example, its twin, what both compute, and which dataset of the twin is which of the example.
  struct Twin: Sendable, CustomTestStringConvertible {
    var example: String
    var builtIn: String
    var given: JSON
    var same: [String: String]
    var testDescription: String { example }
  }

  static let twins: [Twin] = {
    var random = RandomStream(seed: 11)
    let intervals = (0..<400).map { _ in random.uniform() * 10 }
    var times: [Double] = []
    for unit in 0..<4 {
      var time = 0.0
      for interval in intervals[unit * 100..<unit * 100 + 100] {
        time += interval
        times.append(time)
      }
    }
    let spikes: JSON = [
      "times": JSON(times),
      "offsets": [.integer(0), .integer(100), .integer(200), .integer(300), .integer(400)],
      "start": .integer(0), "stop": .integer(2000),
    ]
    let weights = (0..<400).map { _ in (random.uniform() - 0.5) / 5 }
    let patterns = (0..<60).map { _ in random.uniform() < 0.5 ? -1.0 : 1 }
    let matrix = { (rows: Int, columns: Int, values: [Double]) -> JSON in
      ["shape": [.integer(rows), .integer(columns)], "values": JSON(values)]
    }
    return [
      Twin(
        example: "interval-cv", builtIn: "spike-statistics",
        given: ["inputs": ["spikes": ["spikes": spikes]]],
        same: ["cv": "cv", "mean_interval": "mean_interval"]),
      Twin(
        example: "linear-rates", builtIn: "linear-rate-network",
        given: [
          "inputs": ["connectivity": matrix(20, 20, weights)], "duration": .integer(60), "dt": .real(1.5),
        ], same: ["rates": "rates"]),
      Twin(
        example: "outer-product", builtIn: "hebb-outer-product",
        given: [
          "weights": ["W": matrix(20, 20, weights)],
          "traces": [["block": "W", "pre": matrix(3, 20, patterns), "post": matrix(3, 20, patterns)]],
        ], same: ["weights/W": "weights/W", "estimate/W": "estimate/W"]),
    ]
  }()

  /// The example in `language` with the twin's numbers as its only case, tried by `engram plugin test`.
  private func expectAgreement(_ twin: Twin, _ language: String, builds: Bool) throws {
    let folder = try Folder()
    let name = "\(language)/\(twin.example)"
    let path = try builds ? Examples.copyBuilt(name, to: folder) : Examples.copy(name, to: folder)
    guard case .object(var fields) = twin.given else { return }
    fields["name"] = "the twin's numbers"
    fields["expect"] = [:]
    func cases() -> String { (["cases": [.object(fields)]] as JSON).indented }
    try cases().write(toFile: path + "/cases.json", atomically: true, encoding: .utf8)
    let case0 = try #require(try PluginCases(reading: path + "/cases.json").cases.first)
    let result = try case0.run(try Registry(catalogue).entry(twin.builtIn))
    var expected: [String: JSON] = [:]
    for (own, others) in twin.same {
      let values = try #require(result.numbers(others)).elements
      #expect(values.contains { $0 != 0 })
      expected[own] = ["values": JSON(values), "tolerance": .real(1e-12)]
    }
    fields["expect"] = .object(expected)
    try cases().write(toFile: path + "/cases.json", atomically: true, encoding: .utf8)
    let outcome = try Engram.run(["plugin", "test", path], in: folder.url, limit: 120)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
    #expect(outcome.output.contains("ok     case: the twin's numbers"))
    #expect(outcome.output.contains("ok     contract") && outcome.output.contains("ok     example.yaml"))
  }

  @Test("in Swift", arguments: twins)
  func swift(twin: Twin) throws { try expectAgreement(twin, "swift", builds: true) }

  @Test("in C") func c() throws { try expectAgreement(Self.twins[0], "c", builds: true) }

  @Test("in Python", .enabled(if: Examples.hasPython, Examples.withoutPython), arguments: twins)
  func python(twin: Twin) throws { try expectAgreement(twin, "python", builds: false) }

  @Test("the same source stands in Plugins/ unchanged: it imports the Kit alone")
  func source() throws {
    for twin in Self.twins {
      let folder = Examples.root.appendingPathComponent("swift/\(twin.example)")
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
      where file.hasSuffix(".swift") {
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        let imports = text.split(separator: "\n").filter { $0.hasPrefix("import ") }
        #expect(imports == ["import EngramKit"], "\(file)")
      }
    }
  }
}
