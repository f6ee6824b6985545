import Foundation
import Testing

@Suite("a command line that cannot be understood")
struct MisuseTests {
  static let lines: [(words: [String], name: String)] = [
    (["lits"], "verb"),
    (["frobnicate"], "verb-far"),
    (["--verison"], "tool-option"),
    (["list", "--jsn"], "option"),
    (["list", "--kind", "modle"], "kind"),
    (["list", "--kind"], "value-missing"),
    (["list", "--json=yes"], "value-unwanted"),
    (["list", "--json", "--json"], "twice"),
    (["list", "--json", "--markdown"], "exclusive"),
    (["list", "everything"], "argument-unwanted"),
    (["describe"], "argument-missing"),
    (["inspect", "a.h5", "--tolerance", "1e-9"], "tolerance-alone"),
    (["inspect", "a.h5", "--against", "b.h5", "--tolerance", "little"], "tolerance-word"),
    (["check", "a.yaml", "--input", "recording"], "input-form"),
    (["--completion", "fish"], "shell"),
  ]

  @Test("exits with 2, prints no result, and says what to write", arguments: lines)
  func misuse(words: [String], name: String) throws {
    let outcome = try Engram.run(words)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    try expectGolden(outcome.messages, "misuse-\(name)")
  }

  @Test("no words at all give the help, on standard error")
  func nothing() throws {
    let outcome = try Engram.run([])
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages == (try Engram.run(["--help"]).output))
  }
}
