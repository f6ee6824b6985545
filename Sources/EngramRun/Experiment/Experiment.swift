import EngramKit

/// A value and the place where it stands, so that whoever rejects it later can point there.
public struct Marked<Value: Sendable>: Sendable {
  public var value: Value
  public var mark: Mark

  public init(_ value: Value, _ mark: Mark) {
    self.value = value
    self.mark = mark
  }
}

/// An experiment as its file states it: names are not yet looked up, values not yet converted.
public struct Experiment: Sendable {
  /// Path of the file, as the user gave it.
  public var file: String
  /// The file's name without its ending; results are kept under it.
  public var name: String
  public var title: String
  public var seed: UInt64
  public var steps: [Step]
  /// One entry for each sweep point: the swept keys, such as `network.chain`, with their values. At least one, maybe empty.
  public var sweep: [[SweptValue]]
  /// Runs of each sweep point, each with its own random numbers.
  public var repeats: Int
  /// Files by name, which `--input` may replace.
  public var inputs: [NamedInput]
  public var expect: [Expectation]

  /// One key of a sweep point and its value.
  public struct SweptValue: Sendable {
    /// `step.parameter`.
    public var key: String
    public var value: Marked<Value>
    public var keyMark: Mark
  }

  /// A name for a file.
  public struct NamedInput: Sendable {
    public var name: String
    public var reference: Marked<Reference>
  }

  /// Number of runs: sweep points times repeats.
  public var runCount: Int { sweep.count * repeats }

  /// The folder that relative paths start from: the experiment file's.
  public var folder: String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// The step called `id`, or nil.
  public func step(_ id: String) -> Step? { steps.first { $0.id == id } }
}

/// Where a step's input comes from.
public enum Reference: Sendable, Equatable {
  /// `step/dataset`: what an earlier step wrote.
  case step(String, dataset: String)
  /// `file:path#object`, the path relative to the experiment file.
  case file(String, object: String?)
  /// `sweep:step.parameter`: the swept values, for steps over all runs.
  case sweep(String)
  /// A word alone: a named input, or a step whose dataset has the name of the one that is read.
  case name(String)

  /// The reference that `text` states.
  public init(_ text: String) {
    if text.hasPrefix("file:") {
      let rest = text.dropFirst(5)
      if let hash = rest.lastIndex(of: "#") {
        self = .file(String(rest[..<hash]), object: String(rest[rest.index(after: hash)...]))
      } else {
        self = .file(String(rest), object: nil)
      }
    } else if text.hasPrefix("sweep:") {
      self = .sweep(String(text.dropFirst(6)))
    } else if let slash = text.firstIndex(of: "/") {
      self = .step(String(text[..<slash]), dataset: String(text[text.index(after: slash)...]))
    } else {
      self = .name(text)
    }
  }
}

extension Reference: CustomStringConvertible {
  public var description: String {
    switch self {
    case .step(let id, let dataset): "\(id)/\(dataset)"
    case .file(let path, let object): "file:\(path)" + (object.map { "#\($0)" } ?? "")
    case .sweep(let key): "sweep:\(key)"
    case .name(let name): name
    }
  }
}
