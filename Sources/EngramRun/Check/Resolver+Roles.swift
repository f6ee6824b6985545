import EngramKit

extension Resolver {
  /// Whether another step uses this one as a model, task or rule, or means to.
  private func isUsed(_ id: String) -> Bool {
    steps.contains { planned in
      let step = planned.step
      let names = [step.on, step.task, step.trials?.task].compactMap { $0 } + step.rules
      return names.contains { name in
        name.value == id
          || (self.planned(name.value) == nil && nearestName(to: name.value, among: [id]) != nil)
      }
    }
  }

  /// What the step does at its turn, and which steps it needs for that.
  mutating func decideRole(_ place: Int) {
    let step = steps[place].step
    let roles = steps[place].description.roles
    switch step.kind {
    case .analysis: steps[place].role = .analyse
    case .rule:
      let offered = step.on == nil && isUsed(step.id)
      steps[place].role = offered ? .nothing : .train
    case .model:
      if let weights = step.weights {
        steps[place].role = .evaluate(training: weights.value)
      } else if roles.contains(.simulates), step.duration != nil || !isUsed(step.id) {
        steps[place].role = .simulate
      } else if !isUsed(step.id) {
        findings.add(
          "step '\(step.id)' does nothing: \(step.plugin.value) does not move in time by itself, and no step "
            + "trains or evaluates it", at: step.mark,
          fix: "name it in the 'on' or 'task' of a rule step, or evaluate it with `weights: train`")
      }
    }
    steps[place].after =
      [step.weights, step.on, step.task, step.trials?.task].compactMap { $0?.value }
      + step.rules.map(\.value)
  }

  /// What a step needs beside inputs: models, tasks, evidence, times.
  func checkWork(_ planned: PlannedStep) {
    switch planned.role {
    case .simulate: checkTimes(planned)
    case .evaluate: checkEvaluation(planned)
    case .train: checkTraining(planned)
    case .analyse: checkProbe(planned)
    case .nothing: break
    }
  }

  /// The step that `name` refers to, if it can do `role`.
  func partner(_ name: Marked<String>, _ role: Description.Role, _ word: String) -> PlannedStep? {
    guard let partner = planned(name.value) else {
      unknownStep(name.value, at: name.mark)
      return nil
    }
    guard partner.description.roles.contains(role) else {
      findings.add(
        "\(partner.description.name) \(role.lack)", at: name.mark,
        fix: candidates(role).map { "\(word) may be \($0)" })
      return nil
    }
    return partner
  }

  private func candidates(_ role: Description.Role) -> String? {
    let names = registry.descriptions.filter { $0.roles.contains(role) }.map(\.name)
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }

  private func checkTraining(_ planned: PlannedStep) {
    let step = planned.step
    let model = step.on.flatMap { partner($0, .trains, "a rule trains a model that has weights: 'on'") }
    if let task = step.task { _ = partner(task, .poses, "'task'") }
    guard let model, let on = step.on else { return }
    checkEvidence(of: planned, from: model, at: on.mark)
  }

  private func checkEvaluation(_ planned: PlannedStep) {
    let step = planned.step
    guard let weights = step.weights else { return }
    guard planned.description.roles.contains(.trains) else {
      return findings.add(
        "\(planned.description.name) \(Description.Role.trains.lack)", at: step.plugin.mark)
    }
    guard let training = self.planned(weights.value) else {
      return unknownStep(weights.value, at: weights.mark)
    }
    guard case .train = training.role else {
      return findings.add(
        "step '\(training.id)' trains no weights", at: weights.mark, fix: "name a rule step")
    }
    if let on = training.step.on?.value, let model = self.planned(on),
      model.description.name != planned.description.name
    {
      findings.add(
        "step '\(training.id)' trains \(model.description.name), not \(planned.description.name)",
        at: step.plugin.mark, fix: "write `model: \(model.description.name)`")
    }
    if let task = step.trials?.task { _ = partner(task, .poses, "'task'") }
  }

  private func checkProbe(_ planned: PlannedStep) {
    let step = planned.step
    let needs = evidenceNeeded(by: planned)
    guard let on = step.on else {
      if !needs.isEmpty {
        findings.add(
          "\(planned.description.name) needs a model to probe (\(needs.words.joined(separator: ", ")))",
          at: step.mark, fix: "name the rule step that trained it: `on: train`")
      }
      return
    }
    guard let base = self.planned(on.value) else { return unknownStep(on.value, at: on.mark) }
    var model: PlannedStep?
    if case .train = base.role {
      model = base.step.on.flatMap { self.planned($0.value) }
      if step.at?.value == .checkpoints, base.step.checkpoint == nil, let at = step.at {
        findings.add(
          "step '\(base.id)' keeps no checkpoints", at: at.mark,
          fix: "add `checkpoint: 100 updates` to it, or write `at: end`")
      }
    } else {
      model = partner(on, .trains, "'on'")
      if step.task == nil, model != nil {
        findings.add(
          "\(planned.description.name) probes an untrained model and needs a task", at: step.mark,
          fix: "name one: `task: stored-trials`")
      }
    }
    if let task = step.task { _ = partner(task, .poses, "'task'") }
    guard let model else { return }
    checkEvidence(of: planned, from: model, at: on.mark)
    for name in step.rules {
      guard let rule = partner(name, .learns, "'rules'") else { continue }
      checkEvidence(of: rule, from: model, at: name.mark)
    }
  }

  private func checkEvidence(of planned: PlannedStep, from model: PlannedStep, at mark: Mark) {
    guard let given = instance(of: model)?.trains?.gives else { return }
    let missing = evidenceNeeded(by: planned).subtracting(given)
    guard !missing.isEmpty else { return }
    findings.add(
      "\(planned.description.name) needs \(missing.words.joined(separator: ", ")) from the model; "
        + "\(model.description.name) gives \(given.words.joined(separator: ", "))", at: mark,
      fix: "train another model, or choose a rule that needs less")
  }

  private func evidenceNeeded(by planned: PlannedStep) -> Evidence {
    guard let instance = instance(of: planned) else { return [] }
    return instance.learns?.needs ?? instance.measures?.needs ?? []
  }

  /// The plugin at the values of one sweep point, the first by default; wrong values, which are findings already, are
  /// left at their defaults.
  func instance(of planned: PlannedStep, at point: [Experiment.SweptValue]? = nil) -> Instance? {
    let step = planned.at(point ?? experiment.sweep.first ?? []).step
    var values: [String: Value] = [:]
    for setting in step.set {
      let parameter = planned.description.parameters.first { $0.name == setting.name }
      do { values[setting.name] = try parameter?.accept(setting.value.value) } catch { continue }
    }
    do {
      return try planned.entry.make(values)
    } catch {
      findings.add(error, at: step.mark)
      return nil
    }
  }
}

extension Description.Role {
  /// What a plugin without the role cannot do, as the rest of a sentence.
  var lack: String {
    switch self {
    case .simulates: "does not move in time"
    case .trains: "has no weights to train"
    case .poses: "poses no task"
    case .learns: "is no learning rule"
    case .measures: "is no analysis"
    }
  }
}
