import EngramKit

extension Resolver {
  /// Looks up where each input of a step comes from.
  mutating func resolveReads(_ place: Int) {
    let planned = steps[place]
    let declared = planned.description.reads
    for read in planned.step.read {
      guard let dataset = declared.first(where: { $0.name == read.dataset }) else {
        let near = nearestName(to: read.dataset, among: declared.map(\.name))
        findings.add(
          "\(planned.description.name) reads no dataset '\(read.dataset)'", at: read.keyMark,
          fix: (near.map { "did you mean '\($0)'? " } ?? "")
            + (declared.isEmpty
              ? "it reads nothing" : "it reads " + declared.map(\.name).joined(separator: ", ")))
        continue
      }
      if let second = read.more.first, !planned.step.overRuns {
        findings.add(
          "'\(dataset.name)' of step '\(planned.id)' is read from a list, which only a step over all runs can do",
          at: second.mark, fix: "add `over: runs` to the step, or read one dataset")
        continue
      }
      let sources = ([read.reference] + read.more).compactMap { source($0, of: dataset, for: planned) }
      guard sources.count == 1 + read.more.count, let first = sources.first else { continue }
      steps[place].reads[dataset.name] = sources.count == 1 ? first : .joined(sources)
      for case .step(let id, _) in sources { steps[place].after.append(id) }
    }
    if case .evaluate = planned.role { return }
    for dataset in declared where !dataset.optional {
      guard !planned.step.read.contains(where: { $0.dataset == dataset.name }) else { continue }
      findings.add(
        "step '\(planned.id)' does not say where \(planned.description.name) reads '\(dataset.name)'",
        at: planned.step.mark,
        fix: "add `read: { \(dataset.name): \(suggestion(for: dataset, of: planned)) }`")
    }
  }

  /// A source that would do, for a sentence.
  private func suggestion(for dataset: Dataset, of planned: PlannedStep) -> String {
    for earlier in steps where earlier.id != planned.id {
      if let fitting = earlier.description.writes.first(where: {
        dataset.takes($0.kind) && $0.name == dataset.name
      })
        ?? earlier.description.writes.first(where: { dataset.kind != .array && $0.kind == dataset.kind })
      {
        return "\(earlier.id)/\(fitting.name)"
      }
    }
    return "file:data.h5"
  }

