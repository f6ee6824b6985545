/// One verb: this value drives parsing, help, suggestions and shell completion.
struct Command: Sendable {
  let name: String
  /// One sentence, with a full stop.
  let summary: String
  /// What help adds to the summary: lines of at most 96 characters.
  var details = ""
  var arguments: [Argument] = []
  var options: [Option] = []
  let examples: [Example]
  let run: @Sendable (Invocation, Console) throws -> ExitStatus

  /// A word that is no option, by position.
  struct Argument: Sendable {
    /// `many` is one or more, `any` none or more.
    enum Count: Sendable { case one, optional, many, any }
    let name: String
    let summary: String
    var count = Count.one
    var completes = Completion.nothing
  }

  /// `--name`, or `--name VALUE`.
  struct Option: Sendable {
    let name: String
    /// What the value is called in help; nil for a flag.
    var value: String?
    let summary: String
    /// Whether it may be given more than once.
    var repeats = false
    var completes = Completion.nothing
  }

  /// A command line that works, and what it does.
  struct Example: Sendable {
    let line: String
    let does: String

    init(_ line: String, _ does: String) {
      self.line = line
      self.does = does
    }
  }

  /// What a shell offers at this place.
  enum Completion: Sendable, Equatable {
    case nothing
    case files
    case folders
    case words([String])
    /// Names that `engram list --names` prints with these further arguments.
    case plugins(String)
  }

  /// `engram analyze ANALYSIS FILE… [options]`.
  var usage: String {
    let words = arguments.map { argument in
      switch argument.count {
      case .one: argument.name
      case .optional: "[\(argument.name)]"
      case .many: argument.name + "…"
      case .any: "[\(argument.name)…]"
      }
    }
    return (["engram", name] + words + ["[options]"]).joined(separator: " ")
  }
}

extension Command.Option {
  /// On every verb that prints facts.
  static let json = Self(name: "json", summary: "Print JSON: sorted keys, NaN and infinities as texts.")
  static let markdown = Self(name: "markdown", summary: "Print Markdown, for a page of documentation.")
  /// On every verb.
  static let help = Self(name: "help", summary: "Show this help.")
}
