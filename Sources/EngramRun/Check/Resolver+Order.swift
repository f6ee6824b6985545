import EngramKit

extension Resolver {
  /// The steps, each after those it depends on, otherwise as in the file; steps over all runs last. Cycles are findings.
  func order() -> [PlannedStep] {
    var done: [PlannedStep] = []
    var placed: Set<String> = []
    var open: [String] = []
    var cyclic: Set<String> = []

    func place(_ planned: PlannedStep) {
      guard !placed.contains(planned.id), !cyclic.contains(planned.id) else { return }
      if let first = open.firstIndex(of: planned.id) {
        let cycle = Array(open[first...])
        cyclic.formUnion(cycle)
        let path = (cycle + [planned.id]).map { "'\($0)'" }.joined(separator: " → ")
        findings.add(
          cycle.count == 1
            ? "step '\(planned.id)' needs its own results" : "steps need each other's results: \(path)",
          at: dependency(of: cycle[0], on: cycle.count > 1 ? cycle[1] : cycle[0]) ?? planned.step.mark,
          fix: "remove one of these references")
        return
      }
      open.append(planned.id)
      for id in planned.after { if let earlier = self.planned(id) { place(earlier) } }
      open.removeLast()
      placed.insert(planned.id)
      done.append(planned)
    }
    for planned in steps where !planned.step.overRuns { place(planned) }
    for planned in steps where planned.step.overRuns { place(planned) }
    return done
  }

  /// Where step `id` refers to step `other`.
  private func dependency(of id: String, on other: String) -> Mark? {
    guard let planned = planned(id) else { return nil }
    let step = planned.step
    for read in step.read {
      for case .step(other, _) in planned.reads[read.dataset]?.parts ?? [] { return read.reference.mark }
    }
    let names = [step.weights, step.on, step.task, step.trials?.task].compactMap { $0 } + step.rules
    return names.first { $0.value == other }?.mark
  }
}
