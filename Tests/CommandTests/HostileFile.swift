import EngramData
import EngramFormats
import Foundation
import Testing

/// A file made to take memory, time or other files, and the words in which it is refused.
struct HostileFile: Sendable, CustomTestStringConvertible {
  let name: String
  /// Part of the sentence by which `convert` refuses it.
  let words: String
  /// Whether `check` has nothing against it, because it only follows from the options or the target.
  var isSound = false
  let make: @Sendable (_ path: String) throws -> Void

  var testDescription: String { name }

  static let all = texts + arrays + archives + hierarchies

  private static func text(_ name: String, _ words: String, isSound: Bool = false, _ text: String) -> Self {
    Self(name: name, words: words, isSound: isSound) {
      try text.write(toFile: $0, atomically: false, encoding: .utf8)
    }
  }

  /// A file of many mebibytes, `piece` again and again.
  private static func long(
    _ name: String, _ words: String, _ head: String, _ piece: String, mebibytes: Int
  ) -> Self {
    Self(name: name, words: words) { path in
      try Data(head.utf8).write(to: URL(fileURLWithPath: path))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.seekToEnd()
      let block = Data(String(repeating: piece, count: (1 << 20) / piece.utf8.count).utf8)
      for _ in 0..<mebibytes { try file.write(contentsOf: block) }
      try file.close()
    }
  }

  // MARK: Texts

  private static let market = "%%MatrixMarket matrix coordinate real general\n"
  private static let laughs: String = {
    let entities = (1...9).map { level in
      let inner = level == 1 ? "lol" : "lol\(level - 1)"
      return "<!ENTITY lol\(level) \"\(String(repeating: "&\(inner);", count: 10))\">\n"
    }
    return "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY lol \"lol\">\n\(entities.joined())]>\n"
      + "<graphml><graph edgedefault=\"directed\"><node id=\"&lol9;\"/></graph></graphml>"
  }()

  private static let texts = [
    text("count.mtx", "are no sizes", market + "10 10 1000000000000000000\n1 1 1\n"),
    text("negative.mtx", "are no sizes", market + "-3 -3 -1\n"),
    text("overflow.mtx", "are no sizes", market + "99999999999999999999 1 1\n"),
    text(
      "rows.mtx", "1099511627776 neurons", isSound: true, market + "1099511627776 1099511627776 1\n1 1 1\n"),
    text(
      "array.mtx", "999999999 neurons",
      "%%MatrixMarket matrix array real general\n999999999 999999999\n1\n"),
    text("laughs.graphml", "document type", laughs),
    text(
      "passwords.graphml", "document type",
      "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n"
        + "<graphml><graph><node id=\"&e;\"/></graph></graphml>"),
    long("tag.graphml", "4 MiB", "<graphml><graph><node id=\"", "a", mebibytes: 32),
    long("data.graphml", "mebibyte", "<graphml><graph><node id=\"1\"><data key=\"k\">", "a", mebibytes: 32),
    long("deep.graphml", "64 deep", "<graphml>", "<graph>", mebibytes: 8),
    text(
      "deep.json", "nested",
      "{\"simData\": " + String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
        + "}"),
    long("unclosed.json", "nested", "{\"simData\": ", "[", mebibytes: 1),
    long("long.json", "do not fit into memory", "{\"simData\": {\"spkt\": [", "1,", mebibytes: 16),
    long("line.csv", "a line of more than", "", "1,", mebibytes: 32),
    long("quote.csv", "a line of more than", "pre,post\n\"", "a\n", mebibytes: 32),
  ]

  // MARK: NumPy

