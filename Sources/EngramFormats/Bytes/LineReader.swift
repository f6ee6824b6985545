import EngramData
import EngramKit

/// Reads a text file line by line; no more than a block and the longest line are in memory.
final class LineReader {
  /// What messages call the file.
  let place: String
  /// Number of the line read last, from 1; of its first line where a quoted field goes over several.
  private(set) var number = 0
  private let stream: any ByteStream
  private let hasQuotes: Bool
  private var buffer: [UInt8] = []
  /// What of `buffer` is not yet handed on.
  private var start = 0
  private var isAtEnd = false
  private var linesBefore = 0

  private static let blockLength = 1 << 20
  /// A text whose lines are longer is none; its fields take up to thirty times a line's bytes.
  private static var longest: Int { min(1 << 28, max(1 << 20, H5File.defaultMemoryLimit / 64)) }

  /// - Parameter hasQuotes: Whether line ends inside double quotes belong to the field (RFC 4180).
  init(_ stream: any ByteStream, hasQuotes: Bool = false) {
    self.stream = stream
    self.hasQuotes = hasQuotes
    place = stream.place
  }

  convenience init(_ path: String, hasQuotes: Bool = false) throws {
    self.init(try FileStream(path), hasQuotes: hasQuotes)
  }

  /// `file:line`, as messages name it.
  var line: String { "\(place):\(number)" }

  /// The next line without its end (LF, CRLF or CR LF); nil after the last.
  ///
  /// - Returns: Where the line is in `bytes`, until the next call.
  /// - Throws: `Problem`: unreadable, a quote that is never closed, a line without end.
  func next() throws -> Range<Int>? {
    number = linesBefore + 1
    var searched = start
    var isQuoted = false
    while true {
      if let end = lineEnd(&searched, &isQuoted) {
        let line = start..<end
        start = end + 1
        return trimmed(line)
      }
      if isAtEnd {
        guard !isQuoted else {
          throw Problem("opens a quote that is never closed", at: self.line, fix: "close it, or double it")
        }
        guard start < buffer.count else { return nil }
        linesBefore += 1
        let line = start..<buffer.count
        start = buffer.count
        return trimmed(line)
      }
      searched -= start
      try refill()
    }
  }

  /// The text that ranges point into.
  var bytes: [UInt8] { buffer }

  /// Calls `body` with each line that is left and its number.
  func forEach(_ body: (borrowing Span<UInt8>, Int) throws -> Void) throws {
    while let line = try next() {
      let bytes = buffer
      try body(bytes.span.extracting(line), number)
    }
  }

  /// Where the line that begins at `start` ends; nil when the end is not in the buffer yet.
  private func lineEnd(_ searched: inout Int, _ isQuoted: inout Bool) -> Int? {
    // Bounds: places below the buffer's count.
    buffer.withUnsafeBufferPointer { text in
      while searched < text.count {
        let byte = text[searched]
        if byte == 0x0A {
          linesBefore += 1
          if !isQuoted { return searched }
        } else if byte == 0x22, hasQuotes {
          isQuoted.toggle()
        }
        searched += 1
      }
      return nil
    }
  }

  private func trimmed(_ line: Range<Int>) -> Range<Int> {
    line.last.map { buffer[$0] == 0x0D } == true ? line.dropLast() : line
  }

  private func refill() throws {
    buffer.removeSubrange(..<start)
    start = 0
    let kept = buffer.count
    guard kept <= LineReader.longest else {
      throw Problem(
        "is a line of more than \(LineReader.longest) bytes", at: line,
        fix: "end the lines of the text, or allow more with --memory")
    }
    // Grows with the line, so that a long one is not copied once for each block.
    let wanted = max(LineReader.blockLength, kept)
    buffer.append(contentsOf: repeatElement(0, count: wanted))
    let count = try buffer.withUnsafeMutableBytes { bytes in
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]))
    }
    buffer.removeLast(wanted - count)
    isAtEnd = count < wanted
  }
}
