import EngramKit
import Foundation
import Testing

@Suite("JSON text")
struct JSONTests {
  @Test("reads back as the same value through Foundation's reader")
  func roundTrip() throws {
    let words = ["plain", "quote \" and \\", "line\nbreak\ttab", "µ Ω 🧠", "\u{1}\u{1F}\u{7F}"]
    let numbers = [0.1, -0.0, 1e-300, 1.7976931348623157e308, .leastNonzeroMagnitude, 3]
    let json: JSON = [
      "words": JSON(words), "numbers": JSON(numbers), "none": .null, "yes": .flag(true), "empty": [],
    ]
    for text in [json.description, json.indented] {
      let read = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(read["words"] as? [String] == words)
      #expect(read["numbers"] as? [Double] == numbers)
      #expect(read["yes"] as? Bool == true)
      #expect(read["none"] is NSNull)
      #expect((read["empty"] as? [Any])?.isEmpty == true)
    }
  }

  @Test("has sorted keys, so that equal values give equal text")
  func sortedKeys() {
    let json: JSON = ["b": .integer(2), "a": .integer(1), "c": ["z": .null, "y": .null]]
    #expect(json.description == #"{"a": 1, "b": 2, "c": {"y": null, "z": null}}"#)
  }

  @Test(
    "writes numbers that JSON lacks as texts",
    arguments: [(Double.nan, "NaN"), (.infinity, "Infinity"), (-.infinity, "-Infinity")])
  func notFinite(number: Double, word: String) {
    #expect(JSON.real(number).description == "\"\(word)\"")
  }
}
