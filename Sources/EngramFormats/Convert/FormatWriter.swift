import EngramKit

/// Writes one format: one file, or one folder, which appears under its name only when it is complete.
public protocol FormatWriter: Sendable {
  /// The format it writes.
  static var format: FileFormat { get }
  /// What it can hold. A matrix goes to a writer that holds edges only as edges, and edges to one that holds matrices
  /// only as a matrix, which is said; all else that is not here is dropped, which is said too.
  static var holds: Set<ContentKind> { get }

  init()

  /// What the output is called for an input whose name without extension is `stem`, such as `stem.nwb`.
  func name(_ stem: String) -> String

  /// Writes what it can hold of `contents` to `path`.
  ///
  /// What it changes or leaves out inside an object it tells `job`: `assume` and `drop`. Equal contents, options and
  /// input hashes give equal bytes: no clock, host, path or random number. What is written is not synced to disk: the
  /// journal keeps its hash, by which the same command finds out what a power cut spoiled and makes it again.
  ///
  /// - Throws: `Problem`; then nothing is left at `path`.
  func write(_ contents: Contents, to path: String, _ job: ConversionJob) throws
}

/// What a writer is told about the conversion, and whom it tells.
public final class ConversionJob {
  public let options: ConversionOptions
  /// Bytes of memory for what must be held at once, such as a sort.
  public let memory: Int
  /// Lines of provenance that the source carries, JSON.
  public let earlier: [String]
  /// Share done, 0...1, and what is being done.
  public let progress: (Double, String) -> Void
  /// Sentences gathered so far.
  public private(set) var assumptions: [String] = []
  public private(set) var dropped: [String] = []
  private let facts: () throws -> [String: JSON]

  /// - Parameter facts: What the line of provenance says beside assumptions and what was dropped; the input's hash, which
  ///   is computed meanwhile, is among it, so a writer asks late.
  public init(
    options: ConversionOptions = ConversionOptions(), memory: Int = 1 << 30,
    facts: @escaping () throws -> [String: JSON] = { [:] }, earlier: [String] = [],
    progress: @escaping (Double, String) -> Void = { _, _ in }
  ) {
    self.options = options
    self.memory = memory
    self.facts = facts
    self.earlier = earlier
    self.progress = progress
  }

  /// Says what was assumed or changed in form, once.
  public func assume(_ sentence: String) {
    if !assumptions.contains(sentence) { assumptions.append(sentence) }
  }

  /// Says what is lost: the object and why, once.
  public func drop(_ sentence: String) {
    if !dropped.contains(sentence) { dropped.append(sentence) }
  }

  /// One name for the inputs and the options: the seed of every UUID of version 5.
  ///
  /// - Throws: `Problem` when the input cannot be read. Waits until its hash is known: ask late.
  public var identity: String { get throws { JSON.object(try facts()).description } }

  /// Every line of provenance, that of this conversion last: ask when all has been said.
  public func provenance() throws -> [String] {
    let own = try facts().merging(["assumptions": JSON(assumptions), "dropped": JSON(dropped)]) { _, new in
      new
    }
    return earlier + [JSON.object(own).description]
  }
}
