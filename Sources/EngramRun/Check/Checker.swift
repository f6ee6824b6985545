import EngramKit

/// What `check` found of an experiment.
public struct CheckResult: Sendable {
  /// Everything that is wrong, in the order of the file.
  public var problems: [Problem]
  /// Number of runs: sweep points times repeats; 0 where the file cannot be read.
  public var runs: Int
  /// Number of steps, those that are implied included.
  public var steps: Int

  /// Whether nothing stands in the way of running it.
  public var passed: Bool { !problems.contains { $0.severity == .error } }
}

/// Proves the experiment in the file at `path` before any time is spent on it; nothing is written.
///
/// - Parameters:
///   - path: The experiment file.
///   - inputs: Files that replace named inputs: name to `FILE#object`, relative to the working directory.
///   - registry: The plugins there are.
public func checkExperiment(_ path: String, inputs: [String: String] = [:], registry: Registry) -> CheckResult
{
  do {
    let text = try readExperimentText(path)
    return check(text, file: path, inputs: inputs, registry: registry).result
  } catch {
    return CheckResult(problems: [problem(error, at: path)], runs: 0, steps: 0)
  }
}

/// The plan of an experiment that passes its check.
///
/// - Throws: `Problems` with everything that is wrong.
func planExperiment(_ path: String, inputs: [String: String], registry: Registry) throws -> Plan {
  let (result, plan) = check(try readExperimentText(path), file: path, inputs: inputs, registry: registry)
  guard let plan, result.passed else { throw Problems(result.problems) }
  return plan
}

/// Checks an experiment's text; the plan is nil where its form allows none.
func check(_ text: String, file: String, inputs: [String: String], registry: Registry)
  -> (result: CheckResult, plan: Plan?)
{
  var (experiment, findings) = readLeniently(text, file: file)
  guard experiment != nil else {
    return (CheckResult(problems: findings.inOrder, runs: 0, steps: 0), nil)
  }
  do { try experiment?.replaceInputs(inputs) } catch {
    findings.add(error, at: Mark(file: file, line: 1, column: 1))
  }
  guard let experiment else { return (CheckResult(problems: findings.inOrder, runs: 0, steps: 0), nil) }
  var resolver = Resolver(experiment, registry, findings)
  let plan = resolver.resolve()
  let result = CheckResult(
    problems: findings.inOrder, runs: experiment.runCount, steps: resolver.steps.count)
  return (result, plan)
}

extension Findings {
  /// The findings by line and column, each once.
  var inOrder: [Problem] {
    var seen: Set<String> = []
    let unique = list.filter { seen.insert($0.description).inserted }
    func position(_ problem: Problem) -> [Int] {
      (problem.place ?? "").split(separator: ":").suffix(2).map { Int($0) ?? 0 }
    }
    return unique.enumerated().sorted {
      let (a, b) = (position($0.element), position($1.element))
      return a == b ? $0.offset < $1.offset : a.lexicographicallyPrecedes(b)
    }.map(\.element)
  }
}

extension Experiment {
  /// Replaces named inputs by the user's files; their paths are taken from the working directory.
  mutating func replaceInputs(_ files: [String: String]) throws {
    var problems: [Problem] = []
    for (name, file) in files.sorted(by: { $0.key < $1.key }) {
      guard let place = inputs.firstIndex(where: { $0.name == name }) else {
        let near = nearestName(to: name, among: inputs.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
        problems.append(
          Problem(
            "the experiment has no input '\(name)'",
            fix: near
              + (inputs.isEmpty
                ? "it names no inputs" : "it names " + inputs.map(\.name).joined(separator: ", "))))
        continue
      }
      guard case .file(let path, let object) = Reference("file:" + file) else { continue }
      inputs[place].reference.value = .file(relativePath(path, from: folder), object: object)
    }
    guard problems.isEmpty else { throw Problems(problems) }
  }
}
