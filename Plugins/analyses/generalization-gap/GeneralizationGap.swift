import EngramKit

/// How much better trained networks do on the trials they learnt from, by rule, and whether that goes with curvature.
public struct GeneralizationGap: Analysis {
  public static let name = "generalization-gap"
  public static let summary =
    "Generalization gaps by rule, compared at equal training loss, and their correlation with curvature."
  public static let reference = "Liu et al. (2022) arXiv:2206.00823"
  public static let parameters: [Parameter<Self>] = [
    .choice(
      "measure", \.measure, "`accuracy`: training less test accuracy; `loss`: test loss less training loss."),
    .text("groups", \.groups, "Names of equal consecutive shares of the runs, such as rules, with commas."),
    .choice(
      "match", \.match,
      "Compare runs at their last checkpoint, or each at the checkpoint whose training loss is nearest to one level."
    ),
    .real(
      "level", \.level, unit: .one, in: 0...1e9,
      "Training loss to compare at; 0 takes the lowest one that every run reached."),
  ]
  public static let reads = [
    Dataset(
      "train", .history, ["run_or_checkpoint"], unit: .one,
      "Accuracy (or loss) on training trials, [run] or [run, checkpoint]."),
    Dataset("test", .history, ["run_or_checkpoint"], unit: .one, "The same on test trials."),
    Dataset(
      "train_loss", .history, ["run_or_checkpoint"], unit: .one, "Loss on training trials, to match by.",
      optional: true),
    Dataset(
      "lambda", .history, ["run_or_checkpoint"], unit: .one, "Leading eigenvalue of the Hessian.",
      optional: true),
    Dataset("rule", .labels, ["run"], unit: .one, "Group of each run, instead of `groups`.", optional: true),
  ]
  public static let writes = [
    Dataset("gap/group", .labels, ["group"], unit: .one, "Names of the groups."),
    Dataset("gap/rule", .labels, ["run"], unit: .one, "Group of each run."),
    Dataset(
      "gap/run", .array, ["run"], unit: .one, "Gap of each run; NaN where it has no checkpoint to compare."),
    Dataset("gap/checkpoint", .array, ["run"], unit: .one, "Which checkpoint of each run is compared."),
    Dataset("gap/train_loss", .array, ["run"], unit: .one, "Training loss there."),
    Dataset("gap/lambda", .array, ["run"], unit: .one, "Leading eigenvalue there."),
    Dataset("gap/mean", .array, ["group"], unit: .one, "Mean gap."),
    Dataset(
      "gap/sd", .array, ["group"], unit: .one, "Standard deviation over runs (n - 1); NaN for one run."),
    Dataset("gap/n", .array, ["group"], unit: .one, "Runs in each group."),
    Dataset("gap/lambda_mean", .array, ["group"], unit: .one, "Mean leading eigenvalue."),
    Dataset(
      "gap/train_loss_mean", .array, ["group"], unit: .one, "Mean training loss at the compared checkpoints."),
    Dataset(
      "gap/difference_p", .array, ["group"], unit: .one,
      "Mann-Whitney p-value of the gaps against the first group's; NaN for the first."),
    Dataset("gap/pearson_r", .array, [], unit: .one, "Correlation of gap and eigenvalue over all runs."),
    Dataset(
      "gap/p", .array, [], unit: .one,
      "Its two-sided p-value, t test with n - 2 degrees of freedom; NaN below 3 runs."),
    Dataset("gap/spearman_r", .array, [], unit: .one, "Rank correlation of gap and eigenvalue."),
    Dataset("gap/spearman_p", .array, [], unit: .one, "Its p-value by the same test."),
  ]
  public static let figures = [
    Figure(
      "curvature", "Gap and curvature", x: .init("leading eigenvalue", logarithmic: true),
      y: .init("generalization gap"),
      [.points(x: "gap/lambda", y: "gap/run", label: "run", groups: "gap/rule")],
      caption: "Each dot is a run; flatter minima should generalize better."),
    Figure(
      "rules", "Gap by rule", x: .init("rule"), y: .init("generalization gap"),
      [.bars(labels: "gap/group", values: "gap/mean", label: "mean gap", errors: "gap/sd")],
      caption: "Mean and standard deviation over runs."),
  ]

  enum Measure: String, CaseIterable, Sendable { case accuracy, loss }
  enum Match: String, CaseIterable, Sendable { case none, trainLoss = "train-loss" }

  var measure = Measure.accuracy
  var groups = ""
  var match = Match.none
  var level = 0.0

  public init() {}

