import EngramKit

extension Resolver {
  /// Duration, step and recording interval of a simulation.
  func checkTimes(_ planned: PlannedStep) {
    var seen: Set<String> = []
    for point in experiment.sweep {
      let own = point.filter { $0.key.hasPrefix(planned.id + ".") }
      guard seen.insert(own.map { "\($0.key) \($0.value.value)" }.joined(separator: ",")).inserted,
        let unit = instance(of: planned, at: own)?.simulates?.timeUnit
      else { continue }
      do {
        _ = try SimulationTimes(planned.at(own).step, unit: unit)
      } catch {
        findings.add(error, at: planned.step.mark)
      }
    }
  }
}

/// How long a model runs, in steps of its clock.
struct SimulationTimes: Sendable, Equatable {
  /// Length of one step, in the model's unit of time.
  var dt = 1.0
  /// Number of steps; 0 for a generator.
  var steps = 0
  /// Steps between two records.
  var stepsPerRecord = 1

  /// - Throws: `Problem` at the value's place: a wrong unit, no `dt`, or times that are no multiples of it.
  init(_ step: Step, unit: Unit) throws {
    func time(_ value: Marked<Value>?, _ name: String) throws -> Marked<Double>? {
      guard let value else { return nil }
      let description = ParameterDescription(
        name: name, kind: .real, unit: unit.symbol, lower: 0, upper: 1e15, standard: .real(1), summary: "")
      do {
        guard case .real(let number) = try description.accept(value.value) else { return nil }
        return Marked(number, value.mark)
      } catch { throw problem(error, at: "\(value.mark)") }
    }
    guard let duration = try time(step.duration, "duration"), duration.value > 0 else {
      if let dt = step.dt ?? step.recordEvery {
        throw Problem(
          "step '\(step.id)' has no duration to divide into steps", at: "\(dt.mark)",
          fix: "add `duration: 1000`, or remove this line")
      }
      return
    }
    guard let dt = try time(step.dt, "dt"), dt.value > 0 else {
      throw Problem(
        "step '\(step.id)' lasts \(shortest(duration.value)) \(unit) but has no dt", at: "\(duration.mark)",
        fix: "add the length of one step, such as `dt: 0.1`")
    }
    self.dt = dt.value
    steps = try Self.multiple(duration, of: dt.value, "duration", unit)
    stepsPerRecord = steps
    if let every = try time(step.recordEvery, "record_every") {
      stepsPerRecord = try Self.multiple(every, of: dt.value, "record_every", unit)
      guard steps % stepsPerRecord == 0 else {
        throw Problem(
          "the duration of \(shortest(duration.value)) \(unit) is no multiple of record_every, "
            + "\(shortest(every.value)) \(unit)", at: "\(every.mark)", fix: "choose one that divides it")
      }
    }
  }

  /// How often `dt` goes into `time`; a rest below a millionth of a step is rounding.
  private static func multiple(_ time: Marked<Double>, of dt: Double, _ name: String, _ unit: Unit) throws
    -> Int
  {
    let ratio = time.value / dt
    guard ratio < 1e15 else { throw Problem("\(name) has more than 1e15 steps", at: "\(time.mark)") }
    guard ratio >= 0.5, abs(ratio - ratio.rounded()) < 1e-6 else {
      throw Problem(
        "\(name) of \(shortest(time.value)) \(unit) is no multiple of dt, \(shortest(dt)) \(unit)",
        at: "\(time.mark)", fix: "choose \(shortest(max(1, ratio.rounded()) * dt)), or another dt")
    }
    return Int(ratio.rounded())
  }
}
