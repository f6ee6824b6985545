import EngramKit

extension Resolver {
  /// Whether the results that an expectation names will be there.
  func check(_ expectation: Expectation) {
    check(expectation.value)
    for bound in expectation.bounds {
      if case .measured(let other, _, _) = bound.limit { check(other) }
    }
  }

  private func check(_ measured: Expectation.Measured) {
    guard let planned = planned(measured.step) else { return unknownStep(measured.step, at: measured.mark) }
    for swept in measured.only { checkSwept(swept) }
    if planned.step.overRuns, !measured.only.isEmpty {
      findings.add(
        "step '\(planned.id)' runs once over all runs; 'where' selects among them", at: measured.mark,
        fix: "remove 'where'")
    }
    if case .train = planned.role {
      _ = trainingSource(planned.id, measured.dataset, at: measured.mark)
      return
    }
    guard let written = planned.description.writes.first(where: { $0.name == measured.dataset }) else {
      let names = planned.description.writes.map(\.name)
      let near = nearestName(to: measured.dataset, among: names).map {
        "did you mean '\(planned.id)/\($0)'? "
      }
      return findings.add(
        "\(planned.description.name) (step '\(planned.id)') writes no dataset '\(measured.dataset)'",
        at: measured.mark, fix: (near ?? "") + "it writes " + names.joined(separator: ", "))
    }
    guard !written.hasOpenAxes, written.axes.count != measured.index.count else { return }
    let example = written.axes.isEmpty ? "" : "[" + written.axes.map { _ in "0" }.joined(separator: ",") + "]"
    findings.add(
      "\(measured.name) is not one number: \(written.name) has the axes [\(written.axes.joined(separator: ", "))]",
      at: measured.mark, fix: "write \(planned.id)/\(written.name)\(example)")
  }

  private func checkSwept(_ swept: Experiment.SweptValue) {
    let keys = Set(experiment.sweep.joined().map(\.key)).sorted()
    guard keys.contains(swept.key) else {
      let near = nearestName(to: swept.key, among: keys).map { "did you mean '\($0)'? " } ?? ""
      return findings.add(
        "'\(swept.key)' is not swept", at: swept.keyMark,
        fix: near
          + (keys.isEmpty ? "the experiment sweeps nothing" : "swept are: " + keys.joined(separator: ", ")))
    }
    let values = experiment.sweep.joined().filter { $0.key == swept.key }.map(\.value.value)
    guard !values.contains(where: { $0.isSame(as: swept.value.value) }) else { return }
    findings.add(
      "'\(swept.key)' never is \(swept.value.value) in the sweep", at: swept.value.mark,
      fix: "choose one of the swept values")
  }
}

extension Value {
  /// Equal, whole numbers and reals alike.
  func isSame(as other: Value) -> Bool {
    switch (self, other) {
    case (.integer(let a), .real(let b)), (.real(let b), .integer(let a)): Double(a) == b
    default: self == other
    }
  }
}

extension Dataset {
  /// An axis called `a_or_b` may stand for several.
  var hasOpenAxes: Bool { axes.contains { $0.contains("_or_") } }
}
