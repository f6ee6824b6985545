import EngramKit

extension ExperimentReader {
  private static let common = ["id", "set", "read"]
  private static let stepKeys: [Description.Kind: [String]] = [
    .model: ["model"] + common + ["duration", "dt", "record_every", "weights", "trials"],
    .rule: ["rule"] + common
      + ["on", "task", "batch", "updates", "epochs", "validate", "checkpoint"],
    .analysis: ["analysis"] + common + ["on", "task", "at", "rules", "over"],
  ]

  /// One step, or nil where it is too broken to go on with.
  func step(_ node: Node) -> Step? {
    let kinds = Description.Kind.allCases.filter { node[$0.rawValue] != nil }
    guard kinds.count == 1, let kind = kinds.first else {
      findings.add(
        kinds.isEmpty
          ? "a step names one plugin, under 'model', 'rule' or 'analysis'"
          : "a step names one plugin, not both a \(kinds.map(\.rawValue).joined(separator: " and a "))",
        at: node.mark, fix: "write, for example, `{ id: spectrum, analysis: dominant-eigenvalues }`")
      return nil
    }
    var owner = "the step"
    if case .text(let id)? = node["id"]?.content { owner = "step '\(id)'" }
    guard let fields = Fields(node, owner, known: Self.stepKeys[kind] ?? [], findings),
      let plugin = fields.text(kind.rawValue)
    else { return nil }
    let id = fields.text("id") ?? plugin
    guard id.value.allSatisfy({ $0.isLetter || $0.isNumber || "_-".contains($0) }) else {
      findings.add(
        "the step id '\(id.value)' has characters other than letters, digits, '-' and '_'", at: id.mark,
        fix: "it becomes a group in the result file; choose a plain word")
      return nil
    }
    if RunIndex.reserved.contains(id.value) {
      findings.add(
        "the step id '\(id.value)' is used for the table of runs", at: id.mark, fix: "choose another")
      return nil
    }
    var step = Step(
      id: id.value, mark: node.mark, kind: kind, plugin: plugin, set: settings(fields), read: reads(fields))
    switch kind {
    case .model: readModel(fields, &step)
    case .rule: readRule(fields, &step)
    case .analysis: readAnalysis(fields, &step)
    }
    return step
  }

  private func settings(_ fields: Fields) -> [Step.Setting] {
    pairs(fields, "set").compactMap { pair in
      fields.value(pair.value, pair.key).map {
        Step.Setting(name: pair.key, value: $0, keyMark: pair.keyMark)
      }
    }
  }

  private func reads(_ fields: Fields) -> [Step.Read] {
    pairs(fields, "read").compactMap { pair in
      var nodes = [pair.value]
      if case .sequence(let items) = pair.value.content, !items.isEmpty { nodes = items }
      let references = nodes.compactMap { node in
        fields.text(node, pair.key).map { Marked(Reference($0.value), $0.mark) }
      }
      guard let first = references.first else { return nil }
      return Step.Read(
        dataset: pair.key, reference: first, more: Array(references.dropFirst()), keyMark: pair.keyMark)
    }
  }

  private func pairs(_ fields: Fields, _ key: String) -> [Node.Pair] {
    guard let node = fields[key] else { return [] }
    if case .mapping(let pairs) = node.content { return pairs }
    return fields.reject(node, key, "a mapping") ?? []
  }

  private func readModel(_ fields: Fields, _ step: inout Step) {
    step.duration = fields.value("duration")
    step.dt = fields.value("dt")
    step.recordEvery = fields.value("record_every")
    step.weights = fields.text("weights")
    step.trials = fields["trials"].flatMap { trials($0, fields) }
    if step.weights == nil, let node = fields["trials"] {
      findings.add(
        "\(fields.owner) has trials but no weights to evaluate", at: node.mark,
        fix: "name the rule step whose weights it takes: `weights: train`")
    }
  }

  private func trials(_ node: Node, _ owner: Fields) -> Step.TrialChoice? {
    if case .integer = node.content {
      return Step.TrialChoice(count: owner.integer("trials", in: 1...1_000_000_000))
    }
    guard
      let fields = Fields(node, "'trials' of \(owner.owner)", known: ["count", "split", "task"], findings)
    else { return nil }
    return Step.TrialChoice(
      count: fields.integer("count", in: 1...1_000_000_000),
      split: fields.choice("split", Split.self)?.value ?? .test, task: fields.text("task"))
  }

  private func readRule(_ fields: Fields, _ step: inout Step) {
    if fields.require("on", fix: "name the model step that is trained: `on: circuit`") != nil {
      step.on = fields.text("on")
    }
    if fields.require("task", fix: "name the task step, or a task plugin: `task: stored-trials`") != nil {
      step.task = fields.text("task")
    }
    step.batch = fields.integer("batch", in: 1...1_000_000_000)
    step.updates = fields.integer("updates", in: 1...1_000_000_000_000)
    step.epochs = fields.integer("epochs", in: 1...1_000_000_000)
    if (step.updates == nil) == (step.epochs == nil), fields["updates"] == nil || fields["epochs"] == nil {
      if fields["updates"] == nil, fields["epochs"] == nil {
        findings.add(
          "\(fields.owner) lacks a length", at: fields.mark, fix: "write `updates: 200` or `epochs: 10`")
      }
    } else if let epochs = step.epochs, step.updates != nil {
      findings.add("\(fields.owner) has both updates and epochs", at: epochs.mark, fix: "keep one of them")
    }
    step.checkpoint = fields["checkpoint"].flatMap { interval($0, "checkpoint", fields) }
    step.validate = fields["validate"].flatMap { validation($0, fields) }
  }

  private func validation(_ node: Node, _ owner: Fields) -> Step.Validation? {
    guard
      let fields = Fields(
        node, "'validate' of \(owner.owner)", known: ["every", "patience", "trials"], findings),
      let every = fields.require("every", fix: "write `every: 20 updates`").flatMap({
        interval($0, "every", fields)
      })
    else { return nil }
    return Step.Validation(
      every: every, patience: fields.integer("patience", in: 1...1_000_000),
      trials: fields.integer("trials", in: 1...1_000_000_000))
  }

  /// `100 updates`, `1 epoch`, or a number of updates.
  private func interval(_ node: Node, _ key: String, _ fields: Fields) -> Marked<Step.Interval>? {
    switch node.content {
    case .integer(let number) where number > 0:
      return Marked(Step.Interval(count: number, measure: .updates), node.mark)
    case .text(let text):
      let words = text.split(separator: " ")
      guard words.count == 2, let count = Int(words[0]), count > 0 else { break }
      let measure = words[1].hasSuffix("s") ? String(words[1]) : words[1] + "s"
      guard let measure = Step.Interval.Measure(rawValue: measure) else { break }
      return Marked(Step.Interval(count: count, measure: measure), node.mark)
    default: break
    }
    return fields.reject(node, key, "an interval such as `100 updates` or `1 epoch`")
  }

  private func readAnalysis(_ fields: Fields, _ step: inout Step) {
    step.on = fields.text("on")
    step.task = fields.text("task")
    step.at = fields.choice("at", Step.Moment.self)
    step.rules = fields.list("rules").compactMap { fields.text($0, "rules") }
    if let over = fields.text("over") {
      step.overRuns = true
      if over.value != "runs" {
        findings.add(
          "'over' of \(fields.owner) takes 'runs', not '\(over.value)'", at: over.mark,
          fix: "write `over: runs`, or leave it out")
      }
    }
  }
}
