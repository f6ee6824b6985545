import EngramData
import EngramKit
import Foundation
import Testing

@Suite("Plugins from outside", .serialized)
struct OutsidePluginTests {
  static let recording = Engram.root.appendingPathComponent("datasets/balanced-network.h5").path

  private func analyze(_ plugins: String, in folder: Folder) throws -> Outcome {
    try Engram.run(
      ["analyze", "interval-cv", Self.recording, "--plugins", plugins, "--out", "out"], in: folder.url)
  }

  /// Changes the text of a file.
  private func edit(_ path: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try change(text).write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test(
    "a Python analysis that asks for random numbers draws the same ones from the same seed",
    .enabled(if: Examples.hasPython))
  func draws() throws {
    let folder = try Folder()
    let path = try Examples.copy("python/interval-cv", to: folder)
    try edit(path + "/interval_cv.py") {
      $0.replacing("(inputs, outputs, parameters):", with: "(inputs, outputs, parameters, random):")
        .replacing(
          "outputs.put(\"cv\", values[:, 1])", with: "outputs.put(\"cv\", random.random(len(values)))")
    }
    func cv(_ seed: String) throws -> [Double] {
      let outcome = try Engram.run(
        ["analyze", "interval-cv", Self.recording, "--plugins", path, "--out", seed, "--seed", seed],
        in: folder.url)
      #expect(outcome.status == 0, "\(outcome.messages)")
      let file = try H5File(reading: folder.path("\(seed)/balanced-network.interval-cv.h5"))
      return try file.root.dataset("engram/results/interval-cv/cv").read(Double.self)
    }
    let first = try cv("1")
    #expect(Set(first).count == first.count && first.allSatisfy { (0..<1).contains($0) })
    try FileManager.default.removeItem(atPath: folder.path("1"))
    #expect(try cv("1") == first && cv("2") != first)
  }

  @Test(
    "a library is described without being loaded, recorded by its hash, and refused when anything differs")
  func libraries() throws {
    let folder = try Folder()
    let path = try Examples.copyBuilt("swift/interval-cv", to: folder)
    let (described, built) = ("\(path)/interval-cv.engram.json", "\(path)/interval-cv.engram.so")
    #expect(try analyze(path, in: folder).status == 0)
    let hash = try sha256(ofFile: built)
    let result = try H5File(reading: folder.path("out/balanced-network.interval-cv.h5")).root
    let step = try result.group("engram/results/interval-cv").attributes
    #expect(try step.string("plugin_sha256") == hash)
    #expect(try step.string("plugin_form") == "library")
    #expect(try result.dataset("engram/provenance").readStrings().joined().contains(hash))

    let original = try String(contentsOfFile: described, encoding: .utf8)
    try edit(described) { $0.replacing("\"fingerprint\": \"0.1.0", with: "\"fingerprint\": \"0.0.9") }
    let stale = try analyze(path, in: folder)
    #expect(stale.status == 1 && !stale.crashed)
    #expect(stale.messages.contains("was built for another Engram (Engram 0.0.9, now 0.1.0)"))
    #expect(stale.messages.contains("fix: engram plugin build '"))
    let listed = try Engram.run(["list", "--names", "--plugins", path], in: folder.url)
    #expect(listed.output.contains("interval-cv\n"), "listing needs no fingerprint")

    try original.write(toFile: described, atomically: true, encoding: .utf8)
    let library = try Data(contentsOf: URL(fileURLWithPath: built))
    try (library + Data([0])).write(to: URL(fileURLWithPath: built))
    #expect(
      try analyze(path, in: folder).messages.contains(
        "is not the library that was built with its description"))

    try folder.write("int nothing(void) { return 0; }\n", to: "empty.c")
    let compiled = try Engram.shell("cc -shared -fPIC -o '\(built)' '\(folder.path("empty.c"))'")
    try #require(compiled.status == 0, "\(compiled.messages)")
    try original.replacing(hash, with: try sha256(ofFile: built)).write(
      toFile: described, atomically: true, encoding: .utf8)
    let missing = try analyze(path, in: folder)
    #expect(missing.status == 1 && missing.messages.contains("has no symbol engram_plugin_entry"))

    try FileManager.default.removeItem(atPath: described)
    #expect(try analyze(path, in: folder).messages.contains("interval-cv is not built"))
  }

