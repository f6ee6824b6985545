import EngramHost
import EngramKit

/// The plugins from outside: what they are, whether they can be used, which bytes they are and where they lie.
func listOutside(_ words: [String], _ json: Bool, _ console: Console) throws -> ExitStatus {
  if let word = words.first {
    throw Misuse("'plugin list' does not know what to do with '\(word)'", fix: "write --plugins \(word)")
  }
  var facts: [JSON] = []
  var table = TextTable()
  table.add(["NAME", "kind", "form", "sha256", "folder"])
  var problems: [Problem] = []
  for folder in PluginFolders.named + PluginFolders.installed {
    for plugin in try OutsidePlugins.find(in: folder) {
      var known = plugin.problems
      var hash: String?
      do { hash = try plugin.entry?.seal() } catch { known.append(problem(error, at: plugin.folder)) }
      let kind = plugin.entry?.description.kind.rawValue ?? "-"
      let form = plugin.entry?.description.form.rawValue ?? "-"
      table.add([
        plugin.name, kind, form, hash.map { String($0.prefix(16)) } ?? "cannot be used", plugin.folder,
      ])
      facts.append([
        "name": .text(plugin.name), "kind": .text(kind), "form": .text(form), "sha256": JSON(hash),
        "folder": .text(plugin.folder), "problems": .list(known.map(\.json)),
      ])
      problems += known
    }
  }
  if json {
    try console.print(JSON.list(facts).indented)
  } else if facts.isEmpty {
    try console.print("No plugins from outside. `engram plugin new analysis burst-index` starts one.")
  } else {
    for line in table.lines(indent: "") { try console.print(line) }
  }
  for problem in problems { try console.say(problem) }
  return problems.isEmpty ? .done : .failed
}
