import EngramKit

/// Writes one canonical file, which appears under its name only when it is complete.
///
/// Equal calls give equal bytes: no time, host or path enters the file.
public final class EngramWriter {
  /// The file being written; what is in it already can be read through `EngramFile(writer.h5)`.
  public let h5: H5File
  private let title: String
  private let isCanonical: Bool
  private var lines: [String]
  private var sinks: [StepSink] = []
  /// Number of neurons and their ids by population written so far.
  public internal(set) var populations: [String: (count: Int, ids: [UInt64]?)] = [:]

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: Its final name; until `commit` it is `NAME.partial-PID` beside it.
  ///   - title: One line for people.
  ///   - provenance: What it is made from; more lines may follow through `record`.
  ///   - isCanonical: Whether the file has the group `/engram`; without it, it is plain SONATA.
  public init(
    creating path: String, title: String = "", provenance: [JSON] = [], isCanonical: Bool = true
  ) throws {
    h5 = try H5File(creating: path)
    self.title = title
    lines = provenance.map(\.description)
    self.isCanonical = isCanonical
    let root = try h5.root
    try root.attributes.set("magic", UInt32(0x0A7A))
    try root.attributes.set("version", [UInt32(0), UInt32(1)])
    guard isCanonical else { return }
    let attributes = try root.createGroup("engram").attributes
    try attributes.set("schema", "engram")
    try attributes.set("schema_version", SchemaVersion.current.description)
    try attributes.set("creator", "engram \(Engram.version)")
    try attributes.set("conventions", "SONATA-0.1")
    try attributes.set("title", title)
  }

  /// Writes a file in one go; nothing is left when `body` throws.
  ///
  /// - Parameter synced: False for a file that need not outlive a power cut.
  @discardableResult
  public static func write<T>(
    _ path: String, title: String = "", provenance: [JSON] = [], isCanonical: Bool = true,
    synced: Bool = true, _ body: (EngramWriter) throws -> T
  ) throws -> T {
    let writer = try EngramWriter(
      creating: path, title: title, provenance: provenance, isCanonical: isCanonical)
    do {
      let result = try body(writer)
      try writer.commit(synced: synced)
      return result
    } catch {
      writer.discard()
      throw error
    }
  }

  /// Adds a line of provenance: verb, plugin, parameters, seed, inputs with hashes; never a time or a path.
  public func record(_ line: JSON) { lines.append(line.description) }

  /// Adds a line of provenance that another file carries, JSON as it is.
  public func record(text: String) { lines.append(text) }

  /// The group of a step's results and what its plugin writes into.
  ///
  /// - Throws: `Problem` when the step is there already.
  public func step(_ record: StepRecord) throws -> StepSink {
    let sink = try StepSink(self, record)
    sinks.append(sink)
    return sink
  }

  /// Completes the file and gives it its name.
  ///
  /// - Parameter synced: False for a file that need not outlive a power cut.
  public func commit(synced: Bool = true) throws {
    for sink in sinks { try sink.finish() }
    guard isCanonical else { return try h5.commit(synced: synced) }
    let texts = lines
    let root = try h5.root
    try root.write(
      "/engram/provenance", strings: texts, maxShape: [nil], storage: H5Storage(chunk: [max(1, texts.count)]))
    let name = ([title] + texts).joined(separator: "\n")
    try root.group("engram").attributes.set("uuid", try uuid5(name).uuidString.lowercased())
    try h5.commit(synced: synced)
  }

  /// Gives the file up: nothing of it is left.
  public func discard() { h5.discard() }
}
