import EngramKit

extension Command {
  static let list = Command(
    name: "list",
    summary: "List the plugins: models, learning rules and analyses.",
    options: [
      Option(
        name: "kind", value: "KIND", summary: "Only one kind: model, rule or analysis.",
        completes: .words(Description.Kind.allCases.map(\.rawValue))),
      Option(name: "names", summary: "Print names only, one a line."),
      .plugins, .json, .markdown,
    ],
    examples: [
      Example("engram list", "All plugins by kind."),
      Example("engram list --kind analysis --names", "The names of the analyses, for a script."),
      Example("engram list --json", "Everything known of every plugin."),
    ],
    run: printList)
}

private func printList(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
  try invocation.refuse("json", with: "markdown")
  try invocation.refuse("names", with: "json")
  try invocation.refuse("names", with: "markdown")
  let kinds = try selectedKinds(invocation)
  let known = try registry()
  let plugins = known.descriptions
  let groups = kinds.map { kind in (kind, plugins.filter { $0.kind == kind }) }.filter { !$0.1.isEmpty }
  let all = groups.flatMap(\.1)
  if invocation.has("json") {
    try console.print(JSON.list(all.map(\.json)).indented)
  } else if invocation.has("markdown") {
    let rows = all.map { ["`\($0.name)`", $0.kind.rawValue, $0.summary, $0.reference] }
    try console.print(markdownTable(["Plugin", "Kind", "What it does", "Reference"], rows))
  } else if invocation.has("names") {
    for plugin in all { try console.print(plugin.name) }
  } else {
    let width = all.map(\.name.count).max() ?? 0
    for (kind, plugins) in groups {
      try console.print(console.paint(kind.plural.uppercased(), .bold))
      for plugin in plugins {
        let space = String(repeating: " ", count: width - plugin.name.count)
        try console.print("  \(plugin.name)\(space)  \(plugin.summary)")
      }
    }
    try console.print("\n\(all.count) plugins. `engram describe NAME` shows parameters, inputs and outputs.")
  }
  try console.warn(known.refusals)
  return .done
}

private func selectedKinds(_ invocation: Invocation) throws(Misuse) -> [Description.Kind] {
  guard let word = invocation.value("kind") else { return [.model, .rule, .analysis] }
  guard let kind = Description.Kind(rawValue: word) else {
    let near = nearestName(to: word, among: Description.Kind.allCases.map(\.rawValue))
    throw Misuse(
      "'--kind' takes model, rule or analysis, not '\(word)'",
      fix: near.map { "did you mean '\($0)'?" } ?? "write --kind model")
  }
  return [kind]
}

extension Description.Kind {
  var plural: String {
    switch self {
    case .model: "models"
    case .rule: "rules"
    case .analysis: "analyses"
    }
  }
}
