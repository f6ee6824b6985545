import EngramData
import EngramKit
import Foundation
import Testing

@Suite("convert", .serialized)
struct ConvertTests {
  /// A small recording of its own.
  private func recording(_ path: String, _ seed: Int) throws {
    try EngramWriter.write(path) { writer in
      try writer.nodes(NodeTable("p", count: 3, columns: [("cell_type", .words(["exc", "inh", "exc"]))]))
      try writer.edges(
        EdgeTable(
          from: "p", to: "p", sources: [0, 1, 2], targets: [1, 2, 0],
          columns: [.init("syn_weight", [1, 2, Double(seed)], unit: "nS")]))
      try writer.spikes(
        "p",
        SpikeTrains(
          times: [1, 3, 2], offsets: [0, 2, 2, 3], ids: [0, 1, 2], start: 0, stop: Double(5 + seed)))
    }
  }

  @Test("a batch loses only its broken files, each with its reason, and goes on where it was")
  func broken() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path("in"), withIntermediateDirectories: true)
    for place in 0..<4 { try recording(folder.path("in/good\(place).h5"), place) }
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("in/good0.h5")))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path("in/truncated.h5")))
    try Data().write(to: URL(fileURLWithPath: folder.path("in/empty.h5")))
    try folder.write("just some words\n", to: "in/text.h5")
    try H5File.write(folder.path("in/alien.h5")) { try $0.root.write("x", [1.0, 2]) }
    let readsAll = getuid() == 0 && !Engram.isOpenToNobody
    if readsAll {
      print("skipped: root reads files of mode 000 too")
    } else {
      try recording(folder.path("in/closed.h5"), 9)
      chmod(folder.path("in/closed.h5"), 0)
    }
    let words = ["convert", "in/*.h5", "--to", "nwb", "--out", "out", "--jobs", "2"]
    let first = try Engram.runUnprivileged(words, in: folder)
    #expect(first.status == 3, "\(first.messages)")
    for name in ["truncated", "empty", "text", "alien"] + (readsAll ? [] : ["closed"]) {
      let line = first.messages.split(separator: "\n").first { $0.contains("in/\(name).h5") }
      #expect(line != nil, "\(name) in \(first.messages)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("out/\(name).nwb")))
    }
    let reasons = first.messages.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("in/") }.map { $0.split(separator: " ", maxSplits: 1).last ?? "" }
    #expect(Set(reasons).count == (readsAll ? 4 : 5), "\(reasons)")
    for place in 0..<4 {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/good\(place).nwb")))
    }
    let again = try Engram.runUnprivileged(words, in: folder)
    #expect(again.status == 3 && again.messages.contains("4 of them earlier"), "\(again.messages)")
    // A mended file is converted; all is done then but for what is broken still.
    try whole.write(to: URL(fileURLWithPath: folder.path("in/truncated.h5")))
    _ = try Engram.runUnprivileged(words, in: folder)
    #expect(FileManager.default.fileExists(atPath: folder.path("out/truncated.nwb")))
  }

  @Test(
    "the command works from a folder that is closed to the user, workers included",
    .enabled(if: getuid() == 0))
  func closedFolder() throws {
    let folder = try Folder()
    for place in 0..<2 { try recording(folder.path("good\(place).h5"), place) }
    try FileManager.default.createDirectory(atPath: folder.path("closed"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Engram.binary.path, toPath: folder.path("closed/engram"))
    chmod(folder.path("closed"), 0o700)
    chmod(folder.url.path, 0o777)
    let outcome = try Engram.shell(
      "cd '\(folder.url.path)' && \(Engram.asNobody) closed/engram convert good0.h5 good1.h5 --to nwb --out out "
        + "--jobs 2")
    #expect(outcome.status == 0, "\(outcome.messages)")
    for name in ["good0", "good1"] {
      #expect(FileManager.default.fileExists(atPath: folder.path("out/\(name).nwb")))
    }
  }

  @Test("the number of jobs changes no byte")
  func jobs() throws {
    let folder = try Folder()
    for place in 0..<4 { try recording(folder.path("r\(place).h5"), place) }
    for format in ["nwb", "sonata", "engram"] {
      for jobs in ["1", "2"] {
        let words = ["convert", "r*.h5", "--to", format, "--out", "\(format)\(jobs)", "--jobs", jobs]
        #expect(try Engram.run(words, in: folder.url).status == 0)
      }
      try expectEqual(folder.path("\(format)1"), folder.path("\(format)2"))
    }
  }

  /// Equal content of two folders, but for the journal.
  private func expectEqual(_ a: String, _ b: String) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: a).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: b).sorted() == names)
    for name in names where name != "convert.jsonl" {
      #expect(FileManager.default.contentsEqual(atPath: a + "/" + name, andPath: b + "/" + name), "\(name)")
    }
  }

  @Test("killed at twenty moments, the same command ends in the same bytes")
  func killed() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path("in"), withIntermediateDirectories: true)
    for place in 0..<200 { try recording(folder.path("in/r\(place).h5"), place) }
    func words(_ out: String) -> [String] {
      ["convert", "in", "--to", "sonata", "--out", out, "--jobs", "2"]
    }
    let start = Date()
    let whole = try Engram.run(words("whole"), in: folder.url, limit: 300)
    let seconds = Date().timeIntervalSince(start)
    #expect(whole.status == 0, "\(whole.messages)")
    var state: UInt64 = 99
    for _ in 0..<20 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let process = try Engram.start(words("killed"), in: folder.url, scratch: try Folder())
      usleep(UInt32(Double(state >> 11) * 0x1p-53 * seconds / 8 * 1e6))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let last = try Engram.run(words("killed"), in: folder.url, limit: 300)
    #expect(last.status == 0, "\(last.messages)")
    try expectEqual(folder.path("whole"), folder.path("killed"))
  }

  @Test("a misused command line converts nothing and says what is right")
  func misuse() throws {
    let folder = try Folder()
    try recording(folder.path("a.h5"), 1)
    for (words, part) in [
      (["a.h5"], "--to FORMAT"), (["a.h5", "--to", "nwbb"], "did you mean 'nwb'?"),
      (["a.h5", "--to", "nwb", "--window", "3"], "START:STOP"),
      (["a.h5", "--to", "nwb", "--memory", "x"], "2G"),
      (["a.h5", "--to", "nwb", "--unit", "blub"], "takes a unit"),
    ] {
      let outcome = try Engram.run(["convert"] + words, in: folder.url)
      #expect(outcome.status == 2 && outcome.messages.contains(part), "\(words): \(outcome.messages)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("results")))
  }

  @Test(
    "two inputs of one name are refused before the start; nothing by others is replaced; a dry run writes nothing"
  )
  func refusals() throws {
    let folder = try Folder()
    for name in ["a", "b"] {
      try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
      try recording(folder.path("\(name)/x.h5"), 1)
    }
    let twice = try Engram.run(
      ["convert", "a/x.h5", "b/x.h5", "--to", "nwb", "--out", "out"], in: folder.url)
    #expect(twice.status == 1 && twice.messages.contains("would both be written"), "\(twice.messages)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/x.nwb")))
    let onto = try Engram.run(["convert", "a/x.h5", "--to", "engram", "--out", "a"], in: folder.url)
    #expect(onto.status == 1 && onto.messages.contains("over the input"), "\(onto.messages)")
    try folder.write("mine", to: "out/x.nwb")
    let stranger = try Engram.run(["convert", "a/x.h5", "--to", "nwb", "--out", "out"], in: folder.url)
    #expect(stranger.status == 1 && stranger.messages.contains("--overwrite"), "\(stranger.messages)")
    #expect(try folder.text("out/x.nwb") == "mine")
    let dry = try Engram.run(["convert", "a", "--to", "nwb", "--out", "dry", "--dry-run"], in: folder.url)
    #expect(dry.status == 0 && dry.output.contains("would become dry/x.nwb"), "\(dry.output)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("dry")))
  }

  @Test("lists, folders and patterns name inputs; a circuit is one input")
  func inputs() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path("in/deep"), withIntermediateDirectories: true)
    try recording(folder.path("in/a.h5"), 1)
    try recording(folder.path("in/deep/b.h5"), 2)
    try folder.write("# comment\nin/a.h5\n\nin/deep/*.h5\n", to: "list.txt")
    let list = try Engram.run(["convert", "@list.txt", "--to", "sonata", "--out", "list"], in: folder.url)
    #expect(list.status == 0, "\(list.messages)")
    for name in ["a", "b"] {
      #expect(FileManager.default.fileExists(atPath: folder.path("list/\(name).sonata/circuit_config.json")))
    }
    let tree = try Engram.run(["convert", "in", "--to", "nwb", "--out", "tree"], in: folder.url)
    #expect(tree.status == 0 && FileManager.default.fileExists(atPath: folder.path("tree/deep/b.nwb")))
    let back = try Engram.run(["convert", "list", "--to", "engram", "--out", "back"], in: folder.url)
    #expect(back.status == 0, "\(back.messages)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("back")).sorted()
    #expect(names == ["a.h5", "b.h5", "convert.jsonl"])
    let none = try Engram.run(["convert", "nothing*.h5", "--to", "nwb"], in: folder.url)
    #expect(none.status == 1 && none.messages.contains("no such file"))
  }
}
