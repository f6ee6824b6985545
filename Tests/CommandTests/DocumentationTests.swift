import Foundation
import Testing

/// What stands in the documentation is what the command prints and what the examples hold. With ENGRAM_GOLDEN=write
/// these tests write it anew, to be looked at before it is committed.
@Suite("Documentation", .serialized)
struct DocumentationTests {
  static let pages = ["write-an-analysis", "write-a-model", "write-a-learning-rule"]

  private func expectCurrent(_ path: String, _ change: (String) throws -> String) throws {
    let file = Engram.root.appendingPathComponent(path)
    let there = FileManager.default.fileExists(atPath: file.path)
    let text = there ? try String(contentsOf: file, encoding: .utf8) : ""
    let current = try change(text)
    if ProcessInfo.processInfo.environment["ENGRAM_GOLDEN"] == "write", text != current {
      let folder = file.deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try current.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(text == current, "\(path) is not current: `make catalogue` writes it anew")
    }
  }

  @Test(
    "README's table of plugins has those of `engram list`, and docs/plugins begins with `engram list --markdown`"
  )
  func tables() throws {
    let rows = try ["model", "rule", "analysis"].map { kind in
      let names = try Engram.run(["list", "--kind", kind, "--names"]).output.split(separator: "\n")
      let links = names.map { "[`\($0)`](docs/plugins/\($0).md)" }
      return "| \(kind) (\(names.count)) | \(links.joined(separator: ", ")) |"
    }
    let table = "| Kind | Plugins |\n| --- | --- |\n" + rows.joined(separator: "\n")
    try expectCurrent("README.md") { text in
      let mark = "<!-- engram list -->\n"
      let start = try #require(text.range(of: mark)).upperBound
      let end = try #require(text.range(of: "\n\n", range: start..<text.endIndex)).lowerBound
      return text[..<start] + table + text[end...]
    }
    let list = try Engram.run(["list", "--markdown"]).output
    try expectCurrent("docs/plugins/README.md") { _ in
      "# Plugins\n\nWhat `engram list --markdown` prints; `engram describe NAME` has each plugin's page.\n\n"
        + list
    }
    let lines = try String(contentsOf: Engram.root.appendingPathComponent("README.md"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 151, "README is read in one go: at most 150 lines")
  }

  @Test("each plugin has the page that `engram describe --markdown` prints, and no other page is there")
  func catalogue() throws {
    let names = try Engram.run(["list", "--names"]).output.split(separator: "\n").map(String.init)
    for name in names {
      try expectCurrent("docs/plugins/\(name).md") { _ in
        try Engram.run(["describe", name, "--markdown"]).output
      }
    }
    let folder = Engram.root.appendingPathComponent("docs/plugins").path
    let found = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(Set(found) == Set(names.map { $0 + ".md" } + ["README.md"]))
  }

  @Test("code in a page is that of the example it names, which is compiled and run", arguments: pages)
  func code(page: String) throws {
    try expectCurrent("docs/\(page).md") { text in
      text.replacing(/<!-- (docs\/examples\/[^ ]+) -->\n```(\w+)\n(?:.*\n)*?```\n/) { match in
        let file = Engram.root.appendingPathComponent(String(match.output.1))
        let code = (try? String(contentsOf: file, encoding: .utf8)) ?? "no such file\n"
        return "<!-- \(match.output.1) -->\n```\(match.output.2)\n\(code)```\n"
      }
    }
  }

  @Test("the commands of a page work one after the other", arguments: pages)
  func commands(page: String) throws {
    let text = try String(
      contentsOf: Engram.root.appendingPathComponent("docs/\(page).md"), encoding: .utf8)
    let parts = text.components(separatedBy: "## In Python")
    let folder = try Folder()
    for part in parts.prefix(Examples.hasPython ? 2 : 1) {
      let lines = part.matches(of: /```console\n((?:.*\n)*?)```/).flatMap { match in
        match.output.1.split(separator: "\n").map { $0.trimmingPrefix("$ ") }
      }
      #expect(lines.count >= 3)
      let started = Date()
      for line in lines {
        let words = line.split(separator: " ").dropFirst().map(String.init)
        let outcome = try Engram.run(words, in: folder.url, limit: 180)
        #expect(outcome.status == 0, "\(line): \(outcome.messages)")
      }
      #expect(Date().timeIntervalSince(started) < 300, "five minutes are promised")
    }
    if page != "write-a-learning-rule" {
      #expect(try folder.text("results/example/report/index.html").contains("<svg"))
    }
  }
}
