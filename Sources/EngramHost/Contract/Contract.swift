import EngramKit
import Foundation

/// What every plugin promises, whoever wrote it: `engram plugin test` and the toolkit's own tests ask the same.
public enum Contract {
  /// Everything in which a description, or the folder it belongs to, breaks the contract.
  public static func findings(of plugin: Description, folder: String) -> [String] {
    names(plugin, folder) + sentences(plugin) + values(plugin) + figures(plugin) + page(plugin, folder)
  }

  private static func names(_ plugin: Description, _ folder: String) -> [String] {
    var findings: [String] = []
    if lastPart(folder) != plugin.name {
      findings.append("the folder is called \(lastPart(folder)), not \(plugin.name)")
    }
    if !plugin.name.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" }) {
      findings.append("the name '\(plugin.name)' is not in kebab-case")
    }
    // Datasets may keep a paper's symbol, such as W or F0; parameters are words.
    for name in plugin.parameters.map(\.name)
    where !name.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "_" }) {
      findings.append("the parameter '\(name)' is not in snake_case")
    }
    for list in [plugin.parameters.map(\.name), plugin.writes.map(\.name)] where Set(list).count != list.count
    {
      findings.append("a name is declared twice among \(list.joined(separator: ", "))")
    }
    return findings
  }

  private static func sentences(_ plugin: Description) -> [String] {
    let sentences =
      [plugin.summary] + plugin.parameters.map(\.summary) + (plugin.reads + plugin.writes).map(\.summary)
      + plugin.figures.map(\.caption)
    return sentences.filter { !$0.hasSuffix(".") }.map { "'\($0)' is no sentence with a full stop" }
      + (plugin.reference.isEmpty ? ["it names no reference"] : [])
  }

  private static func values(_ plugin: Description) -> [String] {
    var findings: [String] = []
    for parameter in plugin.parameters {
      if Unit(parameter.unit) == nil {
        findings.append("\(parameter.name) has the unknown unit '\(parameter.unit)'")
      }
      do { _ = try parameter.accept(parameter.standard) } catch {
        findings.append("the default of \(parameter.name) is refused: \(problem(error, at: "").what)")
      }
    }
    for dataset in plugin.reads + plugin.writes where dataset.unit != "any" && Unit(dataset.unit) == nil {
      findings.append("\(dataset.name) has the unknown unit '\(dataset.unit)'")
    }
    return findings
  }

  private static func figures(_ plugin: Description) -> [String] {
    let known = Set((plugin.writes + plugin.reads).map(\.name))
    return plugin.figures.flatMap { figure in
      figure.layers.flatMap(\.datasets).filter { !known.contains($0) }.map {
        "the figure \(figure.name) draws '\($0)', which is no dataset of it"
      }
    }
  }

  private static func page(_ plugin: Description, _ folder: String) -> [String] {
    do {
      let text = try String(contentsOfFile: "\(folder)/README.md", encoding: .utf8)
      return text.hasPrefix("# \(plugin.name)\n") ? [] : ["README.md does not begin with '# \(plugin.name)'"]
    } catch {
      return ["there is no README.md with the method in a page"]
    }
  }
}