  public func analyse(
    _ inputs: Inputs, _ probe: Probe?, into outputs: inout Outputs, _ random: inout RandomStream
  ) throws {
    let train = try table(inputs, "train")
    let test = try table(inputs, "test", like: train)
    let losses = inputs.contains("train_loss") ? try table(inputs, "train_loss", like: train) : nil
    let lambdas = inputs.contains("lambda") ? try table(inputs, "lambda", like: train) : nil
    let labels = inputs.contains("rule") ? try inputs.labels("rule") : nil
    let groups = try RunGroups(groups, labels: labels, runs: train.rows)
    let places = try places(train, losses, outputs)
    func taken(_ x: Matrix) -> [Double] {
      places.indices.map { run in places[run].map { x[run, $0] } ?? .nan }
    }
    let gaps = zip(taken(train), taken(test)).map { measure == .accuracy ? $0 - $1 : $1 - $0 }
    try outputs.put("gap/group", labels: groups.names)
    try outputs.put("gap/rule", labels: groups.group.map { groups.names[$0] })
    try outputs.put("gap/run", gaps)
    try outputs.put("gap/checkpoint", places.map { $0.map(Double.init) ?? .nan })
    let members = groups.names.indices.map { index in
      groups.members(index).map { gaps[$0] }.filter { !$0.isNaN }
    }
    try outputs.put("gap/mean", try members.map { $0.isEmpty ? .nan : try mean($0) })
    try outputs.put("gap/sd", try members.map { $0.count < 2 ? .nan : try standardDeviation($0, .sample) })
    try outputs.put("gap/n", members.map { Double($0.count) })
    try outputs.put(
      "gap/difference_p",
      members.indices.map { index in index == 0 ? .nan : pValue(members[0], members[index]) })
    if let losses {
      try outputs.put("gap/train_loss", taken(losses))
      try outputs.put("gap/train_loss_mean", means(taken(losses), groups))
    }
    guard let lambdas else { return }
    try outputs.put("gap/lambda", taken(lambdas))
    try outputs.put("gap/lambda_mean", means(taken(lambdas), groups))
    try correlate(gaps, taken(lambdas), into: outputs)
  }

  /// [run, checkpoint]; a list of runs has one checkpoint.
  private func table(_ inputs: Inputs, _ name: String, like other: Matrix? = nil) throws -> Matrix {
    let values = try inputs.tensor(name)
    guard values.rank == 1 || values.rank == 2, values.count > 0 else {
      throw Problem("\(name) has shape \(values.shape); it should be [run] or [run, checkpoint]")
    }
    let table = values.rank == 2 ? values : values.reshaped([values.count, 1])
    if let other, other.shape != table.shape {
      throw Problem(
        "\(name) has shape \(table.shape), train \(other.shape)", fix: "read both of the same runs")
    }
    return table
  }

  /// The checkpoint of each run that is compared; nil where it has none with a number.
  private func places(_ train: Matrix, _ losses: Matrix?, _ outputs: Outputs) throws -> [Int?] {
    guard match == .trainLoss else {
      return (0..<train.rows).map { run in (0..<train.columns).last { !train[run, $0].isNaN } }
    }
    guard let losses, losses.columns > 1 else {
      throw Problem(
        "runs are matched by the training loss along training, which was not given",
        fix: "read `train_loss` [run, checkpoint], as split-performance writes it with `at: checkpoints`")
    }
    let lowest = (0..<losses.rows).map { run in losses.row(run).filter { $0 > 0 }.min() ?? .nan }
    let target = level > 0 ? level : lowest.filter { !$0.isNaN }.max() ?? .nan
    outputs.note("runs are compared where their training loss is nearest to \(target)")
    let late = lowest.count { !($0 <= target * 1.5) }
    if late > 0 {
      outputs.note("\(late) of \(losses.rows) runs never came within a factor of 1.5 of that loss")
    }
    return (0..<losses.rows).map { run in
      (0..<losses.columns).filter { losses[run, $0] > 0 }
        .min { abs(log(losses[run, $0] / target)) < abs(log(losses[run, $1] / target)) }
    }
  }

  private func means(_ values: [Double], _ groups: RunGroups) -> [Double] {
    groups.names.indices.map { index in
      let known = groups.members(index).map { values[$0] }.filter { !$0.isNaN }
      return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
    }
  }

  /// NaN where the test has no value: a group without runs, or all gaps equal.
  private func pValue(_ a: [Double], _ b: [Double]) -> Double {
    do { return try mannWhitney(a, b).pValue } catch { return .nan }
  }

  private func correlate(_ gaps: [Double], _ lambdas: [Double], into outputs: Outputs) throws {
    let pairs = zip(gaps, lambdas).filter { !$0.isNaN && !$1.isNaN }
    let (x, y) = (pairs.map(\.0), pairs.map(\.1))
    let varies = Set(x).count > 1 && Set(y).count > 1
    guard pairs.count >= 3, varies else {
      outputs.note(
        "no correlation: it needs at least 3 runs whose gaps and eigenvalues vary, and there are \(pairs.count)"
      )
      for name in ["pearson_r", "p", "spearman_r", "spearman_p"] {
        try outputs.put("gap/\(name)", Double.nan)
      }
      return
    }
    let (pearson, spearman) = (try pearsonCorrelation(x, y), try spearmanCorrelation(x, y))
    try outputs.put("gap/pearson_r", pearson.coefficient)
    try outputs.put("gap/p", pearson.pValue)
    try outputs.put("gap/spearman_r", spearman.coefficient)
    try outputs.put("gap/spearman_p", spearman.pValue)
  }
}