  /// A `.npy` file that says of itself what `shape` says, and holds 16 bytes.
  private static func array(_ name: String, _ shape: String, _ words: String) -> Self {
    Self(name: name, words: words) { path in
      let head = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }\n"
      var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0]
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: head.utf8.count >> (8 * $0)) }
      try Data(bytes + Array(head.utf8) + [UInt8](repeating: 0, count: 16)).write(
        to: URL(fileURLWithPath: path))
    }
  }

  private static let arrays = [
    array("vast.npy", "(4611686018427387904,)", "more bytes than can be counted"),
    array("negative.npy", "(-2,)", "the shape [-2]"),
    array("product.npy", "(4294967296, 4294967296)", "more bytes than can be counted"),
    array("digits.npy", "(1\(String(repeating: "0", count: 30)),)", "without descr, fortran_order or shape"),
    array("axes.npy", "(\(String(repeating: "9,", count: 100_000)))", "100000 axes"),
    array("nested.npy", String(repeating: "(", count: 100_000), "nested"),
    Self(name: "head.npy", words: "head of 4294967295 bytes") { path in
      let bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x20]
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    },
  ]

  // MARK: Archives

  private static func named(_ file: String, _ members: [String], _ words: String) -> Self {
    Self(name: file, words: words) { path in
      let all = members.map { ZipMember(name: $0, size: 3000, packedSize: 3000) }
      try zip(all, body: [UInt8](repeating: 0x61, count: 3000)).write(to: URL(fileURLWithPath: path))
    }
  }

  private static let archives = [
    named("dots.npz", ["../../x.npy"], "leads out of the archive"),
    named("absolute.npz", ["/etc/x.npy"], "leads out of the archive"),
    named("backslash.npz", ["..\\x.npy"], "leads out of the archive"),
    named("twice.npz", ["x.npy", "x.npy"], "two members"),
    named("within.npz", (0..<60).map { "a\($0).npy" }, "lie in one another"),
    Self(name: "declared.npz", words: "a decompression bomb, or damaged") { path in
      let members = [ZipMember(name: "x.npy", size: 4_000_000_000, packedSize: 3)]
      try zip(members, body: Array("abc".utf8)).write(to: URL(fileURLWithPath: path))
    },
    // 256 MiB of zeros become a megabyte: no header lies here.
    Self(name: "bomb.npz", words: "a decompression bomb, or nearly all one value") { path in
      try ArchiveWriter.write(path, level: 1) { writer in
        let member = try writer.begin("W", .float64, shape: [32, 1 << 20])
        let row = [Double](repeating: 0, count: 1 << 20)
        for _ in 0..<32 { try writer.write(row, to: member) }
      }
    },
  ]

  private struct ZipMember {
    var name: String
    var size: UInt32
    var packedSize: UInt32
  }

  /// An archive whose list says what it likes: every member lies at the same place. PKWARE's APPNOTE 6.3, 4.3.
  private static func zip(_ members: [ZipMember], body: [UInt8]) -> Data {
    var local = Bytes()
    local.add(signature: "PK\u{3}\u{4}")
    local.add(common: members[0])
    local.all += Array(members[0].name.utf8) + body
    var list = Bytes()
    for member in members {
      list.add(signature: "PK\u{1}\u{2}")
      list.add(UInt16(20))
      list.add(common: member)
      list.all += [UInt8](repeating: 0, count: 14) + Array(member.name.utf8)
    }
    var end = Bytes()
    end.add(signature: "PK\u{5}\u{6}")
    end.add(UInt32(0))
    end.add(UInt16(members.count))
    end.add(UInt16(members.count))
    end.add(UInt32(list.all.count))
    end.add(UInt32(local.all.count))
    end.add(UInt16(0))
    return Data(local.all + list.all + end.all)
  }

  /// Little-endian numbers one after the other.
  private struct Bytes {
    var all: [UInt8] = []

    mutating func add(_ value: some FixedWidthInteger) {
      for byte in 0..<value.bitWidth / 8 { all.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    mutating func add(signature: String) { all += Array(signature.utf8) }

    /// What a member's own head and the list have in common: version, method, date, sizes, length of the name.
    mutating func add(common member: ZipMember) {
      add(UInt16(20))
      add(UInt16(0))
      add(UInt16(member.size == member.packedSize ? 0 : 8))
      add(UInt32(0x21_0000))
      add(UInt32(0))
      add(member.packedSize)
      add(member.size)
      add(UInt16(member.name.utf8.count))
      add(UInt16(0))
    }
  }
}
