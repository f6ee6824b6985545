import EngramKit
import EngramReport
import Foundation
import Testing

@Suite("Report page")
struct PageTests {
  /// The page of `model` in a folder of its own, which is removed again.
  static func page(_ model: PageModel) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-report-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try String(contentsOf: Report.write(model, into: folder), encoding: .utf8)
  }

  @Test("is well-formed, loads nothing, runs nothing, and names every picture and heading")
  func selfContained() throws {
    let page = try Self.page(Gallery.model)
    let facts = try #require(SVGFacts(page))
    #expect(facts.all("script").isEmpty && facts.all("link").isEmpty)
    for element in facts.elements {
      for (key, value) in element.attributes where ["href", "src", "srcset", "xlink:href"].contains(key) {
        #expect(value.hasPrefix("#") || value.hasPrefix("data:image/png;base64,"))
      }
      #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
    }
    #expect(!page.contains("@import") && !page.contains("url(http"))
    let pictures = facts.all("svg")
    #expect(pictures.count == Gallery.figures.count + 1)
    for picture in pictures { #expect(picture.named == 2 && picture.attributes["role"] == "img") }
    for heading in facts.all("th") { #expect(["row", "col"].contains(heading.attributes["scope"] ?? "")) }
    let ids = facts.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for element in facts.elements {
      guard let labels = element.attributes["aria-labelledby"] else { continue }
      #expect(labels.split(separator: " ").allSatisfy { ids.contains(String($0)) })
    }
  }

  @Test("text can be read and series told from the page, in light and dark (WCAG 2.2: 4.5 and 3 to 1)")
  func contrast() throws {
    let page = try Self.page(Gallery.model)
    let parts = page.components(separatedBy: "prefers-color-scheme:dark")
    try #require(parts.count == 2)
    for css in parts {
      var colours: [String: Double] = [:]
      for match in css.matches(of: #/--([a-z0-9]+):#([0-9a-f]{6})/#) where colours[String(match.1)] == nil {
        let hex = try #require(UInt32(match.2, radix: 16))
        colours[String(match.1)] = Self.luminance(hex)
      }
      for ground in ["surface", "page"] {
        let back = try #require(colours[ground])
        let limits = ["text", "secondary", "good", "bad"].map { ($0, 4.5) } + (0..<8).map { ("s\($0)", 3.0) }
        for (ink, limit) in limits {
          let front = try #require(colours[ink])
          #expect(Self.ratio(front, back) >= limit, "\(ink) on \(ground)")
        }
      }
    }
  }

  /// Relative luminance of an sRGB colour (WCAG 2.2).
  private static func luminance(_ hex: UInt32) -> Double {
    zip([16, 8, 0], [0.2126, 0.7152, 0.0722]).reduce(0) { sum, part in
      let value = Double(hex >> UInt32(part.0) & 255) / 255
      return sum + part.1 * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
    }
  }

  private static func ratio(_ a: Double, _ b: Double) -> Double { (max(a, b) + 0.05) / (min(a, b) + 0.05) }

  @Test("shows what is set, what is default, whole hashes, notes, and what failed")
  func contents() throws {
    let page = try Self.page(Gallery.model)
    #expect(page.contains(String(repeating: "0123456789abcdef", count: 4)))
    #expect(page.contains("datasets/a &lt;b&gt; &amp; c.h5") && !page.contains("a <b>"))
    for words in ["✓ within", "✗ outside", "1 of 2 numbers lie outside", ">you<", ">default<", "seed 7"] {
      #expect(page.contains(words))
    }
    #expect(page.contains("fano is NaN: no unit has a spike in any window."))
  }

  @Test("both axes of a table by cell type carry the types' names")
  func names() throws {
    let page = try Self.page(Gallery.model)
    let table = try #require(
      page.components(separatedBy: "Mean weight").dropFirst().first { $0.contains("Post by pre") })
    for word in ["E", "PV", "SST"] {
      for scope in ["row", "col"] { #expect(table.contains("<th scope=\"\(scope)\">\(word)</th>")) }
    }
    #expect(table.contains("post type ↓  pre type →"))
  }

  @Test("equal results give equal bytes")
  func deterministic() throws {
    #expect(try Self.page(Gallery.model) == Self.page(Gallery.model))
  }

  @Test("each figure stands beside the page as SVG, PNG and PDF, and nothing else")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("engram-report-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try Report.write(Gallery.model, into: folder)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent("figures").path)
    let names = Gallery.figures.map(\.name) + ["runs-spectral-radius"]
    #expect(Set(files) == Set(names.flatMap { name in ["svg", "png", "pdf"].map { "\(name).\($0)" } }))
  }

  @Test("a figure that cannot be drawn is named with its reason, and the rest stands")
  func broken() throws {
    var model = Gallery.model
    model.steps[0].source = Inputs(Gallery.datasets.merging(["loss": Gallery.numbers([1, 2])]) { $1 })
    let page = try Self.page(model)
    #expect(page.contains("Figure “Learning curves” of gallery could not be drawn"))
    #expect(page.contains("Rate against drive"))
  }
}
