import EngramKit

/// Splits what an executable writes to standard output into lines, and refuses a flood.
struct PluginLines {
  /// Longest line, bytes: messages are short, data go through files.
  private static let longest = 1 << 20
  /// Most bytes and lines between one request and its end.
  private static let mostBytes = 64 << 20
  private static let mostLines = 100_000

  private var rest: [UInt8] = []
  private var bytes = 0
  private var lines = 0

  /// Counts anew.
  mutating func startRequest() { (bytes, lines) = (0, 0) }

  /// The lines that are complete now.
  ///
  /// - Throws: `Problem` when there is too much.
  mutating func add(_ more: [UInt8], from name: String, at place: String) throws -> [[UInt8]] {
    guard !more.isEmpty else { return [] }
    rest += more
    bytes += more.count
    let parts = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let complete = parts.dropLast().map(Array.init).filter { !$0.isEmpty }
    rest = Array(parts.last ?? [])
    lines += complete.count
    guard rest.count <= Self.longest, bytes <= Self.mostBytes, lines <= Self.mostLines else {
      throw Problem(
        "\(name) floods its standard output: \(bytes) bytes, \(lines) lines without an end", at: place,
        fix: "write data to the outputs file, and report progress a few times a second")
    }
    return complete
  }
}

/// The beginning and the end of a text that may be long.
struct KeptText {
  private static let half = 1 << 15
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var dropped = 0
  /// Whether no more will come.
  var isClosed = false

  mutating func add(_ bytes: [UInt8]) {
    let room = max(0, Self.half - head.count)
    head += bytes.prefix(room)
    tail += bytes.dropFirst(room)
    if tail.count > 2 * Self.half {
      dropped += tail.count - Self.half
      tail.removeFirst(tail.count - Self.half)
    }
  }

  var text: String {
    let gap = dropped > 0 ? "\n… \(dropped) bytes left out …\n" : ""
    return String(decoding: head, as: UTF8.self) + gap + String(decoding: tail, as: UTF8.self)
  }

  /// The last line that is not empty, at most 200 characters of it.
  var lastLine: String? {
    text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(200)) }
  }
}
