import EngramHost
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
  ].filter { $0.0 != "elsewhere" || Confinement.isPossible }

  @Test("in a batch the other runs are done, and each failure says why")
  func batch() throws {
    let folder = try Folder()
    try Misbehaving.copy(to: folder)
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
      #expect(problem.contains(sentence), "\(mode): \(problem)")
      #expect(failure?["fix"] as? String != nil, "\(mode) has no fix")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("other")).isEmpty)
    #expect(!processes(with: "31737.25"), "what a killed plugin started still runs")
    let log = try folder.text("out/run.log")
    #expect(log.contains("misbehaving: told to do crash") && log.contains("misbehaving: told to do well"))
  }

  @Test(
    "Ctrl-C ends it with all that it started, and nothing is left half written",
    arguments: [
      ["run", "e.yaml", "--plugins", "misbehaving", "--out", "out"],
      [
        "analyze", "misbehaving", OutsidePluginTests.recording, "--plugins", "misbehaving", "--set",
        "mode=hang", "--out", "out",
      ],
    ])
  func cancel(words: [String]) throws {
    let folder = try Folder()
    try Misbehaving.copy(to: folder, seconds: 300)
    try folder.write(
      "engram: 1\nseed: 1\nsteps:\n  - { id: told, analysis: misbehaving, set: { mode: hang } }\n",
      to: "e.yaml")
    let scratch = try Folder()
    let process = try Engram.start(words, in: folder.url, scratch: scratch)
    let deadline = Date().addingTimeInterval(20)
    while !processes(with: "31737.25"), Date() < deadline { usleep(10_000) }
    #expect(processes(with: "31737.25"))
    kill(process.processIdentifier, SIGINT)
    while process.isRunning || processes(with: "31737.25"), Date() < deadline { usleep(10_000) }
    #expect(!process.isRunning)
    #expect(!processes(with: "31737.25"))
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 3)
    #expect(try scratch.text("messages").contains("Stopped. The same command goes on where it was."))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(!left.contains { $0.contains(".h5") }, "\(left)")
  }

  @Test("where the kernel cannot keep a program to its folder, that is said")
  func unconfined() throws {
    let folder = try Folder()
    try Misbehaving.copy(to: folder)
    try folder.write(
      "engram: 1\nseed: 1\nsteps:\n  - { id: told, analysis: misbehaving, set: { mode: elsewhere } }\n",
      to: "e.yaml")
    // Runs a command for which Landlock's first call is not there, as on an older kernel.
    try folder.write(
      """
      #include <errno.h>
      #include <linux/filter.h>
      #include <linux/seccomp.h>
      #include <stddef.h>
      #include <sys/prctl.h>
      #include <unistd.h>

      int main(int count, char **words) {
        struct sock_filter steps[] = {
          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 444, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog filter = {4, steps};
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 9;
        return count > 1 ? execv(words[1], words + 1) : 9;
      }
      """, to: "without.c")
    try FileManager.default.createDirectory(atPath: folder.path("other"), withIntermediateDirectories: true)
    let outcome = try Engram.shell(
      """
      cd '\(folder.url.path)' && cc -o without without.c &&
        OTHER_FOLDER="$PWD/other" ./without '\(Engram.binary.path)' run e.yaml --plugins misbehaving --out out
      """)
    #expect(outcome.status == 0, "\(outcome.messages)")
    let sentence =
      "misbehaving can write wherever you can: this kernel cannot keep a program to its own folder"
    #expect(outcome.messages.contains("note: " + sentence))
    #expect(try folder.text("out/run.log").contains(sentence))
    #expect(
      FileManager.default.fileExists(atPath: folder.path("other/left-behind")), "it was confined after all")
  }

  @Test("a killed Engram's private folders go with the next run, those of a living one stay")
  func leftBehind() throws {
    let folder = try Folder()
    try Misbehaving.copy(to: folder, seconds: 300)
    try folder.write("# misbehaving\n", to: "misbehaving/README.md")
    try FileManager.default.createDirectory(atPath: folder.path("tmp"), withIntermediateDirectories: true)
    func cases(_ mode: String) throws {
      try folder.write(
        "{\"cases\": [{\"name\": \"one\", \"set\": {\"mode\": \"\(mode)\"}, \"expect\": {}}]}",
        to: "misbehaving/cases.json")
    }
    func folders() throws -> Set<String> {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("tmp"))
      return Set(names.filter { $0.hasPrefix("engram-plugin.") })
    }
    let place = ["TMPDIR": folder.path("tmp")]
    let scratch = [try Folder(), try Folder()]
    // `plugin test` starts the program itself, not a worker.
    func hang(_ scratch: Folder) throws -> (process: Process, folder: String) {
      let before = try folders()
      let process = try Engram.start(
        ["plugin", "test", "misbehaving"], in: folder.url, environment: place, scratch: scratch)
      let deadline = Date().addingTimeInterval(20)
      while try folders().count == before.count, Date() < deadline { usleep(10_000) }
      return (process, try #require(try folders().subtracting(before).first))
    }
    try cases("hang")
    let killed = try hang(scratch[0])
    let living = try hang(scratch[1])
    kill(killed.process.processIdentifier, SIGKILL)
    killed.process.waitUntilExit()
    #expect(try folders() == [killed.folder, living.folder])
    try cases("well")
    let next = try Engram.run(["plugin", "test", "misbehaving"], in: folder.url, environment: place)
    #expect(next.status == 0, "\(next.output)\(next.messages)")
    #expect(try folders() == [living.folder])
    living.process.terminate()
    living.process.waitUntilExit()
    let deadline = Date().addingTimeInterval(20)
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
