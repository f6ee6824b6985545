import CYAML
import EngramKit

/// The single document in `text`, as a tree whose nodes know their line and column. JSON is read as well.
///
/// Aliases are expanded; what they may expand to and how deep a document may nest are bounded, so that a small file
/// cannot fill the memory.
///
/// - Parameters:
///   - text: The text, UTF-8.
///   - file: The name used in messages.
/// - Throws: `Problem` at `file:line:column`: the parser's own, a duplicate key, a second document, an unknown anchor
///   or tag, too many values, too deep a nesting.
public func parseYaml(_ text: String, file: String) throws -> Node {
  var reader = YamlReader(file: file)
  return try reader.document(text)
}

/// Builds the tree from libyaml's events.
struct YamlReader {
  /// No experiment needs more; an alias bomb needs far more.
  static let mostValues = 200_000
  static let deepest = 64

  let file: String
  private var anchors: [String: (node: Node, size: Int)] = [:]
  private var values = 0

  init(file: String) { self.file = file }

  mutating func document(_ text: String) throws -> Node {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { throw Problem("no memory to read \(file)") }
    defer { yaml_parser_delete(&parser) }
    var bytes = Array(text.utf8)
    let count = bytes.count
    return try bytes.withUnsafeMutableBufferPointer { buffer in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, count)
      return try document(&parser)
    }
  }

  private mutating func document(_ parser: inout yaml_parser_t) throws -> Node {
    _ = try next(&parser)
    var first = try next(&parser)
    guard first.kind == YAML_DOCUMENT_START_EVENT else {
      throw Problem("the file is empty", at: "\(first.mark)", fix: "an experiment begins with `engram: 1`")
    }
    first = try next(&parser)
    let root = try node(first, depth: 0, &parser).node
    _ = try next(&parser)
    let last = try next(&parser)
    guard last.kind == YAML_STREAM_END_EVENT else {
      throw Problem(
        "a second document begins here", at: "\(last.mark)", fix: "keep one document in one file")
    }
    return root
  }

  /// The node that begins with `event`, and how many values it holds.
  private mutating func node(_ event: YamlEvent, depth: Int, _ parser: inout yaml_parser_t) throws
    -> (node: Node, size: Int)
  {
    guard depth < Self.deepest else {
      throw Problem("nested more than \(Self.deepest) levels deep", at: "\(event.mark)")
    }
    var result: (node: Node, size: Int)
    switch event.kind {
    case YAML_SCALAR_EVENT:
      result = (Node(mark: event.mark, content: try scalar(event)), 1)
    case YAML_SEQUENCE_START_EVENT:
      result = try sequence(event, depth: depth, &parser)
    case YAML_MAPPING_START_EVENT:
      result = try mapping(event, depth: depth, &parser)
    case YAML_ALIAS_EVENT:
      guard let anchor = event.anchor, let known = anchors[anchor] else {
        throw Problem(
          "the alias '*\(event.anchor ?? "")' has no anchor before it", at: "\(event.mark)",
          fix: nearestName(to: event.anchor ?? "", among: anchors.keys.sorted()).map {
            "did you mean '*\($0)'?"
          })
      }
      result = known
      try count(known.size, at: event.mark)
      return result
    default:
      throw Problem("a value is missing here", at: "\(event.mark)")
    }
    try count(1, at: event.mark)
    if let anchor = event.anchor { anchors[anchor] = result }
    return result
  }

  private mutating func sequence(_ start: YamlEvent, depth: Int, _ parser: inout yaml_parser_t) throws
    -> (node: Node, size: Int)
  {
    var items: [Node] = []
    var size = 1
    while true {
      let event = try next(&parser)
      if event.kind == YAML_SEQUENCE_END_EVENT { break }
      let item = try node(event, depth: depth + 1, &parser)
      items.append(item.node)
      size += item.size
    }
    return (Node(mark: start.mark, content: .sequence(items)), size)
  }

  private mutating func mapping(_ start: YamlEvent, depth: Int, _ parser: inout yaml_parser_t) throws
    -> (node: Node, size: Int)
  {
    var pairs: [Node.Pair] = []
    var lines: [String: Int] = [:]
    var size = 1
    while true {
      let event = try next(&parser)
      if event.kind == YAML_MAPPING_END_EVENT { break }
      guard event.kind == YAML_SCALAR_EVENT else {
        throw Problem("a key must be a word", at: "\(event.mark)", fix: "quote it, or check the indentation")
      }
      if let line = lines[event.text] {
        throw Problem(
          "the key '\(event.text)' stands twice, first in line \(line)", at: "\(event.mark)",
          fix: "remove one of them")
      }
      lines[event.text] = event.mark.line
      let value = try node(try next(&parser), depth: depth + 1, &parser)
      pairs.append(Node.Pair(key: event.text, keyMark: event.mark, value: value.node))
      size += value.size
    }
    return (Node(mark: start.mark, content: .mapping(pairs)), size)
  }

  private mutating func count(_ size: Int, at mark: Mark) throws {
    values += size
    guard values <= Self.mostValues else {
      throw Problem(
        "the file expands to more than \(Self.mostValues) values", at: "\(mark)",
        fix: "use fewer aliases, or store large tables in a data file")
    }
  }

  private func next(_ parser: inout yaml_parser_t) throws -> YamlEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(&parser, &event) == 1 else { throw syntaxProblem(parser, file: file) }
    defer { yaml_event_delete(&event) }
    return YamlEvent(event, file: file)
  }
}
