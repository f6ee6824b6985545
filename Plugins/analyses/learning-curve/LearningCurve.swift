import EngramKit

/// Learning curves of many runs: smoothed, the extreme runs set aside, averaged by group.
public struct LearningCurve: Analysis {
  public static let name = "learning-curve"
  public static let summary =
    "Smoothed learning curves of many runs, their mean by group, and the area beneath."
  public static let reference = "Liu et al. (2022) arXiv:2206.01338, convention of the figures"
  public static let parameters: [Parameter<Self>] = [
    .integer(
      "window", \.window, in: 1...1_000_000,
      "Evaluations in the moving mean: each with those before it, fewer at the start."),
    .integer(
      "drop", \.drop, in: 0...1_000_000,
      "Best runs, and as many worst ones, that each group's mean leaves out; ranked by area."),
    .real("limit", \.limit, unit: .one, in: -1e300...1e300, "A loss counts in the area at most as this."),
    .text(
      "groups", \.groups, "Names of equal consecutive shares of the runs, with commas; empty for one group."),
  ]
  public static let reads = [
    Dataset("loss", .history, ["run_or_evaluation"], unit: .one, "Losses [run, evaluation], or of one run."),
    Dataset(
      "accuracy", .history, ["run_or_evaluation"], unit: .one, "Accuracies at the same evaluations.",
      optional: true),
    Dataset(
      "update", .history, ["run_or_evaluation"], unit: .one,
      "Updates before each evaluation; else its number.",
      optional: true),
    Dataset("group", .labels, ["run"], unit: .one, "Group of each run, instead of `groups`.", optional: true),
  ]
  public static let writes = [
    Dataset("curves/loss", .array, ["run", "evaluation"], unit: .one, "Smoothed losses."),
    Dataset("curves/accuracy", .array, ["run", "evaluation"], unit: .one, "Smoothed accuracies."),
    Dataset("curves/update", .array, ["evaluation"], unit: .one, "Updates before each evaluation."),
    Dataset(
      "curves/area", .array, ["run"], unit: .one, "Mean over evaluations of the limited, unsmoothed loss."),
    Dataset("curves/final", .array, ["run"], unit: .one, "Last unsmoothed loss of each run."),
    Dataset("curves/kept", .array, ["run"], unit: .one, "1 for a run that its group's mean holds, else 0."),
    Dataset("curves/group", .labels, ["group"], unit: .one, "Names of the groups."),
    Dataset(
      "curves/mean", .array, ["group", "evaluation"], unit: .one, "Mean smoothed loss of the runs kept."),
    Dataset(
      "curves/sd", .array, ["group", "evaluation"], unit: .one,
      "Its standard deviation over runs (n - 1); NaN for one run."),
    Dataset("curves/accuracy_mean", .array, ["group", "evaluation"], unit: .one, "Mean smoothed accuracy."),
    Dataset("curves/area_median", .array, ["group"], unit: .one, "Median area, of all runs."),
    Dataset("curves/area_mean", .array, ["group"], unit: .one, "Mean area, of all runs."),
    Dataset("curves/final_median", .array, ["group"], unit: .one, "Median of the last losses, of all runs."),
  ]
  public static let figures = [
    Figure(
      "learning", "Learning curves", x: .init("updates"), y: .init("loss", logarithmic: true),
      [.line(x: "curves/update", y: "curves/mean", label: "mean loss", names: "curves/group")],
      caption: "Mean smoothed loss of each group of runs, the best and worst runs left out as `drop` says."),
    Figure(
      "runs", "Every run", x: .init("updates"), y: .init("loss", logarithmic: true),
      [.line(x: "curves/update", y: "curves/loss", label: "run")],
      caption: "Smoothed loss of every run."),
    Figure(
      "accuracy", "Accuracy", x: .init("updates"), y: .init("accuracy"),
      [.line(x: "curves/update", y: "curves/accuracy_mean", label: "mean accuracy", names: "curves/group")],
      caption: "Mean smoothed accuracy of each group of runs."),
  ]

