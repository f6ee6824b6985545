import EngramKit

extension Step {
  /// What a sweep may change beside a plugin's parameters.
  static let sweptWords = ["duration", "dt", "record_every", "batch", "updates", "epochs"]

  /// Whether the step can take `value` for a swept word.
  ///
  /// - Throws: `Problem` when it cannot.
  func checkSweptWord(_ name: String, _ value: Marked<Value>) throws {
    var copy = self
    try copy.setWord(name, value)
  }

  /// Sets one of `sweptWords`.
  mutating func setWord(_ name: String, _ value: Marked<Value>) throws {
    let allowed: [String] =
      kind == .model ? ["duration", "dt", "record_every"] : ["batch", "updates", "epochs"]
    guard kind != .analysis, allowed.contains(name) else {
      throw Problem("step '\(id)' has no '\(name)' to sweep")
    }
    switch name {
    case "duration": duration = value
    case "dt": dt = value
    case "record_every": recordEvery = value
    default:
      guard case .integer(let number) = value.value, number > 0 else {
        throw Problem("'\(name)' of step '\(id)' takes a whole number above 0, not \(value.value)")
      }
      let marked = Marked(number, value.mark)
      if name == "batch" { batch = marked }
      if name == "updates" { (updates, epochs) = (marked, nil) }
      if name == "epochs" { (updates, epochs) = (nil, marked) }
    }
  }
}

extension PlannedStep {
  /// The step with the values of one sweep point. Values were checked before.
  func at(_ point: [Experiment.SweptValue]) -> PlannedStep {
    var result = self
    for swept in point {
      guard let dot = swept.key.firstIndex(of: "."), swept.key[..<dot] == id else { continue }
      let name = String(swept.key[swept.key.index(after: dot)...])
      if description.parameters.contains(where: { $0.name == name }) {
        result.step.set.removeAll { $0.name == name }
        result.step.set.append(Step.Setting(name: name, value: swept.value, keyMark: swept.keyMark))
      } else {
        // A word that the step cannot take was reported by the check.
        do { try result.step.setWord(name, swept.value) } catch { continue }
      }
    }
    return result
  }
}
