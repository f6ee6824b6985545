import Foundation
import Testing

@Suite("An executable that misbehaves costs its own run, and is answered with a sentence", .serialized)
struct MisbehavingPluginTests {
  /// Each mode, and what the sentence must say.
  static let sentences = [
    ("crash", "was killed by signal 11"), ("leave", "ended with status 7"),
    ("hang", "did not finish 'analyse' within 3 s"), ("flood", "floods its standard output"),
    ("chatter", "wrote 'now it begins' to standard output, which takes messages only"),
    ("elsewhere", "Permission denied"), ("nan", "wrote nan in 'value' (1 of 2 numbers are not finite)"),
    ("shape", "wrote 'value' with shape [3], but its axis '2' has length 2"),
    ("unit", "wrote 'value' in mV, but declares ms"),
    ("undeclared", "wrote 'more', which it does not declare"),
    ("nothing", "did not write 'value', which it declares"), ("memory", "no memory"),
  ]

  @Test("in a batch the other runs are done, and each failure says why")
  func batch() throws {
    let folder = try Folder()
    _ = try Misbehaving.make(in: folder)
    let modes = (["well"] + Self.sentences.map(\.0)).joined(separator: ", ")
    try folder.write(
      """
      engram: 1
      seed: 1
      steps:
        - { id: told, analysis: misbehaving }
      sweep: { told.mode: [\(modes)] }
      """, to: "e.yaml")
    try FileManager.default.createDirectory(atPath: folder.path("other"), withIntermediateDirectories: true)
    let outcome = try Engram.run(
      ["run", "e.yaml", "--plugins", "misbehaving", "--out", "out", "--jobs", "2", "--json"], in: folder.url,
      environment: ["OTHER_FOLDER": folder.path("other")], limit: 120)
    #expect(outcome.status == 3 && !outcome.crashed)
    let facts = try #require(try outcome.json() as? [String: Any])
    #expect(facts["done"] as? Int == 1)
    let failures = try #require(facts["failures"] as? [[String: Any]])
    #expect(failures.count == Self.sentences.count)
    for (mode, sentence) in Self.sentences {
      let failure = failures.first { ($0["file"] as? String)?.contains("= \(mode))") == true }
      let problem = try #require(failure?["problem"] as? String, "no failure of \(mode)")
      // Where the kernel cannot confine a program, writing elsewhere is not refused by it.
      #expect(problem.contains(sentence), "\(mode): \(problem)")
      #expect(failure?["fix"] as? String != nil, "\(mode) has no fix")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("other")).isEmpty)
    #expect(!processes(with: "31737.25"), "what a killed plugin started still runs")
    let log = try folder.text("out/run.log")
    #expect(log.contains("misbehaving: told to do crash") && log.contains("misbehaving: told to do well"))
  }

  @Test("Ctrl-C ends it with all that it started")
  func cancel() throws {
    let folder = try Folder()
    _ = try Misbehaving.make(in: folder)
    try folder.write(
      "engram: 1\nseed: 1\nsteps:\n  - { id: told, analysis: misbehaving, set: { mode: hang } }\n",
      to: "e.yaml")
    let scratch = try Folder()
    let process = try Engram.start(
      ["run", "e.yaml", "--plugins", "misbehaving"], in: folder.url, scratch: scratch)
    let deadline = Date().addingTimeInterval(20)
    while !processes(with: "31737.25"), Date() < deadline { usleep(10_000) }
    #expect(processes(with: "31737.25"))
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    while processes(with: "31737.25"), Date() < deadline { usleep(10_000) }
    #expect(!processes(with: "31737.25"))
  }

  /// Whether a process runs whose command line has `word`.
  private func processes(with word: String) -> Bool {
    let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return ids.contains { id in
      guard Int(id) != nil, let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else {
        return false
      }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words == ["sleep", word]
    }
  }
}