  @Test("one core is in the process, and casts work across the border")
  func oneCore() throws {
    let folder = try Folder()
    let path = folder.path("count-cores")
    try folder.write(
      """
      import EngramKit
      import Glibc

      public struct CountCores: Analysis {
        public static let name = "count-cores"
        public static let summary = "Counts the images that define the Kit's types."
        public static let reference = "None"
        public static let writes = [Dataset("cores", [], unit: .one, "One."), Dataset("cast", [], unit: .one, "One.")]
        public init() {}
        public func analyse(
          _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
        ) throws {
          var images: Set<String> = []
          guard let file = fopen("/proc/self/maps", "r") else { throw Problem("no maps") }
          defer { fclose(file) }
          var line = [CChar](repeating: 0, count: 4096)
          while fgets(&line, 4096, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let slash = text.firstIndex(of: "/") { images.insert(String(text[slash...])) }
          }
          var places: Set<UInt> = []
          for image in images {
            let handle = dlopen(image, RTLD_NOW | RTLD_NOLOAD) ?? dlopen(nil, RTLD_NOW)
            if let symbol = dlsym(handle, "$s9EngramKit5EntryVMn") { places.insert(UInt(bitPattern: symbol)) }
          }
          try outputs.put("cores", Double(places.count))
          let other: Any = try Entry(CountCores.self).make([:])
          let made = other as? Instance
          let sink: Any = MemorySink()
          try outputs.put("cast", made?.measures != nil && sink is any DatasetSink ? 1 : 0)
        }
      }
      """, to: "count-cores/CountCores.swift")
    let built = try Engram.run(["plugin", "build", path], in: folder.url, limit: 120)
    try #require(built.status == 0, "\(built.messages)")
    let outcome = try Engram.run(
      ["analyze", "count-cores", Self.recording, "--plugins", path, "--json"], in: folder.url)
    let values = (try outcome.json() as? [String: Any])?["values"] as? [String: [String: Any]]
    #expect(values?["cores"]?["value"] as? Double == 1, "\(outcome.messages)")
    #expect(values?["cast"]?["value"] as? Double == 1)
  }

  @Test(
    "in a folder with plugins that cannot be used each says why when it is asked for, and the others work")
  func together() throws {
    let folder = try Folder()
    let path = try Examples.copyBuilt("swift/interval-cv", to: folder)
    let described = try String(contentsOfFile: "\(path)/interval-cv.engram.json", encoding: .utf8)
    let hash = try sha256(ofFile: "\(path)/interval-cv.engram.so")
    func library(_ name: String, _ change: (String) -> String) throws {
      let text = described.replacing("\"name\": \"interval-cv\"", with: "\"name\": \"\(name)\"")
      try #require(text != described)
      try folder.write(change(text), to: "\(name)/\(name).engram.json")
    }
    try library("stale") { $0.replacing("\"fingerprint\": \"0.1.0", with: "\"fingerprint\": \"0.0.9") }
    try folder.write("int nothing(void) { return 0; }\n", to: "empty.c")
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
    let empty = folder.path("empty/empty.engram.so")
    let compiled = try Engram.shell("cc -shared -fPIC -o '\(empty)' '\(folder.path("empty.c"))'")
    try #require(compiled.status == 0, "\(compiled.messages)")
    let emptyHash = try sha256(ofFile: empty)
    try library("empty") { $0.replacing(hash, with: emptyHash) }
    for (name, old, new) in [
      ("spike-statistics", "", ""),
      ("unknown-unit", "\"unit\": \"ms\", \"default\"", "\"unit\": \"mss\", \"default\""),
    ] {
      let copy = try Examples.copy("c/interval-cv", to: folder, as: name)
      try edit(copy + "/manifest.json") {
        $0.replacing("\"interval-cv\"", with: "\"\(name)\"").replacing(old, with: new)
      }
    }
    let misnamed = try Examples.copy("c/interval-cv", to: folder, as: "folder-name")
    try edit(misnamed + "/manifest.json") { $0.replacing("\"interval-cv\"", with: "\"its-own-name\"") }
    let sentences = [
      ("its-own-name", "describes 'its-own-name', but its folder is called 'folder-name'"),
      ("stale", "stale was built for another Engram (Engram 0.0.9, now 0.1.0)"),
      ("empty", "has no symbol engram_plugin_entry"),
      (
        "spike-statistics",
        "the name 'spike-statistics' of \(folder.url.path)/spike-statistics is taken by built in"
      ),
      ("unknown-unit", "parameters › shortest › unit: unknown unit 'mss'"),
    ]
    for (name, sentence) in sentences {
      let outcome = try Engram.run(
        ["analyze", name, Self.recording, "--plugins", folder.url.path, "--out", "out"], in: folder.url)
      #expect(outcome.status == 1 && !outcome.crashed, "\(name)")
      #expect(outcome.messages.contains(sentence), "\(outcome.messages)")
      #expect(outcome.messages.contains("fix: "))
    }
    #expect(try analyze(folder.url.path, in: folder).status == 0)
    let listed = try Engram.run(["list", "--names", "--plugins", folder.url.path], in: folder.url)
    let names = listed.output.split(separator: "\n")
    #expect(listed.status == 0 && names.contains("interval-cv") && names.contains("stale"))
    // Which of two is meant by a name is not guessed.
    #expect(!names.contains("spike-statistics") && listed.messages.contains("is taken by built in"))
  }

