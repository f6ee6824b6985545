import EngramKit
import Glibc

/// Results on standard output, messages and progress on standard error.
///
/// Results are gathered and written in large pieces. A reader that goes away (`engram list | head -1`) is no error.
final class Console {
  /// How a word is emphasised on a terminal.
  enum Style: String { case bold = "1", dim = "2", red = "31", green = "32", yellow = "33" }

  /// Whether progress may be drawn over itself on standard error.
  let moves: Bool
  private let coloursResults: Bool
  private let coloursMessages: Bool
  private var pending: [UInt8] = []
  private var readerIsGone = false

  init() {
    signal(SIGPIPE, SIG_IGN)
    let dumb = Self.environment("TERM") == "dumb"
    let plain = dumb || Self.environment("NO_COLOR")?.isEmpty == false
    coloursResults = !plain && isatty(1) == 1
    coloursMessages = !plain && isatty(2) == 1
    moves = !dumb && isatty(2) == 1
  }

  /// One or more lines of results.
  func print(_ text: String) throws(Problem) {
    pending.append(contentsOf: text.utf8)
    pending.append(UInt8(ascii: "\n"))
    if pending.count > 1 << 16 { try flush() }
  }

  /// Writes the results gathered so far.
  func flush() throws(Problem) {
    let bytes = pending
    pending = []
    if readerIsGone { return }
    switch Self.write(bytes, to: 1) {
    case 0: return
    case EPIPE: readerIsGone = true
    case let code: throw Problem("standard output could not be written: \(String(cString: strerror(code)))")
    }
  }

  /// A message for the user, after the results that came before it.
  func say(_ text: String) throws(Problem) {
    try flush()
    // A message that cannot be written cannot be reported either.
    _ = Self.write(Array((text + "\n").utf8), to: 2)
  }

  /// A problem, its severity in colour on a terminal.
  func say(_ problem: Problem) throws(Problem) { try say(text(of: problem, coloured: coloursMessages)) }

  /// A problem as a result of its own: a finding.
  func text(of problem: Problem) -> String { text(of: problem, coloured: coloursResults) }

  private func text(of problem: Problem, coloured: Bool) -> String {
    let severity = problem.severity
    let word = colour(severity.rawValue + ":", severity == .error ? .red : .yellow, if: coloured)
    // Names in damaged and hostile files may hold line ends, or what a terminal obeys.
    let place = problem.place.map { harmless($0, lines: false) + ": " } ?? ""
    return "\(place)\(word) \(harmless(problem.what, lines: true))"
      + (problem.fix.map { "\n  fix: \($0)" } ?? "")
  }

  /// `text` with a question mark for each control character; `lines` leaves line ends and tabs.
  private func harmless(_ text: String, lines: Bool) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          guard scalar.properties.generalCategory == .control else { return scalar }
          return lines && (scalar == "\n" || scalar == "\t") ? scalar : "?"
        }))
  }

  /// Draws `line` over the last one on a terminal; the caller knows that `moves` is true.
  func draw(_ line: String) {
    _ = Self.write(Array(("\r\u{1B}[K" + line).utf8), to: 2)
  }

  /// `text` in a style where results go to a terminal.
  func paint(_ text: String, _ style: Style) -> String { colour(text, style, if: coloursResults) }

  private func colour(_ text: String, _ style: Style, if coloured: Bool) -> String {
    coloured ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Writes every byte; 0, or the error's number.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return 0
  }
}
