import EngramData
import EngramKit
import Foundation
import Testing

/// SplitMix64: the same copies in every run.
private struct Mutations: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A damaged copy: cut short, bytes changed anywhere or in the first blocks, a run overwritten, or the library's own
  /// structures hit.
  mutating func damage(_ sound: [UInt8]) -> [UInt8] {
    var bytes = sound
    func structures() -> [Int] {
      let marks = ["TREE", "HEAP", "SNOD", "GCOL", "OHDR", "FRHP", "BTHD"].map { Array($0.utf8) }
      return (0..<max(0, sound.count - 4)).filter { marks.contains(Array(sound[$0..<$0 + 4])) }
    }
    switch Int.random(in: 0..<5, using: &self) {
    case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &self))
    case 1, 2:
      let reach = Bool.random(using: &self) ? bytes.count : min(bytes.count, 4096)
      for _ in 0..<Int.random(in: 1..<20, using: &self) {
        bytes[Int.random(in: 0..<reach, using: &self)] = UInt8.random(in: 0...255, using: &self)
      }
    case 3:
      let from = Int.random(in: 0..<bytes.count, using: &self)
      let byte: UInt8 = Bool.random(using: &self) ? 0 : 255
      for at in from..<min(bytes.count, from + Int.random(in: 1..<200, using: &self)) { bytes[at] = byte }
    default:
      let marks = structures()
      for _ in 0..<Int.random(in: 1..<8, using: &self) {
        let at = (marks.randomElement(using: &self) ?? 0) + Int.random(in: 0..<64, using: &self)
        if at < bytes.count { bytes[at] = [0, 1, 128, 255].randomElement(using: &self) ?? 0 }
      }
    }
    return bytes
  }
}

@Suite("Damaged files")
struct FuzzTests {
  private static let copies = 500
  /// Seconds after which a reading counts as one that hangs.
  private static let patience = 60.0

  /// A file with one of everything.
  private func everything(_ path: String) throws {
    try H5File.write(path) { file in
      let group = try file.root.createGroup("engram/connectivity")
      try group.write("dense", (0..<100).map(Double.init), shape: [10, 10])
      try group.write("packed", (0..<500).map { Int32($0) }, storage: .compressed(chunk: [100]))
      try group.write("names", strings: ["Purkinje", "granule", "神経"])
      try group.write("fixed", strings: ["exc", "inh"], as: .fixed)
      try group.write("codes", codes: [0, 1], of: ["exc", "inh"])
      try group.write("z", complex: [(1, 2)])
      try group.write("refs", referencesTo: ["dense"])
      try group.writeNull("null")
      try group.attributes.set("units", "nS")
      try group.attributes.set("labels", ["a", "b"])
      try file.root.softLink("short", to: "/engram/connectivity/dense")
      for column in 0..<20 { try file.root.write("columns/c\(column)", [column]) }
    }
  }

  @Test("500 damaged copies end with one exit status and a sentence each: no crash, no hang, no file")
  func damaged() throws {
    let command = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("engram")
    try #require(FileManager.default.isExecutableFile(atPath: command.path), "build engram first")
    let scratch = try Scratch()
    try everything(scratch.file("sound.h5"))
    let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../../shared/samples/engram_reference/superset_example.h5")
    let sources = [URL(fileURLWithPath: scratch.file("sound.h5")), reference]
    let sound = try sources.filter { FileManager.default.fileExists(atPath: $0.path) }.map {
      Array(try Data(contentsOf: $0))
    }
    var mutations = Mutations(state: 2026)
    var refused = 0
    for copy in 0..<FuzzTests.copies {
      let path = scratch.file("damaged.h5")
      try Data(mutations.damage(sound[copy % sound.count])).write(to: URL(fileURLWithPath: path))
      // Compared with itself, every attribute and every element is read; what cannot be read is a difference.
      let (status, words) = try run(command, ["inspect", path, "--against", path], scratch)
      #expect(status == 0 || status == 1, "copy \(copy): \(words)")
      let says = words.contains(": error: ") || words.contains(" differences.")
      #expect(status == 0 || says, "copy \(copy) failed without a sentence: \(words)")
      if status == 1 { refused += 1 }
    }
    #expect(try scratch.names.allSatisfy { ["damaged.h5", "words", "sound.h5"].contains($0) })
    // Damage that is never noticed would mean that nothing was read.
    #expect(refused > FuzzTests.copies / 10)
  }

  private func run(_ command: URL, _ words: [String], _ scratch: Scratch) throws -> (Int32, String) {
    let output = URL(fileURLWithPath: scratch.file("words"))
    try Data().write(to: output)
    let process = Process()
    process.executableURL = command
    process.arguments = words
    let sink = try FileHandle(forWritingTo: output)
    process.standardOutput = sink
    process.standardError = sink
    try process.run()
    let timer = DispatchSource.makeTimerSource(queue: .global())
    let identifier = process.processIdentifier
    timer.schedule(deadline: .now() + FuzzTests.patience)
    timer.setEventHandler { kill(identifier, SIGKILL) }
    timer.resume()
    process.waitUntilExit()
    timer.cancel()
    try sink.close()
    let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return (status, String(decoding: try Data(contentsOf: output), as: UTF8.self))
  }
}
