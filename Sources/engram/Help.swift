import EngramKit

/// One screen: what Engram is, its verbs, and where to go on.
func help() -> String {
  var verbTable = TextTable()
  for verb in verbs { verbTable.add([verb.name, verb.summary]) }
  var options = TextTable()
  for option in toolOptions { options.add([option.title, option.summary]) }
  return """
    Engram \(Engram.version): learning rules and circuit analyses on HDF5 files.

    usage: engram VERB [arguments] [options]

    \(verbTable.lines().joined(separator: "\n"))

    \(options.lines().joined(separator: "\n"))

    `engram VERB --help` shows the options of a verb, with examples.
    Results go to standard output, messages to standard error.
    Exit status: 0 done; 1 failed, or something checked is wrong; 2 command line misused; 3 partly done.
    """
}

/// The options of `engram` itself.
let toolOptions = [
  Command.Option(
    name: "completion", value: "SHELL", summary: "Print the completion script of bash or zsh.",
    completes: .words(["bash", "zsh"])),
  Command.Option(name: "version", summary: "Print the version."),
  Command.Option(name: "help", summary: "Show this help."),
]

extension Command {
  /// Usage, arguments, options and examples.
  var help: String {
    var table = TextTable()
    for argument in arguments { table.add([argument.name, argument.summary]) }
    for option in options + [.help] { table.add([option.title, option.summary]) }
    let about = details.isEmpty ? "" : "\n" + details + "\n"
    let shown = examples.map { "  \($0.line)\n      \($0.does)" }
    return """
      \(summary)

      usage: \(usage)
      \(about)
      \(table.lines().joined(separator: "\n"))

      examples:
      \(shown.joined(separator: "\n"))
      """
  }
}

extension Command.Option {
  /// `--out DIR`.
  var title: String { "--" + name + (value.map { " " + $0 } ?? "") }
}