  var window = 1
  var drop = 0
  var limit = 1e9
  var groups = ""

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let loss = try curves(inputs, "loss")
    guard loss.count > 0 else { throw Problem("there is no loss in shape \(loss.shape)") }
    let labels = inputs.contains("group") ? try inputs.labels("group") : nil
    let groups = try RunGroups(groups, labels: labels, runs: loss.rows)
    let areas = (0..<loss.rows).map { run in
      // NaN is an evaluation that a diverged or stopped training did not reach.
      loss.row(run).reduce(0) { $0 + ($1.isNaN ? limit : min($1, limit)) } / Double(loss.columns)
    }
    let incomplete = (0..<loss.rows).filter { loss.row($0).contains { !$0.isFinite } }
    if !incomplete.isEmpty {
      outputs.note(
        "\(incomplete.count) of \(loss.rows) runs have evaluations that are missing or not finite; the area counts "
          + "each as \(limit), the means leave them out")
    }
    let kept = try kept(groups, areas)
    let smooth = smoothed(loss)
    try outputs.put("curves/loss", smooth)
    try outputs.put("curves/update", try updates(inputs, loss))
    try outputs.put("curves/area", areas)
    let final = (0..<loss.rows).map { loss.row($0).last { !$0.isNaN } ?? .nan }
    try outputs.put("curves/final", final)
    try outputs.put("curves/kept", kept.map { $0 ? 1 : 0 })
    try outputs.put("curves/group", labels: groups.names)
    let summary = moments(smooth, groups, kept)
    try outputs.put("curves/mean", summary.mean)
    try outputs.put("curves/sd", summary.sd)
    let members = groups.names.indices.map(groups.members)
    try outputs.put("curves/area_median", try members.map { try median($0.map { areas[$0] }) })
    try outputs.put("curves/area_mean", try members.map { try mean($0.map { areas[$0] }) })
    try outputs.put("curves/final_median", try members.map { try median($0.map { final[$0] }) })
    guard inputs.contains("accuracy") else { return }
    let accuracy = try curves(inputs, "accuracy")
    guard accuracy.shape == loss.shape else {
      throw Problem("accuracy has shape \(accuracy.shape), loss \(loss.shape)")
    }
    try outputs.put("curves/accuracy", smoothed(accuracy))
    try outputs.put("curves/accuracy_mean", moments(smoothed(accuracy), groups, kept).mean)
  }

  /// [run, evaluation]; a single run may come without its axis.
  private func curves(_ inputs: Inputs, _ name: String) throws -> Matrix {
    let values = try inputs.tensor(name)
    guard values.rank == 1 || values.rank == 2 else {
      throw Problem("\(name) has shape \(values.shape); it should be [run, evaluation] or [evaluation]")
    }
    return values.rank == 2 ? values : values.reshaped([1, values.count])
  }

  /// The updates of the run that was evaluated most often; the others must agree as far as they go.
  private func updates(_ inputs: Inputs, _ loss: Matrix) throws -> [Double] {
    guard inputs.contains("update") else { return (0..<loss.columns).map(Double.init) }
    let all = try curves(inputs, "update")
    guard all.columns == loss.columns else {
      throw Problem("\(all.columns) updates for \(loss.columns) evaluations")
    }
    return try (0..<all.columns).map { place in
      let known = (0..<all.rows).map { all[$0, place] }.filter { !$0.isNaN }
      guard let first = known.first, known.allSatisfy({ $0 == first }) else {
        throw Problem(
          "runs were evaluated after different updates (evaluation \(place): \(Set(known).sorted()))",
          fix: "compare runs with the same `validate: { every: … }`")
      }
      return first
    }
  }

  /// The mean of the last `window` evaluations that have a value; NaN where the run had ended.
  private func smoothed(_ curves: Matrix) -> Matrix {
    var result = curves
    for run in 0..<curves.rows {
      for place in 0..<curves.columns where !curves[run, place].isNaN {
        let values = (max(0, place - window + 1)...place).map { curves[run, $0] }.filter { !$0.isNaN }
        result[run, place] = values.reduce(0, +) / Double(values.count)
      }
    }
    return result
  }

  /// Which runs remain when each group has lost its `drop` smallest and largest areas.
  private func kept(_ groups: RunGroups, _ areas: [Double]) throws -> [Bool] {
    var kept = [Bool](repeating: true, count: areas.count)
    for (index, name) in groups.names.enumerated() {
      let ranked = groups.members(index).sorted { (areas[$0], $0) < (areas[$1], $1) }
      guard ranked.count > 2 * drop else {
        throw Problem(
          "\(name): dropping \(drop) best and \(drop) worst of \(ranked.count) runs leaves none",
          fix: "lower `drop`, or make more runs")
      }
      for run in ranked.prefix(drop) + ranked.suffix(drop) { kept[run] = false }
    }
    return kept
  }

  /// Mean and standard deviation (n - 1) over the kept runs of each group; shape [group, evaluation].
  private func moments(_ curves: Matrix, _ groups: RunGroups, _ kept: [Bool]) -> (mean: Matrix, sd: Matrix) {
    var mean = Matrix(repeating: .nan, shape: [groups.names.count, curves.columns])
    var sd = mean
    for index in groups.names.indices {
      let members = groups.members(index).filter { kept[$0] }
      for place in 0..<curves.columns {
        let values = members.map { curves[$0, place] }.filter(\.isFinite)
        let count = Double(values.count)
        guard count > 0 else { continue }
        let centre = values.reduce(0, +) / count
        mean[index, place] = centre
        guard count > 1 else { continue }
        sd[index, place] = (values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / (count - 1))
          .squareRoot()
      }
    }
    return (mean, sd)
  }
}
