import Foundation
import Testing

@Suite("kill -9 at any moment, then the same command again", .serialized)
struct InterruptionTests {
  @Test("leaves the results of run as if nothing had happened")
  func run() throws {
    let experiment = """
      engram: 1
      seed: 5
      steps:
        - id: neurons
          model: lif-conductance
          set: { neurons: 400, excitatory_rate: 4.5 1/ms }
          duration: 400 ms
          dt: 0.05 ms
        - id: compare
          analysis: rate-theory-compare
          read: { spikes: neurons/spikes }
          set: { excitatory_rate: 4.5 1/ms }
      repeats: 3
      """
    try interrupt(["run", "experiment.yaml", "--out", "out", "--jobs", "2"]) { folder in
      try folder.write(experiment, to: "experiment.yaml")
    }
  }

  @Test("leaves the results of analyze as if nothing had happened")
  func analyze() throws {
    let files = ["larva-mushroom-body", "balanced-network"].map {
      Engram.root.appendingPathComponent("datasets/\($0).h5").path
    }
    let line =
      ["analyze", "motif-statistics"] + files + ["--set", "shuffles=100", "--out", "out", "--jobs", "2"]
    try interrupt(line) { _ in }
  }

  /// Runs `words` undisturbed for the time and the results, then ten times with a kill and a second call.
  private func interrupt(_ words: [String], _ prepare: (Folder) throws -> Void) throws {
    let undisturbed = try Folder()
    try prepare(undisturbed)
    let start = Date()
    let reference = try Engram.run(words, in: undisturbed.url)
    let whole = Date().timeIntervalSince(start)
    try #require(reference.status == 0, "\(reference.messages)")
    let expected = try undisturbed.results("out")
    try #require(!expected.isEmpty)
    var random = SplitMix(seed: 20)
    for tenth in 0..<10 {
      let folder = try Folder()
      let scratch = try Folder()
      try prepare(folder)
      let process = try Engram.start(words, in: folder.url, scratch: scratch)
      let moment = whole * (Double(tenth) + random.unit()) / 10
      usleep(UInt32(moment * 1e6))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let again = try Engram.run(words, in: folder.url)
      #expect(again.status == 0, "killed after \(moment) s: \(again.messages)")
      #expect(try folder.results("out") == expected, "killed after \(moment) s of \(whole) s")
    }
  }
}

/// SplitMix64: the same numbers in every test run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
