import EngramData
import EngramFormats
import EngramKit
import Foundation
import Testing

/// Facts that no other suite reads: what peers cannot open, SONATA's spikes as text, and files whose version is none.
@Suite(.enabled(if: Samples.areHere)) struct PeerFactsTests {
  static let all = Samples.facts(["samples/"])
  static let facts: [Samples.Fact] = {
    let read = [
      SonataFactsTests.facts, MatlabFactsTests.facts, NumpyFactsTests.facts, NwbFactsTests.facts,
      TextFactsTests.facts,
    ]
    let known = Set(read.joined().map(\.line))
    return all.filter { !known.contains($0.line) }
  }()

  @Test("the list of facts has not shrunk") func enough() { #expect(Self.facts.count >= 40) }

  @Test(arguments: facts) func fact(_ fact: Samples.Fact) throws {
    let path = Samples.path(fact.file)
    switch fact.fact {
    case "peer-cannot":
      if try whole(path) { return }
      // Damaged on purpose: nobody can.
      let expected = ["samples/bad/length_mismatch.h5", "samples/bad/truncated.h5"]
      #expect(expected.contains(fact.file) || fact.file.hasSuffix(".v1.0.nwb"), "\(fact.file) is refused")
    case "bmtk SpikeTrains":
      let streams = try read(path).spikes
      var (sum, count, ids) = (0.0, 0, 0)
      for stream in streams {
        let (times, own) = try gather(stream)
        sum += times.reduce(0, +)
        count += times.count
        ids += Set(own).count
      }
      let found: [String: Any] = [
        "populations": streams.map(\.name), "n": count, "t_sum": sum, "ids": ids,
      ]
      expectFact(found, equals: try fact.value(), in: fact.fact)
    case "nwb_version":
      // The attribute is absent, which is what NWB 1.x is known by.
      #expect(((try fact.value()) as? [Any])?.first as? String == "none")
      let problem = #expect(throws: Problem.self) { try read(path) }
      #expect(problem?.what.contains("NWB 1.x is not supported") == true)
    case _ where fact.file.contains("no_data"):
      // pynwb makes up an empty array for a series whose file has no data; here such a series is none.
      let traces = try read(path).traces
      #expect(traces.allSatisfy { $0.frames == 0 })
    default: Issue.record("no reading for this fact")
    }
  }

  /// Reads all that is in a file; false where it is refused with a sentence.
  private func whole(_ path: String) throws -> Bool {
    var options = ConversionOptions()
    (options.timeUnit, options.dt, options.idBase) = ("ms", 0.1, 0)
    do {
      let contents = try read(path, options)
      #expect(!contents.kinds.isEmpty)
      for stream in contents.edges { try stream.blocks { _ in } }
      for stream in contents.spikes { try stream.blocks { _ in } }
      for stream in contents.traces { _ = try stream.read(0..<stream.frames) }
      return true
    } catch let problem as Problem {
      #expect(!problem.what.isEmpty)
      return false
    }
  }
}
