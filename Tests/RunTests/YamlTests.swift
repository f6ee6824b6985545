import EngramKit
import EngramRun
import Testing

@Suite("YAML")
struct YamlTests {
  private func fails(_ text: String) -> String {
    problems { _ = try parseYaml(text, file: "f.yaml") }.first?.description ?? ""
  }

  @Test("every node knows its line and column, counted in characters from 1")
  func marks() throws {
    let node = try parseYaml("a: 1\nbé: [x, {c: 2.5}]\n", file: "f.yaml")
    #expect(node["a"]?.mark.description == "f.yaml:1:4")
    guard case .sequence(let items)? = node["bé"]?.content else { throw Problem("no list") }
    #expect(items[0].mark.description == "f.yaml:2:6")
    #expect(items[1]["c"]?.mark.description == "f.yaml:2:13")
  }

  @Test("JSON is read as it is")
  func json() throws {
    let node = try parseYaml(#"{"a": [1, -2.5e-3, true, null, "1"], "b": {"c": "x y"}}"#, file: "f")
    guard case .sequence(let items)? = node["a"]?.content else { throw Problem("no list") }
    #expect(
      items.map(\.inWords) == ["the number 1", "the number -0.0025", "true", "nothing", "the text '1'"])
    #expect(node["b"]?["c"]?.inWords == "the text 'x y'")
  }

  @Test(
    "plain scalars follow the core schema: words stay words",
    arguments: [
      ("yes", "the text 'yes'"), ("on", "the text 'on'"), ("1e3", "the number 1000"),
      ("0x1p3", "the text '0x1p3'"),
      ("nan", "the text 'nan'"), ("~", "nothing"), ("50 ms", "the text '50 ms'"),
      ("-.inf", "the number -inf"),
      ("12-3", "the text '12-3'"), ("'1'", "the text '1'"),
    ])
  func scalars(text: String, means: String) throws {
    #expect(try parseYaml("v: \(text)", file: "f")["v"]?.inWords == means)
  }

  @Test("mistakes name their place")
  func mistakes() {
    #expect(
      fails("a: 1\nb: 2\na: 3").hasPrefix("f.yaml:3:1: error: the key 'a' stands twice, first in line 1"))
    #expect(fails("a: [1, 2\nb: 3").hasPrefix("f.yaml:2:"))
    #expect(fails("a: *x").hasPrefix("f.yaml:1:4: error: the alias '*x' has no anchor"))
    #expect(fails("a: 1\n---\nb: 2").contains("a second document"))
    #expect(fails("").contains("the file is empty"))
    #expect(fails("a: !!binary x").contains("the tag"))
    #expect(fails("{a: [b}").hasPrefix("f.yaml:1:7"))
    #expect(fails("a: 1e999").contains("too large"))
  }

  @Test("an alias bomb and a deep nesting are refused, quickly")
  func bombs() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in 1...9 {
      text += "a\(i): &a\(i) [" + Array(repeating: "*a\(i - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(fails(text).contains("expands to more than"))
    #expect(fails(String(repeating: "[", count: 100_000)).contains("levels deep"))
  }

  @Test("an alias stands for what its anchor marks")
  func aliases() throws {
    let node = try parseYaml("a: &v {x: 3}\nb: *v", file: "f")
    #expect(node["b"]?["x"]?.inWords == "the number 3")
  }
}
