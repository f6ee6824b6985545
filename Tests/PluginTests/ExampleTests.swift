import EngramKit
import EngramMath
import EngramPlugins
import EngramRun
import Foundation
import Testing

/// Names of the plugins with an example beside them.
private let withExample = pluginFolders.filter {
  FileManager.default.fileExists(atPath: $0.value.appendingPathComponent("example.yaml").path)
}.map(\.key).sorted()

@Suite("examples", .serialized)
struct ExampleTests {
  @Test(
    "runs as it is, uses the plugin, and gives equal bytes on two threads and on one", arguments: withExample)
  func example(name: String) throws {
    let file = try #require(pluginFolders[name]).appendingPathComponent("example.yaml")
    #expect(try String(contentsOf: file, encoding: .utf8).contains(": \(name)"))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-\(UUID().uuidString)")
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let registry = try Registry(catalogue)
    let before = WorkerThreads.count
    defer { WorkerThreads.set(before) }
    let results = try [2, 1].map { threads -> Data in
      WorkerThreads.set(threads)
      let output = folder.appendingPathComponent("\(threads)").path
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
