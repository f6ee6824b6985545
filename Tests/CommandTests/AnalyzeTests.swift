import Foundation
import Testing

@Suite("analyze")
struct AnalyzeTests {
  static let brain = Engram.root.appendingPathComponent("datasets/larva-mushroom-body.h5").path
  static let worm = Engram.root.appendingPathComponent("datasets/c-elegans-white-1986.h5").path
  static let network = Engram.root.appendingPathComponent("datasets/balanced-network.h5").path

  @Test("prints results as JSON, and writes them to a file that inspect knows")
  func json() throws {
    let folder = try Folder()
    let outcome = try Engram.run(["analyze", "motif-statistics", Self.brain, "--json"], in: folder.url)
    #expect(outcome.status == 0)
    let facts = try #require(try outcome.json() as? [String: Any])
    let path = try #require(facts["result"] as? String)
    #expect(path == "results/analyze/larva-mushroom-body.motif-statistics.h5")
    #expect(facts["file"] as? String == Self.brain)
    let values = try #require(facts["values"] as? [String: [String: Any]])
    let inspected = try Engram.run(["inspect", path, "--json"], in: folder.url)
    let file = try #require(try inspected.json() as? [String: Any])
    let held = try #require(file["holds"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(Set(held) == Set(values.keys.map { "/engram/results/motif-statistics/\($0)" }))
  }

  @Test("of several files gives the same bytes whatever the number of jobs, and goes on where it was")
  func batch() throws {
    let folder = try Folder()
    func analyze(_ jobs: String, _ out: String) throws -> Outcome {
      let line = ["analyze", "motif-statistics", Self.brain, Self.network, "--jobs", jobs, "--out", out]
      return try Engram.run(line, in: folder.url)
    }
    #expect(try analyze("1", "one").status == 0)
    #expect(try analyze("2", "two").status == 0)
    #expect(try folder.results("one") == folder.results("two"))
    #expect(try folder.results("one").count == 2)
    let again = try analyze("2", "two")
    #expect(again.status == 0)
    #expect(again.messages.contains("2 of 2 files (2 of them earlier)"))
  }

  @Test("the window that --window states is the one that rates are counted over")
  func window() throws {
    let folder = try Folder()
    func rate(_ window: String) throws -> Double {
      let line = ["analyze", "spike-statistics", Self.network, "--window", window, "--out", window, "--json"]
      let outcome = try Engram.run(line, in: folder.url)
      try #require(outcome.status == 0, "\(outcome.messages)")
      let values = (try outcome.json() as? [String: Any])?["values"] as? [String: [String: Any]]
      return try #require(values?["mean_rate"]?["value"] as? Double)
    }
    let (first, second, whole) = (try rate("100:300"), try rate("300:900"), try rate("100:900"))
    #expect(first > 0 && second > 0)
    #expect(abs(whole - (first * 200 + second * 600) / 800) < 1e-9 * whole)
    let refused = try Engram.run(
      ["analyze", "spike-statistics", Self.network, "--window", "9:1"], in: folder.url)
    #expect(refused.status == 2 && refused.messages.contains("--window 0:1000"))
  }

  @Test("of several files, one of which does not fit, does the others and exits with 3")
  func partly() throws {
    let folder = try Folder()
    let line = ["analyze", "motif-statistics", Self.brain, Self.worm, "nowhere.h5", "--out", "out"]
    let outcome = try Engram.run(line, in: folder.url)
    #expect(outcome.status == 3)
    #expect(try folder.results("out").count == 1)
    #expect(outcome.messages.contains("--read connectivity=/edges/c_elegans__c_elegans__chemical"))
    #expect(outcome.messages.contains("nowhere.h5: error: "))
    #expect(outcome.messages.contains("Analysed 1 of 3 files"))
    let json = try Engram.run(line + ["--json"], in: folder.url)
    #expect((try json.json() as? [[String: Any]])?.count == 3)
  }

  @Test(
    "says what is wrong with the request before a file is read",
    arguments: [
      (["motif-statistic", "x.h5"], "did you mean 'motif-statistics'?"),
      (["hebb-outer-product", "x.h5"], "not an analysis"),
      (["motif-statistics", "x.h5", "--set", "shufles=3"], "did you mean 'shuffles'?"),
      (["motif-statistics", "x.h5", "--set", "shuffles=-3"], "outside its range"),
      (["motif-statistics", "x.h5", "--set", "shuffles=many"], "takes a whole number"),
      (["motif-statistics", "x.h5", "--read", "conectivity=/a"], "nowhere"),
    ])
  func request(words: [String], says: String) throws {
    let folder = try Folder()
    let outcome = try Engram.run(["analyze"] + words, in: folder.url)
    #expect(outcome.status == 1)
    if says != "nowhere" { #expect(outcome.messages.contains(says), "\(outcome.messages)") }
    #expect(try folder.results("results").isEmpty)
  }

  @Test("shows scalars, and matrices with the words of their axes")
  func table() throws {
    let folder = try Folder()
    let output = try Engram.run(["analyze", "motif-statistics", Self.brain], in: folder.url).output
    // 101 Kenyon cells: every ordered pair but a cell with itself counts, connected or not.
    #expect(output.contains("  pairs [post_type 4, pre_type 4]\n"))
    #expect(output.contains("    K  10100  "))
    #expect(output.hasSuffix("Written: results/analyze/larva-mushroom-body.motif-statistics.h5\n"))
  }
}
