import EngramData
import Foundation
import Testing

@Suite("Hashes")
struct HashTests {
  @Test("SHA-256 agrees with the examples of FIPS 180-4")
  func sha() throws {
    #expect(try sha256([UInt8]()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      try sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let scratch = try Scratch()
    let path = scratch.file("million")
    try Data(repeating: 0x61, count: 1_000_000).write(to: URL(fileURLWithPath: path))
    #expect(
      try sha256(ofFile: path) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("UUID version 5 agrees with the example of RFC 9562")
  func uuid() throws {
    let dns = try #require(UUID(uuidString: "6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    let known = try #require(UUID(uuidString: "2ed6657d-e927-568b-95e1-2665a8aea6a2"))
    #expect(try uuid5("www.example.com", in: dns) == known)
    #expect(try uuid5("engram", in: dns) == engramNamespace)
  }
}
