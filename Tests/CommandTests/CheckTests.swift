import Foundation
import Testing

@Suite("check")
struct CheckTests {
  /// Ten typing mistakes: see the comment at the end of each line.
  static let mistakes = """
    engram: 1
    seed: seven                                          # 1: a word for a number
    stepps: []                                           # 2: an unknown key
    steps:
      - id: neurons
        model: lif-conductence                           # 3: a plugin's name
      - id: noisy
        model: lif-conductance
        set: { neuronz: 64, excitatory_rate: 4.5 mV }    # 4: a parameter's name; 5: a unit
      - id: quiet
        model: lif-conductance
        duration: 500 mV                                 # 6: a unit of time
        dt: 0.1 ms
      - id: compare
        analysis: rate-theory-compare
        read: { spikes: quiet/spykes }                   # 7: a dataset's name
        set: { excitatory_rate: -4.5 }                   # 8: a range
      - id: motifs
        analysis: motif-statistics
        read: { connectivity: file:nowhere.h5#W }        # 9: a missing file
      - id: late
        analysis: rate-theory-compare
        read: { spikes: later/spikes }                   # 10: a step that does not exist
    """

  @Test("finds ten typing mistakes in one go, each with line, column and fix")
  func mistakes() throws {
    let folder = try Folder()
    try folder.write(Self.mistakes, to: "mistakes.yaml")
    let outcome = try Engram.run(["check", "mistakes.yaml"], in: folder.url)
    #expect(outcome.status == 1)
    try expectGolden(outcome.output, "check-mistakes")
    let findings = outcome.output.split(separator: "\n").filter {
      $0.hasPrefix("mistakes.yaml:") && $0.contains("error:")
    }
    let lines = findings.compactMap { Int($0.split(separator: ":")[1]) }
    #expect(lines == [2, 3, 6, 9, 9, 12, 16, 17, 20, 23])
  }

  @Test("--json gives the same findings")
  func json() throws {
    let folder = try Folder()
    try folder.write(Self.mistakes, to: "mistakes.yaml")
    let text = try Engram.run(["check", "mistakes.yaml"], in: folder.url).output
    let outcome = try Engram.run(["check", "mistakes.yaml", "--json"], in: folder.url)
    #expect(outcome.status == 1)
    let facts = try #require(try outcome.json() as? [String: Any])
    #expect(facts["passed"] as? Bool == false)
    let findings = try #require(facts["findings"] as? [[String: Any]])
    for finding in findings { #expect(text.contains(try #require(finding["what"] as? String))) }
    #expect(findings.count == text.split(separator: "\n").count { $0.contains("error:") })
  }
}
