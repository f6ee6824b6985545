import EngramKit
import EngramPlugins
import EngramRun
import Foundation
import Testing

/// Names of the plugins with an example beside them.
private let withExample = pluginFolders.filter {
  FileManager.default.fileExists(atPath: $0.value.appendingPathComponent("example.yaml").path)
}.map(\.key).sorted()

@Suite("examples")
struct ExampleTests {
  @Test("runs as it is, uses the plugin, and twice gives equal bytes", arguments: withExample)
  func example(name: String) throws {
    let file = try #require(pluginFolders[name]).appendingPathComponent("example.yaml")
    #expect(try String(contentsOf: file, encoding: .utf8).contains(": \(name)"))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let registry = try Registry(catalogue)
    let results = try ["a", "b"].map { place -> Data in
      let output = folder.appendingPathComponent(place).path
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
      let outcome = try runExperiment(file.path, registry: registry, options: RunOptions(output: output))
      #expect(outcome.failures.isEmpty, "\(outcome.failures.map(\.problem))")
      let first = try #require(
        try FileManager.default.contentsOfDirectory(atPath: output).filter {
          $0.hasSuffix(".h5") && $0 != "index.h5"
        }.sorted().first)
      return try Data(contentsOf: URL(fileURLWithPath: output + "/" + first))
    }
    #expect(results[0] == results[1])
  }
}