  private mutating func source(_ reference: Marked<Reference>, of dataset: Dataset, for planned: PlannedStep)
    -> Source?
  {
    switch reference.value {
    case .step(let id, let name):
      return stepSource(id, name, at: reference.mark, of: dataset, for: planned)
    case .file(let path, let object):
      return fileSource(path, object, at: reference.mark, of: dataset, for: planned)
    case .sweep(let key): return sweepSource(key, at: reference.mark, for: planned)
    case .name(let name):
      if let input = experiment.inputs.first(where: { $0.name == name }) {
        guard case .file(let path, let object) = input.reference.value else { return nil }
        return fileSource(path, object, at: input.reference.mark, of: dataset, for: planned)
      }
      if self.planned(name) != nil || broken.contains(name) {
        return stepSource(name, dataset.name, at: reference.mark, of: dataset, for: planned)
      }
      let known = experiment.inputs.map(\.name) + experiment.steps.map(\.id)
      let near = nearestName(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
      findings.add(
        "'\(name)' is neither an input nor a step", at: reference.mark,
        fix: near + "write step/dataset, file:path#dataset, or a name under 'inputs'")
      return nil
    }
  }

  private func stepSource(
    _ id: String, _ name: String, at mark: Mark, of dataset: Dataset, for planned: PlannedStep
  ) -> Source? {
    guard let earlier = self.planned(id) else {
      unknownStep(id, at: mark)
      return nil
    }
    guard !earlier.step.overRuns || planned.step.overRuns else {
      findings.add(
        "step '\(id)' runs over all runs, after '\(planned.id)'", at: mark,
        fix: "add `over: runs` to step '\(planned.id)'")
      return nil
    }
    if case .nothing = earlier.role {
      findings.add(
        "step '\(id)' writes nothing: it only serves as a model, task or rule", at: mark,
        fix: "read the results of the step that trains or evaluates it")
      return nil
    }
    if case .train = earlier.role { return trainingSource(id, name, at: mark) }
    guard let written = earlier.description.writes.first(where: { $0.name == name }) else {
      let names = earlier.description.writes.map(\.name)
      let near = nearestName(to: name, among: names).map { "did you mean '\(id)/\($0)'? " } ?? ""
      findings.add(
        "\(earlier.description.name) (step '\(id)') writes no dataset '\(name)'", at: mark,
        fix: near + "it writes " + names.joined(separator: ", "))
      return nil
    }
    check(
      kind: written.kind, unit: written.unit, of: "\(id)/\(name)", for: dataset, planned, at: mark)
    return .step(id, dataset: name)
  }

  /// What a training leaves: the names of its weights and metrics are known when they are made.
  func trainingSource(_ id: String, _ name: String, at mark: Mark) -> Source? {
    let parts = name.split(separator: "/")
    if parts.count >= 2, TrainingOutputs.sections.contains(String(parts[0])) {
      return .step(id, dataset: name)
    }
    findings.add(
      "the training '\(id)' writes no dataset '\(name)'", at: mark,
      fix: "write \(id)/weights/NAME, or another of " + TrainingOutputs.sections.joined(separator: ", "))
    return nil
  }

  private mutating func fileSource(
    _ path: String, _ object: String?, at mark: Mark, of dataset: Dataset, for planned: PlannedStep
  ) -> Source? {
    let full = resolvedPath(path, in: experiment.folder)
    do {
      _ = try files.object(full, object, as: dataset)
      return .file(path, object: object)
    } catch {
      findings.add(error, at: mark)
      return nil
    }
  }

  private func sweepSource(_ key: String, at mark: Mark, for planned: PlannedStep) -> Source? {
    guard planned.step.overRuns else {
      findings.add(
        "step '\(planned.id)' belongs to one run; the swept values are there over all runs", at: mark,
        fix: "add `over: runs` to the step")
      return nil
    }
    let known = Set(experiment.sweep.joined().map(\.key)).sorted()
    guard known.contains(key) else {
      let near = nearestName(to: key, among: known).map { "did you mean '\($0)'? " } ?? ""
      findings.add(
        "'\(key)' is not swept", at: mark, fix: near + "swept are: " + known.joined(separator: ", "))
      return nil
    }
    return .sweep(key)
  }

  /// Whether what lies at the source is of a kind and unit that the plugin can take.
  private func check(
    kind: Dataset.Kind?, unit: String?, of name: String, for dataset: Dataset, _ planned: PlannedStep,
    at mark: Mark
  ) {
    let plugin = planned.description.name
    if let kind, !dataset.takes(kind) {
      findings.add(
        "\(plugin) needs \(dataset.name) as \(dataset.kind.inWords); \(name) is \(kind.inWords)", at: mark,
        fix: "read another dataset")
    } else if dataset.unit != "any", let unit, unit != "any", let wanted = Unit(dataset.unit) {
      guard let given = Unit(unit) else {
        return findings.add(
          "\(name) has the unknown unit '\(unit)'; \(plugin) needs \(dataset.name) in \(dataset.unit)",
          at: mark,
          fix: "correct the dataset's unit attribute")
      }
      if given.factor(to: wanted) == nil {
        findings.add(
          "\(plugin) needs \(dataset.name) in \(dataset.unit); \(name) is in \(unit)", at: mark,
          fix: "correct the dataset's unit attribute, or read another dataset")
      }
    }
  }
}

extension Dataset {
  /// Whether something stored as `kind` can be read as this dataset.
  func takes(_ kind: Kind) -> Bool {
    switch self.kind {
    case .labels, .spikes: kind == self.kind
    case .connectivity: kind == .connectivity || kind == .array
    case .weights: kind == .weights
    case .array, .trace, .rate, .history: kind != .labels && kind != .spikes
    }
  }
}

extension Dataset.Kind {
  /// As a sentence has it.
  var inWords: String {
    switch self {
    case .array: "numbers"
    case .connectivity: "a connectivity matrix"
    case .labels: "labels"
    case .spikes: "spike trains"
    case .trace: "a trace"
    case .rate: "rates"
    case .history: "a history"
    case .weights: "a weight history"
    }
  }
}
