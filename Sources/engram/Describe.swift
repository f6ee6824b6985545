import EngramKit

extension Command {
  static let describe = Command(
    name: "describe",
    summary: "Show a plugin: its parameters, what it reads and what it writes.",
    arguments: [Argument(name: "NAME", summary: "A plugin's name.", completes: .plugins(""))],
    options: [.plugins, .json, .markdown],
    examples: [
      Example("engram describe motif-statistics", "Parameters with defaults, ranges and units."),
      Example("engram describe motif-statistics --json", "The same for a program."),
    ],
    run: printDescription)
}

private func printDescription(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  try invocation.refuse("json", with: "markdown")
  let plugin = try registry().entry(invocation.words[0]).description
  if invocation.has("json") {
    try console.print(plugin.json.indented)
  } else if invocation.has("markdown") {
    try console.print(plugin.markdown)
  } else {
    try console.print(plugin.text(console))
  }
  return .done
}

extension Description {
  fileprivate func text(_ console: Console) -> String {
    var lines = [
      "\(console.paint(name, .bold)) (\(kind.rawValue))  \(summary)", "  \(reference)",
    ]
    for section in sections where !section.rows.isEmpty {
      var table = TextTable()
      for row in [[section.title.uppercased()] + section.head + [""]]
        + section.rows.map({ ["  " + $0[0]] + $0[1...] })
      {
        table.add(row)
      }
      var block = table.lines(indent: "")
      block[0] = console.paint(block[0], .bold)
      lines += block
    }
    if !gives.isEmpty { lines.append("\(console.paint("GIVES", .bold))  " + gives.joined(separator: ", ")) }
    if !needs.isEmpty { lines.append("\(console.paint("NEEDS", .bold))  " + needs.joined(separator: ", ")) }
    lines.append("\(console.paint("FROM", .bold))   \(origin), version \(version)")
    return lines.joined(separator: "\n")
  }

  fileprivate var markdown: String {
    var parts = ["# \(name)", "\(summary) \(kind == .analysis ? "An" : "A") \(kind.rawValue). \(reference)"]
    for section in sections where !section.rows.isEmpty {
      let rows = section.rows.map { ["`\($0[0])`"] + $0[1...] }
      parts += ["## \(section.title)", markdownTable(["Name"] + section.head + ["Meaning"], rows)]
    }
    if !gives.isEmpty { parts.append("Gives: " + gives.joined(separator: ", ")) }
    if !needs.isEmpty { parts.append("Needs: " + needs.joined(separator: ", ")) }
    return parts.joined(separator: "\n\n")
  }

  private var sections: [(title: String, head: [String], rows: [[String]])] {
    let settings = parameters.map { [$0.name, "\($0.standard)", $0.range, $0.unit, $0.summary] }
    return [
      ("Parameters", ["default", "range", "unit"], settings),
      ("Reads", ["axes", "kind", "unit"], reads.map(\.row)),
      ("Writes", ["axes", "kind", "unit"], writes.map(\.row)),
      ("Figures", ["title"], figures.map { [$0.name, $0.title, $0.caption] }),
    ]
  }
}

extension Dataset {
  fileprivate var row: [String] {
    let axes = "[" + axes.joined(separator: ", ") + "]"
    return [name, axes, kind.rawValue, unit, summary + (optional ? " Optional." : "")]
  }
}