  @Test("everything that is wrong in a manifest is said at once, and only who needs it fails")
  func manifest() throws {
    let folder = try Folder()
    let path = try Examples.copy("c/interval-cv", to: folder)
    try edit(path + "/manifest.json") {
      $0.replacing("\"unit\": \"ms\", \"default\"", with: "\"unit\": \"mss\", \"default\"")
        .replacing("\"of\"", with: "\"from\"").replacing(
          "\"summary\": \"Mean interval.\"", with: "\"sumary\": \"x\"")
    }
    let used = try analyze(path, in: folder)
    #expect(used.status == 1)
    let listed = try Engram.run(["list", "--plugins", path], in: folder.url)
    #expect(listed.status == 0)
    for sentence in [
      "parameters › shortest › unit: unknown unit 'mss'", "writes › mean_interval › sumary: unknown key",
      "did you mean 'summary'?",
    ] {
      #expect(listed.messages.contains(sentence), "\(listed.messages)")
    }
    #expect(used.messages.contains("unknown unit 'mss'"))
    try "{\n  \"name\" 3\n}".write(toFile: path + "/manifest.json", atomically: true, encoding: .utf8)
    #expect(
      try Engram.run(["list", "--plugins", path], in: folder.url).messages.contains(
        "line 2, column 10: a colon is wanted after 'name'"))
  }

  @Test(
    "a folder or file that others may write is refused with the reason, and nothing lies in wait beside data")
  func trust() throws {
    let folder = try Folder()
    let path = try Examples.copy("c/interval-cv", to: folder)
    chmod(path, 0o777)
    let open = try Engram.run(["list", "--plugins", path], in: folder.url)
    #expect(open.status == 1 && open.messages.contains("can be written by others (mode 777)"))
    #expect(open.messages.contains("chmod go-w"))
    chmod(path, 0o755)
    chmod(path + "/interval_cv.c", 0o666)
    let used = try analyze(path, in: folder)
    #expect(used.status == 1 && used.messages.contains("can be written by others (mode 666)"))
    try FileManager.default.copyItem(atPath: Self.recording, toPath: path + "/data.h5")
    let beside = try Engram.run(["analyze", "interval-cv", "data.h5"], in: URL(fileURLWithPath: path))
    #expect(beside.status == 1 && beside.messages.contains("there is no plugin 'interval-cv'"))
  }

  @Test("two hundred installed plugins are listed within 100 ms of processor time, and none is loaded")
  func many() throws {
    let folder = try Folder()
    let manifest = try String(
      contentsOf: Examples.root.appendingPathComponent("c/interval-cv/manifest.json"), encoding: .utf8)
    // Half of them as built Swift plugins, whose library is not there at all.
    for number in 0..<200 {
      let name = "plugin-\(number)"
      var text = manifest.replacing("\"interval-cv\"", with: "\"\(name)\"")
      if number.isMultiple(of: 2) {
        text = text.replacing(
          "\"command\": [\"interval_cv\"],\n  \"build\": [\"make\"],\n  \"limits\": {\"seconds\": 600, \"megabytes\": 4000},",
          with: "\"library\": {\"fingerprint\": \"0\", \"sha256\": \"0\"},"
        ).replacing(", \"nan\": true", with: "")
      }
      try folder.write(
        text,
        to: "share/engram/plugins/\(name)/\(number.isMultiple(of: 2) ? "\(name).engram" : "manifest").json")
    }
    let children = __rusage_who_t(RUSAGE_CHILDREN.rawValue)
    var best = Double.infinity
    for _ in 0..<5 {
      var before = rusage()
      getrusage(children, &before)
      let outcome = try Engram.run(
        ["list", "--names"], in: folder.url, environment: ["XDG_DATA_HOME": folder.path("share")])
      var after = rusage()
      getrusage(children, &after)
      #expect(
        outcome.output.split(separator: "\n").count { $0.hasPrefix("plugin-") } == 200, "\(outcome.messages)")
      best = min(best, after.seconds - before.seconds)
    }
    #expect(best < 0.1, "\(best) s")
  }
}

extension rusage {
  fileprivate var seconds: Double {
    Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) / 1e6
  }
}
