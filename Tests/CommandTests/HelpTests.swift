import Foundation
import Testing

@Suite("help")
struct HelpTests {
  static let verbs = [
    "list", "describe", "inspect", "check", "analyze", "run", "reproduce", "convert", "report", "plugin",
  ]

  @Test("fits on one screen and names every verb")
  func overview() throws {
    let outcome = try Engram.run(["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.messages.isEmpty)
    #expect(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 40)
    try expectGolden(outcome.output, "help")
  }

  @Test("of a verb has usage, options and an example, within 110 columns", arguments: verbs)
  func verb(name: String) throws {
    let outcome = try Engram.run([name, "--help"])
    #expect(outcome.status == 0)
    for part in ["usage: engram \(name)", "--help", "examples:\n  engram \(name)"] {
      #expect(outcome.output.contains(part))
    }
    for line in outcome.output.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
    try expectGolden(outcome.output, "help-\(name)")
  }

  @Test("of a verb lists the same verbs as the overview")
  func complete() throws {
    let overview = try Engram.run(["--help"]).output
    let listed = overview.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("  -") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(listed == Self.verbs)
  }

  @Test("is asked for anywhere before --, and -h will do")
  func anywhere() throws {
    #expect(
      try Engram.run(["describe", "--json", "-h"]).output == Engram.run(["describe", "--help"]).output)
    #expect(try Engram.run(["inspect", "--", "--help"]).status == 1)
  }

  @Test("the version is one line")
  func version() throws {
    let outcome = try Engram.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /engram \d+\.\d+\.\d+\n/) != nil)
  }
}
