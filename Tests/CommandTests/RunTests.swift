import Foundation
import Testing

@Suite("run and reproduce")
struct RunTests {
  /// Predicts the firing rate at three strengths of the drive, twice each.
  static let experiment = """
    engram: 1
    seed: 3
    steps:
      - id: rate
        analysis: lif-conductance-rate
        set: { excitatory_rate: 4.5 1/ms }
    sweep: { rate.excitatory_rate: [4.0, 4.5, 5.0] }
    repeats: 2
    """

  @Test("makes every run once; the same command finds them done")
  func resume() throws {
    let folder = try Folder()
    try folder.write(Self.experiment, to: "sweep.yaml")
    let first = try Engram.run(["run", "sweep.yaml"], in: folder.url)
    #expect(first.status == 0, "\(first.messages)")
    #expect(first.output.hasSuffix("Written: results/sweep\n"))
    let files = try folder.results("results/sweep")
    #expect(Set(files.keys) == Set((0..<6).map { "000\($0).h5" } + ["index.h5"]))
    let again = try Engram.run(["run", "sweep.yaml", "--json"], in: folder.url)
    let facts = try #require(try again.json() as? [String: Any])
    #expect(facts["done"] as? Int == 0)
    #expect(facts["done_earlier"] as? Int == 6)
    #expect(try folder.results("results/sweep") == files)
  }

  @Test("gives the same bytes whatever the number of jobs")
  func jobs() throws {
    let folder = try Folder()
    try folder.write(Self.experiment, to: "sweep.yaml")
    for jobs in ["1", "2"] {
      #expect(
        try Engram.run(["run", "sweep.yaml", "--jobs", jobs, "--out", jobs], in: folder.url).status == 0)
    }
    #expect(try folder.results("1") == folder.results("2"))
  }

  @Test("exits with 1 and runs nothing when the check finds an error")
  func wrong() throws {
    let folder = try Folder()
    try folder.write(Self.experiment.replacing("4.5 1/ms", with: "4.5 mV"), to: "sweep.yaml")
    let outcome = try Engram.run(["run", "sweep.yaml"], in: folder.url)
    #expect(outcome.status == 1)
    #expect(outcome.messages.contains("sweep.yaml:6:"))
    #expect(outcome.messages.hasSuffix("Nothing was run.\n"))
    #expect(try folder.results("results").isEmpty)
  }

  @Test(
    "of a system compares with what is expected and exits with 1 outside the band",
    arguments: [
      ("above: 0", 0), ("below: 0", 1),
    ])
  func reproduce(band: String, status: Int32) throws {
    let folder = try Folder()
    try folder.write(
      Self.experiment
        + "\nexpect:\n  - { value: 'rate/rate/F1[0]', over: median, \(band), published: '25', source: 'Fig. 1' }\n",
      to: "experiments/demo/sweep.yaml")
    let outcome = try Engram.run(["reproduce", "demo"], in: folder.url)
    #expect(outcome.status == status, "\(outcome.messages)")
    #expect(outcome.output.contains(status == 0 ? "holds" : "FAILS"))
    #expect(outcome.output.contains("25 (Fig. 1)"))
    #expect(outcome.output.hasSuffix("Report: results/demo/sweep/report/index.html\n"))
    #expect(try folder.text("results/demo/sweep/report/index.html").contains("Fig. 1"))
    let unknown = try Engram.run(["reproduce", "dmeo"], in: folder.url)
    #expect(unknown.status == 1)
    #expect(unknown.messages.contains("did you mean 'demo'?"))
  }
}

extension Folder {
  /// The result files (*.h5) below a folder of it, by their names there; nothing else may have been left half written.
  func results(_ name: String) throws -> [String: Data] {
    let base = url.appendingPathComponent(name)
    var found: [String: Data] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: base.path) ?? .init() {
      #expect(!path.contains(".partial-"), "\(path) was left behind")
      if path.hasSuffix(".h5") { found[path] = try Data(contentsOf: base.appendingPathComponent(path)) }
    }
    return found
  }
}
