import EngramData
import Foundation
import Testing

@Suite("damaged files", .serialized)
struct DamageTests {
  /// Small sound files: two of the package's own, and those of the samples where they are.
  static func sound() throws -> [URL] {
    let own = ["grasshopper-receptor", "c-elegans-white-1986"].map {
      Engram.root.appendingPathComponent("datasets/\($0).h5")
    }
    let others = [
      "engram_reference/superset_example.h5", "bad/bad_index.h5",
      "peer_written/sonata_bmtk/spikes_by_time.h5",
      "peer_written/sonata_bmtk/cortex_cortex_edges.h5", "peer_written/h5ad/connectivity.h5ad",
      "peer_written/matlab/session_v73.mat", "nwb_old/1.0.2_nwbfile.nwb", "peer_written/nix/neo_block.nix",
      "peer_written/nwb/units_ecephys.nwb",
    ].map { Engram.samples.appendingPathComponent($0) }.filter {
      FileManager.default.fileExists(atPath: $0.path)
    }
    if others.isEmpty {
      print("skipped: the samples of other tools are not here; only the package's own files are used")
    }
    return own + others
  }

  @Test(
    "500 mutated and truncated ones give one clear sentence each: no crash, no hang",
    arguments: ["inspect", "check"])
  func mutants(verb: String) throws {
    let folder = try Folder()
    var random = SplitMix(seed: 500)
    let originals = try Self.sound().map { try Data(contentsOf: $0) }
    var waiting: [(name: String, process: Process, scratch: Folder, since: Date)] = []
    for number in 0..<500 {
      let name = "mutant-\(number).h5"
      try mutate(originals[number % originals.count], &random).write(
        to: folder.url.appendingPathComponent(name))
      let scratch = try Folder()
      waiting.append(
        (name, try Engram.start([verb, name], in: folder.url, scratch: scratch), scratch, Date()))
      if waiting.count == 4 { try judge(waiting.removeFirst()) }
    }
    for rest in waiting { try judge(rest) }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.count == 500, "only the mutants themselves are there")
  }

  @Test("a batch of 300 mutated and truncated ones ends, with a reason for each that fails")
  func conversions() throws {
    let folder = try Folder()
    var random = SplitMix(seed: 300)
    let originals = try Self.sound().map { try Data(contentsOf: $0) }
    let names = (0..<300).map { "mutant-\($0).h5" }
    for (number, name) in names.enumerated() {
      try folder.write("", to: "in/\(name)")
      try mutate(originals[number % originals.count], &random).write(
        to: folder.url.appendingPathComponent("in/\(name)"))
    }
    let words = ["convert", "in", "--to", "engram", "--out", "out", "--jobs", "2", "--memory", "1G"]
    let outcome = try Engram.run(words, in: folder.url, limit: 500)
    #expect(!outcome.crashed && [1, 3].contains(outcome.status), "\(outcome.messages.suffix(500))")
    #expect(!outcome.messages.contains("HDF5-DIAG") && !outcome.messages.contains("killed by signal"))
    let made = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(!made.contains { $0.contains(".partial-") })
    for name in names where !made.contains(name) {
      #expect(outcome.messages.contains("in/\(name) "), "\(name) is neither converted nor reported")
    }
  }

  /// Followed without memory, three links back at each of 32 levels are 3^32 paths.
  @Test("groups that contain themselves end: NWB files, results and plain HDF5 alike")
  func circles() throws {
    let folder = try Folder()
    for (name, home) in [("nwb", "processing"), ("engram", "engram/results/step"), ("plain", "data")] {
      try H5File.write(folder.path("\(name).h5")) { file in
        if name == "nwb" { try file.root.attributes.set("nwb_version", "2.7.0") }
        try file.root.write("\(home)/part/values", [1.0, 2])
        for back in ["a", "b", "c"] { try file.root.hardLink("\(home)/part/\(back)", to: "/\(home)") }
      }
      for verb in [["inspect"], ["check"], ["convert", "--to", "engram", "--out", "\(name)-out"]] {
        let outcome = try Engram.run([verb[0], "\(name).h5"] + verb.dropFirst(), in: folder.url, limit: 20)
        #expect(!outcome.crashed, "\(verb) \(name): \(outcome.messages)")
      }
    }
  }

  private func judge(_ run: (name: String, process: Process, scratch: Folder, since: Date)) throws {
    while run.process.isRunning, Date().timeIntervalSince(run.since) < 200 { usleep(1000) }
    if run.process.isRunning {
      run.process.terminate()
      Issue.record("\(run.name): no end within 200 s")
    }
    run.process.waitUntilExit()
    let messages = try run.scratch.text("messages")
    #expect(run.process.terminationReason == .exit, "\(run.name) crashed: \(messages)")
    #expect([0, 1].contains(run.process.terminationStatus), "\(run.name): \(messages)")
    let said = try messages + run.scratch.text("output")
    if run.process.terminationStatus == 1 { #expect(said.contains("error:"), "\(run.name) gives no reason") }
    for line in messages.split(separator: "\n") where !line.hasPrefix("  ") {
      #expect(line.contains("error: ") || line.contains("warning: "), "\(run.name): \(line)")
    }
    #expect(!said.contains("HDF5-DIAG"), "\(run.name) shows libhdf5's own stack")
  }

  /// Cut short, overwritten in one to sixteen places, or with a block of zeros.
  private func mutate(_ original: Data, _ random: inout SplitMix) -> Data {
    var bytes = [UInt8](original)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
    case 1:
      let start = Int.random(in: 0..<bytes.count, using: &random)
      for place in start..<min(bytes.count, start + 512) { bytes[place] = 0 }
    default:
      // Most of the structure of these files lies in their first kilobytes.
      let reach = Bool.random(using: &random) ? bytes.count : min(bytes.count, 4096)
      for _ in 0..<Int.random(in: 1...16, using: &random) {
        bytes[Int.random(in: 0..<reach, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
    }
    return Data(bytes)
  }
}
