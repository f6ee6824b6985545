import CExpat
import EngramKit

/// Parses a GraphML file piece by piece (Brandes et al. 2001): keys, nodes, edges and their data.
final class GraphMLParser {
  /// A declared attribute of nodes or edges.
  struct Key {
    var id: String
    /// What has it: `node`, `edge`, `graph` or `all`.
    var owner: String
    var name: String
    var isText: Bool
  }

  /// What is found, in the file's order.
  enum Event {
    case key(Key)
    case graph(isDirected: Bool)
    /// Values by the id of their key.
    case node(id: String, data: [String: String])
    case edge(source: String, target: String, isDirected: Bool?, data: [String: String])
  }

  private let path: String
  private let body: (Event) throws -> Void
  private var failure: (any Error)?
  private var open: (isEdge: Bool, attributes: [String: String], data: [String: String])?
  private var key: Key?
  private var dataKey: String?
  private var text = ""
  private var depth = 0

  private static let longestText = 1 << 20
  /// Expat keeps a tag or comment whole, and reads it anew with each piece.
  private static let longestTag = 1 << 22
  private static let shorten = "write the file again: GraphML has no use for that"

  /// Calls `body` with everything in the file `path`; memory does not grow with it.
  ///
  /// - Throws: `Problem` with the line: no XML, a document type (which could define entities without end), a node or
  ///   edge without its id; what `body` throws.
  static func parse(_ path: String, _ body: (Event) throws -> Void) throws {
    try withoutActuallyEscaping(body) { try GraphMLParser(path, $0).run() }
  }

  private init(_ path: String, _ body: @escaping (Event) throws -> Void) {
    (self.path, self.body) = (path, body)
  }

  private func run() throws {
    let stream = try FileStream(path)
    guard let parser = XML_ParserCreate(nil) else { throw Problem("no memory for parsing", at: path) }
    defer { XML_ParserFree(parser) }
    // The parser lives no longer than this call, and neither does the pointer.
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser, { me, name, attributes in GraphMLParser.own(me)?.start(name, attributes) },
      { me, name in GraphMLParser.own(me)?.end(name) })
    XML_SetCharacterDataHandler(parser) { me, text, length in GraphMLParser.own(me)?.characters(text, length)
    }
    XML_SetStartDoctypeDeclHandler(parser) { me, _, _, _, _ in
      GraphMLParser.own(me)?.fail(
        Problem(
          "has a document type, which GraphML does not need and Engram does not read",
          fix: "remove <!DOCTYPE …> from the file"))
    }
    var rest = stream.size
    repeat {
      let piece = try stream.bytes(min(1 << 18, rest))
      rest -= piece.count
      let status = piece.withUnsafeBytes { bytes in
        XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), rest == 0 ? 1 : 0)
      }
      let line = "\(path):\(XML_GetCurrentLineNumber(parser))"
      if let failure { throw problem(failure, at: line) }
      guard stream.size - rest - XML_GetCurrentByteIndex(parser) <= GraphMLParser.longestTag else {
        throw Problem("has a tag or comment of more than 4 MiB", at: line, fix: GraphMLParser.shorten)
      }
      guard status == XML_STATUS_OK else {
        let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown"
        throw Problem("is not XML: \(reason)", at: line)
      }
    } while rest > 0
  }

  private static func own(_ pointer: UnsafeMutableRawPointer?) -> GraphMLParser? {
    pointer.map { Unmanaged<GraphMLParser>.fromOpaque($0).takeUnretainedValue() }
  }

  private func fail(_ error: any Error) { failure = failure ?? error }

  private func emit(_ event: Event) {
    guard failure == nil else { return }
    do { try body(event) } catch { fail(error) }
  }

  private func start(_ name: UnsafePointer<CChar>?, _ list: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
    guard failure == nil, let name else { return }
    depth += 1
    guard depth < 64 else { return fail(Problem("is nested more than 64 deep", fix: GraphMLParser.shorten)) }
    var attributes: [String: String] = [:]
    var place = 0
    while let key = list?[place], let value = list?[place + 1] {
      attributes[String(cString: key)] = String(cString: value)
      place += 2
    }
    switch GraphMLParser.local(name) {
    case "key":
      let type = attributes["attr.type"] ?? "string"
      emit(
        .key(
          Key(
            id: attributes["id"] ?? "", owner: attributes["for"] ?? "all",
            name: attributes["attr.name"] ?? attributes["id"] ?? "",
            isText: type == "string" || type == "boolean")))
    case "graph": emit(.graph(isDirected: attributes["edgedefault"] != "undirected"))
    case "node": open = (false, attributes, [:])
    case "edge": open = (true, attributes, [:])
    case "data":
      dataKey = attributes["key"]
      text = ""
    default: break
    }
  }

  private func characters(_ piece: UnsafePointer<CChar>?, _ length: Int32) {
    guard dataKey != nil, let piece, length > 0 else { return }
    let bytes = UnsafeRawBufferPointer(start: piece, count: Int(length))
    text += String(decoding: bytes, as: UTF8.self)
    if text.utf8.count > GraphMLParser.longestText {
      fail(Problem("has a text of more than a mebibyte", fix: GraphMLParser.shorten))
    }
  }

  private func end(_ name: UnsafePointer<CChar>?) {
    guard failure == nil, let name else { return }
    depth -= 1
    switch GraphMLParser.local(name) {
    case "data":
      if let dataKey { open?.data[dataKey] = text }
      dataKey = nil
    case "node":
      guard let node = open, let id = node.attributes["id"] else {
        return fail(Problem("has a node without an id"))
      }
      emit(.node(id: id, data: node.data))
      open = nil
    case "edge":
      guard let edge = open, let source = edge.attributes["source"], let target = edge.attributes["target"]
      else {
        return fail(Problem("has an edge without source and target"))
      }
      emit(
        .edge(
          source: source, target: target, isDirected: edge.attributes["directed"].map { $0 == "true" },
          data: edge.data))
      open = nil
    default: break
    }
  }

  /// The name without its namespace's prefix.
  private static func local(_ name: UnsafePointer<CChar>) -> String {
    let whole = String(cString: name)
    return whole.split(separator: ":").last.map(String.init) ?? whole
  }
}
