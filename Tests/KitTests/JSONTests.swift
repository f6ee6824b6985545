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

  @Test("what is written is read back, whatever it holds")
  func readsBack() throws {
    let value: JSON = [
      "text": "a \"quoted\" line\nwith µ, 𝄞 and \u{7f}",
      "list": [.integer(-3), .real(0.1), .null, .flag(true)],
      "deep": ["empty": [:], "none": .list([]), "seed": .integer(1 << 53)], "small": .real(-2.5e-300),
    ]
    #expect(try JSON(parsing: Array(value.description.utf8)) == value)
    #expect(try JSON(parsing: Array(value.indented.utf8)) == value)
    #expect(try JSON(parsing: Array(#""\u00b5\ud834\udd1e\/""#.utf8)) == "µ𝄞/")
    #expect(try JSON(parsing: Array("\"NaN\"".utf8)).asReal?.isNaN == true)
  }

  @Test(
    "what is no JSON is refused with line and column",
    arguments: [
      ("{\n  \"a\" 1}", "line 2, column 7"), ("[1,]", "column 4"),
      ("{\"a\":1,\"a\":2}", "'a' is there twice"),
      ("\"open", "not closed"), ("[1] 2", "something follows"), ("nul", "no JSON value"), ("", "ends where"),
      ("1.2.3", "no JSON value"), ("\"\\u12\"", "four hexadecimal digits"), ("{a: 1}", "quotation marks"),
    ])
  func refused(text: String, sentence: String) throws {
    let problem = try #require(throws: Problem.self) { try JSON(parsing: Array(text.utf8)) }
    #expect(problem.what.contains(sentence), "\(problem.what)")
  }

  @Test("deep nesting is refused, not a crash")
  func deep() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
    #expect(throws: Problem.self) { try JSON(parsing: bytes) }
  }
}
