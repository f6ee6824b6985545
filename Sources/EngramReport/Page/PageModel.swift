import EngramKit

/// What a page tells; read from result files, or made in memory by a test.
public struct PageModel: Sendable {
  public var title: String
  /// What was run, in one sentence.
  public var sentence: String
  public var steps: [StepResult]
  /// What `reproduce` compared.
  public var comparisons: [Comparison] = []
  /// Scalar results over sweeps and repeats, a table for each experiment of several runs.
  public var sweeps: [SweepTable] = []
  public var warnings: [String] = []
  /// Engram's version, and what else a reader needs to run it again.
  public var versions: [(name: String, value: String)] = []

  public init(title: String, sentence: String, steps: [StepResult]) {
    self.title = title
    self.sentence = sentence
    self.steps = steps
  }
}

/// The results of one step.
public struct StepResult: Sendable {
  /// What the step is called in its experiment; the plugin's name where there is none.
  public var name: String
  public var plugin: String
  public var kind: String
  public var version: String
  public var summary: String
  public var reference: String
  public var parameters: [ParameterRow] = []
  public var seed: String?
  public var inputs: [InputFile] = []
  public var results: [ResultEntry] = []
  public var figures: [Figure] = []
  /// Gives the datasets that the figures name.
  public var source = Inputs()
  /// Names of the datasets that are weights between neurons, whose zeros are no connections.
  public var weights: Set<String> = []
  public var notes: [String] = []
  /// The command that makes the step's results again.
  public var command: String?

  public init(
    name: String, plugin: String, kind: String = "analysis", version: String = Engram.version,
    summary: String = "", reference: String = ""
  ) {
    self.name = name
    self.plugin = plugin
    self.kind = kind
    self.version = version
    self.summary = summary
    self.reference = reference
  }
}

/// One parameter with the value it had.
public struct ParameterRow: Sendable {
  public var name: String
  public var value: String
  public var unit: String
  /// Whether the user left it at its default; nil when that is not known.
  public var isDefault: Bool?
  public var summary: String

  public init(_ name: String, _ value: String, unit: String, isDefault: Bool?, summary: String = "") {
    self.name = name
    self.value = value
    self.unit = unit
    self.isDefault = isDefault
    self.summary = summary
  }
}

/// A file that was read, by its relative path and its SHA-256.
public struct InputFile: Sendable, Hashable {
  public var path: String
  public var sha256: String
  /// The dataset it was read for.
  public var dataset: String

  public init(path: String, sha256: String, dataset: String = "") {
    self.path = path
    self.sha256 = sha256
    self.dataset = dataset
  }
}

/// One stored result with what it means.
public struct ResultEntry: Sendable {
  public enum Content: Sendable {
    case numbers(Tensor<Double>)
    case labels([String])
    /// Too large for a table: the shape alone.
    case large([Int])
  }

  public var name: String
  public var axes: [String]
  public var unit: String
  public var summary: String
  public var content: Content

  public init(
    _ name: String, axes: [String] = [], unit: String = "1", summary: String = "", _ content: Content
  ) {
    self.name = name
    self.axes = axes
    self.unit = unit
    self.summary = summary
    self.content = content
  }

  /// The number, where it is a single one.
  var scalar: Double? {
    guard case .numbers(let values) = content, values.rank == 0 || values.shape == [1] else { return nil }
    return values[0]
  }
}

/// One comparison with a published or reference number.
public struct Comparison: Sendable, Hashable {
  /// Name of the value, such as `auc/bptt`, with `median` where it is one over runs.
  public var name: String
  public var value: Double
  public var unit: String
  /// What it has to be, such as `0.1 … 0.3` or `below auc/modprop (0.31)`.
  public var band: String
  public var published: String
  public var source: String
  public var passes: Bool

  public init(
    name: String, value: Double, unit: String = "1", band: String, published: String, source: String,
    passes: Bool
  ) {
    self.name = name
    self.value = value
    self.unit = unit
    self.band = band
    self.published = published
    self.source = source
    self.passes = passes
  }
}

/// Scalar results of many runs: a row for each run.
public struct SweepTable: Sendable {
  public struct Column: Sendable {
    public var name: String
    public var unit: String
    public var values: [Value]

    public init(_ name: String, unit: String = "1", _ values: [Value]) {
      self.name = name
      self.unit = unit
      self.values = values
    }
  }

  /// Name of the experiment; empty where there is but one.
  public var name = ""
  public var runs: [String]
  /// What was varied.
  public var swept: [Column]
  /// What came out, scalar by scalar.
  public var outputs: [Column]

  public init(runs: [String], swept: [Column], outputs: [Column]) {
    self.runs = runs
    self.swept = swept
    self.outputs = outputs
  }
}

/// A name in the file as words: `spectral_radius` as `Spectral radius`.
func words(_ name: String) -> String {
  // A dotted name is a parameter of a step, to be typed as it is.
  guard !name.contains(".") else { return name }
  let text = name.replacing("_", with: " ").replacing("/", with: " · ")
  return text.prefix(1).uppercased() + text.dropFirst()
}
