import Foundation
import Testing

@Suite("list and describe")
struct PluginFactsTests {
  func names(_ words: String...) throws -> [String] {
    try Engram.run(["list", "--names"] + words).output.split(separator: "\n").map(String.init)
  }

  @Test("the three kinds together are all plugins, each sorted by name")
  func kinds() throws {
    let groups = try ["model", "rule", "analysis"].map { try names("--kind", $0) }
    #expect(groups.joined().elementsEqual(try names()))
    for group in groups { #expect(group == group.sorted() && !group.isEmpty) }
  }

  @Test("names, JSON and Markdown list the same plugins")
  func forms() throws {
    let all = try names()
    let json = try #require(try Engram.run(["list", "--json"]).json() as? [[String: Any]])
    #expect(json.compactMap { $0["name"] as? String } == all)
    let rows = try Engram.run(["list", "--markdown"]).output.split(separator: "\n").dropFirst(2)
    #expect(rows.map { $0.split(separator: "`")[1] } == all.map { $0[...] })
    #expect(Set(rows.map { $0.count { $0 == "|" } }) == [5])
  }

  @Test("describe --json of a plugin is its part of list --json")
  func describeJSON() throws {
    let listed = try #require(try Engram.run(["list", "--json"]).json() as? [[String: Any]])
    for plugin in listed {
      let name = try #require(plugin["name"] as? String)
      let described = try #require(try Engram.run(["describe", name, "--json"]).json() as? [String: Any])
      #expect(NSDictionary(dictionary: described).isEqual(to: plugin))
    }
  }

  @Test("describe shows parameters with default, range and unit, and what is read and written")
  func describe() throws {
    try expectGolden(try Engram.run(["describe", "hebb-outer-product"]).output, "describe-rule")
    try expectGolden(try Engram.run(["describe", "hopfield-binary"]).output, "describe-model")
    try expectGolden(
      try Engram.run(["describe", "hebb-outer-product", "--markdown"]).output, "describe-markdown")
  }

  @Test("a plugin that does not exist is answered with the nearest name")
  func unknown() throws {
    let outcome = try Engram.run(["describe", "hebb-outer-prodcut"])
    #expect(outcome.status == 1)
    try expectGolden(outcome.messages, "describe-unknown")
  }
}
