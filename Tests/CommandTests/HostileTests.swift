import Foundation
import Testing

@Suite("hostile files", .serialized)
struct HostileTests {
  /// What the command may take beside the budget: its code, and what a library keeps.
  private static let peak = 300_000_000
  private static let words = [
    "--memory", "256M", "--time-unit", "ms", "--orientation", "post-rows", "--id-base", "0",
  ]

  @Test("are refused in a sentence, at once and within 256 MB", arguments: HostileFile.all)
  func refused(_ file: HostileFile) throws {
    let folder = try Folder()
    try file.make(folder.path(file.name))
    let converted = try run(["convert", file.name, "--to", "engram", "--out", "out"] + Self.words, folder)
    #expect(converted.status == 1, "\(converted.said)")
    let lines = converted.said.split(separator: "\n")
    let reasons = lines.indices.filter { lines[$0].contains(": error: ") }
    #expect(reasons.count == 1, "\(converted.said)")
    let reason = try #require(reasons.first)
    #expect(lines[reason].hasPrefix("\(file.name)") && lines[reason].contains(file.words), "\(lines[reason])")
    #expect(lines[reason].utf8.count < 400)
    #expect(lines.count > reason + 1 && lines[reason + 1].hasPrefix("  fix: "), "\(converted.said)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) == ["convert.jsonl"])
    let checked = try run(["check", file.name, "--memory", "256M"], folder)
    #expect(checked.status == (file.isSound ? 0 : 1), "\(checked.said)")
    for line in checked.said.split(separator: "\n") { #expect(line.utf8.count < 400) }
    _ = try run(["inspect", file.name], folder)
  }

  /// What only other tools write: attributes without number, elements in other files.
  @Test("by h5py are refused too, or cost no more than their size", .enabled(if: Examples.hasPython))
  func python() throws {
    let folder = try Folder()
    try folder.write(Self.script, to: "hostile.py")
    let made = try Engram.shell("cd '\(folder.url.path)' && python3 hostile.py")
    #expect(made.status == 0, "\(made.messages)")
    for name in ["raw", "virtual"] {
      let outcome = try run(
        ["convert", "\(name).h5", "--to", "engram", "--out", "out"] + Self.words, folder)
      #expect(outcome.status == 1 && outcome.said.contains("in another file, which is not followed"))
      #expect(try run(["check", "\(name).h5"], folder).status == 1)
      #expect(!(try run(["inspect", "\(name).h5"], folder)).said.contains("root:"))
    }
    // Readers ask for attributes by name, so that many cost nothing; what lists them says that they are too many.
    for name in ["spikes", "root"] {
      let outcome = try run(
        ["convert", "\(name).h5", "--to", "engram", "--out", "out"] + Self.words, folder)
      #expect(outcome.status == 0, "\(outcome.said)")
      for verb in ["check", "inspect"] {
        let outcome = try run([verb, "\(name).h5"], folder)
        #expect(outcome.status == 1 && outcome.said.contains("declares 100000 attributes, more than"))
      }
    }
  }

  private static let script = """
    import h5py, numpy as np
    def spikes(file, times=True):
        group = file.create_group("spikes/p")
        group["node_ids"] = np.arange(100, dtype="u8")
        if times:
            group["timestamps"] = np.arange(100.0)
            group["timestamps"].attrs["units"] = "ms"
        return group
    with h5py.File("raw.h5", "w") as file:
        group = spikes(file, times=False)
        group.create_dataset("timestamps", (100,), "f8", external=[("/etc/passwd", 0, 800)])
    with h5py.File("other.h5", "w") as file:
        spikes(file)
    with h5py.File("virtual.h5", "w", libver=("earliest", "v110")) as file:
        layout = h5py.VirtualLayout((100,), "f8")
        layout[:] = h5py.VirtualSource("other.h5", "spikes/p/timestamps", (100,))
        spikes(file, times=False).create_virtual_dataset("timestamps", layout)
    space, kind = h5py.h5s.create(h5py.h5s.SCALAR), h5py.h5t.NATIVE_INT8
    for name in ["spikes", "root"]:
        with h5py.File(name + ".h5", "w", libver=("v110", "v110")) as file:
            group = spikes(file)
            for number in range(100000):
                h5py.h5a.create((group if name == "spikes" else file).id, b"a%06d" % number, kind, space)
    """

  /// Runs the command and all that it starts: neither crashes, takes long or takes more memory than it may.
  private func run(_ words: [String], _ folder: Folder) throws -> (status: Int32, said: String) {
    let (status, said, peak, seconds) = try Engram.measured(words, in: folder)
    #expect(status >= 0 && !said.contains("killed by signal") && !said.contains("Fatal error"), "\(said)")
    #expect(!said.contains("HDF5-DIAG"))
    #expect(peak < Self.peak, "\(words) took \(peak / 1_000_000) MB")
    #expect(seconds < 20, "\(words) took \(seconds) s")
    return (status, said)
  }
}

extension Engram {
  /// Runs `engram` and measures it with what it starts.
  ///
  /// - Returns: Exit status, below 0 where a signal ended it; output and messages; the largest resident memory of one
  ///   process, bytes, as far as looking every other millisecond shows it; time, s.
  static func measured(
    _ words: [String], in folder: Folder
  ) throws -> (status: Int32, said: String, peak: Int, seconds: Double) {
    let (scratch, begin) = (try Folder(), Date())
    let process = try start(words, in: folder.url, scratch: scratch)
    var peak = 0
    while process.isRunning {
      peak = max(peak, family(of: process.processIdentifier).map(peakMemory).max() ?? 0)
      if Date().timeIntervalSince(begin) > 120 { kill(process.processIdentifier, SIGKILL) }
      usleep(2000)
    }
    process.waitUntilExit()
    return (
      process.terminationReason == .exit ? process.terminationStatus : -1,
      try scratch.text("messages") + scratch.text("output"), peak, Date().timeIntervalSince(begin)
    )
  }

  /// A process and those that it started.
  private static func family(of process: Int32) -> [Int32] {
    [process] + system("\(process)/task/\(process)/children").split(separator: " ").compactMap { Int32($0) }
  }

  /// The most memory that a process had; the system keeps that number, so it is looked at and not sought.
  private static func peakMemory(of process: Int32) -> Int {
    let line = system("\(process)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.split(separator: " ").dropLast().last ?? "") }.map { $0 * 1024 } ?? 0
  }

  /// What the system says of a process; nothing of one that has ended.
  private static func system(_ name: String) -> String {
    FileManager.default.contents(atPath: "/proc/\(name)").map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
