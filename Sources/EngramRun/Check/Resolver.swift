import EngramKit

/// Looks up every name of an experiment, proves every value, and goes on after each mistake.
struct Resolver {
  let experiment: Experiment
  let registry: Registry
  let findings: Findings
  /// Steps whose plugin exists, in the order of the file; implied ones follow.
  var steps: [PlannedStep] = []
  /// Ids of steps with an unknown plugin: nothing more is said about them.
  var broken: Set<String> = []
  /// What is known of each file's datasets, so that a file is opened once.
  var files = FileCatalogue()

  init(_ experiment: Experiment, _ registry: Registry, _ findings: Findings) {
    self.experiment = experiment
    self.registry = registry
    self.findings = findings
  }

  /// The plan, or nil when something is wrong.
  mutating func resolve() -> Plan? {
    for step in experiment.steps { add(step) }
    for place in steps.indices { implySteps(of: place) }
    for place in steps.indices { checkSettings(steps[place]) }
    checkSweep()
    for place in steps.indices { decideRole(place) }
    for place in steps.indices { resolveReads(place) }
    for place in steps.indices { checkWork(steps[place]) }
    for expectation in experiment.expect { check(expectation) }
    let order = order()
    checkShapes(order)
    guard findings.list.isEmpty else { return nil }
    checkDisk(order)
    return findings.list.isEmpty ? Plan(experiment: experiment, steps: order) : nil
  }

  func planned(_ id: String) -> PlannedStep? { steps.first { $0.id == id } }

  private mutating func add(_ step: Step) {
    do {
      let entry = try registry.entry(step.plugin.value)
      guard entry.description.kind == step.kind else {
        findings.add(
          "\(step.plugin.value) is \(entry.description.kind.inWords), not \(step.kind.inWords)",
          at: step.plugin.mark, fix: "write `\(entry.description.kind.rawValue): \(step.plugin.value)`")
        broken.insert(step.id)
        return
      }
      do { _ = try entry.seal() } catch { findings.add(error, at: step.plugin.mark) }
      steps.append(PlannedStep(step: step, entry: entry))
    } catch {
      broken.insert(step.id)
      if registry.refused[step.plugin.value] != nil { return findings.add(error, at: step.plugin.mark) }
      let ofKind = registry.descriptions.filter { $0.kind == step.kind }.map(\.name)
      let near = nearestName(to: step.plugin.value, among: ofKind)
      guard let near else { return findings.add(error, at: step.plugin.mark) }
      findings.add(
        "there is no \(step.kind.rawValue) '\(step.plugin.value)'", at: step.plugin.mark,
        fix: "did you mean '\(near)'? `engram list` shows all")
    }
  }

  /// A model or task that is named by its plugin alone becomes a step at its defaults.
  private mutating func implySteps(of place: Int) {
    let step = steps[place].step
    for name in [step.on, step.task, step.trials?.task].compactMap({ $0 }) + step.rules {
      guard experiment.step(name.value) == nil, planned(name.value) == nil,
        let entry = try? registry.entry(name.value), entry.description.kind != .analysis
      else { continue }
      let implied = Step(
        id: name.value, mark: name.mark, kind: entry.description.kind, plugin: name, set: [], read: [])
      steps.append(PlannedStep(step: implied, entry: entry))
    }
  }

  /// Names, kinds, units and ranges of the values that a step sets.
  private func checkSettings(_ planned: PlannedStep) {
    for setting in planned.step.set {
      check(setting.name, setting.value, keyMark: setting.keyMark, of: planned)
    }
  }

  private func check(_ name: String, _ value: Marked<Value>, keyMark: Mark, of planned: PlannedStep) {
    let known = planned.description.parameters.contains { $0.name == name }
    do {
      _ = try registry.accept([name: value.value], for: planned.description.name)
    } catch {
      findings.add(error, at: known ? value.mark : keyMark)
    }
  }

  private func checkSweep() {
    var seen: Set<String> = []
    for swept in experiment.sweep.joined() where seen.insert("\(swept.key) \(swept.value.mark)").inserted {
      guard let (planned, name) = target(of: swept) else { continue }
      if Step.sweptWords.contains(name), !planned.description.parameters.contains(where: { $0.name == name })
      {
        do { try planned.step.checkSweptWord(name, swept.value) } catch {
          findings.add(error, at: swept.value.mark)
        }
      } else {
        check(name, swept.value, keyMark: swept.keyMark, of: planned)
      }
    }
  }

  /// The step and parameter that a swept key names.
  private func target(of swept: Experiment.SweptValue) -> (PlannedStep, String)? {
    guard let dot = swept.key.firstIndex(of: ".") else {
      findings.add(
        "'\(swept.key)' names no parameter of a step", at: swept.keyMark, fix: "write step.parameter")
      return nil
    }
    let id = String(swept.key[..<dot])
    guard let planned = planned(id) else {
      if !broken.contains(id) { unknownStep(id, at: swept.keyMark) }
      return nil
    }
    return (planned, String(swept.key[swept.key.index(after: dot)...]))
  }

  /// Says that there is no step `id`, unless there is one whose plugin is unknown.
  func unknownStep(_ id: String, at mark: Mark, among: [String]? = nil) {
    guard !broken.contains(id) else { return }
    let known = among ?? experiment.steps.map(\.id)
    let near = nearestName(to: id, among: known).map { "did you mean '\($0)'? " } ?? ""
    findings.add(
      "there is no step '\(id)'", at: mark,
      fix: near + (known.isEmpty ? "add it to the steps" : "the steps are " + known.joined(separator: ", ")))
  }
}

extension Description.Kind {
  /// As a sentence has it.
  var inWords: String {
    switch self {
    case .model: "a model"
    case .rule: "a learning rule"
    case .analysis: "an analysis"
    }
  }
}
