import CYAML
import EngramKit

/// What is kept of one libyaml event.
struct YamlEvent {
  let kind: yaml_event_type_t
  let mark: Mark
  var text = ""
  var anchor: String?
  var tag: String?
  /// Whether a scalar stands without quotes, so that its form decides what it is.
  var plain = false

  init(_ event: yaml_event_t, file: String) {
    kind = event.type
    mark = Mark(file: file, event.start_mark)
    switch event.type {
    case YAML_ALIAS_EVENT:
      anchor = string(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = string(scalar.anchor)
      tag = string(scalar.tag)
      text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      plain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    case YAML_SEQUENCE_START_EVENT:
      anchor = string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT:
      anchor = string(event.data.mapping_start.anchor)
    default: break
    }
  }
}

extension Mark {
  init(file: String, _ mark: yaml_mark_t) {
    self.init(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}

private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  pointer.map { String(cString: $0) }
}

/// What a scalar means: the core schema of YAML 1.2, so `yes` and `on` are words.
///
/// - Throws: `Problem` for a tag, and for a number beyond what a double or a 64-bit integer holds.
func scalar(_ event: YamlEvent) throws -> Node.Content {
  if let tag = event.tag {
    throw Problem("the tag '\(tag)' is not used in experiments", at: "\(event.mark)", fix: "remove it")
  }
  let text = event.text
  guard event.plain else { return .text(text) }
  switch text {
  case "", "~", "null", "Null", "NULL": return .null
  case "true", "True", "TRUE": return .flag(true)
  case "false", "False", "FALSE": return .flag(false)
  case ".inf", "+.inf", ".Inf", "+.Inf": return .real(.infinity)
  case "-.inf", "-.Inf": return .real(-.infinity)
  default: break
  }
  guard looksLikeNumber(text) else { return .text(text) }
  if let number = Int(text) { return .integer(number) }
  guard let number = Double(text) else { return .text(text) }
  guard number.isFinite else {
    throw Problem("the number \(text) is too large", at: "\(event.mark)", fix: "write .inf for infinity")
  }
  return .real(number)
}

/// Digits with an optional sign, point and exponent; Swift's own parser would also take `nan` and `0x1p3`.
private func looksLikeNumber(_ text: String) -> Bool {
  let digits = text.drop { $0 == "-" || $0 == "+" }
  guard let first = digits.first, first.isASCII, first.isNumber || first == "." else { return false }
  return digits.contains { $0.isNumber } && digits.allSatisfy { "0123456789.eE+-".contains($0) }
}

/// The parser's error as a sentence with a place.
func syntaxProblem(_ parser: yaml_parser_t, file: String) -> Problem {
  let what = parser.problem.map { String(cString: $0) } ?? "the text cannot be read as YAML"
  let context = parser.context.map { " " + String(cString: $0) } ?? ""
  if parser.error == YAML_READER_ERROR {
    return Problem(
      "\(what) at byte \(parser.problem_offset)", at: "\(file):1:1", fix: "save the file as UTF-8 text")
  }
  let mark = Mark(file: file, parser.problem_mark)
  return Problem("\(what)\(context)", at: "\(mark)", fix: "check indentation, quotes, brackets and commas")
}
