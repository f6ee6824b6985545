import EngramData
import EngramKit

extension RunExecution {
  /// The model of the step that `on` names, with the weights at the moments it asks for; nil where it names none.
  func probe(_ planned: PlannedStep) throws -> Probe? {
    guard let on = planned.step.on?.value else { return nil }
    let base = try self.planned(on)
    guard case .train = base.role else { return try untrainedProbe(planned, base) }
    guard let result = trained[on], let modelID = base.step.on?.value,
      let task = planned.step.task?.value ?? base.step.task?.value,
      let model = try instance(self.planned(modelID)).trains
    else { throw Problem("step '\(on)' has trained no weights") }
    let source = try trials(task)
    let rules = try rules(planned, result.weights)
    guard planned.step.at?.value == .checkpoints else {
      let weights = result.weights
      return Probe(model: model, source: source, rules: rules, updates: [result.update]) { _ in weights }
    }
    let file = writer.h5
    let template = result.weights
    return Probe(model: model, source: source, rules: rules, updates: result.state.snapshots) { index in
      try snapshot(index, of: on, in: try EngramFile(file), like: template)
    }
  }

  private func untrainedProbe(_ planned: PlannedStep, _ base: PlannedStep) throws -> Probe {
    guard let task = planned.step.task?.value, let model = try instance(base).trains else {
      throw Problem("step '\(planned.id)' probes a model without a task")
    }
    let source = try trials(task)
    var random = streams(model: base.id, task: task, rule: planned.id).initial
    let weights = try model.weights(Inputs(try self.source(base)), for: source.shape, &random)
    return Probe(model: model, source: source, rules: try rules(planned, weights), updates: [0]) { _ in
      weights
    }
  }

  /// The rules that the step lists, ready to estimate.
  private func rules(_ planned: PlannedStep, _ weights: Weights) throws -> [(name: String, rule: any Learns)]
  {
    try planned.step.rules.map { name in
      let step = try self.planned(name.value)
      guard var rule = try instance(step).learns else {
        throw Problem("step '\(name.value)' is no learning rule")
      }
      try rule.begin(Inputs(try source(step)), weights)
      return (name.value, rule)
    }
  }
}

/// The weights of one snapshot, read from the file that is being written.
private func snapshot(_ index: Int, of training: String, in file: EngramFile, like template: Weights) throws
  -> Weights
{
  let objects = try file.objects(of: training)
  var weights = template
  for (place, block) in template.blocks.enumerated() {
    let name = TrainingOutputs.snapshots(block).name
    guard let object = objects.first(where: { $0.name == name }) else {
      throw Problem("there is no snapshot of block '\(block.name)'", at: file.path)
    }
    let dataset = Dataset(name, .weights, object.axes ?? [], anyUnit: "")
    let source = try LayoutSource([dataset], [name: .object(file, object.path)])
    let values = try source.numbers(name, rows: index..<index + 1).reshaped(block.values.shape)
    switch block.values {
    case .float32: weights.blocks[place].values = .float32(values.map { Float($0) })
    case .float64: weights.blocks[place].values = .float64(values)
    }
  }
  return weights
}
