import EngramKit
import Foundation

/// The experiment in the file at `path`.
///
/// - Throws: `Problems`: everything that is wrong with its form, each with file, line and column. Names and values are
///   proven by `check`.
public func loadExperiment(_ path: String) throws -> Experiment {
  let text: String
  do { text = try readExperimentText(path) } catch { throw Problems([problem(error, at: path)]) }
  return try readExperiment(text, file: path)
}

/// The experiment in `text`, which stands in `file`; the file itself is not opened.
public func readExperiment(_ text: String, file: String) throws -> Experiment {
  let findings = Findings()
  let experiment: Experiment?
  do {
    experiment = ExperimentReader(file: file, findings: findings).read(try parseYaml(text, file: file))
  } catch {
    throw Problems([problem(error, at: "\(file):1:1")])
  }
  guard let experiment, findings.list.isEmpty else { throw Problems(findings.list) }
  return experiment
}

/// An experiment as far as its form allows, and what is wrong with it; `check` goes on from there.
func readLeniently(_ text: String, file: String) -> (experiment: Experiment?, findings: Findings) {
  let findings = Findings()
  do {
    return (ExperimentReader(file: file, findings: findings).read(try parseYaml(text, file: file)), findings)
  } catch {
    findings.add(error, at: Mark(file: file, line: 1, column: 1))
    return (nil, findings)
  }
}

/// Reads an experiment's tree, and goes on after each mistake.
struct ExperimentReader {
  static let keys = ["engram", "title", "seed", "inputs", "steps", "sweep", "repeats", "expect"]
  static let mostRuns = 1_000_000

  let file: String
  let findings: Findings

  func read(_ root: Node) -> Experiment? {
    guard let fields = Fields(root, "the experiment", known: Self.keys, findings) else { return nil }
    checkVersion(fields)
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    let repeats = fields.integer("repeats", in: 1...Self.mostRuns)?.value ?? 1
    let sweep = fields["sweep"].map(sweepPoints) ?? [[]]
    if sweep.count > Self.mostRuns / repeats, let node = fields["sweep"] {
      findings.add(
        "\(sweep.count) sweep points times \(repeats) repeats are more than \(Self.mostRuns) runs",
        at: node.mark)
    }
    return Experiment(
      file: file, name: name, title: fields.text("title")?.value ?? name, seed: seed(fields),
      steps: steps(fields),
      sweep: sweep, repeats: repeats, inputs: inputs(fields),
      expect: fields.list("expect").compactMap(expectation))
  }

  private func checkVersion(_ fields: Fields) {
    guard fields.require("engram", fix: "begin the file with `engram: 1`") != nil,
      let version = fields.integer("engram", in: 1...Int.max), version.value != 1
    else { return }
    findings.add(
      "the experiment is written in version \(version.value); Engram \(Engram.version) reads version 1",
      at: version.mark, fix: "install a newer Engram, or write `engram: 1`")
  }

  private func seed(_ fields: Fields) -> UInt64 {
    guard fields.require("seed", fix: "write `seed: 1`, or any whole number: results follow from it") != nil
    else { return 0 }
    return UInt64(fields.integer("seed", in: 0...Int.max)?.value ?? 0)
  }

  private func inputs(_ fields: Fields) -> [Experiment.NamedInput] {
    guard let node = fields["inputs"] else { return [] }
    guard case .mapping(let pairs) = node.content else {
      return fields.reject(node, "inputs", "a mapping") ?? []
    }
    return pairs.compactMap { pair in
      guard let text = fields.text(pair.value, pair.key) else { return nil }
      let reference = Reference(text.value)
      guard case .file = reference else {
        findings.add("the input '\(pair.key)' must be a file", at: text.mark, fix: "write file:path#dataset")
        return nil
      }
      return Experiment.NamedInput(name: pair.key, reference: Marked(reference, text.mark))
    }
  }

  private func steps(_ fields: Fields) -> [Step] {
    guard let node = fields.require("steps", fix: "list at least one step") else { return [] }
    let items = fields.list("steps")
    if items.isEmpty, case .sequence = node.content {
      findings.add("the experiment has no steps", at: node.mark, fix: "list at least one step")
    }
    var places: [String: Mark] = [:]
    var result: [Step] = []
    for item in items {
      guard let step = step(item) else { continue }
      if let earlier = places[step.id] {
        findings.add(
          "the step id '\(step.id)' is taken by the step in line \(earlier.line)", at: step.mark,
          fix: "give each step its own id")
        continue
      }
      places[step.id] = step.mark
      result.append(step)
    }
    return result
  }
}
