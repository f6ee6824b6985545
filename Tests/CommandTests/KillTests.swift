import Foundation
import Testing

@Suite("Killed at any moment, the same command ends in the same bytes", .serialized)
struct KillTests {
  /// Kills the command ten times, at moments drawn with a fixed seed from the time that it takes, then lets it end.
  private func killed(_ words: [String], in folder: Folder, within seconds: Double) throws -> Outcome {
    var moments = Moments()
    for _ in 0..<10 {
      let scratch = try Folder()
      let process = try Engram.start(words, in: folder.url, scratch: scratch)
      usleep(UInt32(moments.next() * seconds * 1e6))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    return try Engram.run(words, in: folder.url)
  }

  /// Equal content of two folders, but for the files that hold times.
  private func expectEqual(_ a: String, _ b: String, without log: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: a).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: b).sorted() == names)
    for name in names where name != log {
      let same = FileManager.default.contentsEqual(atPath: a + "/" + name, andPath: b + "/" + name)
      #expect(same, "\(name)")
    }
  }

  /// An experiment that is killed again and again ends like one that never was.
  private func expectResumes(_ experiment: String, jobs: String) throws {
    let folder = try Folder()
    try folder.write(experiment, to: "e.yaml")
    let start = Date()
    #expect(try Engram.run(["run", "e.yaml", "--out", "whole", "--jobs", "1"], in: folder.url).status == 0)
    let seconds = Date().timeIntervalSince(start)
    let last = try killed(
      ["run", "e.yaml", "--out", "killed", "--jobs", jobs], in: folder, within: seconds / 3)
    #expect(last.status == 0, "\(last.messages)")
    try expectEqual(folder.path("whole"), folder.path("killed"), without: "run.log")
  }

  @Test("run")
  func run() throws {
    try expectResumes(
      """
      engram: 1
      seed: 5
      steps:
        - { id: cell, model: lif-conductance, dt: 0.02 }
      sweep: { cell.duration: [2 s, 3 s, 4 s] }
      repeats: 2
      """, jobs: "2")
  }

  @Test("a training by an exact and by a plausible rule")
  func training() throws {
    try expectResumes(
      """
      engram: 1
      seed: 5
      steps:
        - { id: task, model: delayed-xor, set: { dt: 10 } }
        - { id: network, model: leaky-relu-rnn, set: { units: 20, dt: 10 } }
        - { id: exact, rule: bptt, on: network, task: task, batch: 8, updates: 150, checkpoint: 10 updates }
        - { id: plausible, rule: modprop, on: network, task: task, batch: 8, updates: 150, checkpoint: 10 updates }
      """, jobs: "1")
  }

  @Test("analyze")
  func analyze() throws {
    let folder = try Folder()
    let data = Engram.root.appendingPathComponent("datasets/larva-mushroom-body.h5").path
    let files = try (0..<6).map { place in
      let copy = folder.path("larva\(place).h5")
      try FileManager.default.copyItem(atPath: data, toPath: copy)
      return copy
    }
    let words = ["analyze", "motif-statistics"] + files
    let start = Date()
    let whole = try Engram.run(words + ["--out", "whole", "--jobs", "1"], in: folder.url)
    let seconds = Date().timeIntervalSince(start)
    #expect(whole.status == 0, "\(whole.messages)")
    let last = try killed(words + ["--out", "killed", "--jobs", "2"], in: folder, within: seconds)
    #expect(last.status == 0, "\(last.messages)")
    try expectEqual(folder.path("whole"), folder.path("killed"), without: "analyze.jsonl")
  }
}

/// Numbers in 0...1, the same in every test run.
private struct Moments {
  private var state: UInt64 = 2024

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}
